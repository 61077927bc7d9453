"""/chiffres, and how figures are shown anywhere: those from 1 to 4 never are."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.conversation.alike import REFUSED
from bot.conversation.reply import Conversation
from bot.knowledge.texts import Sentences
from bot.language.typography import long_date
from bot.storage.asked import ANSWERED, OFFERED
from bot.storage.database import Asked, Database
from bot.storage.patience import read
from bot.web.keys import SERVICES
from bot.web.rendering import render

#: The smallest figure shown: behind a smaller one, somebody might be recognised.
LEAST = 5
MONTHS = 12
_OUTCOMES = (ANSWERED, OFFERED, REFUSED)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what it is about, its cells in words, and how long its bar is (%)."""

    label: str
    cells: tuple[str, ...]
    bar: int


async def page(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    base = services.assistant.base
    since = first_month(services.assistant.today())
    asked, votes = await read(_counts(services.database, since)) or (None, None)
    tables: tuple[tuple[str, str, tuple[Line, ...]], ...] = ()
    if asked is not None and votes is not None:
        known = {theme.id for theme in base.themes}
        months: Counter[tuple[str, str]] = Counter()
        themes: Counter[tuple[str, str]] = Counter()
        for one, count in asked.items():
            months[one.month.isoformat(), one.outcome] += count
            themes[one.theme if one.theme in known else "", one.outcome] += count
        for (entry, month), count in votes.items():
            theme = base.entries[entry].theme if entry in base.entries else None
            months[month.isoformat(), "useful"] += count
            themes[theme or "", "useful"] += count
        texts = base.texts.mairie
        names = {
            day: month_in_words(dt.date.fromisoformat(day))
            for day in sorted({day for day, _ in months}, reverse=True)
        }
        titles = {one.id: one.title for one in base.themes} | {"": texts["sans_theme"]}
        counted = {key for key, _ in themes}
        shown = {key: title for key, title in titles.items() if key in counted}
        tables = (
            (texts["chiffres_par_mois"], texts["mois"], _lines(names, months, texts)),
            (texts["chiffres_par_theme"], texts["theme"], _lines(shown, themes, texts)),
        )
    return render(
        request,
        "chiffres.html",
        Conversation(started=True),
        tables=tables if asked else (),
        absent=asked is None or votes is None,
    )


def _lines(
    rows: dict[str, str], counts: Counter[tuple[str, str]], texts: Sentences
) -> tuple[Line, ...]:
    """Questions, answered, offered, refused, useful, for each of the rows {key: label}."""
    table = []
    for key in rows:
        parts = [counts[key, outcome] for outcome in _OUTCOMES]
        table.append([sum(parts), *parts, counts[key, "useful"]])
    gone = hidden(table)
    most = max((cells[0] for cells in table), default=0) or 1
    return tuple(
        Line(
            label,
            tuple(
                in_words(count, texts, gone=(row, column) in gone)
                for column, count in enumerate(cells)
            ),
            0 if (row, 0) in gone else round(100 * cells[0] / most),
        )
        for row, (label, cells) in enumerate(zip(rows.values(), table, strict=True))
    )


def hidden(table: Sequence[Sequence[int]]) -> set[tuple[int, int]]:
    """The cells (row, column) not to be shown: small ones, and those that would tell one.

    In a row, the first cell is the sum of the next three; of each column, the other table tells
    the sum. A small cell hidden alone could be had by taking the others away: one more is hidden.
    """
    cells = {(row, at): n for row, line in enumerate(table) for at, n in enumerate(line)}
    gone = {cell for cell, count in cells.items() if 0 < count < LEAST}
    sums = [[(row, at) for at in (1, 2, 3)] for row in range(len(table))]
    sums += [[cell for cell in cells if cell[1] == at] for at in range(5)]
    found = True
    while found:
        found = False
        for parts in sums:
            if len(gone.intersection(parts)) != 1:
                continue
            rest = [cell for cell in parts if cell not in gone and cells[cell]]
            # Where nothing else is left in a row, its sum is what would tell.
            rest = rest or [cell for cell in {(parts[0][0], 0)} - gone if parts[0][1] == 1]
            if rest:
                gone.add(min(rest, key=lambda cell: cells[cell]))
                found = True
    return gone


def in_words(count: int, texts: Sentences, *, gone: bool = False) -> str:
    """A figure as it may be shown."""
    if 0 < count < LEAST:
        return texts["moins_de_5"]
    return texts["cache"] if gone else f"{count:,}".replace(",", "\u202f")


def month_in_words(month: dt.date) -> str:
    return long_date(month).partition(" ")[2]


def first_month(today: dt.date) -> dt.date:
    """The first day of the oldest month shown."""
    months = today.year * 12 + today.month - MONTHS
    return dt.date(months // 12, months % 12 + 1, 1)


async def _counts(
    database: Database, since: dt.date
) -> tuple[dict[Asked, int], dict[tuple[str, dt.date], int]]:
    return await database.questions(since), await database.votes_by_month(since)


ROUTES = (web.get("/chiffres", page),)
