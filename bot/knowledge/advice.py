"""What an editor is told when a value is not of the expected form."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.knowledge.indents import MARGIN, PLACED
from bot.knowledge.mistyped import SAID
from bot.knowledge.model import ID_LENGTH, ID_PATTERN

_KEYED = ("forme", "Des lignes « clé: valeur » sont attendues ici, pas une liste ni un texte.")
_DATE = "Écrivez année-mois-jour, comme 2026-11-23."
_LISTED = "Commencez chaque élément par un tiret et une espace."
_MARKS = "Repères possibles : {possible}."
_NEXT_TO_OTHERS = "Comparez avec l’entrée précédente."
_NUMBER = "« {given} » n’est pas un nombre pour « {key} »."
_SEPARATED = "Séparez-les par des virgules : [{}]."
_POSSIBLE = ("valeur", "« {given} » n’est pas possible pour « {key} ».", "Possibles : {expected}.")
#: By the type of pydantic's error, its first word, our own, or the key: code, message and hint.
_SAID = MappingProxyType(
    {
        "accolade": ("accolade", "« {key} » a une accolade seule.", _MARKS),
        "annee": ("annee", "L’année de « {given} » n’est pas vraisemblable, pour « {key} ».",
                  "De 1990 à 2100, sur quatre chiffres : 2026-11-23."),
        "bool": ("oui-non", "« {key} » attend oui ou non.",
                 "Écrivez true, ou effacez toute la ligne."),
        "codes_postaux": ("code-postal", "« {given} » n’est pas le début d’un code postal.",
                          "Des chiffres, cinq au plus."),
        "date": ("date", "« {given} » n’est pas une date pour « {key} ».", _DATE),
        "dict_type": (*_KEYED, _NEXT_TO_OTHERS),
        "enum": _POSSIBLE,
        "float": ("nombre", _NUMBER, 'Exemple : "1.75".'),
        "frozen_set_type": ("liste", "« {key} » doit être une liste.", _LISTED),
        "identifiant": ("identifiant", "« {given} » n’est pas un identifiant.",
                        "Des lettres minuscules sans accent, des chiffres et des tirets, "
                        f"{ID_LENGTH} au plus."),
        "int": ("nombre", _NUMBER, 'Exemple : "12".'),
        "literal_error": _POSSIBLE,
        "mapping_type": (*_KEYED, _NEXT_TO_OTHERS),
        "missing": ("cle-absente", "Il manque la clé « {key} ».",
                    "Ajoutez-la, alignée avec les autres."),
        "model_type": (*_KEYED, _NEXT_TO_OTHERS),
        "repere-absent": ("repere-absent", "Il manque {name} dans « {key} ».",
                          "Écrivez-le, accolades comprises, là où il sera remplacé."),
        "repere-inconnu": ("repere-inconnu", "« {key} » a un repère inconnu : {name}.", _MARKS),
        "string_too_long": ("trop-long",
                            "« {key} » compte {length} caractères ; le maximum est {max_length}.",
                            "Raccourcissez."),
        "string_too_short": ("vide", "« {key} » est vide.", "Écrivez un texte après « {key}: »."),
        "string_type": ("texte", "« {key} » doit être un texte.", "Mettez-le entre guillemets."),
        "telephone": ("telephone", "« {given} » n’est pas un numéro de téléphone.",
                      "Dix chiffres, comme 03 20 30 59 59, ou un numéro court, comme 3114. Sans "
                      "numéro, effacez toute la ligne."),
        "too_short": ("synonymes", "Une ligne de synonymes compte au moins deux textes.",
                      "Exemple : [voiture, auto]."),
        "tuple_type": ("liste", "« {key} » doit être une liste.", _LISTED),
        "url": ("adresse", "« {given} » n’est pas une adresse web.",
                "Elle commence par https:// et ne contient pas d’espace."),
        "vide": ("vide", "« {key} » ne dit rien.", "Écrivez la réponse, ou retirez l’entrée."),
    }
)  # fmt: skip
_OTHER = ("valeur", "La valeur de « {key} » n’est pas acceptée.", _NEXT_TO_OTHERS)
#: A day as it is written by hand.
_TURNED = re.compile(r"(0?[1-9]|[12]\d|3[01])[/. -](0?[1-9]|1[0-2])[/. -]((?:19|20)\d\d)")
#: How many of the known names an unknown one is told beside.
LISTED = 12


def did_you_mean(value: str, known: Collection[str]) -> str:
    """Advice naming the known values, nearest first and LISTED at most."""
    if ";" in value:
        return _SEPARATED.format(", ".join(map(str.strip, value.split(";"))))
    near = get_close_matches(value, sorted(known), n=LISTED)
    listed = [*near, *sorted(set(known) - set(near))]
    told = f"Vouliez-vous dire « {near[0]} » ? " if near else ""
    more = ", …" if len(listed) > LISTED else "."
    return f"{told}Possibles : {', '.join(listed[:LISTED])}{more}" if listed else "Il n’y en a pas."


def in_french(
    detail: ErrorDetails,
    model: type[BaseModel],
    path: Iterable[str | int],
    entry: str | None = None,
) -> tuple[str, str, str]:
    """(code, message, hint) for one of pydantic's error details on `model`.

    `path` is where in its file, `entry` the id of the entry there.
    """
    kind, where = detail["type"], detail["loc"]
    # The innermost key: ("sources", 0, "url") is about « url », ("variants", 3) about its list.
    *_, key = ("", *(part for part in path if isinstance(part, str)))
    if kind == "extra_forbidden":
        inside = [part for part in path if isinstance(part, str)][-2:-1]
        if key in MARGIN and inside:
            message, hint = SAID["place"]
            return "place", message.format(key, entry or inside[0]), hint
        known = _keys(_model_at(model, where[:-1]))
        hint = did_you_mean(key, known)
        if " " in key:
            hint += " Si c’est une note, commencez la ligne par #."
        return "cle-inconnue", f"La clé « {key} » n’est pas connue.", hint
    if kind == "string_type":
        return no_text(detail["input"], key)
    if kind == "string_pattern_mismatch":
        kind = key if key in _SAID else "identifiant"
    return said(kind, detail["input"], key, detail.get("ctx", {}))


def no_text(given: Any, key: str) -> tuple[str, str, str]:
    """(code, message, hint) for what stands in `key` where a text is expected."""
    if not isinstance(given, dict) or not given:
        return said("string_type", given, key)
    if "id" in given:
        return "place", f"Cette entrée est sous « {key} ».", PLACED
    first = str(next(iter(given)))
    code = "guillemet-autre" if first[0] in "“”„«‘" else "deux-points"
    message, hint = SAID[code]
    return code, message.format(first[0]), hint


def said(
    kind: str, given: Any, key: str = "", context: Mapping[str, Any] = MappingProxyType({})
) -> tuple[str, str, str]:
    """(code, message, hint) for a kind of mistake: what was given, and for which key."""
    remedy = _written(kind, given, key)
    code, message, hint = _SAID.get(kind) or _SAID.get(re.split("[-_]", kind)[0], _OTHER)
    expected = str(context.get("expected", "")).replace("'", "").replace(" or ", " ou ")
    told = {**context, "key": key, "given": given, "length": len(str(given)), "expected": expected}
    return code, message.format(**told), remedy or hint.format(**told)


def _written(kind: str, given: Any, key: str) -> str | None:
    """The value as it was meant, where that shows."""
    if kind.startswith("date") and (turned := _TURNED.fullmatch(str(given).strip())):
        day, month, year = turned.groups()
        return f"Écrivez {year}-{month:0>2}-{day:0>2} : l’année, le mois, le jour."
    if kind == "too_short" and given:
        given = given[0]
    names = [one.strip() for one in re.split("[;,]", str(given).strip("[]"))]
    if kind in ("tuple_type", "frozen_set_type") and isinstance(given, str):
        if len(names) > 1 and key == "synonymes":
            return f"Écrivez « - [{', '.join(names)}] », avec les crochets."
        if all(re.fullmatch(ID_PATTERN, one) for one in names):
            return f"Écrivez « {key}: [{', '.join(names)}] », avec les crochets."
    if kind in ("identifiant", "too_short") and ";" in str(given):
        return _SEPARATED.format(", ".join(names))
    return None


def _keys(model: type[BaseModel]) -> dict[str, Any]:
    """The model's keys as editors write them, each with what it may hold."""
    return {
        str(field.validation_alias or name): field.annotation
        for name, field in model.model_fields.items()
    }


def needs(model: type[BaseModel], where: Sequence[str | int]) -> bool:
    """Whether the model can't do without the key at `where`."""
    fields = _model_at(model, where[:-1]).model_fields
    return any(
        field.is_required() and where[-1] in (name, field.validation_alias)
        for name, field in fields.items()
    )


def _model_at(model: type[BaseModel], where: Iterable[str | int]) -> type[BaseModel]:
    """The model of the part at `where`; numbers and free names in it lead into a collection."""
    for part in where:
        model = _model_in(_keys(model).get(str(part))) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
