"""The digest for editors: what was asked in vain, what was not liked, what is to be reviewed."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
import yaml

from bot.conversation.alike import Group
from bot.conversation.served import Served
from bot.knowledge.model import ID_LENGTH, QUESTION_LENGTH, Entry
from bot.knowledge.texts import Texts
from bot.language.masking import MARK
from bot.language.typography import long_date, typeset
from bot.language.words import FUNCTION_WORDS, normalise
from bot.storage.asked import AskedQuestions
from bot.storage.database import TABLES, Database

#: Probability from which a new way to ask for the nearest entry is sooner proposed than a new one.
NEAR = 0.1
#: Lines of one part in a short digest.
FEW = 8


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened from `since` to `until`, both included, and what is to be done."""

    since: dt.date
    until: dt.date
    review: tuple[Entry, ...]  # whose `revoir_le` is past, the oldest first
    groups: tuple[Group, ...]
    #: {entry: {why it was of no use, empty where not told: votes}}; « - » is a refusal.
    disliked: dict[str, Counter[str]]
    arrivals: dict[str, int]  # by source, the most usual first


async def make_digest(
    database: Database, asked: AskedQuestions, served: Served, days: int
) -> Digest:
    """The digest of the last days, today among them."""
    since = served.today - dt.timedelta(days=days - 1)
    late = [
        one for one in served.entries.values() if one.review_on and one.review_on < served.today
    ]
    votes, arrived = TABLES.tables["votes"].c, TABLES.tables["arrivals"].c
    number = sa.func.count()
    against = sa.select(votes.entry, votes.reason, number).where(~votes.useful, votes.day >= since)
    total = sa.func.sum(arrived["count"])
    sources = sa.select(arrived.source, total).where(arrived.day >= since)
    disliked: dict[str, Counter[str]] = {}
    async with database.engine.connect() as connection:
        rows = await connection.execute(against.group_by(votes.entry, votes.reason))
        for entry, reason, count in rows:
            disliked.setdefault(entry, Counter())[reason or ""] += count
        rows = await connection.execute(sources.group_by(arrived.source).order_by(total.desc()))
        arrivals = {source: int(count) for source, count in rows}
    return Digest(
        since,
        served.today,
        tuple(sorted(late, key=lambda one: one.review_on or served.today)),
        await asked.groups(days),
        dict(sorted(disliked.items(), key=lambda one: -one[1].total())),
        arrivals,
    )


def in_words(digest: Digest, served: Served, *, short: bool = False) -> str:
    """The digest as a mail's text; `short`: its first lines only, for a message."""
    texts = served.base.texts
    words = texts.bilan
    days = {"debut": long_date(digest.since), "fin": long_date(digest.until)}
    made = [words["titre"].format(**days)]
    for title, lines in (
        ("a_revoir", list(_review(digest, texts))),
        ("sans_reponse", [_group(one, served) for one in digest.groups]),
        ("votes", list(_votes(digest, served))),
        ("arrivees", [f"{source} : {count}" for source, count in digest.arrivals.items()]),
    ):
        shown = lines[:FEW] if short else lines
        left = len(lines) - len(shown)
        told = [f"- {line}" for line in shown] or [words["rien"]]
        told += [words["autres"].format(nombre=left)] if left else []
        made.append("\n".join([words[title], *told]))
    return typeset("\n\n".join(made))


def _named(key: str, served: Served) -> str:
    entry = served.entries.get(key)
    return f"{entry.question} ({key})" if entry else key


def _review(digest: Digest, texts: Texts) -> Iterator[str]:
    for one in digest.review:
        if one.review_on:
            date = long_date(one.review_on)
            yield texts.bilan["depuis"].format(reponse=f"{one.question} ({one.id})", date=date)


def _group(group: Group, served: Served) -> str:
    words = served.base.texts.bilan
    first, *others = (f"« {text} »" for text in group.examples)
    told = [words["fois"].format(question=first, nombre=group.count)]
    if others:
        told.append(words["aussi"].format(questions=", ".join(others)))
    if group.nearest:
        told.append(words["proche"].format(reponse=_named(group.nearest, served)))
    for key, count in group.evidence.items():
        told.append(words["choisie"].format(reponse=_named(key, served), nombre=count))
    return " ".join(told)


def _votes(digest: Digest, served: Served) -> Iterator[str]:
    words = served.base.texts.bilan
    for key, reasons in digest.disliked.items():
        said = [
            f"{served.base.texts.web[f'raison_{reason}']} ({count})"
            for reason, count in reasons.most_common()
            if f"raison_{reason}" in served.base.texts.web
        ]
        name = _named(key, served) if key in served.entries else words["un_refus"]
        yield f"{name} : {reasons.total()}{' – ' * bool(said)}{', '.join(said)}"


def as_yaml(digest: Digest, served: Served) -> str:
    """New ways to ask and new entries, ready to be pasted; nothing where there is none.

    An entry is not served before its editor takes `expire_le` away.
    """
    words, day = served.base.texts.bilan, served.today - dt.timedelta(days=1)
    ways: dict[str, list[str]] = {}
    drafts: list[dict[str, Any]] = []
    known = set(served.entries)
    for group in digest.groups:
        asked = [text for text in group.examples if MARK not in text]
        if not asked:
            continue
        chosen = max(group.evidence, key=lambda key: group.evidence[key], default=None)
        near = chosen or (group.nearest if group.likely >= NEAR else None)
        if near in served.base.entries:
            ways.setdefault(str(near), []).extend(asked)
            continue
        known.add(key := _id(asked[0], known))
        draft = {"id": key, "question": asked[0][:QUESTION_LENGTH], "reponse": words["a_ecrire"]}
        drafts.append(draft | {"expire_le": day, "variantes": asked[1:]})
    parts = []
    if ways:
        title = words["coller_formulations"]
        parts.append(f"# {title}\n{_dumped(ways)}")
    if drafts:
        title = words["coller_faq"]
        parts.append(f"# {title}\n{_dumped(drafts)}")
    return "---\n".join(parts)


def _dumped(made: object) -> str:
    return yaml.safe_dump(made, allow_unicode=True, sort_keys=False, width=1_000)


def _id(text: str, known: Collection[str]) -> str:
    """A new entry's id, of the words of its question."""
    telling = [word for word in normalise(text).split() if word not in FUNCTION_WORDS] or [
        "question"
    ]
    made = re.sub(r"-[^-]*$", "", "-".join(telling[:5])[: ID_LENGTH - 3] + "-")
    number, key = 1, made
    while key in known:
        number += 1
        key = f"{made}-{number}"
    return key


def as_json(digest: Digest, served: Served) -> dict[str, Any]:
    """The digest for programs."""
    return {
        "since": digest.since.isoformat(),
        "until": digest.until.isoformat(),
        "review": [one.id for one in digest.review],
        "groups": [asdict(group) for group in digest.groups],
        "votes": {key: dict(reasons) for key, reasons in digest.disliked.items()},
        "arrivals": digest.arrivals,
        "yaml": as_yaml(digest, served),
    }
