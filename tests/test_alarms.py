"""Danger and distress come before anything else; ordinary questions on the same words do not."""

from collections.abc import Mapping, Sequence

import pytest
import yaml

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Outcome, Question
from bot.knowledge.model import KnowledgeBase
from bot.language.patterns import Pattern, Patterns, WrongPatternError
from tests.conftest import ROOT

#: Sentences written blind. The even ones were read when the patterns were written, the odd never.
CASES = yaml.safe_load((ROOT / "tests/cases/alarmes.yaml").read_text(encoding="utf-8"))
RINGING: Mapping[str, Sequence[str]] = CASES["sonnent"]
CALM: Sequence[str] = CASES["calmes"]

#: What the issue names, and what was recognised before patterns were data; any entry is right.
AT_ONCE = [
    ("Je sens une odeur de gaz", "danger-immediat"),
    ("ça sent le gaz chez moi", "danger-immediat"),
    ("sa sen le gaz ds la cuisine", "danger-immediat"),
    ("il y a une fuite de gaz dans la rue", "danger-immediat"),
    ("au secours y a le feu", "danger-immediat"),
    ("le feu a pris dans la cave", "danger-immediat"),
    ("ma maison brûle !!!", "danger-immediat"),
    ("y a de la fumée qui sort du toit de la maison", "danger-immediat"),
    ("le plafond s'est effondré", "danger-immediat"),
    ("le mur de la voisine va s'écrouler", "danger-immediat"),
    ("le mur est tombé quand les ouvriers sont venus", "danger-immediat"),
    ("ya un trou qui s'est ouvert dans le jardin", "danger-immediat"),
    ("le détecteur de monoxyde sonne", "danger-immediat intoxication"),
    ("mon voisin s'est électrocuté", "danger-immediat malaise-blessure"),
    ("aidez moi vite au secours", "danger-immediat malaise-blessure"),
    ("DANGER IMMEDIAT", "danger-immediat"),
    ("l'eau coule sur le tableau électrique", "danger-immediat"),
    ("le balcon penche", "danger-immediat"),
    ("je veux mourir", "detresse"),
    ("mon mari me frappe", "violences"),
    ("je dors dans ma voiture avec mes enfants", "sans-abri"),
    ("j'ai trouvé un obus", "engin-explosif"),
    ("ma fille a mangé de la peinture", "intoxication"),
    ("ma mère a fait un malaise, elle ne répond plus", "malaise-blessure"),
    ("le petit des voisins est battu", "enfant-en-danger"),
    ("c'est une arnaque ?", "demarchage-arnaque"),
    ("un démarcheur est passé", "demarchage-arnaque"),
    ("on me démarche par téléphone pour l'ERBM", "demarchage-arnaque"),
    ("un monsieur a sonné à ma porte pour me faire signer un devis", "demarchage-arnaque"),
    ("une société m'appelle pour l'isolation à 1 euro", "demarchage-arnaque"),
    ("ils m'ont appelé et veulent mon rib", "demarchage-arnaque"),
    ("comment reconnaitre un escroc", "demarchage-arnaque"),
    ("on m'a appelé de la part de l'état pour changer ma chaudière gratis", "demarchage-arnaque"),
    ("quelqu'un est passé au nom de la région pour isoler les combles", "demarchage-arnaque"),
    ("j'ai recu un sms panneaux solaires gratuits", "demarchage-arnaque"),
    # words of two alarms: the one that the whole message is like
    ("ça me serre dans la poitrine et ça descend dans le bras gauche", "malaise-blessure"),
    ("un mec a sonné, il veut ma carte bleue pour la rénovation", "demarchage-arnaque"),
    ("mamie vient de dégringoler l'escalier, elle répond plus", "malaise-blessure"),
    # what silences an alarm is no more than that
    ("le terril fume beaucoup ce matin", "danger-immediat"),
    ("on a sorti du potager un machin rouillé, on dirait de la guerre de 14", "engin-explosif"),
    ("jme fé tapé tou lé soir a la sortie", "violences enfant-en-danger"),
]
ORDINARY = [
    # what is under « jamais » silences an alarm whatever rings it
    "c'est quoi l'histoire du terril qui fume, il brûle encore dedans ?",
    "Germinal ça finit comment ? la mine elle s'écroule non ?",
    "mon père a connu la guerre, les bombes tombaient sur la gare en 44",
    "mon chef me tue à petit feu avec ses horaires",
    "huit mois que j'appelle pour mes murs pleins de champignons et personne ne bouge",
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
    "feu mon mari habitait cette maison, ai-je droit au logement ?",
    "je brûle mon charbon",
    "l'entreprise doit signer quoi ?",
    "on change ma porte d'entrée, l'entreprise doit signer quoi ?",
    "ma fille va me tuer si je rate le rendez-vous",
    "feu mon mari habitait cette maison",
    "vous servez à rien",
    "merci pour rien",
    "mon voisin fait du bruit",
    "mon compteur linky",
]


@pytest.mark.parametrize(("text", "entries"), AT_ONCE)
def test_an_alarm_is_answered_at_once_with_its_number(
    assistant: Assistant, text: str, entries: str
) -> None:
    reply = assistant.reply(Question(text))
    assert reply.outcome is Outcome.ANSWER
    assert reply.entry in entries.split()
    assert reply.urgent
    first = reply.text.split("\n")[0]
    assert reply.calls
    assert all(number in first for number in reply.calls)


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("ça sent le gaz", ("18", "112", "114")),
        ("mon mari me frappe", ("17", "112", "114")),
        ("elle ne répond plus, elle respire mal", ("15", "112", "114")),
        ("je veux mourir", ("3114",)),
    ],
)
def test_the_number_for_whoever_can_not_speak_is_among_the_first(
    assistant: Assistant, text: str, calls: tuple[str, ...]
) -> None:
    """In a fire as anywhere else, a deaf resident has her button too."""
    assert assistant.reply(Question(text)).calls == calls


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_questions_raise_no_alarm(assistant: Assistant, text: str) -> None:
    assert not assistant.reply(Question(text)).urgent


def rings(assistant: Assistant, text: str) -> bool:
    """Whether a number to call comes at once; of two emergencies told at once, either is right."""
    return assistant.reply(Question(text)).urgent


def test_sentences_that_were_read_ring(assistant: Assistant) -> None:
    texts = [text for texts in RINGING.values() for text in texts[1::2]]
    silent = [text for text in texts if not rings(assistant, text)]
    assert len(silent) <= len(texts) // 10, silent


def test_sentences_that_were_read_and_only_sound_alike_do_not(assistant: Assistant) -> None:
    false = [text for text in CALM[1::2] if rings(assistant, text)]
    assert len(false) <= len(CALM[1::2]) // 20, false


def test_hardly_any_other_entry_s_phrasings_ring(assistant: Assistant, base: KnowledgeBase) -> None:
    """Over the whole bank, by patterns alone: cracks and leaks are told elsewhere too."""
    phrasings = [
        phrasing
        for entry in base.entries.values()
        if not entry.alarm and entry.theme != "urgences"
        for phrasing in entry.phrasings
    ]
    false = [phrasing for phrasing in phrasings if base.alarms.find(phrasing)]
    assert len(false) <= len(phrasings) // 200, false


@pytest.mark.parametrize(
    ("pattern", "found", "absent"),
    [
        ("sent gaz", "ça sent le gaz", "le gaz sent"),
        ("sent & gaz", "le gaz, ça se sent", "le gaz"),
        ("frapp*", "il la frape", "il la flatte"),
        ("feu & maison sauf vert|feu mon", "le feu dans la maison", "feu mon mari, sa maison"),
        ("feu & maison sauf vert|feu mon", "maison en feu", "feu vert pour la maison"),
        ("<proche> tombe", "ma mere est tombee", "la nuit est tombée"),
        ("gaz & odeur", "odeur de gaz", "Le gaz augmente. Une odeur de pain."),
        ("escalier & tombe", "tombé dans lescalié", "tombé dans le piège"),
        ("xxx* tombe", "xxxx tombe", "xxxx"),
    ],
)
def test_patterns_match_as_their_language_says(pattern: str, found: str, absent: str) -> None:
    book = Patterns({"x": [Pattern.parse(pattern, {"proche": ["mere", "pere"]})]})
    repair = {"lescalie": "escalier"}
    assert book.find(found, lambda word: repair.get(word, word)) == "x"
    assert book.find(absent) is None


@pytest.mark.parametrize("pattern", ["", "gaz &", "<inconnue> tombe", "ab* tombe", "l'eau"])
def test_a_pattern_that_can_t_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(WrongPatternError):
        Pattern.parse(pattern)
