"""The remedy of a mistake, counted or written out, where the lines around it show what is meant."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from bot.knowledge.files import AnswersFile

_START = re.compile(r" *(- +)?(?:([a-z0-9_-]+) ?:(?= |$))?")
_BLOCK = re.compile(r"[:-] +[|>][-+\d]* *(?:#.*)?$")
#: A dash, a key that a text with a colon or a quote follows, the text; within a list, a word with
#: a space before its colon is a word.
_TEXT = re.compile(r" *(- +)?([a-z_]+(?(1)| ?): +(?=.*:(?: |$)|[“”„«‘’]))?(.*)")
#: What stands before a text that a straight quote opens, and the text.
_OPENED = re.compile(r" *((?:- +)?(?:[a-z_]+ ?: +)?)(\".*)")
_CLOSING = {"“": "”", "‘": "’", "„": "“", "«": "»", "”": "”", "’": "’"}
#: Keys that stand at the margin.
MARGIN = frozenset(
    str(field.validation_alias or name) for name, field in AnswersFile.model_fields.items()
)
_NO_ENTRIES = ("hors_sujet", "avec_un_contact")
PLACED = "Coupez-la, et collez-la à la fin de « entrees: », chaque ligne décalée comme les autres."
#: A longer text is not written out again.
_LONGEST = 120


class _Row(NamedTuple):
    """A line that begins a part, or the key behind its dash: where, and how it begins."""

    number: int
    column: int
    dash: bool
    key: str | None


_NO_ROW = _Row(-1, 0, dash=False, key=None)


def told(code: str, lines: Sequence[str], number: int) -> tuple[str | None, str] | None:
    """(message or None for the usual one, remedy) for a mistake on a line counted from 1.

    None where the lines do not show what is meant.
    """
    at = number - 1
    if code in ("alignement", "bloc-decale"):
        return (_aligned if code == "alignement" else _in_text)(lines, at)
    if code == "bloc-cle" and (found := _aligned(lines, at)):
        return None, " ".join(map(str, found))
    if code == "bloc-suivi":
        below = _column(lines[at + 1]) if lines[at + 1].strip() else 0
        wanted = below if below > _column(lines[at]) else _key_column(lines[at]) + 2
        return None, (
            f"Passez à la ligne et mettez {_spaces(wanted)} devant le texte, ou effacez ce signe "
            "et mettez le texte entre guillemets droits."
        )
    if code == "guillemet-interieur":
        return _requoted(lines[at])
    if code == "crochet":
        return _closed(lines, at)
    if code == "tiret-absent":
        return None, _dashed(lines, at)
    if code == "cles-collees" and (two := re.match(r".*? ([a-z_]+): ", lines[at].lstrip())):
        spaces = _spaces(_key_column(lines[at]))
        return None, f"Passez à la ligne avant « {two[1]}: », et mettez {spaces} devant."
    if code in ("deux-points", "guillemet-autre"):
        return _quoted(lines, at)
    return None


def empty_text(lines: Sequence[str], number: int, needed: bool) -> tuple[str, str] | None:
    """(message, remedy) if the line, counted from 1, announces a text, and none follows."""
    line = lines[number - 1]
    if not _BLOCK.search(line):
        return None
    remedy = f"Écrivez-le à la ligne suivante, avec {_spaces(_key_column(line) + 2)} devant"
    remedy += "." if needed else f", ou effacez toute la ligne {number}."
    return f"Il n’y a aucun texte sous « {line.strip()} ».", remedy


def _column(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _key_column(line: str) -> int:
    return len(line) - len(line.lstrip(" -"))


def _spaces(count: int) -> str:
    return f"{count} espace{'s' * (count > 1)}" if count else "aucune espace"


def _counted(found: int, wanted: int, like: str) -> tuple[str, str]:
    message = f"Il y a {_spaces(found)} devant cette ligne."
    if not found:
        message = "Il n’y a aucune espace devant cette ligne."
    if wanted:
        return message, f"Il en faut {wanted}{like and f', comme devant {like}'}."
    return (
        message,
        f"Il n’en faut aucune : elle commence tout à gauche{like and f', comme {like}'}.",
    )


def _rows(lines: Sequence[str]) -> list[_Row]:
    """The lines that begin a part; those of a text that « | » announces begin none."""
    rows, text = [], -1
    for number, line in enumerate(lines):
        match, column = _START.match(line), _column(line)
        if not line.strip() or not match or -1 < text < column:
            continue
        text = column if _BLOCK.search(line) else -1
        if match[1] or match[2]:
            rows.append(_Row(number, column, bool(match[1]), match[2]))
        if match[1] and match[2]:
            rows.append(_Row(number, match.start(2), False, match[2]))
    return rows


def _aligned(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    match, found = _START.match(lines[at]), _column(lines[at])
    if not match or not (match[1] or match[2]):
        return None
    dash, key = bool(match[1]), match[2]
    if dash and not key and (listed := _in_list(lines, at)):
        return listed
    rows = [row for row in _rows(lines) if row.number != at]
    like = [row for row in rows if row.dash == dash]
    same = Counter(row.column for row in like if key and row.key == key)
    above = [row for row in rows if row.number < at]
    under = next((row.key for row in reversed(above) if not row.column and row.key), None)
    if dash and key == "id" and under in _NO_ENTRIES:
        return f"Cette entrée est sous « {under} ».", PLACED
    if dash and not key and above and re.search(r"\w ?: *$", lines[above[-1].number]):
        wanted = above[-1].column + 2
    elif same:
        wanted = same.most_common(1)[0][0]
    elif key in MARGIN and not dash:
        wanted = 0
    else:
        ways, limit = [], found + 1000
        for row in reversed(above):  # the parts that are still open there
            if row.column < limit:
                limit = row.column
                ways += [limit] * (row.dash == dash and limit != found)
        if not ways:
            return None
        wanted = min(ways, key=lambda way: (abs(way - found), way))
    if wanted == found:
        return None
    models = [row for row in like if row.column == wanted == _column(lines[row.number])]
    before = [row for row in models if row.number < at]
    if dash and key:
        before = [row for row in before if row.key == key]
    after = [row for row in models if row.number > at and row.key == key]
    model = next(iter((*before[-1:], *after[:1])), None)
    return _counted(found, wanted, _shown(lines, model.number) if model else "")


def _dashed(lines: Sequence[str], at: int) -> str:
    """Where the dash that a line lacks is to be typed, as before most lines of its kind."""
    rows = [row for row in _rows(lines) if row.number != at]
    match = _START.match(lines[at])
    key = match[2] if match else None
    near = [row.column for row in rows if row.dash and not row.key and abs(row.number - at) == 1]
    same = Counter(
        row.column
        for row in rows
        if row.dash and key and lines[row.number].lstrip().startswith(f"- {key}")
    )
    above = [row for row in rows if row.number < at]
    wanted = same.most_common(1)[0][0] if same else near[0] if near else above[-1].column + 2
    return (
        f"Au début de la ligne, mettez {_spaces(wanted)}, un tiret et une espace, puis "
        f"« {lines[at].strip()} »."
    )


def _in_list(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    """For a text of a list: as most texts of the list are, or else as most in the file."""
    rows = _rows(lines)
    texts = {row.number: row.column for row in rows if row.dash and not row.key}
    first = last = at
    while first - 1 in texts:
        first -= 1
    while last + 1 in texts:
        last += 1
    run = {number: _column(lines[number]) for number in range(first, last + 1)}
    here, usual = Counter(run.values()), Counter(texts.values())
    above = max((row.number, row.column) for row in [_NO_ROW, *rows] if row.number < first)[1]
    wanted = max(here, key=lambda column: (column >= above, here[column], usual[column]))
    if len(here) == 1:
        return None
    wrong = at if run[at] != wanted else next(n for n in run if run[n] != wanted)
    like = min((n for n in run if run[n] == wanted), key=lambda n: abs(n - wrong))
    message, remedy = _counted(run[wrong], wanted, _shown(lines, like))
    return message.replace(
        "cette ligne", f"la ligne {wrong + 1}"
    ) if wrong != at else message, remedy


def _shown(lines: Sequence[str], number: int) -> str:
    line = lines[number].strip()
    return f"« {line if len(line) < 40 else f'{line[:39]}…'} », ligne {number + 1}"


def _in_text(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    header = next((n for n in range(at - 1, -1, -1) if _BLOCK.search(lines[n])), None)
    if header is None:
        return None
    found, usual = _column(lines[at]), _key_column(lines[header]) + 2
    text = [n for n in range(header + 1, at) if lines[n].strip()]
    if any(_column(lines[n]) <= _column(lines[header]) for n in text):
        return None
    wanted = _column(lines[text[0]]) if text else usual
    if found == usual != wanted:
        message, remedy = _counted(wanted, found, f"le reste du texte (ligne {at + 1})")
        return message.replace("cette ligne", f"la ligne {text[0] + 1}"), remedy
    model = next((n for n in reversed(text) if _column(lines[n]) == wanted), None)
    like = "" if model is None else f"le reste du texte (ligne {model + 1})"
    return None if found == wanted else _counted(found, wanted, like)


def _requoted(line: str) -> tuple[None, str] | None:
    """The line whose text is between straight quotes, with others inside it, written right."""
    match = _OPENED.match(line.rstrip())
    if not match or "\\" in line:
        return None
    text = match[2]
    if text.count('"') > 2 or text.endswith('"'):
        text = text[1:].removesuffix('"')
    if text.count('"') % 2 or len(text) > _LONGEST:
        return None
    inner = re.sub('"([^"]*)"', lambda pair: f"« {pair[1].strip()} »", text)
    outside = "le tiret reste dehors" if "-" in match[1] else "la clé reste dehors"
    return None, f'Écrivez : {match[1].lstrip()}"{inner}" ({outside}).'


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
    shown = lines[last].strip()[-25:]
    message = "Un crochet [ est ouvert ici, et n’est pas refermé."
    return message, f"Écrivez ] à la fin de la ligne {last + 1}, après « {shown} »."


def _continues(lines: Sequence[str], at: int, number: int) -> bool:
    """Whether a line goes on with what begins on another: deeper, and no part of its own."""
    match = _START.match(lines[number]) if number < len(lines) else None
    deeper = bool(match) and lines[number].strip() and _column(lines[number]) > _column(lines[at])
    return bool(deeper and match and not match[1] and not match[2])


def _quoted(lines: Sequence[str], at: int) -> tuple[None, str] | None:
    """The line with its text between quotes."""
    match = _TEXT.match(lines[at].rstrip())
    if not match or not (match[1] or match[2]):
        return None
    begins = _START.match(lines[at + 1])
    goes_on = lines[at + 1].strip() and not (begins and (begins[1] or begins[2]))
    text, closing = match[3], _CLOSING.get(match[3][:1])
    if closing and text.endswith(closing):
        text = text[1:].removesuffix(closing).strip(" \xa0\u202f")
    if goes_on or len(text) > _LONGEST or re.search(r'"| #|^[\[{\'|>]', text):
        return None
    written = f'{match[1] or ""}{match[2] or ""}"{text}"'
    if closing and text != match[3] and match[3][0] in "“‘„":
        signs = f"« {match[3][0]} » et « {closing} »"
        return None, f'Remplacez {signs} par des guillemets droits (") : {written}'
    outside = "le tiret" if match[1] else "la clé"
    return None, f"Écrivez : {written} ({outside} reste dehors, le reste entre guillemets droits)."
