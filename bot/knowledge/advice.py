"""What an editor is told when a value is not of the expected form."""

from collections.abc import Iterable
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.knowledge.mistyped import SAID
from bot.knowledge.model import ID_LENGTH

NEXT_TO_OTHERS = "Comparez avec l’entrée précédente."
DASH = "Commencez chaque élément par un tiret et une espace."

#: What is wrong with the placeholders of a sentence: message and hint.
_OF_SENTENCES = MappingProxyType(
    {
        "accolade": ("« {key} » a une accolade seule.", "Repères possibles : {possible}."),
        "repere-inconnu": (
            "« {key} » a un repère inconnu : {name}.",
            "Repères possibles : {possible}.",
        ),
        "repere-absent": ("Il manque {name} dans « {key} ».", "Écrivez-le là où il sera remplacé."),
    }
)


def did_you_mean(value: str, known: set[str]) -> str:
    """Advice naming the nearest of the known values, or all of them when they are few."""
    close = get_close_matches(value, sorted(known), n=1)
    if close:
        return f"Vouliez-vous dire « {close[0]} » ?"
    if 0 < len(known) <= 12:
        return f"Possibles : {', '.join(sorted(known))}."
    return "Vérifiez l’orthographe."


def in_french(detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, str, str]:
    """(code, message, hint) for one of pydantic's error details on `model`."""
    kind, given, where = detail["type"], detail["input"], detail["loc"]
    # The innermost key: ("sources", 0, "url") is about « url », ("variants", 3) about its list.
    name = next((str(part) for part in reversed(where) if isinstance(part, str)), "")
    if kind == "missing":
        return (
            "cle-absente",
            f"Il manque la clé « {name} ».",
            "Ajoutez-la, alignée avec les autres.",
        )
    if kind == "extra_forbidden":
        known = set(_keys(_model_at(model, where[:-1])))
        return "cle-inconnue", f"La clé « {name} » n’est pas connue.", did_you_mean(name, known)
    if kind == "string_too_long":
        limit = detail["ctx"]["max_length"]
        message = f"« {name} » compte {len(given)} caractères ; le maximum est {limit}."
        return "trop-long", message, "Raccourcissez."
    if kind == "string_too_short":
        return "vide", f"« {name} » est vide.", "Écrivez un texte, ou retirez la clé."
    if kind == "string_pattern_mismatch":
        return _pattern(name, given)
    if kind.startswith("date"):
        message = f"« {given} » n’est pas une date pour « {name} »."
        return "date", message, "Écrivez année-mois-jour, comme 2026-11-23."
    if kind == "tuple_type":
        return "liste", f"« {name} » doit être une liste.", DASH
    if kind == "string_type":
        return no_text(given, name)
    if kind.startswith("float"):
        return "nombre", f"« {given} » n’est pas un nombre pour « {name} ».", 'Exemple : "1.75".'
    if kind.startswith("bool"):
        return "oui-non", f"« {name} » attend oui ou non.", "Écrivez true, ou retirez la ligne."
    if kind in _OF_SENTENCES:
        told, hint = _OF_SENTENCES[kind]
        ctx = detail["ctx"]
        return kind, told.format(key=name, **ctx), hint.format(**ctx)
    if kind in {"literal_error", "enum"}:
        message = f"« {given} » n’est pas possible pour « {name} »."
        return "valeur", message, f"Possibles : {detail['ctx']['expected']}."
    if kind == "model_type":
        return "forme", "Des lignes « clé: valeur » sont attendues ici.", NEXT_TO_OTHERS
    return "valeur", f"La valeur de « {name} » n’est pas acceptée.", NEXT_TO_OTHERS


def no_text(given: Any, name: str) -> tuple[str, str, str]:
    """(code, message, hint) for what stands in `name` where a text is expected."""
    if not isinstance(given, dict) or not given:
        return "texte", f"« {name} » doit être un texte.", "Mettez-le entre guillemets."
    if "id" in given:
        message = f"Cette entrée est sous « {name} »."
        return "place", message, "Mettez-la à la fin de « entrees: », alignée avec les autres."
    first = str(next(iter(given)))
    code = "guillemet-autre" if first[0] in "“”„«‘" else "deux-points"
    message, hint = SAID[code]
    return code, message.format(first[0]), hint


def _keys(model: type[BaseModel]) -> dict[str, Any]:
    """The model's keys as editors write them, each with what it may hold."""
    return {
        str(field.validation_alias or name): field.annotation
        for name, field in model.model_fields.items()
    }


def _model_at(model: type[BaseModel], where: Iterable[str | int]) -> type[BaseModel]:
    """The model of the part at `where`; numbers and free names in it lead into a collection."""
    for part in where:
        model = _model_in(_keys(model).get(str(part))) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


def _pattern(name: str, given: Any) -> tuple[str, str, str]:
    if name == "codes_postaux":
        told = f"« {given} » n’est pas le début d’un code postal."
        return "code-postal", told, "Des chiffres, cinq au plus."
    if name == "url":
        return (
            "adresse",
            f"« {given} » n’est pas une adresse web.",
            "Elle commence par https:// et ne contient pas d’espace.",
        )
    return (
        "identifiant",
        f"« {given} » n’est pas un identifiant.",
        f"Des lettres minuscules sans accent, des chiffres et des tirets, {ID_LENGTH} au plus.",
    )
