"""What was said before: choices named, follow-ups, and what is said about the conversation."""

import base64
import json
from itertools import pairwise

import pytest

from bot.conversation.assistant import Assistant
from bot.conversation.reply import (
    CHOICES,
    TOKEN,
    WHERE,
    WISH,
    Conversation,
    Outcome,
    Question,
    Reply,
)

#: Conversations: each turn, then the outcome of its reply, and the entry or commune it gives.
#: A choice named by its rank or refused; what is said about the answer; what goes on and what is a
#: new subject; places corrected; what follows a danger; other languages.
DIALOGUES = """
noyelles > choose_commune
le premier > commune 62628

noyelles > choose_commune
la 2 > commune 62624

noyelles > choose_commune
2 > commune 62624

noyelles > choose_commune
aucune > smalltalk

noyelles > choose_commune
merci > smalltalk
2 > smalltalk

le premier > smalltalk

oui > smalltalk

Qui s'engage ? > answer qui-s-engage
plus simple > answer qui-s-engage

Qui s'engage ? > answer qui-s-engage
j'ai rien compris > answer qui-s-engage

Qui s'engage ? > answer qui-s-engage
t'es sûr ? > smalltalk

Qui s'engage ? > answer qui-s-engage
tu peux répéter > smalltalk qui-s-engage

plus simple > smalltalk

répète > smalltalk

où en est la cité Lemay > answer cite-lemay
Qui s'engage ? > answer qui-s-engage

où en est la cité Lemay > answer cite-lemay
merci > smalltalk

où en est la cité Lemay > answer cite-lemay
quelle est la recette du cassoulet > no_match

je suis de Lens > commune 62498
plutôt Somain > commune 59574

je suis de Lens > commune 62498
je me suis trompé c'est Somain > commune 59574

je suis de Lens > commune 62498
changer de commune > smalltalk

12 rue Jean Jaurès 62680 Méricourt > commune 62570

3 bis rue de Lille, résidence les Lilas, 62300 Lens > commune 62498

15 rue de Lens > smalltalk
62800 > commune 62510

Douai ou Lens, c'est lequel ? > choose_commune
le premier > commune 59178

cité 12 > choose_commune
Lens > commune 62498

j'habite Masny la cité du champ fleuri > commune 59390

cité Verte > commune 62178

j'habite à Mazingarbe > commune 62563
la cité 2 > commune 62563

Grenay > commune 62386
elle est retenue la cité de belgique ? > commune 62386

j habite cité 12 a lence > commune 62498

cité bruno a dourge > commune 62274

la zone franche va jusqu'à Hornaing ou pas du tout > commune 59314

j'hésite entre Lourches et Escaudain, lesquelles sont dans le coup > choose_commune
Lourches d'abord > commune 59361

boujou, ch'est mi, j'sus d'Avion > commune 62065

cité Saint-Albert > answer chantiers-lens-lievin

la cité Lemay > answer cite-lemay

mon père habite Haillicourt il est concerné ? > commune 62400

j'ai envie de mourir > answer detresse
elle m'a fait jurer de rien dire > answer detresse

ça sent le gaz > answer danger-immediat
fausse alerte > smalltalk

j'ai trouvé un obus dans le jardin > answer engin-explosif
elle a trois ans > answer engin-explosif
au fait mon loyer augmente après les travaux ? > answer loyer-apres-travaux

Devrai-je quitter mon logement pendant les travaux ? > answer demenager-travaux
je dois partir ? > answer demenager-travaux

Devrai-je quitter mon logement pendant les travaux ? > answer demenager-travaux
bon, je dois partir > smalltalk

j'ai deux filles > no_match

j'ai envie de mourir > answer detresse
j'ai appelé > smalltalk

où en est la cité Lemay > answer cite-lemay
merci je transmettrai à sa fille > smalltalk

السلام عليكم > answer autres-langues
شكرا > smalltalk

how much will my rent increase > answer autres-langues

grazie mille > smalltalk

C'est quoi le Cœur d'Ostrevent ? > answer coeur-d-ostrevent
quelles cités ? > answer cites-coeur-d-ostrevent

le budget de 2025 a supprimé l'argent ? > answer budget-2025
et en 2026 ? > suggestions

Lens > commune 62498
et les chantiers ? > answer chantiers-lens-lievin

cmb de maison vont etre refaite > answer objectif-23000
et chez ma mère ? > answer ma-cite-concernee
elle habite Lens > commune 62498

Puis-je garder mes animaux pendant les travaux ? > answer animaux
et chez ma mère ? > answer animaux

Arras est dedans ? > commune 62041
et dans le coin, genre Vimy ? > commune 62861
"""


def talk(assistant: Assistant, *turns: str) -> list[Reply]:
    replies = []
    conversation = Conversation()
    for text in turns:
        reply = assistant.reply(Question(text, conversation=conversation))
        conversation = Conversation.read(reply.conversation.token())
        assert conversation == reply.conversation, "it comes back whole from its token"
        replies.append(reply)
    return replies


@pytest.mark.parametrize("dialogue", DIALOGUES.strip().split("\n\n"))
def test_dialogues(assistant: Assistant, dialogue: str) -> None:
    turns = [turn.partition(" > ") for turn in dialogue.splitlines()]
    replies = talk(assistant, *(said for said, _, _ in turns))
    given = []
    for reply in replies:
        commune = reply.commune.code_insee if reply.commune else ""
        given.append(f"{reply.outcome.value} {reply.entry or commune}".strip())
    assert given == [wanted for _, _, wanted in turns]


def test_a_follow_up_says_how_it_was_understood(assistant: Assistant) -> None:
    reply = talk(assistant, "où en est la cité Lemay ?", "elle est finie ?")[-1]
    assert "cite-lemay" in reply.entries
    assert reply.understood == "où en est la cité Lemay, elle est finie ?"


def test_a_button_is_gone_on_from_as_it_would_be_typed(assistant: Assistant) -> None:
    pressed = assistant.reply(Question(action="entry:quand-ma-rue"))
    reply = assistant.reply(Question("elle est finie ?", conversation=pressed.conversation))
    assert reply.understood == "Quand les travaux commenceront-ils dans ma rue, elle est finie ?"


@pytest.mark.parametrize("number", ["8", "12", " 99 "])
def test_a_number_that_no_choice_has_is_no_follow_up(assistant: Assistant, number: str) -> None:
    """It was « Noyelles-Godault, 8 », the name of a place that has its own answer."""
    for before in ("Noyelles-Godault", "combien de maisons refaites"):
        reply = talk(assistant, before, number)[-1]
        assert (reply.understood, reply.entry) == (None, None)


@pytest.mark.parametrize("who", ["et pour ma mère ?", "et mes enfants ?"])
def test_a_person_named_is_no_danger(assistant: Assistant, who: str) -> None:
    reply = talk(assistant, "cmb de maison vont etre refaite", who)[-1]
    assert "objectif-23000" in reply.entries
    assert not any(assistant.base.entries[key].alarm for key in reply.entries)


def test_what_goes_on_does_not_carry_all_that_was_said(assistant: Assistant) -> None:
    """« J'ai compris » tells the last question and the words after it."""
    said = ("c quoi lerbm", "et ca finit quand", "et qui paie tout ca", "combien en tout")
    for reply in talk(assistant, *said):
        assert len((reply.understood or "").split(", ")) <= 2
        assert reply.outcome is not Outcome.SUGGESTIONS or reply.notice is None


def test_a_place_is_read_with_nothing_said_before(assistant: Assistant) -> None:
    said = (
        "cmb de maison vont etre refaite",
        "et chez ma mère ?",
        "j'habite mazingarbe",
        "la cité 2",
    )
    assert [one.understood for one in talk(assistant, *said)[2:]] == [None, None]


def test_simpler_gives_the_easy_wording(assistant: Assistant) -> None:
    assert talk(assistant, "Qui s'engage ?", "plus simple")[-1].easy


def test_the_sources_of_the_last_answer(assistant: Assistant) -> None:
    first, then = talk(assistant, "Qui s'engage ?", "d'où ça vient ?")
    assert then.sources == first.sources
    assert then.collected_on == first.collected_on


@pytest.mark.parametrize(
    "text",
    ["merci", "ok", "Qui s'engage ?", "gfdkjh sdlfkj", "je suis de Lens", "quelle heure"],
)
def test_never_the_same_text_twice_running(assistant: Assistant, text: str) -> None:
    texts = [reply.text for reply in talk(assistant, *[text] * 4)]
    assert all(one != other for one, other in pairwise(texts))


def test_in_danger_nothing_stands_before_the_number(assistant: Assistant) -> None:
    for reply in talk(assistant, "mon mari me frappe", "je sais pas quoi faire", "j'ai peur"):
        assert reply.urgent
        assert any(call in reply.text.splitlines()[0] for call in reply.calls)


def test_a_third_miss_gives_someone_to_call_by_name_and_number(assistant: Assistant) -> None:
    third = talk(assistant, *["gfdkjh sdlfkj qsdf"] * 3)[-1]
    assert third.contact
    assert third.contact.phone
    assert third.contact.phone in third.text


def test_a_long_letter_is_read_to_its_end(assistant: Assistant) -> None:
    told = "Je vous écris de chez moi, il pleut sur le jardin et le facteur est passé ce matin. "
    asked = "Est-ce que je dois quitter ma maison pendant les travaux ?"
    reply = talk(assistant, f"{told * 20}{asked}")[0]
    assert reply.entries == ("demenager-travaux",)


def test_a_base_that_lost_the_entry_forgets_it(assistant: Assistant) -> None:
    gone = Conversation(entry="plus-servie", choices=("entry:plus-servie",), wish="rien")
    for text in ("plus simple", "et pour ma mère ?", "oui"):
        reply = assistant.reply(Question(text, conversation=gone))
        assert reply.outcome is Outcome.SMALLTALK


@pytest.mark.parametrize(
    "conversation",
    [
        Conversation(),
        Conversation("2A004", 99, True, "x" * 32, (), Outcome.NO_MATCH.value, "é" * 50, "0" * 8),
        Conversation(
            "59456", 0, True, "x" * 32, ("commune:59456",) * CHOICES, WHERE, "🦺" * 25, "0" * 8
        ),
        Conversation(None, 0, True, None, (f"entry:{'x' * 32}",) * 3, WHERE, '"\\' * 25, "0" * 8),
    ],
)
def test_a_token_brings_back_any_conversation(conversation: Conversation) -> None:
    token = conversation.token()
    assert len(token) <= TOKEN
    assert Conversation.read(token) == conversation


@pytest.mark.parametrize(
    "kept",
    [
        [],
        {},
        [None] * 8,
        ["59456", 1, True, None, [], "", ""],
        ["59456", -1, True, None, [], "", "", ""],
        ["x", 1, True, None, [], "", "", ""],
        [None, 1, True, "Pas Un Id", [], "", "", ""],
        [None, 1, True, None, ["a"] * (CHOICES + 1), "", "", ""],
        [None, 1, True, None, [], "", "x" * (WISH + 1), ""],
    ],
)
def test_a_forged_token_counts_as_none(kept: object) -> None:
    raw = base64.urlsafe_b64encode(json.dumps(kept).encode()).decode()
    assert Conversation.read(f"2.{raw}") == Conversation()
