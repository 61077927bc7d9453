"""How people talk: what is only said, places as they give them, refusals that help.

Rows are of our own invention, or faults found in trials; none is a phrasing of the base.
"""

import itertools
from dataclasses import replace

import pytest

from bot.conversation.assistant import Assistant
from bot.conversation.message import rank, read_message
from bot.conversation.parts import parts_asked
from bot.conversation.reply import Conversation, Outcome, Question, Reply
from tests.conftest import ACTS


def talk(assistant: Assistant, *says: str) -> Reply:
    """The last reply of a conversation."""
    conversation = Conversation()
    for say in says:
        reply = assistant.reply(Question(say, conversation=conversation))
        conversation = reply.conversation
    return reply


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("bon ben voilà, merci bien, allez bonne soirée", "merci"),
        ("ok, c'est compris, mille mercis !!", "merci"),
        ("ouais c'est bon j'ai compris", "accord"),
        ("merciiii", "merci"),
        ("🙏", "merci"),
        ("👍👍", "accord"),
        ("😡", "colere"),
        ("oh là là, c'est une honte", "colere"),
        ("alors là, chapeau, vous êtes champion", "content"),
        ("pardon, mauvaise touche", "excuses"),
    ],
)
def test_a_message_made_of_acts_is_one(text: str, act: str) -> None:
    assert ACTS.find(text) == act


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("vous ne servez strictement à rien", "plainte"),
        ("j'aurais besoin d'un petit renseignement", "annonce"),
        ("avec des mots plus faciles s'il vous plaît", "plus-simple"),
    ],
)
def test_words_much_like_those_of_an_act_are_it(assistant: Assistant, text: str, act: str) -> None:
    """Told by the same matcher as the entries are, which it is likelier than."""
    assert ACTS.find(text) is None
    reply, trace = assistant.trace(Question(text))
    assert reply.outcome is Outcome.SMALLTALK
    assert trace.because[-1].facts == f"Le message ressemble à un acte de dialogue : « {act} »."


@pytest.mark.parametrize(
    "text",
    [
        "ok et mon loyer il va augmenter ?",
        "merci de me dire si ma rue est concernée",
        "c'est trop long les travaux, combien de temps ça dure",
        "c'est une honte les rats dans la cité qui appeler",
        "au revoir le jardin alors ? ils vont le casser ?",
        "d'accord mais qui paie le déménagement",
        "super et la date de fin ?",
        "attendez, et si je refuse les travaux",
        "rappelez moi",
        "rappelez-moi au 06 12 34 56 78",
        "je suis au rsa je peux avoir un logement",
        "à denain ils refont quelles cités",
        "plus rien ne chauffe à la maison",
        "à quoi ça sert tout ça, l'ERBM",
    ],
)
def test_a_question_is_no_act_whatever_it_begins_with(assistant: Assistant, text: str) -> None:
    assert talk(assistant, text).outcome is not Outcome.SMALLTALK


@pytest.mark.parametrize(
    ("says", "code"),
    [
        # Taken back: the last one counts.
        (["je suis de Denain… euh pardon, d'Anzin, depuis mon mariage. On est dedans ?"], "59014"),
        (["j'habitais Douai, maintenant c'est Somain, on est concernés ?"], "59574"),
        (["mon frère vit à Lille mais moi je suis à Carvin"], "62215"),
        (["j'habite à Lens", "enfin non, Harnes"], "62413"),
        (["j'habite à Lens", "je voulais dire Loos en gohelle"], "62528"),
        # A name and an address, as on an envelope.
        (["Mme Dupont, 14 rue Pasteur, 62300 Lens"], "62498"),
        (["M. et Mme Leroy 3 impasse des Lilas 62210 AVION"], "62065"),
        # Who is close.
        (["et mon beauf à Hazebrouck ?"], "59295"),
        (["et ma sœur qui habite Méricourt"], "62570"),
        (["ma grand-mère à Divion elle y a droit ?"], "62270"),
        # Chosen among those offered.
        (["Noyelles", "Godault"], "62624"),
        (["Noyelles", "celui collé à Lens"], "62628"),
        # Misspelt words around it.
        (["ma comune c Leforest"], "62497"),
        (["62 800"], "62510"),
    ],
)
def test_places_as_people_give_them(assistant: Assistant, says: list[str], code: str) -> None:
    reply = talk(assistant, *says)
    assert reply.outcome is Outcome.COMMUNE
    assert reply.commune
    assert reply.commune.code_insee == code


def test_a_département_narrows_the_communes_offered(assistant: Assistant) -> None:
    reply = talk(assistant, "Noyelles", "pas de calais")
    assert reply.outcome is Outcome.CHOOSE_COMMUNE
    assert {commune.department for commune in reply.communes} == {"62"}


def test_another_place_after_a_choice_is_another_place(assistant: Assistant) -> None:
    reply = talk(assistant, "Lens et Liévin sont dedans ?", "et Saint-Omer ?")
    assert reply.commune
    assert reply.commune.name == "Saint-Omer"


def test_a_refusal_offers_the_nearest_questions(assistant: Assistant) -> None:
    refused = talk(assistant, "super et la date de fin ?")
    assert refused.outcome is Outcome.NO_MATCH
    assert "duree-et-fin" in refused.entries
    first = Question("la première", conversation=refused.conversation)
    assert assistant.reply(first).entry == refused.entries[0]


def test_a_refusal_names_the_commune_and_its_town_hall(assistant: Assistant) -> None:
    refused = talk(assistant, "qui a gagné les municipales à Carvin ?")
    assert refused.outcome is Outcome.NO_MATCH
    assert refused.contact
    assert "Carvin" in refused.contact.name


def test_personal_data_gets_one_line_and_is_not_repeated(assistant: Assistant) -> None:
    reply = talk(assistant, "mon numéro est le 06 12 34 56 78, qui paie les travaux ?")
    assert reply.entry == "qui-paie-renovation"
    assert "donnée personnelle" in reply.text
    assert "06 12" not in reply.text
    assert "06 12" not in Conversation.read(reply.conversation.token()).wish


@pytest.mark.parametrize(
    "says",
    [
        ["asdf ghjk"] * 5,
        ["combien ?"] * 3,
        ["mon chien"] * 3,
        ["j'habite à Noyelles"] * 3,
        ["merci"] * 4,
    ],
)
def test_no_text_comes_twice_running(assistant: Assistant, says: list[str]) -> None:
    conversation, texts = Conversation(), []
    for say in says:
        reply = assistant.reply(Question(say, conversation=conversation))
        conversation = reply.conversation
        texts.append(reply.text)
    assert all(one != other for one, other in itertools.pairwise(texts)), texts


def test_a_third_miss_gives_a_person_by_name_and_number(assistant: Assistant) -> None:
    reply = talk(assistant, "asdf ghjk", "qsdf mlkj", "wxcv bnop")
    assert reply.contact
    assert reply.contact.phone
    assert reply.contact.name in reply.text
    assert reply.contact.phone in reply.text


@pytest.mark.parametrize("text", ["hein", "c bon les pompiers sont là", "ça m'étonne pas"])
def test_short_words_that_sound_like_a_danger_are_none(assistant: Assistant, text: str) -> None:
    assert not talk(assistant, text).urgent


@pytest.mark.parametrize("more", ["je reste dedans en attendant ?", "on sort ou pas ?"])
def test_what_follows_a_danger_is_about_it(assistant: Assistant, more: str) -> None:
    assert talk(assistant, "ça pue le gaz dans la cave", more).entry == "danger-immediat"


def test_an_assent_after_a_danger_is_one(assistant: Assistant) -> None:
    made = talk(assistant, "ça pue le gaz dans la cave", "d'accord j'appelle tout de suite")
    assert made.outcome is Outcome.SMALLTALK


def test_another_subject_after_a_danger_is_another(assistant: Assistant) -> None:
    asked = "Combien de temps durent les travaux dans une maison ?"
    assert talk(assistant, "ça pue le gaz dans la cave", asked).entry == "duree-travaux"


@pytest.mark.parametrize(
    "text", ["je comprends rien du tout à cette lettre", "compris rien du tout"]
)
def test_an_assent_that_is_denied_is_none(text: str) -> None:
    assert ACTS.opening(text) != "accord"
    assert ACTS.opening("je comprends, je leur dirai") == "accord"


def test_a_grief_told_in_a_letter_does_not_hide_what_it_asks(assistant: Assistant) -> None:
    letter = (
        "Bonjour, mon père est mort cet hiver après quarante ans de fond à la fosse neuf. "
        "Depuis, maman ne dort plus, elle pleure et se fait un sang d'encre pour la suite. "
        "Elle a toujours eu le logement gratuit et le charbon. On aimerait savoir si la veuve "
        "d'un mineur garde ses droits, et vers quelle administration se tourner. Bien à vous."
    )
    assert {"ayants-droit", "angdm"} & set(talk(assistant, letter).entries)


def test_parts_ask_nothing_where_all_that_is_ranked_is_gone(assistant: Assistant) -> None:
    """For the seconds in which the matcher of the base before still serves."""
    served = assistant.served
    message = read_message("Quand ça commence et qui paie ?", served)
    ranking = rank(message, served)
    assert len(parts_asked(message, ranking, served)) == 2
    ranked = {one.entry for part in message.parts for one in served.matcher.rank(part).candidates}
    key = next(key for key in served.base.entries if key not in ranked)
    left = {key: served.base.entries[key]}
    after = replace(served, base=served.base.model_copy(update={"entries": left}))
    assert parts_asked(message, ranking, after) == ()


@pytest.mark.parametrize(
    ("before", "then", "entry"),
    [
        ("les travaux à Lens ils en sont où", "et à Douai ?", "chantiers-douaisis"),
        ("quels chantiers dans le béthunois", "et à Lens ?", "chantiers-lens-lievin"),
        ("la part de la région", "et Bruxelles ?", "argent-europe"),
    ],
)
def test_the_same_question_of_another_place(
    assistant: Assistant, before: str, then: str, entry: str
) -> None:
    made = talk(assistant, before, then)
    assert made.entry == entry
    assert made.understood == assistant.served.entries[entry].question


@pytest.mark.parametrize("then", ["et à Lens ?", "Lens est concernée ?", "Lens"])
def test_where_no_entry_knows_the_place_its_status_is_said(assistant: Assistant, then: str) -> None:
    made = talk(assistant, "qui paie les travaux dans les maisons ?", then)
    assert (made.outcome, made.commune and made.commune.name) == (Outcome.COMMUNE, "Lens")


@pytest.mark.parametrize(
    ("message", "entry"),
    [
        ("les impayés c'est pas moi, je veux juste savoir combien de temps durent les travaux",
         "duree-travaux"),
        ("Notre exonération BUD s'achève. La sortie est-elle dégressive ?", "bud-deja-exonere"),
    ],
)  # fmt: skip
def test_what_a_message_announces_or_asks_is_answered(
    assistant: Assistant, message: str, entry: str
) -> None:
    made = talk(assistant, message)
    assert (made.outcome, made.entry) == (Outcome.ANSWER, entry)


def test_what_a_letter_asks_comes_before_what_it_tells(assistant: Assistant) -> None:
    letter = (
        "Madame, Monsieur, je me permets de vous écrire car j'habite la même rue depuis 1987. Mon "
        "époux est parti l'an passé et mes enfants sont loin. Je n'ai jamais eu de retard de loyer "
        "et les voisins me connaissent bien. Je voudrais savoir si je pourrais échanger la maison "
        "contre une plus petite, car trois chambres pour moi seule, c'est beaucoup. Merci à vous."
    )
    assert talk(assistant, letter).entries[0] == "echanger-logement"


def test_a_choice_is_not_read_with_what_was_said_before(assistant: Assistant) -> None:
    made = talk(assistant, "j'ai une question sur le loyer", "le premier")
    assert made.outcome is Outcome.ANSWER
    assert made.understood is None
