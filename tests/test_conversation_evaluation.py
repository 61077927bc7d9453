"""The ruler: whole conversations are judged as the outside interface defines it."""

import pytest

from bot.conversation.assistant import Assistant
from bot.evaluation import WrongCasesError, dialogue_report, play, read_dialogues

#: What is said, what is wanted, and the verdict.
TURNS = [
    ("bonjour", "social", "correct"),
    ("Qui s'engage ?", "answer qui-s-engage", "correct"),
    ("Qui s'engage ?", "answer bailleurs qui-s-engage", "correct"),
    ("Qui s'engage ?", "answer bailleurs", "wrong"),
    ("Qui s'engage ?", "several qui-s-engage bailleurs", "suggested"),
    ("Qui s'engage ?", "several bailleurs", "wrong"),
    ("Qui s'engage ?", "refuse", "wrong"),
    ("Qui s'engage ?", "social", "wrong"),
    ("je veux mourir", "answer detresse", "correct"),
    ("est-ce que Lens est dans le périmètre", "commune 62498", "correct"),
    ("est-ce que Lens est dans le périmètre", "commune 62510", "wrong"),
    ("est-ce que Lens est dans le périmètre", "answer ma-commune-erbm", "correct"),
    ("quelle est la recette du couscous", "refuse", "correct"),
    ("quelle est la recette du couscous", "answer bailleurs", "missed"),
    ("quelle est la recette du couscous", "commune 62498", "missed"),
    ("bonjour", "refuse", "correct"),
]


@pytest.mark.parametrize(("say", "want", "expected"), TURNS)
def test_a_turn_is_judged(assistant: Assistant, say: str, want: str, expected: str) -> None:
    (dialogue,) = read_dialogues(f'[{{id: a, turns: [{{say: "{say}", want: {want}}}]}}]')
    (judged,) = play(assistant, dialogue)
    assert judged.verdict == expected, judged.as_json()


def test_turns_are_counted_by_kind(assistant: Assistant) -> None:
    dialogues = read_dialogues(
        "- {id: a, turns: [{say: bonjour, want: social}, {say: je veux mourir, want: answer "
        "detresse}, {say: combien ?, want: any}, {say: merci, want: social}]}"
    )
    report = dialogue_report([one for each in dialogues for one in play(assistant, each)])
    assert {kind: counts["n"] for kind, counts in report.items()} == {
        "answer": 1,
        "social": 2,
        "alarm": 1,
        "later": 1,
        "all": 3,
    }
    assert report["all"] == {"n": 3, "correct": 3, "suggested": 0, "wrong": 0, "missed": 0}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id: a", "Ligne 1"),
        ("- {id: a\n- b: [", "Ligne 2"),
        ("- {id: a, turns: [{say: bonjour, want: social}]}\n- {turns: []}", "Conversation 2"),
        ("- {id: a, turns: [{say: bonjour, want: sociable}]}", "Conversation 1"),
        ("- {id: a, turns: [{say: bonjour, want: answer}]}", "Conversation 1"),
        ("- {id: a, turns: [{say: bonjour}]}", "Conversation 1"),
    ],
)
def test_a_wrong_file_is_told(text: str, words: str) -> None:
    with pytest.raises(WrongCasesError, match=words):
        read_dialogues(text)
