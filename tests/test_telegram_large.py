"""What is too large for one Telegram message: all of it is within reach, a tap at a time."""

import html
import random
import re
import shutil
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Question
from bot.handlers.dialogue.keyboard import CHOICES
from bot.handlers.dialogue.rendering import page, render, size
from bot.services import Services
from bot.storage.database import Database
from bot.storage.knowledge_files import load
from bot.storage.revisions import Revisions
from bot.storage.watching import KnowledgeWatcher
from doubles.telegram import GROUP, Refusal, Resident, actions, resident_with
from doubles.telegram_rules import text_complaints
from tests.conftest import KNOWLEDGE, TEXTS, TODAY

LINKS = 120
#: 17,000 characters and 120 links, as an editor may paste them.
LONG = "\n".join(
    f"- La ligne {number} dit ceci, cela, et encore un peu plus pour être longue comme il faut, "
    f"voyez [le lien numéro {number}](https://exemple.fr/page?n={number}&a=<b>).\n"
    + ("\n" if number % 7 == 0 else "")
    for number in range(1, LINKS + 1)
)


def knowledge(folder: Path) -> Path:
    """40 themes with long titles, one of 131 entries; and answers, wordings, sources too long."""
    themes = [
        {"id": f"theme-{number}", "titre": f"Le thème {number} " + "d’un titre très long " * 10}
        for number in range(40)
    ]
    entries: list[dict[str, Any]] = [
        {"id": f"fiche-{number}", "question": f"Que dit la fiche {number} ?", "reponse": "Ceci."}
        for number in range(131)
    ]
    for number, entry in enumerate(entries):
        entry["theme"] = "theme-0" if number < 127 else f"theme-{number - 91}"
    entries += [
        {"id": "longue", "question": "Comment recycler un vélo ?", "reponse": LONG},
        {"id": "facile", "question": "Où danser la polka ?", "reponse": "Ici.", "facile": LONG},
        {"id": "sourcee", "question": "Qui élève des alpagas ?", "reponse": "Eux.", "sources": [
            {"titre": f"La source {n}, au titre long", "url": f"https://exemple.fr/{n}"}
            for n in range(150)
        ]},
        {"id": "liee", "question": "Que lire ensuite ?", "reponse": "Tout.",
         "voir_aussi": [f"fiche-{number}" for number in range(100)]},
    ]  # fmt: skip
    for entry in entries[-4:]:
        entry["theme"] = "theme-0"
    folder.mkdir()
    content = {"themes": themes, "entrees": entries}
    (folder / "faq.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    shutil.copytree(KNOWLEDGE / "lieux", folder / "lieux")
    places = folder / "lieux" / "lieux.yaml"
    said = "Oui, {nom} est dans le périmètre de l'Engagement"
    told = places.read_text("utf-8").replace(said, "Oui, {nom}. " + "On le dit bien. " * 500 + said)
    places.write_text(told, "utf-8")
    return folder


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = knowledge(tmp_path_factory.mktemp("large") / "knowledge")
    ours = load(folder, TODAY)
    return Assistant(ours.base, ours.gazetteer, today=lambda: TODAY)


@pytest.fixture
async def resident(large: Assistant, tmp_path: Path) -> AsyncIterator[Resident]:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite3'}")
    await database.migrate()
    services = Services(large, database, KnowledgeWatcher(tmp_path, Revisions(database)))
    async with resident_with(services) as someone:
        yield someone
    await database.close()


def labelled(message: dict[str, Any], label: str) -> str | None:
    """What the button with this label asks for."""
    rows = message["reply_markup"]["inline_keyboard"]
    found = [button["callback_data"] for row in rows for button in row if button["text"] == label]
    return found[0] if found else None


def words(text: str) -> list[str]:
    return text.replace("[…]", " ").split()


async def test_every_entry_of_large_themes_is_within_reach(resident: Resident) -> None:
    """Nothing is refused: the double checks each keyboard."""
    await resident.say("/themes")
    reached: set[str] = set()
    turned = 0
    waiting = deque(["themes"])
    while waiting:
        way = waiting.popleft()
        before = dict(resident.telegram.messages)
        sent = await resident.press(way)
        turned += not sent
        assert sent or resident.telegram.made("editMessageText"), way
        assert len(resident.telegram.messages) == len(before) + len(sent), "turned in place"
        shown = list(resident.telegram.messages.values())[-1]
        choices = [one for one in actions(shown) if one.startswith(("entry:", "theme:"))]
        assert len(choices) <= CHOICES + 1, "and one that leads back"
        for found in actions(shown):
            if found not in reached and (found.startswith("theme:") or "/" in found):
                waiting.append(found)
            reached.add(found)
    assert {f"entry:fiche-{number}" for number in range(131)} <= reached
    assert {f"theme:theme-{number}" for number in range(40)} <= reached
    assert turned > 131 // CHOICES


async def test_pages_of_choices_go_both_ways(resident: Resident) -> None:
    (first,) = await resident.say("/themes")
    assert labelled(first, TEXTS.telegram["choix_precedents"]) is None
    assert await resident.press(labelled(first, TEXTS.telegram["choix_suivants"])) == []
    (message,) = resident.telegram.messages.values()
    assert len([one for one in actions(message) if one.startswith("theme:")]) == 40 - CHOICES
    assert labelled(message, TEXTS.telegram["choix_suivants"]) is None
    assert await resident.press(labelled(message, TEXTS.telegram["choix_precedents"])) == []
    assert actions(message) == actions(first)


async def test_a_page_of_an_old_message_comes_anew(resident: Resident) -> None:
    """Where the message can't be edited, or its theme is gone since, no button is dead."""
    await resident.say("/themes")
    gone = {"message_id": 1, "date": 0, "chat": resident.chat}
    query = {"id": "7", "from": resident.user, "chat_instance": "1", "message": gone}
    resident.telegram.messages[1] = gone
    resident.telegram.fail("editMessageText", Refusal(400, "Bad Request: message can't be edited"))
    (sent,) = await resident.update(callback_query={**query, "data": f"{CHOICES}/themes"})
    assert len([one for one in actions(sent) if one.startswith("theme:")]) == 40 - CHOICES


async def read_on(resident: Resident, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The message and all that « read on » brings after it."""
    (message,) = sent
    messages = [message]
    while (more := labelled(message, TEXTS.telegram["lire_la_suite"])) is not None:
        (message,) = await resident.press(more)
        messages.append(message)
    return messages


@pytest.mark.parametrize(
    ("asked", "pressed", "part"),
    [
        ("Comment recycler un vélo ?", None, "lien numéro 120"),
        ("Comment recycler un vélo à Pecquencourt ?", None, "Pecquencourt"),
        ("/start q-longue", None, "lien numéro 120"),
        ("/start", "entry:longue", "lien numéro 120"),
        ("/start", "easy:facile", "lien numéro 120"),
        ("Qui élève des alpagas ?", None, "La source 149"),
        ("Pecquencourt", None, "On le dit bien."),
        ("Pecqencourt", None, "J’ai compris"),
    ],
)
@pytest.mark.parametrize("chat", ["private", "group"])
async def test_the_rest_of_a_long_text_is_one_tap_away(
    resident: Resident, large: Assistant, asked: str, pressed: str | None, part: str, chat: str
) -> None:
    """Nothing is lost, said twice, nor cut within a link, whatever came before the answer."""
    if chat == "group":
        resident.chat = GROUP
        if not asked.startswith("/"):
            asked = f"@galibot_bot {asked}"
    sent = await resident.say(asked)
    if pressed:
        sent = await resident.press(pressed)
    messages = await read_on(resident, sent)
    assert len(messages) > 1
    assert all(list(text_complaints(one["text"], "HTML")) == [] for one in messages)
    if pressed:
        reply = large.reply(Question(action=pressed))
    elif asked.startswith("/start"):
        reply = large.reply(Question(action="entry:longue"))
    else:
        reply = large.reply(Question(asked.removeprefix("@galibot_bot ")))
    whole = render(reply, TEXTS)
    assert part in whole
    shown = " ".join(one["text"] for one in messages)
    if pressed:
        whole = whole.partition("</i>")[2]  # that a program answers was said before
    assert words(shown) == words(whole)
    assert re.findall('<a href="[^"]*">[^<]*</a>', shown) == re.findall(
        '<a href="[^"]*">[^<]*</a>', whole
    )


async def test_two_quick_taps_bring_the_rest_once(resident: Resident) -> None:
    (first,) = await resident.say("/start q-longue")
    more = labelled(first, TEXTS.telegram["lire_la_suite"])
    assert len(await resident.press(more)) == 1
    message = resident.telegram.messages[1001]
    query = {"id": "7", "from": resident.user, "chat_instance": "1", "message": message}
    assert await resident.update(callback_query={**query, "data": more}) == []
    assert len(resident.telegram.made("answerCallbackQuery")) == 2


async def test_a_long_answer_that_is_shared_is_read_in_its_place(resident: Resident) -> None:
    query = {"id": "9", "from": resident.user, "query": "recycler un vélo", "offset": ""}
    await resident.update(inline_query=query)
    (answered,) = resident.telegram.made("answerInlineQuery")
    shared = answered["results"][0]
    assert shared["id"] == "q-longue"
    content = shared["input_message_content"]["message_text"]
    texts, message = [content], shared
    press = {"id": "7", "from": resident.user, "chat_instance": "1", "inline_message_id": "a"}
    while more := labelled(message, TEXTS.telegram["lire_la_suite"]):
        assert await resident.update(callback_query={**press, "data": more}) == []
        message = resident.telegram.made("editMessageText")[-1]
        assert message["inline_message_id"] == "a"
        texts.append(message["text"])
    assert len(texts) == 4
    assert all(list(text_complaints(text, "HTML")) == [] for text in texts)
    assert len(re.findall("lien numéro", " ".join(texts))) == LINKS
    again = labelled(message, TEXTS.telegram["relire_le_debut"])
    await resident.update(callback_query={**press, "data": again})
    assert resident.telegram.made("editMessageText")[-1]["text"] == content
    # Buttons that are not its own change nothing there.
    before = len(resident.telegram.made("editMessageText"))
    for data in ("themes", "0/themes", "0/entry:nexiste-pas", "-5/vote:longue:1", "entry:longue"):
        await resident.update(callback_query={**press, "data": data})
    assert len(resident.telegram.made("editMessageText")) == before


@pytest.mark.parametrize(
    "data", ["5/", "/themes", "-/themes", "1234567/themes", "5/😀", "9999/themes", "-9/themes"]
)
async def test_parts_that_are_not_there_are_answered_all_the_same(
    resident: Resident, data: str
) -> None:
    await resident.say("/start")
    sent = await resident.press(data)
    assert len(sent) + len(resident.telegram.made("editMessageText")) == 1


def test_any_text_is_cut_between_words_and_links() -> None:
    """Parts put together are the whole, and each fits."""
    random.seed(6)
    kinds = (
        lambda: "mot " * random.randint(1, 60),
        lambda: "Une phrase. ",
        lambda: "\n\n",
        lambda: "\n• ",
        lambda: html.escape("<&>«»😀") * random.randint(1, 9) + " ",
        lambda: "x" * random.randint(1, 6000),
        lambda: "😀" * random.randint(1, 3000),
        lambda: f'<a href="https://e.fr/?a&amp;b">un lien {"long " * random.randint(1, 90)}</a> ',
        lambda: f"<b>{random.randint(1, 999)}</b>",
        lambda: '<a href="https://e.fr">l</a>' * random.randint(1, 150),
    )
    for _ in range(300):
        parts = [random.choice(kinds)() for _ in range(random.randint(1, 40))]
        whole = f"Voici : {''.join(parts)}".strip()
        texts: list[str] = []
        left = 0
        while not texts or left:
            before = left or size(whole)
            shown, left = page(whole, left)
            texts.append(shown)
            assert list(text_complaints(shown, "HTML")) == []
            assert left < before
        compact = re.compile(r"\s|\[…\]")
        assert compact.sub("", "".join(texts)) == compact.sub("", whole)


def test_a_link_longer_than_a_message_keeps_its_words() -> None:
    whole = f'<a href="https://e.fr">{"long " * 2000}</a>'
    text, left = page(whole)
    rest, _ = page(whole, left)
    assert "<a" not in text + rest
    assert words(text)[:3] == ["long", "long", "long"]


def test_the_web_shows_the_whole_of_a_large_theme(large: Assistant) -> None:
    reply = large.reply(Question(action="theme:theme-0"))
    assert len([way for way in reply.actions if way.action.startswith("entry:")]) == 131
