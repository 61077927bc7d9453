"""What an editor is told when a value is not of the expected form."""

from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.knowledge.model import ID_LENGTH

NEXT_TO_OTHERS = "Comparez avec l’entrée précédente."
DASH = "Commencez chaque élément par un tiret et une espace."


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
        known = {
            str(field.validation_alias or field_name)
            for field_name, field in model.model_fields.items()
        }
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
        return "texte", f"« {name} » doit être un texte.", "Mettez-le entre guillemets."
    if kind.startswith("bool"):
        return "oui-non", f"« {name} » attend oui ou non.", "Écrivez true, ou retirez la ligne."
    if kind == "braces":
        return (
            "accolades",
            f"Une accolade de « {name} » n’est pas fermée.",
            "Écrivez {nom}, entier.",
        )
    if kind == "placeholders":
        expected = detail["ctx"]["expected"] or "rien"
        message = f"« {name} » ne contient pas les bons mots entre accolades."
        return "accolades", message, f"Il y faut : {expected} (chacun entre accolades)."
    if kind == "literal_error":
        message = f"« {given} » n’est pas possible pour « {name} »."
        return "valeur", message, f"Possibles : {detail['ctx']['expected']}."
    if kind == "model_type":
        return "forme", "Des lignes « clé: valeur » sont attendues ici.", NEXT_TO_OTHERS
    return "valeur", f"La valeur de « {name} » n’est pas acceptée.", NEXT_TO_OTHERS


def _pattern(name: str, given: Any) -> tuple[str, str, str]:
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
