"""What a message asks after what was said: what stands beside is expected, nothing is forced."""

from collections.abc import Sequence

import numpy as np
import pytest

from bot.conversation.assistant import Assistant
from bot.conversation.context import completed, read_on
from bot.conversation.following import NAMES, NONE, Following, Told, features
from bot.conversation.message import rank, read_message
from bot.conversation.reply import Conversation, Outcome, Question
from bot.matching.decision import Ranking
from bot.trained import load_following

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


def read(assistant: Assistant, before: Conversation, said: str) -> tuple[Ranking, Ranking]:
    """The likely entries of a message alone, and after what was said."""
    served = assistant.served
    message = read_message(said, served)
    alone = rank(message, served)
    return alone, completed(message, alone, before, served)[0]


def score(ranking: Ranking, entry: str) -> float:
    return next((one.score for one in ranking.candidates if one.entry == entry), 0.0)


@pytest.mark.parametrize(("before", "said", "entry"), LED)
def test_what_stands_beside_the_answer_is_expected(
    assistant: Assistant, before: str, said: str, entry: str
) -> None:
    reply = assistant.reply(Question(said, conversation=after(assistant, before)))
    assert (reply.outcome, reply.entry) == (Outcome.ANSWER, entry)
    alone, found = read(assistant, after(assistant, before), said)
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
    alone, found = read(assistant, after(assistant, "loyer-apres-travaux"), said)
    assert found == alone


def test_the_last_question_alone_rings_no_alarm(assistant: Assistant) -> None:
    """What is read with it may not: « mon mari me frappe » was told, « et après ? » was not."""
    served, before = assistant.served, after(assistant, "expulsion")
    whole = read_on(read_message("et après ?", served), before, served)
    assert not any(served.entries[one.entry].alarm for one in whole.candidates)


@pytest.mark.parametrize(
    ("before", "said"),
    [*((one, two) for one, two, _ in LED), ("qui-s-engage", "combien ?"), ("transports", "?")],
)
def test_probabilities_stay_probabilities(assistant: Assistant, before: str, said: str) -> None:
    _, found = read(assistant, after(assistant, before), said)
    assert sum(one.score for one in found.candidates) <= found.in_scope + 1e-9 <= 1 + 1e-6
    assert sorted(found.candidates, key=lambda one: -one.score) == [*found.candidates]


def test_an_entry_is_beside_of_the_theme_or_the_same(assistant: Assistant) -> None:
    """Each signal of what was said before speaks for the entries it is about, and no other."""
    served = assistant.served
    before = after(assistant, "loyer-apres-travaux")
    message = read_message("et la durée ?", served)
    told = Told.of(before, served.entries, message.reading.words)
    entries, values, none = features(rank(message, served), read_on(message, before, served), told)
    assert values.shape == (len(entries), len(NAMES))
    assert none.shape == (len(NONE),)
    answered = served.entries["loyer-apres-travaux"]

    def of(name: str) -> Sequence[str]:
        return [key for key, row in zip(entries, values, strict=True) if row[NAMES.index(name)]]

    assert of("encore") == [key for key in entries if key == answered.id]
    for key in of("a cote"):
        one = served.entries[key]
        assert key in answered.see_also or answered.id in one.see_also
    assert all(served.entries[key].theme == answered.theme for key in of("theme"))
    assert not {*of("a cote")} & {*of("theme"), *of("encore")}
    assert of("proposee") == []


def test_a_refit_on_a_sample_finds_the_same_things_to_matter(assistant: Assistant) -> None:
    """Made again from a fifth of the conversations, the weights say the same of what counts."""
    pytest.importorskip("scipy")
    from tools import fit_following as fit

    fitted, reported = fit.halves("suites.yaml")
    refit = fit.weights([*fit.later_turns(assistant, fitted[::5])])
    shipped = load_following()
    for name, sign in (("seule", 1), ("suite", 1), ("a cote", 1), ("encore, par longueur", -1)):
        column = NAMES.index(name)
        assert np.sign(refit.entry[column]) == np.sign(shipped.entry[column]) == sign
    turns = [*fit.later_turns(assistant, reported[::5])]
    alone, made, known = (fit.scores(one, turns) for one in (fit.ALONE, refit, shipped))
    assert made["1re place"] == pytest.approx(known["1re place"], abs=8)
    assert known["1re place"] > alone["1re place"]


def test_what_is_written_is_read_again() -> None:
    from tools import fit_following as fit

    shipped = load_following()
    read_again = Following.parse(fit.written(shipped, {}))
    assert np.allclose(read_again.entry, shipped.entry)
    assert np.allclose(read_again.none, shipped.none)
