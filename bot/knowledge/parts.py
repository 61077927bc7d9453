"""From the parts of a document to checked models; what is wrong is added to the problems."""

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.knowledge.advice import DASH, in_french, no_text
from bot.knowledge.problem import Problem
from bot.knowledge.yaml_reading import Document, Path

Model = TypeVar("Model", bound=BaseModel)


def items(document: Document, key: str, problems: list[Problem]) -> Iterator[tuple[Path, Any]]:
    """The elements of the list under a top-level key, each with its path."""
    raw = document.value.get(key, []) if isinstance(document.value, dict) else []
    if isinstance(raw, list):
        yield from (((key, index), item) for index, item in enumerate(raw))
    else:
        problems.append(document.error((key,), "liste", f"« {key} » doit être une liste.", DASH))


def texts(document: Document, key: str, problems: list[Problem]) -> Iterator[tuple[Path, str]]:
    for path, item in items(document, key, problems):
        if isinstance(item, str):
            yield path, item
        else:
            problems.append(document.error(path, *no_text(item, key)))


def models(
    model: type[Model], document: Document, key: str, problems: list[Problem]
) -> Iterator[tuple[Model, Path]]:
    for path, raw in items(document, key, problems):
        entry = raw.get("id") if isinstance(raw, dict) else None
        made = validate(model, document, raw, path, str(entry) if entry else None, problems)
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
        for detail in error.errors():
            if detail["type"] == "missing" and (*path, *detail["loc"]) in document.lines:
                detail["type"] = "string_too_short"  # the key is there, without a value
            code, message, hint = in_french(detail, model)
            problems.append(document.error((*path, *detail["loc"]), code, message, hint, entry))
        return None


def named_models(
    model: type[Model], document: Document, problems: list[Problem]
) -> dict[str, Model]:
    """The models of a file that is one mapping of names."""
    raw = document.value if isinstance(document.value, dict) else {}
    made = {
        key: validate(model, document, value, (key,), key, problems) for key, value in raw.items()
    }
    return {key: one for key, one in made.items() if one is not None}
