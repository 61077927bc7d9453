"""How far from the margin a line is to stand, as those around it show: the remedy, counted."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from bot.knowledge.files import AnswersFile

START = re.compile(r" *(- +)?(?:([a-z0-9_-]+) ?:(?= |$))?")
BLOCK = re.compile(r"[:-] +[|>][-+\d]* *(?:#.*)?$")
#: Keys that stand at the margin.
MARGIN = frozenset(
    str(field.validation_alias or name) for name, field in AnswersFile.model_fields.items()
)
_NO_ENTRIES = ("hors_sujet", "avec_un_contact")
PLACED = "Coupez-la, et collez-la à la fin de « entrees: », chaque ligne décalée comme les autres."


class _Row(NamedTuple):
    """A line that begins a part, or the key behind its dash: where, and how it begins."""

    number: int
    column: int
    dash: bool
    key: str | None


_NO_ROW = _Row(-1, 0, dash=False, key=None)


def column(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def key_column(line: str) -> int:
    return len(line) - len(line.lstrip(" -"))


def spaces(count: int) -> str:
    return f"{count} espace{'s' * (count > 1)}" if count else "aucune espace"


def _counted(found: int, wanted: int, like: str) -> tuple[str, str]:
    message = f"Il y a {spaces(found)} devant cette ligne."
    if not found:
        message = "Il n’y a aucune espace devant cette ligne."
    if wanted:
        return message, f"Il en faut {wanted}{like and f', comme devant {like}'}."
    return (
        message,
        f"Il n’en faut aucune : elle commence tout à gauche{like and f', comme {like}'}.",
    )


def rows_of(lines: Sequence[str]) -> list[_Row]:
    """The lines that begin a part; those of a text that « | » announces begin none."""
    rows, text = [], -1
    for number, line in enumerate(lines):
        match, found = START.match(line), column(line)
        if not line.strip() or not match or -1 < text < found:
            continue
        text = found if BLOCK.search(line) else -1
        if match[1] or match[2]:
            rows.append(_Row(number, found, bool(match[1]), match[2]))
        if match[1] and match[2]:
            rows.append(_Row(number, match.start(2), False, match[2]))
    return rows


def aligned(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    match, found = START.match(lines[at]), column(lines[at])
    if not match or not (match[1] or match[2]):
        return None
    dash, key = bool(match[1]), match[2]
    if dash and not key and (listed := _in_list(lines, at)):
        return listed
    rows = [row for row in rows_of(lines) if row.number != at]
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
    models = [row for row in like if row.column == wanted == column(lines[row.number])]
    before = [row for row in models if row.number < at]
    if dash and key:
        before = [row for row in before if row.key == key]
    after = [row for row in models if row.number > at and row.key == key]
    model = next(iter((*before[-1:], *after[:1])), None)
    return _counted(found, wanted, _shown(lines, model.number) if model else "")


def _in_list(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    """For a text of a list: as most texts of the list are, or else as most in the file."""
    rows = rows_of(lines)
    texts = {row.number: row.column for row in rows if row.dash and not row.key}
    first = last = at
    while first - 1 in texts:
        first -= 1
    while last + 1 in texts:
        last += 1
    run = {number: column(lines[number]) for number in range(first, last + 1)}
    here, usual = Counter(run.values()), Counter(texts.values())
    above = max((row.number, row.column) for row in [_NO_ROW, *rows] if row.number < first)[1]
    wanted = max(here, key=lambda one: (one >= above, here[one], usual[one]))
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


def in_text(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    header = next((n for n in range(at - 1, -1, -1) if BLOCK.search(lines[n])), None)
    if header is None:
        return None
    found, usual = column(lines[at]), key_column(lines[header]) + 2
    text = [n for n in range(header + 1, at) if lines[n].strip()]
    if any(column(lines[n]) <= column(lines[header]) for n in text):
        return None
    wanted = column(lines[text[0]]) if text else usual
    if found == usual != wanted:
        message, remedy = _counted(wanted, found, f"le reste du texte (ligne {at + 1})")
        return message.replace("cette ligne", f"la ligne {text[0] + 1}"), remedy
    model = next((n for n in reversed(text) if column(lines[n]) == wanted), None)
    like = "" if model is None else f"le reste du texte (ligne {model + 1})"
    return None if found == wanted else _counted(found, wanted, like)
