"""What a resident says and what she is answered, whatever the channel."""

import asyncio
import datetime as dt
import gc
import json
from dataclasses import replace
from pathlib import Path
from weakref import ref

import pytest
import yaml

from bot.communes import Point
from bot.communes.gazetteer import Gazetteer
from bot.conversation.assistant import REMEMBERED, Assistant
from bot.conversation.markup import parse, plain
from bot.conversation.message import LENGTH
from bot.conversation.reply import Conversation, Outcome, Question, Reply
from bot.knowledge.checking import check
from bot.knowledge.model import KnowledgeBase
from bot.language.reading import Reader
from bot.matching.index import Index
from bot.matching.matcher import Matcher
from bot.storage.knowledge_files import load_base
from tests.conftest import ACTS, REGION, ROOT, TEXTS, TODAY

#: The four questions of the programme's page and some messy ones, with what must answer them.
ANSWERED = [
    ("Qui s'engage ?", "qui-s-engage"),
    ("Pourquoi un tel engagement ?", "pourquoi-engagement"),
    ("Quelles mesures mises en place ?", "mesures"),
    ("Quels sont les premiers chantiers ?", "premiers-chantiers"),
    ("QUI S ENGAGE", "qui-s-engage"),
    ("qui s'engage svp merci", "qui-s-engage"),
    ("C'est quoi, l'ERBM ?", "c-est-quoi-erbm"),
]
#: Smalltalk and what is no question at all.
SMALLTALK = [
    ("Bonjour", ACTS["salut"].replies[0]),
    ("bsr", ACTS["salut"].replies[0]),
    ("salut a tous", ACTS["salut"].replies[0]),
    ("merci beaucoup", ACTS["merci"].replies[0]),
    ("Au revoir et à bientôt", ACTS["au-revoir"].replies[0]),
    ("ça va ?", ACTS["ca-va"].replies[0]),
    ("bonne nuit", ACTS["au-revoir"].replies[0]),
    ("et chez ma mère ?", ACTS["chez-qui"].replies[0]),
    ("et pour mon père", ACTS["de-qui"].replies[0]),
    ("mes enfants", ACTS["de-qui"].replies[0]),
    ("et la nuit ?", ACTS["de-qui"].replies[0]),
    ("espece de connard", ACTS["insulte"].replies[0]),
    ("🧱🧱🧱", TEXTS["message_vide"]),
    ("???", TEXTS["message_vide"]),
    ("   ", TEXTS["message_vide"]),
    ("x" * (LENGTH + 1), TEXTS["message_trop_long"]),
]
#: (message, code INSEE, status)
COMMUNES = [
    ("Pecquencourt est-elle concernée ?", "59456", "in"),
    ("pecquencourt", "59456", "in"),
    ("59146", "59456", "in"),
    ("je suis de pekencourt, on est dedans ?", "59456", "in"),
    ("Isbergues fait partie du programme ?", "62473", "partner_only"),
    ("thumeries", "59592", "perimeter_only"),
    ("Et Lille, c'est dans l'ERBM ?", "59350", "out"),
]
#: Off-topic, near misses included: nothing may be answered.
REFUSED = [
    "Quelle est la capitale de l'Australie ?",
    "pharmacie de garde ce soir svp",
    "Wie viel kostet ein Kilo Kartoffeln?",
    "combien font 17 fois 24",
    "gfdkjh sdlfkj",
]


def ask(assistant: Assistant, text: str, conversation: Conversation | None = None) -> Reply:
    return assistant.reply(Question(text, conversation=conversation or Conversation()))


def act(assistant: Assistant, action: str, conversation: Conversation | None = None) -> Reply:
    return assistant.reply(Question(action=action, conversation=conversation or Conversation()))


def same(printed: str, typed: str) -> bool:
    """Whether a reply's text is one of ours, whatever the typography."""
    plainly = str.maketrans({"’": "'", "\u00a0": " ", "\u202f": " "})
    read, meant = (" ".join(text.translate(plainly).split()) for text in (printed, typed))
    return read == meant


@pytest.mark.parametrize(("text", "entry"), ANSWERED)
def test_answered(assistant: Assistant, text: str, entry: str) -> None:
    reply = ask(assistant, text)
    assert (reply.outcome, reply.entry) == (Outcome.ANSWER, entry)
    assert reply.entries == (entry,)
    assert reply.text
    assert reply.sources
    assert reply.collected_on
    assert reply.collected_on <= TODAY
    assert reply.checked_on is None, "nobody of the organisation has checked yet"


@pytest.mark.parametrize(("text", "answer"), SMALLTALK)
def test_smalltalk(assistant: Assistant, text: str, answer: str) -> None:
    reply = ask(assistant, text)
    assert reply.outcome is Outcome.SMALLTALK
    assert same(reply.text, answer)
    assert len(reply.actions) >= 3


@pytest.mark.parametrize(("text", "code", "status"), COMMUNES)
def test_communes(assistant: Assistant, text: str, code: str, status: str) -> None:
    reply = ask(assistant, text)
    assert reply.outcome is Outcome.COMMUNE
    assert reply.commune is not None
    assert (reply.commune.code_insee, reply.commune.status.value) == (code, status)
    assert reply.conversation.commune == code
    assert reply.contact is not None
    assert reply.text.startswith("Oui") == (status == "in" and "pekencourt" not in text)
    if status == "in":
        assert "ne veut pas dire que votre logement sera rénové" in reply.text


def test_a_guessed_commune_is_named_first(assistant: Assistant) -> None:
    reply = ask(assistant, "je suis de pekencourt, on est dedans ?")
    assert reply.text.startswith("J’ai compris\u00a0: Pecquencourt")


@pytest.mark.parametrize("text", ["62300", "Saint-Aubin", "bruay", "j'habite a Montigny"])
def test_homonyms_give_a_choice(assistant: Assistant, text: str) -> None:
    reply = ask(assistant, text)
    assert reply.outcome is Outcome.CHOOSE_COMMUNE
    assert len(reply.communes) >= 2
    chosen = act(assistant, reply.actions[0].action, reply.conversation)
    assert chosen.outcome is Outcome.COMMUNE
    assert chosen.commune == reply.communes[0]


@pytest.mark.parametrize("text", ["Paris est-elle concernée ?", "75012", "et marseille ?"])
def test_a_place_elsewhere_is_refused_by_name(assistant: Assistant, text: str) -> None:
    reply = ask(assistant, text)
    assert reply.outcome is Outcome.NO_MATCH
    assert "Nord" in reply.text
    assert reply.commune is None


@pytest.mark.parametrize("text", REFUSED)
def test_refused(assistant: Assistant, text: str) -> None:
    reply = ask(assistant, text)
    assert reply.outcome is Outcome.NO_MATCH
    assert reply.entry is None
    assert len(reply.actions) >= 3
    assert reply.conversation.refusals == 1


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("qui paie et quand ça commence ?", ("qui-paie-renovation", "quand-ma-rue")),
        ("c koi l'erbm et mon loyer va monter", ("c-est-quoi-erbm", "loyer-apres-travaux")),
        (
            "c'est quoi l'erbm et est-ce que je dois quitter ma maison ?",
            ("c-est-quoi-erbm", "demenager-travaux"),
        ),
        (
            "Est-ce que je dois quitter ma maison, et mon loyer il va augmenter ?",
            ("demenager-travaux", "loyer-apres-travaux"),
        ),
        ("Je peux refuser ? Et mes animaux ?", ("refuser-travaux", "animaux")),
    ],
)
def test_several_questions_at_once_are_all_offered(
    assistant: Assistant, text: str, entries: tuple[str, ...]
) -> None:
    reply = assistant.reply(Question(text))
    assert (reply.outcome, reply.entries) == (Outcome.SUGGESTIONS, entries)
    assert reply.text.startswith("Vous posez plusieurs questions")


@pytest.mark.parametrize(
    "text",
    [
        "Où sont les écoles et les commerces ?",
        "Qui a signé l'engagement, où et quand ?",
        "Que fait l'ERBM pour la culture ? Et le Louvre-Lens ?",
    ],
)
def test_one_question_with_two_halves_is_one_question(assistant: Assistant, text: str) -> None:
    assert "plusieurs questions" not in assistant.reply(Question(text)).text


def test_the_second_refusal_brings_a_person(assistant: Assistant) -> None:
    first = ask(assistant, REFUSED[0])
    assert first.contact is None
    second = ask(assistant, REFUSED[1], first.conversation)
    assert second.outcome is Outcome.NO_MATCH
    assert second.contact is not None
    assert second.contact.phone
    assert second.text != first.text
    answered = ask(assistant, "Qui s'engage ?", second.conversation)
    assert answered.conversation.refusals == 0


def test_the_first_reply_says_that_a_program_answers(assistant: Assistant) -> None:
    first = ask(assistant, "Qui s'engage ?")
    assert first.notice is not None
    assert "automatique" in first.notice
    assert ask(assistant, "Bonjour", first.conversation).notice is None


def test_the_commune_is_remembered(assistant: Assistant) -> None:
    lens = act(assistant, "commune:62498").conversation
    reply = ask(assistant, "ma commune est-elle concernée ?", lens)
    assert reply.outcome is Outcome.COMMUNE
    assert reply.commune is not None
    assert reply.commune.name == "Lens"
    contact = act(assistant, "contact", lens)
    assert contact.contact is not None
    assert "Lens" in contact.contact.name


def test_whoever_is_concerned_is_told_whom_to_call_and_when(assistant: Assistant) -> None:
    """A telephone number, hours and the date of the data, in each of the 224 communes."""
    inside = [one for one in assistant.gazetteer.communes if one.standing.verdict == "oui"]
    assert len(inside) == 224
    for commune in inside:
        reply, hall = act(assistant, f"commune:{commune.code_insee}"), commune.town_hall
        assert hall
        assert hall.phone
        assert hall.hours
        assert reply.contact
        assert reply.contact.phone
        phone = hall.phone.replace(" ", "\u00a0")
        told = f"{phone}, {hall.hours} (d’après Service-Public.fr / DILA, septembre 2026)."
        assert told in reply.text, commune.name


#: (commune, its town hall)
TOWN_HALLS = [
    ("62498", "Mairie de Lens"), ("62637", "Mairie d’Oignies"), ("59481", "Mairie du Quesnoy"),
    ("62043", "Mairie des Attaques"), ("59051", "Mairie de La Bassée"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "name"), TOWN_HALLS)
def test_every_refusal_gives_the_town_hall_of_the_commune(
    assistant: Assistant, code: str, name: str
) -> None:
    conversation = Conversation(code)
    for _ in range(3):
        reply = ask(assistant, "gfdkjh sdlfkj qsdf", conversation)
        assert reply.outcome is Outcome.NO_MATCH
        assert reply.contact
        assert reply.contact.name == name
        assert reply.contact.phone
        assert reply.contact.role.endswith("DILA, septembre 2026)")
        conversation = reply.conversation


def test_a_named_commune_comes_with_the_answer(assistant: Assistant) -> None:
    reply = ask(assistant, "Quels travaux sont faits dans les maisons à Pecquencourt ?")
    assert reply.outcome is Outcome.ANSWER
    assert reply.entry == "travaux-prevus"
    assert reply.commune is not None
    assert reply.commune.name == "Pecquencourt"
    assert "périmètre" in reply.text


def test_every_button_leads_somewhere_with_three_ways_on(assistant: Assistant) -> None:
    """From the start, follow every action: no dead end, and every entry within three taps."""
    depth = {"start": 0, "help": 0, "privacy": 0}
    queue = list(depth)
    while queue:
        action = queue.pop(0)
        reply = act(assistant, action)
        assert len(reply.actions) >= 3, action
        assert not same(reply.text, TEXTS["bouton_ancien"]), action
        for way in reply.actions:
            assert way.label
            assert len(way.action.encode()) <= 64
            if way.action not in depth:
                depth[way.action] = depth[action] + 1
                queue.append(way.action)
    entries = {f"entry:{key}" for key in assistant.base.entries}
    assert entries <= set(depth)
    assert max(depth[entry] for entry in entries) <= 3


@pytest.mark.parametrize(
    "action", ["entry:inconnue", "theme:x", "commune:99999", "easy:", "", ":", "éé", "entry"]
)
def test_an_old_button_says_so(assistant: Assistant, action: str) -> None:
    reply = act(assistant, action)
    assert same(reply.text, TEXTS["bouton_ancien"])
    assert len(reply.actions) >= 3


@pytest.mark.parametrize("unrelated", [(), ("quelle heure est-il", "raconte une blague")])
def test_a_base_without_entries_is_honest(
    base: KnowledgeBase, gazetteer: Gazetteer, unrelated: tuple[str, ...]
) -> None:
    empty = base.model_copy(update={"entries": {}})
    assistant = Assistant(empty, gazetteer, unrelated=unrelated, today=lambda: TODAY)
    assert ask(assistant, "Qui paie les travaux ?").outcome is Outcome.NO_MATCH
    assert ask(assistant, "ça sent le gaz").urgent


def test_none_of_the_suggestions_is_a_refusal(assistant: Assistant) -> None:
    assert act(assistant, "none").outcome is Outcome.NO_MATCH


def test_a_point_on_the_map_is_a_choice_of_communes(assistant: Assistant) -> None:
    reply = assistant.reply(Question(place=Point(50.379, 3.217)))
    assert reply.outcome is Outcome.CHOOSE_COMMUNE
    assert [way.action for way in reply.actions[:3]] == [
        f"commune:{commune.code_insee}" for commune in reply.communes
    ]
    assert "59456" in {commune.code_insee for commune in reply.communes}
    far = assistant.reply(Question(place=Point(48.85, 2.35)))
    assert far.outcome is Outcome.NO_MATCH
    assert same(far.text, REGION.sentences.loin)


@pytest.mark.parametrize(
    "text",
    [
        "Quand la dernière mine de charbon de Lorraine a-t-elle fermé ?",
        "En quelle année l'extraction du charbon s'est-elle arrêtée en Allemagne ?",
        "C'est quand que le RER E arrive à Mantes-la-Jolie ?",
        "combien d'habitants dans le bassin minier de Belgique",
    ],
)
def test_what_is_asked_of_a_place_elsewhere_is_not_answered(
    assistant: Assistant, text: str
) -> None:
    reply = ask(assistant, text)
    assert reply.outcome in {Outcome.SUGGESTIONS, Outcome.NO_MATCH}


def test_a_place_elsewhere_that_the_entry_knows_is_answered(assistant: Assistant) -> None:
    reply = ask(assistant, "Bruxelles donne-t-elle de l'argent pour les cités ?")
    assert (reply.outcome, reply.entry) == (Outcome.ANSWER, "argent-europe")


async def test_nobody_waits_while_a_letter_is_read(assistant: Assistant) -> None:
    letter = asyncio.create_task(assistant.ask(Question("Mon loyer va-t-il augmenter ? " * 100)))
    await asyncio.sleep(0)
    await assistant.ask(Question("Qui s’engage ?"))
    assert not letter.done()
    assert (await letter).text


async def test_where_someone_is_is_not_kept_with_the_usual_replies(assistant: Assistant) -> None:
    usual, place = Question(action="themes"), Question(place=Point(50.379, 3.217))
    assert await assistant.ask(usual) is await assistant.ask(usual)
    reply = await assistant.ask(place)
    assert reply.outcome is Outcome.CHOOSE_COMMUNE
    assert await assistant.ask(place) is not reply


@pytest.mark.parametrize(
    ("action", "back"),
    [
        ("start", None),
        ("themes", "start"),
        ("theme:travaux", "themes"),
        ("entry:duree-travaux", "theme:travaux"),
        ("easy:duree-travaux", "theme:travaux"),
        ("commune", "start"),
        ("commune:59456", "start"),
        ("contact", "start"),
        ("help", "start"),
        ("privacy", "start"),
        ("none", "start"),
        ("périmé", "start"),
    ],
)
def test_one_tap_goes_back(assistant: Assistant, action: str, back: str | None) -> None:
    reply = act(assistant, action)
    assert (reply.back.action if reply.back else None) == back


async def test_what_expired_is_not_browsed(gazetteer: Gazetteer, tmp_path: Path) -> None:
    """Neither what the words look for, nor what goes with it, nor what comes first."""
    (tmp_path / "faq.yaml").write_text(
        """entrees:
  - {id: bleu, question: Où est le guichet bleu ?, reponse: Là., expire_le: 2026-11-22}
  - {id: vert, question: Où est le guichet vert ?, reponse: Ici., voir_aussi: [bleu]}
""",
        encoding="utf-8",
    )
    small = Assistant(load_base(tmp_path, TODAY), gazetteer, today=lambda: TODAY)
    for words in ("Où est le guichet bleu ?", "Où est le guichet vert ?", ""):
        found = await small.browse(words)
        assert "bleu" not in {reply.entry for reply in found}
    assert [reply.entry for reply in found] == ["vert"]


def test_easy_wording(assistant: Assistant) -> None:
    reply = act(assistant, "entry:qui-s-engage")
    easy = act(assistant, "easy:qui-s-engage")
    assert reply.easy_text == easy.text
    assert easy.easy_text is None


#: What was answered with an entry, confidently, and never may be: nothing is asked.
NO_QUESTION = [
    ("j'ai une question", "Je vous écoute"),
    ("Bonjour, j'ai une question svp", "Je vous écoute"),
    ("je voulais savoir", "Je vous écoute"),
    ("bonjour je voulais savoir", "Je vous écoute"),
    ("dupont.jean@orange.fr", "N’écrivez pas ici"),
    ("06 12 34 56 78", "N’écrivez pas ici"),
    ("1 85 05 59 123 456 78", "N’écrivez pas ici"),
    ("FR76 3000 1007 9412 3456 7890 185", "N’écrivez pas ici"),
    ("retour", "Bonjour\u202f!"),
    ("d'accord", "D’accord"),
    ("ok d'accord", "D’accord"),
    ("la première", "Touchez le bouton"),
    ("2", "Touchez le bouton"),
    ("cha va ti ?", "Tout va bien"),
    ("hein", "Je vous écoute"),
]


@pytest.mark.parametrize(("text", "beginning"), NO_QUESTION)
def test_what_asks_nothing_gets_no_entry(assistant: Assistant, text: str, beginning: str) -> None:
    reply = ask(assistant, text)
    assert reply.outcome is Outcome.SMALLTALK
    assert reply.text.startswith(beginning)


def test_personal_data_beside_a_question_are_not_read(assistant: Assistant) -> None:
    question = "Qui s'engage ?"
    with_mail = ask(assistant, f"{question} jean.dupont@orange.fr")
    assert with_mail.entry == ask(assistant, question).entry
    assert "dupont" not in with_mail.text


def test_an_unknown_postcode_is_said_unknown(assistant: Assistant) -> None:
    reply = ask(assistant, "62307")
    assert reply.outcome is Outcome.NO_MATCH
    assert "62307" in reply.text
    assert reply.commune is None
    assert "Lens (62300)" in {way.label for way in reply.actions}


TOKENS = [
    (Conversation(), Conversation()),
    (Conversation("59456", 2, True), Conversation("59456", 2, True)),
    (Conversation("2A004", 0, True), Conversation("2A004", 0, True)),
]


@pytest.mark.parametrize(("given", "back"), TOKENS)
def test_a_conversation_comes_back_from_its_token(given: Conversation, back: Conversation) -> None:
    assert Conversation.read(given.token()) == back
    assert len(given.token()) <= 512


@pytest.mark.parametrize(
    "token", ["", "abc", "0.59456.0.1", "1.59456.0.2", "1.5945.0.1", "1.59456.0.1\n", "1." * 400]
)
def test_a_damaged_token_counts_as_none(token: str) -> None:
    assert Conversation.read(token) == Conversation()


def test_all_statuses_are_worded(assistant: Assistant, gazetteer: Gazetteer) -> None:
    """Every commune of the two départements has a reply; only the sure ones begin with « Oui »."""
    for commune in gazetteer.communes:
        reply = act(assistant, f"commune:{commune.code_insee}")
        assert commune.name.replace("'", "’") in reply.text
        assert reply.text.startswith("Oui,") == (commune.status.value == "in")
        assert ("bassin urbain à dynamiser" in reply.text) or not commune.in_zone
        assert reply.as_json()["commune"]["code_insee"] == commune.code_insee


def test_the_reply_as_json_has_the_agreed_keys(assistant: Assistant) -> None:
    reply = ask(assistant, "Qui s'engage ?").as_json()
    assert set(reply) == {
        "outcome", "entry", "entries", "confidence", "title", "text", "brief", "easy_text", "easy",
        "urgent", "understood", "conversation", "sources", "collected_on", "checked_on", "commune",
        "communes", "actions", "contact", "contacts",
    }  # fmt: skip
    assert reply["collected_on"] == "2026-11-23"
    assert set(reply["sources"][0]) == {"title", "url", "date"}
    assert set(reply["contact"]) == {"name", "phone", "url", "address", "hours"}
    assert 0 < reply["confidence"] <= 1


def small(answer: str, **keys: str) -> KnowledgeBase:
    extra = "".join(f"\n    {key}: {value}" for key, value in keys.items())
    text = (
        f"entrees:\n  - id: a\n    question: Où est le guichet bleu ?\n    reponse: {answer}{extra}"
    )
    base = check({"faq.yaml": text}, TODAY).base
    assert base is not None
    return base


def test_any_faq_can_be_served_alone(gazetteer: Gazetteer) -> None:
    """Only three keys an entry: no themes, contacts or encoder."""
    assistant = Assistant(small("À gauche."), gazetteer, today=lambda: TODAY)
    assert ask(assistant, "Où est le guichet bleu ?").text == "À gauche."
    for action in ("themes", "contact", "start", "commune:59456"):
        assert act(assistant, action).actions


def test_saving_replaces_the_base_whole(gazetteer: Gazetteer) -> None:
    assistant = Assistant(small("À gauche."), gazetteer, today=lambda: TODAY)
    assistant.serve(small("À droite."))
    assert ask(assistant, "Où est le guichet bleu ?").text == "À droite."


def test_a_replaced_base_is_freed_at_once(gazetteer: Gazetteer) -> None:
    """Without the garbage collector, which no longer looks there (app.py)."""

    def heavy() -> dict[int, object]:
        kinds = {Matcher, Index, Reader}
        return {id(one): one for one in gc.get_objects() if type(one) in kinds}

    others = heavy()
    assistant = Assistant(small("À gauche."), gazetteer, today=lambda: TODAY)
    ask(assistant, "Où est le guichet bleu ?")
    ask(assistant, "ou est le gichet bleu, et quand ?")
    parts = [ref(one) for key, one in heavy().items() if key not in others]
    assert len(parts) == 3
    gc.collect()
    gc.disable()
    try:
        assistant.serve(small("À droite."))
        assert [part() for part in parts] == [None, None, None]
    finally:
        gc.enable()


def test_an_expired_entry_is_not_answered(gazetteer: Gazetteer) -> None:
    base = small("À gauche.", expire_le=str(TODAY))
    today = TODAY
    assistant = Assistant(base, gazetteer, today=lambda: today)
    assert ask(assistant, "Où est le guichet bleu ?").outcome is Outcome.ANSWER
    today += dt.timedelta(days=1)
    assert ask(assistant, "Où est le guichet bleu ?").outcome is Outcome.NO_MATCH
    assert act(assistant, "entry:a").entry is None


def test_markup_is_read() -> None:
    blocks = parse("Un\ndeux.\n\n- a [b](https://c.fr) d\n  suite\n- e")
    assert [block.is_list for block in blocks] == [False, True]
    assert plain("Un\ndeux.\n\n- a [b](https://c.fr) d\n  suite\n- e") == (
        "Un deux.\n\n- a b (https://c.fr) d suite\n- e"
    )
    assert blocks[1].lines[0][1].url == "https://c.fr"


def test_conversations_do_not_share_state(assistant: Assistant) -> None:
    one = ask(assistant, "Lens").conversation
    assert ask(assistant, "Bonjour").conversation.commune is None
    assert replace(one, refusals=1) != one


async def test_a_reply_kept_ready_lives_as_long_as_its_base_and_its_day(
    gazetteer: Gazetteer,
) -> None:
    def base(answer: str) -> KnowledgeBase:
        faq = (
            "entrees:\n  - {id: a, question: Où est le guichet bleu ?, "
            f"reponse: {answer}, expire_le: {TODAY}}}\n"
        )
        made = check({"faq.yaml": faq}, TODAY).base
        assert made
        return made

    today = TODAY
    assistant = Assistant(base("À gauche."), gazetteer, today=lambda: today)
    question = Question("Où est le guichet bleu ?")
    first = await assistant.ask(question)
    assert await assistant.ask(question) is first
    assert first == assistant.reply(question)
    begun = replace(question, conversation=first.conversation)
    assert (await assistant.ask(begun)).notice is None
    assistant.serve(base("À droite."))
    assert (await assistant.ask(question)).text == "À droite."
    today += dt.timedelta(days=1)
    last = await assistant.ask(question)
    assert last.outcome is Outcome.NO_MATCH
    weight = 2 * len(repr(last))
    for number in range(REMEMBERED // weight + 1):
        await assistant.ask(Question(action=f"entry:{number}"))
    assert await assistant.ask(question) is not last


#: By the step that decided, how a reply may end.
ENDINGS = {
    "longueur": {Outcome.SMALLTALK},
    "vide": {Outcome.SMALLTALK},
    "acte": {Outcome.SMALLTALK, Outcome.ANSWER},
    "alarme": {Outcome.ANSWER},
    "lieu": {Outcome.COMMUNE, Outcome.CHOOSE_COMMUNE, Outcome.NO_MATCH, Outcome.ANSWER},
    "plusieurs": {Outcome.SUGGESTIONS},
    "lettre": {Outcome.ANSWER, Outcome.SUGGESTIONS},
    "entrée": set(Outcome) - {Outcome.SMALLTALK},
}


def test_explain_tells_the_decision_really_taken(assistant: Assistant) -> None:
    """Over a thousand messages: questions, traps, alarms, places, smalltalk, several at once."""
    files = (ROOT / "tests" / "cases").glob("*.jsonl")
    texts = [
        json.loads(line)["question"]
        for file in sorted(files)
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    alarms = yaml.safe_load((ROOT / "tests/cases/alarmes.yaml").read_text(encoding="utf-8"))
    texts += [text for group in alarms["sonnent"].values() for text in group]
    texts += [text for text, _ in NO_QUESTION] + ["", "x" * 4001, "Pecquencourt", "62307"]
    texts.append(
        "Il pleut sur le jardin. " * 20 + "Dois-je quitter ma maison pendant les travaux ?"
    )
    texts.append("Faut-il signer le devis avant que l'entreprise pose la porte")
    texts.append("qui paie la rénovation et quand commencent les travaux dans ma rue ?")
    assert len(texts) >= 1_000
    deciding = set()
    for text in texts:
        reply, told = ask(assistant, text), assistant.explain(text)
        assert (told.outcome, told.entries) == (reply.outcome, reply.entries), text
        last = told.because[-1]
        assert told.rule == last.facts
        assert reply.outcome in ENDINGS[last.step], text
        assert reply.urgent == (last.step == "alarme") or last.step == "entrée", text
        if last.step == "entrée" and reply.outcome in {Outcome.ANSWER, Outcome.SUGGESTIONS}:
            assert reply.confidence == told.candidates[0].score, text
        deciding.add(last.step)
    assert deciding == ENDINGS.keys()
