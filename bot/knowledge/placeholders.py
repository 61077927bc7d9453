"""What editors may write between braces in a sentence, to be replaced when it is said."""

from collections.abc import Collection
from string import Formatter

from pydantic_core import PydanticCustomError


def named_in(text: str) -> dict[str, bool]:
    """{placeholder: whether it is bare, as « {nom} »}. Raises ValueError on a lone brace."""
    found = ((name, rest) for _, name, *rest in Formatter().parse(text) if name is not None)
    return {name: not any(rest) for name, rest in found}


def with_placeholders(text: str, required: Collection[str], also: Collection[str] = ()) -> str:
    """The text, which must hold what is required and may hold the others besides.

    Raises PydanticCustomError, which advice.py tells in French.
    """
    allowed = (*required, *also)
    possible = ", ".join(f"{{{name}}}" for name in allowed) or "aucun"
    try:
        found = named_in(text)
    except ValueError:
        raise PydanticCustomError("accolade", "{possible}", {"possible": possible}) from None
    for name, bare in found.items():
        if name not in allowed or not bare:
            told = {"name": f"{{{name}}}", "possible": possible}
            raise PydanticCustomError("repere-inconnu", "{name}", told)
    for name in required:
        if name not in found:
            raise PydanticCustomError("repere-absent", "{name}", {"name": f"{{{name}}}"})
    return text
