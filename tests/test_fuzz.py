"""What nobody writes on purpose: no exception goes unhandled, and nothing is an error of ours.

200 examples of each kind here; as many as GALIBOT_EXAMPLES says with `make fuzz`.
"""

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import Coroutine, Iterator
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from bot.communes.gazetteer import Gazetteer
from bot.conversation.action import Ask, Kind
from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation
from bot.handlers import build
from bot.handlers.delivery.intake import Intake
from bot.handlers.dialogue.links import StartLink
from bot.knowledge.model import KnowledgeBase
from bot.services import Services
from bot.storage.database import Database
from bot.storage.knowledge_files import examine
from bot.storage.revisions import Revisions
from bot.storage.watching import KnowledgeWatcher
from bot.web.server import make_app
from doubles.telegram import DATE, TOKEN, FakeTelegram
from tests.conftest import KNOWLEDGE, TODAY, unhurried

EXAMPLES = int(os.environ.get("GALIBOT_EXAMPLES", "200"))
#: Without a database of examples; what fails is printed whole, without minutes of shrinking.
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=EXAMPLES == 200,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
Done = TypeVar("Done")


class Place:
    """A service with three answers and all the communes, on both channels and one event loop."""

    def __init__(self, base: KnowledgeBase, gazetteer: Gazetteer, folder: Path) -> None:
        self.errors: list[str] = []
        self.loop = asyncio.new_event_loop()
        self._ids = count(1)
        self._stack = contextlib.AsyncExitStack()
        kept = ("danger-immediat", "qui-s-engage", "ma-commune-erbm")
        entries = {key: base.entries[key].model_copy(update={"see_also": ()}) for key in kept}
        small = base.model_copy(update={"entries": entries})
        self.assistant = Assistant(small, gazetteer, today=lambda: TODAY)
        self.telegram = FakeTelegram()
        self.do(self._open(folder))

    async def _open(self, folder: Path) -> None:
        database = await Database.open(f"sqlite+aiosqlite:///{folder / 'fuzz.sqlite3'}")
        self._stack.push_async_callback(database.close)
        await database.migrate()
        watcher = KnowledgeWatcher(KNOWLEDGE, Revisions(database))
        services = Services(self.assistant, database, watcher, limits=unhurried())
        application = await self._stack.enter_async_context(
            build(TOKEN, services, request=self.telegram)
        )
        await application.start()
        self._stack.push_async_callback(application.stop)
        self.intake = Intake(application, database)
        self._stack.push_async_callback(self.intake.stop, 5.0)
        self.client = TestClient(TestServer(make_app(services)))
        await self._stack.enter_async_context(self.client)

    def do(self, work: Coroutine[Any, Any, Done]) -> Done:
        return self.loop.run_until_complete(work)

    def take(self, *, torn: bool = False, **content: Any) -> None:
        """An update of Telegram's is dealt with; but for a torn one, no error is logged."""
        self.errors.clear()
        update = {"update_id": next(self._ids), **content}
        assert self.do(self.intake.take(update))
        assert torn or not self.errors, (self.errors, update)

    def ask(self, method: str, path: str, **given: Any) -> tuple[int, str]:
        async def ask() -> tuple[int, str]:
            async with self.client.request(method, path, **given) as told:
                return told.status, await told.text()

        self.errors.clear()
        status, text = self.do(ask())
        assert status < 500, (status, method, path, given)
        assert not self.errors, (self.errors, path, given)
        return status, text

    def close(self) -> None:
        self.do(self._stack.aclose())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        assert self.telegram.violations == []


@pytest.fixture(scope="module")
def place(
    base: KnowledgeBase, gazetteer: Gazetteer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    made = Place(base, gazetteer, tmp_path_factory.mktemp("fuzz"))
    told = logging.Handler(logging.ERROR)
    told.emit = lambda record: made.errors.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("bot").addHandler(told)
    yield made
    logging.getLogger("bot").removeHandler(told)
    made.close()


#: Any letter, halves of pairs too, which phones send; and what has a meaning somewhere.
LETTERS = st.characters(exclude_categories=())
PIECES = st.sampled_from(
    [
        "qui s'engage ?", "j'habite à", "Lens", "62300", "ma commune", "au secours", "gaz", "merci",
        "le deuxième", "non", "/start", "/", "@galibot_bot", "é", "\u200f", "\u0301", "\0",
        "<b>", "&amp;", "%00", "${x}", "{nom}", "[a](javascript:b)", "👍🏽", "\r\n", "\t", " ", "…",
        "-1", "1e999", "2026-13-45", "\ufeff", "٣", "²", "ﬁ", "İ", "ẞ", "꙰", "a" * 600,
    ]
)  # fmt: skip
WORDS = st.lists(PIECES | st.text(LETTERS, max_size=20), max_size=6).map("".join)
IDS = st.integers(-(2**63), 2**63) | st.sampled_from([0, 1, -1, 42])
LEAVES = st.none() | st.booleans() | IDS | st.floats(allow_nan=False) | WORDS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)

USER = {"id": 42, "is_bot": False, "first_name": "Odette"}
GROUP = {"id": -42, "type": "supergroup", "title": "Cité"}
CHATS = st.sampled_from(
    [
        {"id": 42, "type": "private", "first_name": "Odette"},
        GROUP,
        {"id": -43, "type": "group", "title": "Cité"},
        {"id": -100, "type": "channel", "title": "Canal"},
    ]
)
ENTITIES = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["bot_command", "mention", "text_link", "custom_emoji", "zzz"]),
            "offset": st.integers(-1, 30),
            "length": st.integers(-1, 30),
        }
    ),
    max_size=2,
)
PRIVATE = {"id": 42, "type": "private", "first_name": "Odette"}
ORIGIN = {"type": "hidden_user", "date": DATE, "sender_user_name": "x"}
#: As Telegram writes them.
KNOWN = {
    "text": WORDS,
    "caption": WORDS,
    "entities": ENTITIES,
    "caption_entities": ENTITIES,
    "message_thread_id": st.integers(1, 2**40),
    "is_topic_message": st.booleans(),
    "location": st.fixed_dictionaries(
        {"latitude": st.floats(-90, 90), "longitude": st.floats(-180, 180)}
    ),
    "photo": st.just([]),
    "contact": st.fixed_dictionaries({"phone_number": WORDS, "first_name": WORDS}),
    "dice": st.just({"emoji": "🎲", "value": 3}),
    "reply_to_message": st.fixed_dictionaries({"text": WORDS}).map(
        lambda said: {"message_id": 5, "date": DATE, "chat": PRIVATE, **said}
    ),
    "new_chat_title": WORDS,
    "forward_origin": st.just(ORIGIN),
    "via_bot": st.just({**USER, "is_bot": True}),
    "sender_chat": CHATS,
    "edit_date": st.integers(DATE, DATE + 10**6),
}


def messages(more: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda chat, number, given: (
            {"message_id": number, "date": DATE, "chat": chat, "from": USER} | given
        ),
        CHATS,
        st.integers(1, 10**6),
        more,
    )


MESSAGES = messages(st.fixed_dictionaries({}, optional=KNOWN))
QUERIES = st.fixed_dictionaries(
    {"id": st.just("1"), "from": st.just(USER), "query": WORDS, "offset": WORDS}
)
UPDATES = st.one_of(
    st.fixed_dictionaries({"message": MESSAGES}),
    st.fixed_dictionaries({"edited_message": MESSAGES}),
    st.fixed_dictionaries({"channel_post": MESSAGES}),
    st.fixed_dictionaries({"inline_query": QUERIES}),
)
#: As it never does, or not yet.
TORN = st.one_of(
    st.dictionaries(
        st.sampled_from(
            ["message", "inline_query", "callback_query", "my_chat_member", "poll", "nouveau"]
        ),
        JSON,
        min_size=1,
    ),
    st.fixed_dictionaries(
        {"message": messages(st.dictionaries(st.sampled_from(["date", "chat", *KNOWN]), JSON))}
    ),
)


#: A stretch of text that ends in the middle of a letter.
CUT = {
    "caption": "a\U000fcec9b",
    "caption_entities": [{"type": "mention", "offset": 0, "length": 2}],
}
#: A message without a chat.
NOWHERE = {"message_id": 1, "date": DATE, "chat": None, "from": USER, "caption": "Qui s'engage ?"}


@given(UPDATES)
@example({"message": {"message_id": 1, "date": DATE, "chat": GROUP, "from": USER, **CUT}})
@fuzzed
def test_updates(place: Place, update: dict[str, Any]) -> None:
    place.take(**update)


#: A topic that is no number.
IN_A_LIST: dict[str, Any] = {
    **NOWHERE,
    "chat": GROUP,
    "message_thread_id": [],
    "is_topic_message": True,
}


@given(TORN)
@example({"message": NOWHERE})
@example({"message": IN_A_LIST})
@fuzzed
def test_torn_updates(place: Place, update: dict[str, Any]) -> None:
    """They count as dealt with, so that what comes after is answered."""
    place.take(**update, torn=True)


ACTIONS = st.one_of(
    WORDS,
    st.builds("{}:{}".format, st.sampled_from(list(Kind)), WORDS),
    st.sampled_from(
        ["entry:qui-s-engage", "entry:ma-commune-erbm:62498", "vote:qui-s-engage:0", "fichier:1",
         "entry:qui-s-engage@-9", "commune:62498", "vote:-:1"]
    ),
)  # fmt: skip


@given(ACTIONS, st.booleans())
@fuzzed
def test_callback_data(place: Place, data: str, inline: bool) -> None:
    asked = Ask.parse(data)
    assert asked is None or str(asked) == data
    if not place.telegram.messages:
        resident = {"message_id": 1, "date": DATE, "chat": {"id": 42, "type": "private"}}
        place.take(message={**resident, "from": USER, "text": "Qui s'engage ?"})
    under: dict[str, Any] = {"message": list(place.telegram.messages.values())[-1]}
    if inline:
        under = {"inline_message_id": "x"}
    query = {"id": "7", "from": USER, "chat_instance": "1", "data": data, **under}
    place.take(callback_query=query)


@given(
    st.one_of(
        WORDS,
        st.from_regex(r"(q-[a-z0-9-]{1,34})?_?(c-\d{4,6})?_?(s-[a-z0-9-]{0,21})?", fullmatch=True),
    )
)
@fuzzed
def test_deep_links(place: Place, payload: str) -> None:
    link = StartLink.parse(payload)
    assert str(link) in {payload, ""}
    text = f"/start {payload}"
    command = {"type": "bot_command", "offset": 0, "length": 6}
    begun = {"message_id": 1, "date": DATE, "chat": {"id": 42, "type": "private"}, "from": USER}
    place.take(message={**begun, "text": text, "entities": [command]})


TOKEN_OF_ONE = Conversation(commune="62498", entry="qui-s-engage", refusals=1).token()
TOKENS = st.one_of(
    WORDS,
    st.builds(
        lambda at, gone, put: TOKEN_OF_ONE[:at] + put + TOKEN_OF_ONE[at + gone :],
        st.integers(0, len(TOKEN_OF_ONE)),
        st.integers(0, 5),
        st.text("AZaz09-_.=é\0", max_size=4),
    ),
)


@given(TOKENS, WORDS)
@fuzzed
def test_conversation_tokens(place: Place, token: str, text: str) -> None:
    kept = Conversation.read(token)
    assert Conversation.read(kept.token()) == kept
    body = {"question": text, "commune": None, "conversation": token}
    place.ask("POST", "/api/v1/ask", json=body)
    place.ask("POST", "/", data={"q": printable(text), "k": printable(token)})


def printable(text: str) -> str:
    """A form has no way to send half a pair."""
    return text.encode("utf-8", "replace").decode()


@given(
    st.one_of(
        JSON.map(lambda body: json.dumps(body).encode()),
        st.fixed_dictionaries(
            {"question": JSON}, optional={"commune": JSON, "conversation": JSON}
        ).map(lambda body: json.dumps(body).encode()),
        st.binary(max_size=200),
    ),
    st.sampled_from(["application/json", "text/plain", "", "application/json; charset=x"]),
    WORDS,
)
@fuzzed
def test_the_api(place: Place, body: bytes, kind: str, words: str) -> None:
    status, told = place.ask("POST", "/api/v1/ask", data=body, headers={"Content-Type": kind})
    assert json.loads(told).keys() >= ({"outcome"} if status == 200 else {"error"})
    words = printable(words)
    for path in ("/api/v1/communes", "/"):
        place.ask("GET", path, params={"q": words, "c": words, "r": words, "s": words})


@given(
    st.sampled_from(
        [
            "/",
            "/avis",
            "/commune",
            "/suggestions",
            "/effacer",
            "/aucune",
            "/q/qui-s-engage",
            "/mairie",
            "/redaction/entrer/x",
        ]
    ),
    st.dictionaries(
        st.sampled_from(["q", "entry", "useful", "raison", "k", "v", "c", "r", "s", "lieu", "x"]),
        st.sampled_from(["oui", "non", "faux", "qui-s-engage", "1"]) | WORDS,
        max_size=5,
    ),
    st.binary(max_size=80),
    WORDS,
)
@fuzzed
def test_forms_and_addresses(
    place: Place, path: str, fields: dict[str, str], raw: bytes, words: str
) -> None:  # fmt: skip
    place.ask("POST", path, data={name: printable(value) for name, value in fields.items()})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    place.ask("POST", path, data=raw, headers=form)
    place.ask("GET", f"/q/{printable(words).replace('/', '').strip('.')}")


FAQ = """\
themes:
  - {id: t, titre: Un thème, icone: 🏠}
entrees:
  - id: a
    question: Où est A ?
    theme: t
    reponse: |-
      À gauche, **au fond**.
    variantes: [où donc, A où]
    sources:
      - {titre: Une page, url: https://a.example.org, date: 2024-05-01}
    releve_le: 2026-11-01
    voir_aussi: [b]
  - {id: b, question: Où est B ?, reponse: "12:30", alarme: true}
"""
MARKS = st.sampled_from(
    ["\t", "  ", "\n", "- ", ": ", ":", "#", " #9", "&x ", "*x", "<<: ", "!!python/object:x ",
     "!!binary ", "|", ">", "---\n", "...\n", "%YAML 9\n", "'", '"', "{", "}", "[", "]", "\u00a0",
     "\ufeff", "\0", "\x85", "\u2028", "é", "👍🏽", "0x1", "1e9", "~", "oui", "2026-02-30",
     "- " * 300, "[" * 300, "id: a", "entrees:", "reponse: "]
)  # fmt: skip
EDITS = st.lists(
    st.tuples(st.integers(0, len(FAQ)), st.integers(0, 8), MARKS | st.text(LETTERS, max_size=4)),
    min_size=1,
    max_size=4,
)


def edited(edits: list[tuple[int, int, str]]) -> str:
    text = FAQ
    for at, gone, put in edits:
        text = text[:at] + put + text[at + gone :]
    return printable(text)


@given(EDITS.map(edited) | JSON.map(lambda value: printable(yaml.safe_dump(value))))
@fuzzed
def test_yaml(text: str) -> None:
    """A file is served, or what is wrong with it is told."""
    knowledge, checked = examine({"faq.yaml": text}, TODAY)
    assert knowledge is not None or checked.errors
