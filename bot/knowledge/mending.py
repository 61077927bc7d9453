"""The remedy of a mistake, counted or written out, where the lines around it show what is meant."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from bot.knowledge.indents import (
    BLOCK,
    START,
    aligned,
    column,
    in_text,
    key_column,
    rows_of,
    spaces,
)
from bot.knowledge.mistyped import SAID

#: A « | » or a « > » that something follows.
_BLOCK_BEGUN = re.compile(r"[:-] +[|>]")
#: A dash, a key that a text with a colon or a quote follows, the text; within a list, a word with
#: a space before its colon is a word.
_TEXT = re.compile(r" *(- +)?([a-z_]+(?(1)| ?): +(?=.*:(?: |$)|[“”„«‘’]))?(.*)")
#: What stands before a text that a straight quote opens, and the text.
_OPENED = re.compile(r"( *)((?:- +)?(?:[a-z_]+ ?: +)?)([\"'])(.*)")
_CLOSING = {"“": "”", "‘": "’", "„": "“", "«": "»", "”": "”", "’": "’"}
#: A longer text is not written out again.
_LONGEST = 120


def told(code: str, lines: Sequence[str], number: int) -> tuple[str | None, str] | None:
    """(message or None for the usual one, remedy) for a mistake on a line counted from 1.

    None where the lines do not show what is meant.
    """
    at = number - 1
    if code in ("alignement", "bloc-decale"):
        return (aligned if code == "alignement" else in_text)(lines, at)
    if code == "bloc-cle" and (found := aligned(lines, at)):
        return None, " ".join(map(str, found))
    if code == "cles-collees" and (two := re.match(r".*? ([a-z_]+): ", lines[at].lstrip())):
        before = spaces(key_column(lines[at]))
        return None, f"Passez à la ligne avant « {two[1]}: », et mettez {before} devant."
    if code == "deux-points" and lines[at].rstrip().endswith(":"):
        _, remedy = _quoted(lines, at) or SAID[code]
        erased = "Effacez-le, ou r" if remedy.startswith("R") else "Effacez-le, ou e"
        return "Un deux-points est à la fin d’un texte.", f"{erased}{remedy[1:]}"
    return _REMEDIES[code](lines, at) if code in _REMEDIES else None


def empty_text(lines: Sequence[str], number: int, needed: bool) -> tuple[str, str] | None:
    """(message, remedy) if the line, counted from 1, announces a text, and none follows."""
    line = lines[number - 1]
    if not BLOCK.search(line):
        return None
    remedy = f"Écrivez-le à la ligne suivante, avec {spaces(key_column(line) + 2)} devant"
    remedy += "." if needed else f", ou effacez toute la ligne {number}."
    return f"Il n’y a aucun texte sous « {line.strip()} ».", remedy


def _dashed(lines: Sequence[str], at: int) -> tuple[None, str]:
    """Where the dash that a line lacks is to be typed, as before most lines of its kind."""
    rows = [row for row in rows_of(lines) if row.number != at]
    match = START.match(lines[at])
    key = match[2] if match else None
    near = [row.column for row in rows if row.dash and not row.key and abs(row.number - at) == 1]
    same = Counter(
        row.column
        for row in rows
        if row.dash and key and lines[row.number].lstrip().startswith(f"- {key}")
    )
    above = [row for row in rows if row.number < at]
    wanted = same.most_common(1)[0][0] if same else near[0] if near else above[-1].column + 2
    return None, _replaced(f"{' ' * wanted}- {lines[at].strip()}")


def _requoted(lines: Sequence[str], at: int) -> tuple[str | None, str] | None:
    """The line whose text is between straight quotes, with others inside it, written right.

    Her own signs are kept where other quotes may stand around them.
    """
    line = lines[at].rstrip()
    if "\\" in line:
        message = "Une barre \\ est dans un texte entre guillemets droits."
        return message, "Effacez-la, ou écrivez-la deux fois : \\\\."
    match = _OPENED.match(line)
    if not match or len(line) > _LONGEST:
        return None
    sign, text = match[3], match[4]
    # What a closing sign would close is opened: a word does not stand before it.
    if text.endswith(sign) and not re.match(rf"[^{sign}]*\w{sign}\W.*{sign}", text):
        text = text.removesuffix(sign)
    elif sign == '"':
        text = sign + text
    if text.count('"') % 2 or (sign == "'" and '"' in text):
        return None
    if '"' not in text:
        return None, _replaced(f'{match[1]}{match[2]}"{text}"')
    if "'" not in text:
        return None, _replaced(f"{match[1]}{match[2]}'{text}'")
    inner = re.sub('"([^"]*)"', lambda pair: f"« {pair[1].strip()} »", text)
    return None, _replaced(f'{match[1]}{match[2]}"{inner}"')


def _unclosed(lines: Sequence[str], at: int) -> tuple[None, str] | None:
    """The line whose quote is not closed, where its text ends with it."""
    match, line, begins = _OPENED.match(lines[at]), lines[at].rstrip(), START.match(lines[at + 1])
    ends = not lines[at + 1].strip() or (begins and (begins[1] or begins[2]))
    if not match or not ends or line.count(match[3]) > 1 or len(line) > _LONGEST or " #" in line:
        return None
    return None, _replaced(f"{line}{match[3]}")


def _replaced(line: str, more: str = "") -> str:
    """The whole line, spaces and all."""
    return f"Remplacez la ligne par : {line} ({spaces(column(line))} devant{more})."


def _named(lines: Sequence[str], at: int) -> tuple[str | None, str] | None:
    """A name or a key without its colon; a line of several words may be a note."""
    line = lines[at].strip()
    name, _, rest = line.partition(" ")
    below = next((one for one in lines[at + 1 :] if one.strip()), "")
    deeper = column(below) + below.lstrip().startswith("- ") > column(lines[at])
    if not rest and re.fullmatch(r"[\w-]+", line) and deeper:
        return f"Il manque un deux-points après « {line} ».", (
            f"Écrivez exactement « {line}: », le deux-points collé, et rien après : les lignes du "
            "dessous lui appartiennent."
        )
    if not rest or not line[0].isalpha():
        return None
    if re.fullmatch(r"[a-z_]+", name) and any(
        match[2] == name for one in lines if (match := START.match(one))
    ):
        return f"Il manque un deux-points après « {name} ».", _replaced(
            f"{' ' * column(lines[at])}{name}: {rest.lstrip('=: ')}"
        )
    return None, (
        f"Si c’est une note, écrivez « # {line} ». Sinon, écrivez « clé: valeur », avec une "
        "espace après le deux-points."
    )


def _noted(lines: Sequence[str], at: int) -> tuple[None, str] | None:
    """A line that dashes begin is a title or an item."""
    text, before = lines[at].strip().strip("-=*_~ "), " " * column(lines[at])
    if not lines[at].lstrip().startswith("--"):
        return None
    if not text:
        return None, "Effacez toute la ligne."
    item = f" ; si c’est un élément de liste, un seul tiret : {before}- {text}" if before else ""
    return None, f"Si c’est un titre ou une note, écrivez à la place : {before}# {text}{item}."


def _moved(lines: Sequence[str], at: int) -> tuple[None, str]:
    """What stands after « | », or after a name that lines below belong to."""
    if not _BLOCK_BEGUN.search(lines[at]):
        return None, (
            f"Effacez « {lines[at].partition(':')[2].strip()} », et laissez les lignes du dessous "
            "comme elles sont : elles lui appartiennent."
        )
    below = column(lines[at + 1]) if lines[at + 1].strip() else 0
    wanted = below if below > column(lines[at]) else key_column(lines[at]) + 2
    return None, (
        f"Passez à la ligne et mettez {spaces(wanted)} devant le texte, ou effacez ce signe et "
        "mettez le texte entre guillemets droits."
    )


def _announced(lines: Sequence[str], at: int) -> tuple[str | None, str] | None:
    """A text of several lines whose key has no « | »."""
    match = re.match(r" *((?:- +)?[\w-]+ ?:) *(>[-+]?)? *(.*)$", lines[at])
    if not match:
        return None
    below = next((one for one in lines[at + 1 :] if one.strip()), "")
    if below.lstrip().startswith("["):
        line = _replaced(f"{' ' * column(below)}- {below.strip()}")
        return f"Un tiret manque au début de la ligne {at + 2}.", line.replace(
            "la ligne", f"la ligne {at + 2}"
        )
    typed = f"Écrivez « {match[1]} | », avec une espace devant la barre (| : AltGr + 6)"
    if match[3]:
        before = spaces(key_column(lines[at]) + 2)
        return None, f"{typed}, puis tout le texte dessous, avec {before} devant chaque ligne."
    if column(below) <= key_column(lines[at]):
        return None
    return None, f"{typed}. Le texte dessous est bien placé : n’y touchez pas."


def _closed(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    """Where to close a list that begins on the line and that nothing closes."""
    last = at
    while _continues(lines, at, last + 1):
        last += 1
    text = "\n".join(lines[at : last + 1])
    if not re.match(r" *(?:- +)?(?:[a-z_]+ ?: +)?\[", text) or re.search(r"[\"'{}]|\].", text):
        return None
    if text.count("[") != text.count("]") + 1 or text.count("[") > 1:
        return None
    shown = lines[last].strip()
    shown = shown if len(shown) <= 25 else shown[-25:].partition(" ")[2] or shown
    message = "Un crochet [ est ouvert ici, et n’est pas refermé."
    return message, f"Écrivez ] à la fin de la ligne {last + 1}, après « {shown} »."


def _continues(lines: Sequence[str], at: int, number: int) -> bool:
    """Whether a line goes on with what begins on another: deeper, and no part of its own."""
    match = START.match(lines[number]) if number < len(lines) else None
    deeper = bool(match) and lines[number].strip() and column(lines[number]) > column(lines[at])
    return bool(deeper and match and not match[1] and not match[2])


def _quoted(lines: Sequence[str], at: int) -> tuple[None, str] | None:
    """The line with its text between quotes."""
    match = _TEXT.match(lines[at].rstrip())
    if not match or not (match[1] or match[2]):
        return None
    begins = START.match(lines[at + 1])
    goes_on = lines[at + 1].strip() and not (begins and (begins[1] or begins[2]))
    text, closing = match[3], _CLOSING.get(match[3][:1])
    if text.endswith('"') and text.count('"') == 1:
        text = text[:-1]  # the one that should begin it was forgotten
    if closing and text.endswith(closing):
        text = text[1:].removesuffix(closing).strip(" \xa0\u202f")
    if goes_on or len(text) > _LONGEST or re.search(r'"| #|^[\[{\'|>]', text):
        return None
    written = f'{" " * column(lines[at])}{match[1] or ""}{match[2] or ""}"{text}"'
    return None, _replaced(written, ", le texte entre guillemets droits")


_REMEDIES: Mapping[str, Callable[[Sequence[str], int], tuple[str | None, str] | None]] = {
    "bloc-absent": _announced,
    "bloc-suivi": _moved,
    "coupure": _noted,
    "crochet": _closed,
    "deux-points": _quoted,
    "deux-points-absent": _named,
    "guillemet-autre": _quoted,
    "guillemet-interieur": _requoted,
    "guillemet-ouvert": _unclosed,
    "tiret-absent": _dashed,
    "tirets": _noted,
}
