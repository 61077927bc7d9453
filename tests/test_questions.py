"""Questions to the project's own base: each misunderstanding put right stays so."""

import datetime as dt
import itertools
import math
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from bot.communes.gazetteer import Gazetteer
from bot.conversation.assistant import Assistant
from bot.conversation.reply import Outcome, Question
from bot.knowledge.model import KnowledgeBase
from bot.matching.decision import POLICY, Answered, decide
from bot.matching.model import IDENTICAL
from tests.cases.matching import ODD
from tests.conftest import ROOT, TODAY

#: Each misunderstanding that was put right, and questions that must stay understood.
QUESTIONS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "questions.yaml").read_text("utf-8")
)

#: Messages on general knowledge, which look like our subjects and are not.
GENERAL_KNOWLEDGE: dict[str, list[str]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "culture_generale.yaml").read_text("utf-8")
)


def test_an_entry_s_very_words_are_answered(base: KnowledgeBase, assistant: Assistant) -> None:
    """Its question is what the buttons show: typed again, it must lead to the same answer."""
    wrong = []
    for key, entry in base.entries.items():
        decision = decide(assistant.rank(entry.question), POLICY)
        assert isinstance(decision, Answered), key
        assert decision.candidate.entry == key
        assert decision.candidate.score >= IDENTICAL, key
        reply = assistant.reply(Question(entry.question))
        if reply.outcome is not Outcome.ANSWER or reply.entry != key:
            wrong.append((entry.question, reply.outcome.value, reply.entries))
    assert not wrong


def test_an_expired_entry_is_left_out(base: KnowledgeBase, gazetteer: Gazetteer) -> None:
    kept = ["loyer-apres-travaux", "animaux", "amiante", "unesco-inscription"]
    day = dt.date(2026, 11, 1)
    entries = {key: base.entries[key] for key in kept}
    entries["animaux"] = entries["animaux"].model_copy(update={"expires_on": day})
    small = base.model_copy(update={"entries": entries})
    question = base.entries["animaux"].question
    after, before = (
        Assistant(small, gazetteer, today=lambda today=today: today)  # type: ignore[misc]
        for today in (day + dt.timedelta(days=1), day)
    )
    assert before.reply(Question(question)).entry == "animaux"
    assert after.reply(Question(question)).entry is None
    assert "animaux" not in after.reply(Question(question)).entries
    assert "animaux" not in [found.entry for found in after.rank(question).candidates]
    left = before.rank(question).among(small.served(TODAY))
    assert left.candidates == after.rank(question).candidates
    assert left.in_scope == after.rank(question).in_scope


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_odd_messages_get_a_reply(assistant: Assistant, text: str) -> None:
    reply = assistant.reply(Question(text))
    assert reply.text
    assert math.isfinite(reply.confidence)
    found = assistant.rank(text)
    scores = [one.score for one in found.candidates]
    parts = itertools.chain.from_iterable(one.parts.values() for one in found.candidates)
    assert all(map(math.isfinite, [found.in_scope, *scores, *parts]))


@pytest.mark.parametrize("kind", ["lus", "neufs"])
def test_what_everyone_knows_is_not_answered(assistant: Assistant, kind: str) -> None:
    """Unesco elsewhere, Europe, mines abroad, people and places: names that no entry is about."""
    messages = [str(one) for one in GENERAL_KNOWLEDGE[kind]]
    answered = {
        text
        for text in messages
        if assistant.reply(Question(text)).outcome in {Outcome.ANSWER, Outcome.COMMUNE}
    }
    assert answered <= set(GENERAL_KNOWLEDGE["manques"])


@pytest.mark.parametrize("text", ["cité", "maison", "12", "45"])
def test_a_word_that_many_entries_share_is_not_answered(assistant: Assistant, text: str) -> None:
    assert not isinstance(decide(assistant.rank(text), POLICY), Answered)


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: str(row["question"])[:60])
def test_questions(assistant: Assistant, row: Mapping[str, str | None]) -> None:
    question, expect = row["question"], row["expect"]
    assert question
    assert row["why"]
    reply = assistant.reply(Question(question))
    got = f"{reply.outcome.value} {', '.join(reply.entries)}"
    if expect is None:
        assert reply.outcome in {Outcome.NO_MATCH, Outcome.SMALLTALK}, got
    else:
        assert reply.outcome in {Outcome.ANSWER, Outcome.COMMUNE}, got
        assert expect in reply.entries, got


def test_the_table_covers_every_theme(base: KnowledgeBase) -> None:
    asked = [row["question"] for row in QUESTIONS]
    assert len(set(asked)) == len(asked)
    assert all(set(row) == {"question", "expect", "why"} for row in QUESTIONS)
    expected = {row["expect"] for row in QUESTIONS} - {None}
    assert expected <= base.entries.keys()
    assert {base.entries[key].theme for key in expected} == {theme.id for theme in base.themes}
    assert sum(row["expect"] is None for row in QUESTIONS) >= 8
