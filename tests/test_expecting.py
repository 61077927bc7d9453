"""What is asked next: what stands beside the answer given is expected, and nothing is forced."""

import pytest

from bot.conversation.assistant import Assistant
from bot.conversation.expecting import expected
from bot.conversation.message import rank, read_message
from bot.conversation.reply import Conversation, Outcome, Question
from bot.matching.decision import Ranking

LED = [
    ("bus-gratuits", "moi je roule à bicyclette, y a des pistes", "velo-promenades"),
    ("argent-europe", "et la facture entière du programme ?", "cout-total"),
    ("cite-agache", "pareil pour pecquencourt c'est fini ou pas", "cite-barrois"),
    ("domaines", "et côté trains et routes", "transports"),
    ("nombre-cites-minieres", "vous pouvez me situer ça sur la carte", "ou-est-le-bassin-minier"),
]


def after(assistant: Assistant, entry: str) -> Conversation:
    question = assistant.base.entries[entry].question
    reply = assistant.reply(Question(question))
    assert reply.entry == entry
    return reply.conversation


def score(ranking: Ranking, entry: str) -> float:
    return next(one.score for one in ranking.candidates if one.entry == entry)


@pytest.mark.parametrize(("before", "said", "entry"), LED)
def test_what_stands_beside_the_answer_is_expected(
    assistant: Assistant, before: str, said: str, entry: str
) -> None:
    reply = assistant.reply(Question(said, conversation=after(assistant, before)))
    assert (reply.outcome, reply.entry) == (Outcome.ANSWER, entry)
    served = assistant.served
    alone = rank(read_message(said, served), served)
    found = expected(alone, after(assistant, before), served)
    assert score(found, entry) > score(alone, entry)


@pytest.mark.parametrize(
    ("before", "said", "entry"),
    [
        ("bus-gratuits", "mon loyer va augmenter après les travaux ?", "loyer-apres-travaux"),
        ("cite-lemay", "Puis-je choisir la couleur de mes murs ?", "choix-materiaux"),
        ("loyer-apres-travaux", "ça sent le gaz dans ma cuisine", "danger-immediat"),
    ],
)
def test_another_subject_is_another_subject(
    assistant: Assistant, before: str, said: str, entry: str
) -> None:
    reply = assistant.reply(Question(said, conversation=after(assistant, before)))
    assert (reply.outcome, reply.entry) == (Outcome.ANSWER, entry)


@pytest.mark.parametrize(
    "said", ["je tiens plus debout depuis sa mort", "j'ai peur de lui le soir"]
)
def test_where_a_danger_may_be_told_nothing_is_expected(assistant: Assistant, said: str) -> None:
    served = assistant.served
    ranking = rank(read_message(said, served), served)
    assert expected(ranking, after(assistant, "loyer-apres-travaux"), served) == ranking


def test_probabilities_stay_probabilities(assistant: Assistant) -> None:
    served = assistant.served
    for before, said, _ in LED:
        ranking = rank(read_message(said, served), served)
        found = expected(ranking, after(assistant, before), served)
        assert {one.entry for one in found.candidates} == {one.entry for one in ranking.candidates}
        assert sum(one.score for one in found.candidates) <= found.in_scope + 1e-9 <= 1 + 1e-6
