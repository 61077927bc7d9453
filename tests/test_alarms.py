"""Danger and scams come before anything else; ordinary questions on the same words do not."""

import pytest

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Outcome, Question
from bot.knowledge.model import KnowledgeBase
from bot.language.words import tokens
from bot.matching.alarms import DANGER, SCAM, alarm

DANGERS = [
    "Je sens une odeur de gaz",
    "ça sent le gaz chez moi",
    "sa sen le gaz ds la cuisine",
    "il y a une fuite de gaz dans la rue",
    "au secours y a le feu",
    "le feu a pris dans la cave",
    "ma maison brûle !!!",
    "y a de la fumée qui sort du toit de la maison",
    "le plafond s'est effondré",
    "le mur de la voisine va s'écrouler",
    "ya un trou qui s'est ouvert dans le jardin",
    "le détecteur de monoxyde sonne",
    "mon voisin s'est électrocuté",
    "aidez moi vite au secours",
    "DANGER IMMEDIAT",
]
SCAMS = [
    "c'est une arnaque ?",
    "un démarcheur est passé",
    "on me démarche par téléphone pour l'ERBM",
    "un monsieur a sonné à ma porte pour me faire signer un devis",
    "une société m'appelle pour l'isolation à 1 euro",
    "ils m'ont appelé et veulent mon rib",
    "comment reconnaitre un escroc",
    "on m'a appelé de la part de l'état pour changer ma chaudière gratis",
    "quelqu'un est passé au nom de la région pour isoler les combles",
    "j'ai recu un sms panneaux solaires gratuits",
]
ORDINARY = [
    "Ma facture de gaz va-t-elle baisser ?",
    "Va-t-on changer mes fenêtres, mes volets, mon chauffage ?",
    "En quoi consiste la démarche Co&SIA ?",
    "quelles démarches pour avoir un logement",
    "Quand les mines ont-elles fermé ?",
    "Le feu vert a-t-il été donné pour la maison de quartier ?",
    "Qui s'engage ?",
    "qui contacter pour une fuite d'eau",
    "Fissures dans ma maison à cause des mines",
    "Combien d'emplois l'ERBM a-t-il créés ?",
    "Qui paie le déménagement ?",
    "Comment joindre Sia Habitat par téléphone ?",
]


@pytest.mark.parametrize("text", DANGERS)
def test_danger(text: str) -> None:
    assert alarm(tokens(text)) == DANGER


@pytest.mark.parametrize("text", SCAMS)
def test_scam(text: str) -> None:
    assert alarm(tokens(text)) == SCAM


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_questions_raise_no_alarm(text: str) -> None:
    assert alarm(tokens(text)) is None


def test_only_the_alarms_own_entries_raise_them(base: KnowledgeBase) -> None:
    """Over the whole bank of phrasings: nearly none elsewhere, and never more than a handful."""
    false = [
        (key, phrasing)
        for key, entry in base.entries.items()
        for phrasing in entry.phrasings
        if (found := alarm(tokens(phrasing))) and found != key
    ]
    # Leaks, cracks and « is it a scam? » are said in neighbouring entries too.
    allowed = {"signaler-probleme", "risque-affaissement", DANGER, SCAM}
    assert [one for one in false if one[0] not in allowed] == []


def test_an_alarm_is_answered_at_once(assistant: Assistant) -> None:
    for text in DANGERS:
        reply = assistant.reply(Question(text))
        assert (reply.outcome, reply.entry) == (Outcome.ANSWER, DANGER), text
        assert reply.text.split("\n")[0].count("112") == 1
    for text in SCAMS:
        assert assistant.reply(Question(text)).entry == SCAM
