"""From the parts of a document to checked models; what is wrong is added to the problems."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.knowledge import mending
from bot.knowledge.advice import in_french, needs
from bot.knowledge.problem import Problem
from bot.knowledge.yaml_reading import Document, Path

Model = TypeVar("Model", bound=BaseModel)


def entry_at(document: Document, path: Path) -> str | None:
    """The id of the entry that a part belongs to: a list item's own, or a name at the margin."""
    if len(path) < 2 or not isinstance(path[1], int):
        return str(path[0]) if len(path) > 1 else None
    item = document.value[path[0]][path[1]]
    return str(item["id"]) if isinstance(item, dict) and "id" in item else None


def whole(model: type[Model], document: Document, problems: list[Problem]) -> Model:
    """The keys of a file. A wrong one is told and left out, so that the others are read."""
    raw = document.value or {}
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problems.extend(_told(error, model, document, (), None))
        wrong = {detail["loc"][0] for detail in error.errors() if detail["loc"]}
        return model.model_validate({key: one for key, one in raw.items() if key not in wrong})


def named_models(
    model: type[Model], document: Document, problems: list[Problem]
) -> dict[str, Model]:
    """The models of a file that is one mapping of names."""
    made = {
        key: validate(model, document, one, (key,), key, problems)
        for key, one in (document.value or {}).items()
    }
    return {key: one for key, one in made.items() if one is not None}


def models(
    model: type[Model], document: Document, key: str, raw: Sequence[Any], problems: list[Problem]
) -> Iterator[tuple[Model, Path]]:
    """The models of the list under a top-level key, each with its path."""
    for index, one in enumerate(raw):
        entry = one.get("id") if isinstance(one, dict) else None
        path = (key, index)
        made = validate(model, document, one, path, str(entry) if entry else None, problems)
        if made is not None:
            yield made, path


def validate(
    model: type[Model],
    document: Document,
    raw: Any,
    path: Path,
    entry: str | None,
    problems: list[Problem],
) -> Model | None:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problems.extend(_told(error, model, document, path, entry))
        return None


def _told(
    error: ValidationError,
    model: type[BaseModel],
    document: Document,
    path: Path,
    entry: str | None,
) -> Iterator[Problem]:
    details = error.errors()
    misspelt = {detail["loc"][:-1] for detail in details if detail["type"] == "extra_forbidden"}
    told = {problem.line for problem in document.problems if problem.level == "error"}
    for detail in details:
        where = (*path, *detail["loc"])
        if detail["type"] == "missing" and where in document.lines:
            detail["type"] = "string_too_short"  # the key is there, without a value
        # A key that is unknown is most often the one that is missing.
        missing = detail["type"] == "missing" and detail["loc"][:-1] in misspelt
        if not missing and document.line(where) not in told:
            code, message, hint = in_french(detail, model, where, entry)
            line = document.line(where)
            if code == "vide":
                needed = needs(model, detail["loc"])
                if not needed and not re.search(r"[\[{]", document.source[line - 1]):
                    hint = f"{hint[:-1]}, ou effacez toute la ligne."
                message, hint = mending.empty_text(document.source, line, needed) or (message, hint)
            elif remedy := mending.told(code, document.source, line):
                message, hint = remedy[0] or message, remedy[1]
            yield document.error(where, code, message, hint, entry)
