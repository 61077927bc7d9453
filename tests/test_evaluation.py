"""The measure itself, on replies whose verdict is known; then ours on questions never fitted."""

import json
from collections.abc import Sequence

import pytest

from bot.communes.gazetteer import Gazetteer
from bot.conversation.assistant import Assistant
from bot.evaluation import Case, WrongCasesError, changes, judge, own_cases, read_cases, report
from bot.knowledge.checking import check
from tests.conftest import ROOT, SHARED, TODAY, needs_shared

FAQ = """\
entrees:
  - {id: ma-commune-erbm, question: Ma commune est-elle concernée ?, reponse: Cela dépend.}
  - id: guichet
    question: Où est le guichet bleu ?
    reponse: À gauche.
    essais: [il est où ce guichet bleu]
hors_sujet: [Qui a gagné la coupe du monde ?]
"""


@pytest.fixture(scope="module")
def small(gazetteer: Gazetteer) -> Assistant:
    base = check({"faq.yaml": FAQ}, TODAY).base
    assert base is not None
    return Assistant(base, gazetteer, today=lambda: TODAY)


@pytest.mark.parametrize(
    ("question", "expect", "verdict"),
    [
        ("Où est le guichet bleu ?", {"guichet"}, "correct"),
        ("Où est le guichet bleu ?", {"autre", "guichet"}, "correct"),
        ("Où est le guichet bleu ?", {"ma-commune-erbm"}, "wrong"),
        ("Où est le guichet bleu ?", None, "false_answer"),
        ("Pecquencourt est-elle concernée ?", {"ma-commune-erbm"}, "correct"),
        ("Pecquencourt est-elle concernée ?", {"ma-commune-bud"}, "correct"),
        ("Pecquencourt est-elle concernée ?", {"guichet"}, "wrong"),
        ("Pecquencourt est-elle concernée ?", None, "false_answer"),
        ("Zxcv qwerty", {"guichet"}, "missed"),
        ("Zxcv qwerty", None, "refused"),
        ("Bonjour", None, "refused"),
    ],
)
def test_verdicts(small: Assistant, question: str, expect: set[str] | None, verdict: str) -> None:
    case = Case(question, frozenset(expect) if expect else None)
    assert judge(small, case).verdict == verdict


def test_the_report_counts(small: Assistant) -> None:
    cases = [
        Case("Où est le guichet bleu ?", frozenset({"guichet"}), "clair"),
        Case("Zxcv qwerty", frozenset({"guichet"}), "clair"),
        Case("Bonjour", None, "salut"),
    ]
    verdicts = [judge(small, case) for case in cases]
    counted = report(verdicts)
    assert counted["in_scope"] == {
        "n": 2, "correct": 1, "suggested": 0, "wrong": 0, "missed": 1, "top1": 0.5, "top3": 0.5,
    }  # fmt: skip
    assert counted["off_topic"] == {"n": 1, "false_answers": 0, "suggested": 0, "refused": 1}
    assert counted["by_kind"] == {"clair": {"correct": 1, "missed": 1}, "salut": {"refused": 1}}
    assert changes(verdicts, verdicts) == ()


def test_own_cases_are_the_files_tests() -> None:
    faq = check({"faq.yaml": FAQ}, TODAY).faq
    told = [(case, faq.line(path)) for path, case in own_cases(faq)]
    assert told == [
        (Case("il est où ce guichet bleu", frozenset({"guichet"})), 6),
        (Case("Qui a gagné la coupe du monde ?", None), 7),
    ]


@pytest.mark.parametrize("line", ["{", "[]", '{"question": "a"}', '{"expect": null}', '"a"'])
def test_wrong_cases_are_refused_with_their_line(line: str) -> None:
    good = json.dumps({"question": "a", "expect": None})
    with pytest.raises(WrongCasesError, match="Ligne 3"):
        read_cases(f"{good}\n\n{line}\n")


#: Labelled questions that people of the project wrote without seeing the phrasings.
OWN = ROOT / "tests" / "cases"


def assert_on_target(
    assistant: Assistant, cases: Sequence[Case], right: float = 0.85, offered: float = 0.95
) -> None:
    """The targets, not what happens to be measured."""
    measured = report([judge(assistant, case) for case in cases])
    inside, outside = measured["in_scope"], measured["off_topic"]
    assert inside["correct"] / inside["n"] >= right
    assert (inside["correct"] + inside["suggested"]) / inside["n"] >= offered
    assert inside["wrong"] / inside["n"] <= 0.02
    assert outside["false_answers"] / outside["n"] <= 0.02


def test_questions_that_nothing_was_fitted_on(assistant: Assistant) -> None:
    cases = read_cases((OWN / "mesure.jsonl").read_text("utf-8"))
    assert_on_target(assistant, cases)


def test_a_trial_by_strangers(assistant: Assistant) -> None:
    """Written blind. Its traps, near misses on purpose, are only measured (docs/comprendre.md)."""
    cases = read_cases((OWN / "epreuve.jsonl").read_text("utf-8"))
    assert_on_target(
        assistant, [case for case in cases if case.kind != "piège"], right=0.8, offered=0.92
    )


def test_what_people_write_first(assistant: Assistant) -> None:
    """First messages by people who read nothing: harder, each for one entry alone."""
    cases = read_cases((OWN / "habitants_mesure.jsonl").read_text("utf-8"))
    told = report([judge(assistant, case) for case in cases])
    inside, outside = told["in_scope"], told["off_topic"]
    assert inside["correct"] / inside["n"] >= 0.7
    assert (inside["correct"] + inside["suggested"]) / inside["n"] >= 0.88
    assert inside["wrong"] / inside["n"] <= 0.06
    assert outside["false_answers"] / outside["n"] <= 0.15  # calm words that sound like a danger


@needs_shared
def test_the_reported_half_of_the_development_questions(assistant: Assistant) -> None:
    """Odd lines, on which nothing was fitted."""
    text = (SHARED / "eval" / "questions_dev.jsonl").read_text("utf-8")
    assert_on_target(assistant, read_cases(text)[0::2])


def indexed(assistant: Assistant) -> set[str]:
    base = assistant.base
    phrasings = {phrasing for entry in base.entries.values() for phrasing in entry.phrasings}
    return phrasings | set(base.unrelated)


@pytest.mark.parametrize(
    "name", ["mesure", "mise_au_point", "epreuve", "habitants_mesure", "habitants_reglage"]
)
def test_our_questions_are_not_indexed(assistant: Assistant, name: str) -> None:
    cases = read_cases((OWN / f"{name}.jsonl").read_text("utf-8"))
    assert len(cases) >= 200
    assert not {case.question for case in cases} & indexed(assistant)


@needs_shared
def test_the_development_questions_are_not_indexed(assistant: Assistant) -> None:
    text = (SHARED / "eval" / "questions_dev.jsonl").read_text("utf-8")
    assert not {case.question for case in read_cases(text)} & indexed(assistant)
