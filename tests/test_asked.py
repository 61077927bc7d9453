"""What was asked in vain: kept masked for a time, grouped, told to editors, erased."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.communes.gazetteer import Gazetteer
from bot.conversation.alike import CHOSEN, CORRECTED, DISLIKED, REFUSED, Group, Vain, grouped
from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation, Question
from bot.digest import as_json, as_yaml, in_words, make_digest
from bot.knowledge.model import KnowledgeBase
from bot.services import Services
from bot.storage.asked import ANSWERED, OFFERED, QUESTIONS, AskedQuestions
from bot.storage.database import Database
from bot.storage.knowledge_files import examine, read_files
from bot.storage.retention import purge, purging
from bot.trained import load_encoder
from bot.web.server import make_app
from doubles.postgres import create_database
from doubles.telegram import ENTRY, Resident, actions, resident_with
from tests.conftest import KNOWLEDGE, OURS, ROOT, TODAY

Client = TestClient[web.Request, web.Application]
#: Nothing here answers the one; the other is offered an entry.
MOWER = "comment réparer ma tondeuse à gazon"
UNSURE = "mes lapins"


@pytest.fixture
async def client(services: Services) -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_app(services))) as client:
        yield client


@pytest.fixture
async def resident(services: Services) -> AsyncIterator[Resident]:
    async with resident_with(services) as someone:
        yield someone


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    address = f"sqlite+aiosqlite:///{tmp_path / 'asked.sqlite3'}"
    if request.param == "postgres":
        name, server = f"asked_{uuid.uuid4().hex}", str(request.getfixturevalue("postgres"))
        await create_database(server, name)
        address = server.removesuffix("postgres") + name
    opened = await Database.open(address)
    await opened.migrate()
    yield opened
    await opened.close()


def few(base: KnowledgeBase, **options: Any) -> Assistant:
    """An assistant that knows one entry, and no place."""
    small = base.model_copy(update={"entries": {ENTRY: base.entries[ENTRY]}})
    return Assistant(small, Gazetteer(OURS.gazetteer.region), **options)


async def rows(services: Services) -> list[tuple[str, str, str | None]]:
    """What is kept, the oldest first: outcome, text, entry."""
    await services.asked.write()
    kept = QUESTIONS.c
    async with services.database.engine.connect() as connection:
        found = await connection.execute(
            sa.select(kept.outcome, kept.text, kept.entry).order_by(kept.id)
        )
        return [(outcome, text, entry) for outcome, text, entry in found]


def hear(services: Services, text: str, conversation: Conversation | None = None) -> Conversation:
    """A question on a channel; gives the conversation after its reply."""
    asked = Question(text, conversation=conversation or Conversation())
    reply = services.assistant.reply(asked)
    services.tallies.question("web", asked, reply, services.assistant.served)
    return reply.conversation


#: What is said, and what is kept of it.
KEEPS = [
    (MOWER, [(REFUSED, MOWER, None)]),
    (f"{MOWER} pour Mme Dupont", [(REFUSED, f"{MOWER} pour Mme […]", None)]),
    ("Qui s'engage ?", [(ANSWERED, "Qui s'engage ?", ENTRY)]),
    ("merci", []),
    ("ça sent le gaz", []),
    ("je veux mourir", []),
    ("il y a le feu chez ma voisine au secours", []),
    ("ma tondeuse me rend malade, la réparer ?", []),
    ("06 12 34 56 78", []),
    (f"{MOWER}. " * 12, []),
]


@pytest.mark.parametrize(("text", "kept"), KEEPS)
async def test_what_is_kept_of_a_message(
    services: Services, text: str, kept: list[tuple[str, str, str | None]]
) -> None:
    hear(services, text)
    assert await rows(services) == kept


async def test_what_is_not_kept_is_counted(services: Services) -> None:
    for text in ("ça sent le gaz", "ma tondeuse me rend malade, la réparer ?", MOWER):
        hear(services, text)
    await services.tallies.write()
    counted = await services.database.questions(TODAY.replace(day=1))
    assert sum(counted.values()) == 3
    assert len(await rows(services)) == 1


async def test_nothing_is_kept_where_the_retention_is_none(services: Services) -> None:
    none = replace(services, retention_days=0)
    hear(none, MOWER)
    none.asked.chosen("web", MOWER, ENTRY)
    assert await rows(none) == []


async def test_a_search_of_communes_is_not_kept(client: Client, services: Services) -> None:
    async with client.post("/commune", data={"q": "zzyzx"}) as response:
        assert response.status == 200
    assert await rows(services) == []


async def test_an_answer_that_was_not_the_right_one(services: Services) -> None:
    said = "c'est qui qui s'engage dans tout ça"
    after = hear(services, said)
    assert after.entry == ENTRY
    hear(services, "c'est pas ma question", after)
    assert await rows(services) == [(ANSWERED, said, ENTRY), (CORRECTED, said, ENTRY)]


async def test_a_vote_no_on_telegram_keeps_the_question(
    resident: Resident, services: Services
) -> None:
    said = "c'est qui qui s'engage dans tout ça"
    await resident.say(said)
    await resident.press(f"vote:{ENTRY}:0")
    assert (await rows(services))[-1] == (DISLIKED, said, ENTRY)
    # A button's question was not asked; an older answer's is not known any more.
    await resident.press(f"entry:{ENTRY}")
    await resident.press(f"vote:{ENTRY}:0")
    await resident.press("vote:mesures:0")
    assert [one[0] for one in await rows(services)] == [ANSWERED, DISLIKED]


async def test_a_vote_no_on_the_page_keeps_the_question(client: Client, services: Services) -> None:
    said = "c'est qui qui s'engage dans tout ça"
    token = services.assistant.reply(Question(said)).conversation.token()
    for reason in ({}, {"raison": "faux"}):
        form = {"entry": ENTRY, "useful": "non", "k": token, **reason}
        async with client.post("/avis", data=form) as response:
            assert response.status == 200
    assert await rows(services) == [(DISLIKED, said, ENTRY)]


async def test_a_suggestion_taken_on_telegram_is_evidence(
    resident: Resident, services: Services
) -> None:
    (offered,) = await resident.say(UNSURE)
    entry = next(way for way in actions(offered) if way.startswith("entry:"))
    await resident.press(entry)
    await resident.press(entry)
    found = await rows(services)
    assert [one[0] for one in found] == [OFFERED, CHOSEN], "once"
    assert found[-1] == (CHOSEN, UNSURE, entry.removeprefix("entry:"))
    await resident.say("/effacer")
    await resident.say(UNSURE)
    await resident.press("none")
    assert (await rows(services))[-1] == (REFUSED, UNSURE, None)


async def test_a_suggestion_taken_on_the_page_is_evidence(
    client: Client, services: Services
) -> None:
    for path, headers in ((f"/q/{ENTRY}", {"X-Fragment": "1"}), ("/aucune", {})):
        async with client.post(path, data={"q": UNSURE}, headers=headers) as response:
            assert response.status == 200
            assert response.headers["Cache-Control"] == "no-store"
    other = {"Sec-Fetch-Site": "cross-site"}
    async with client.post(f"/q/{ENTRY}", data={"q": UNSURE}, headers=other) as response:
        assert response.status == 403
    assert await rows(services) == [(CHOSEN, UNSURE, ENTRY), (REFUSED, UNSURE, None)]


async def test_a_full_queue_and_a_full_day_drop_and_count(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.asked.WAITING", 3)
    monkeypatch.setattr("bot.storage.asked.A_DAY", 2)
    for number in range(5):
        services.asked.chosen("web", f"{MOWER} numéro {number}", ENTRY)
    assert len(await rows(services)) == 2
    assert services.metrics.registry.get_sample_value("galibot_questions_dropped_total") == 3


async def test_the_last_questions_are_there_and_those_before_are_gone(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.asked.RECENT", 3)
    asked = ["Qui s'engage ?", MOWER, "Qui paie les travaux ?", "Mon loyer va-t-il augmenter ?"]
    for text in (*asked, "Qui paie les travaux ?"):
        hear(services, text)
        await services.asked.write()
    assert await services.asked.recent() == (asked[2], asked[3], MOWER)
    kept = [text for _, text, _ in await rows(services)]
    assert kept == [MOWER, asked[2], asked[3], asked[2]], "what was refused stays its time"
    assert await services.asked.recent(1) == (asked[2],)


ASKED = (
    [(REFUSED, f"{MOWER} ?")] * 3
    + [(REFUSED, "réparer la tondeuse à gazon"), (REFUSED, "Qui s'engage ?")]
    + [(CHOSEN, UNSURE), (REFUSED, UNSURE), (DISLIKED, "qui paie pour les travaux de ma maison")]
)


async def stored(services: Services) -> None:
    """What ASKED holds, as if it had been asked."""
    entry = {CHOSEN: "animaux", DISLIKED: "qui-paie-renovation"}
    async with services.database.engine.begin() as connection:
        await connection.execute(
            sa.insert(QUESTIONS),
            [
                {"day": TODAY, "channel": "web", "outcome": outcome, "text": text,
                 "entry": entry.get(outcome)}
                for outcome, text in ASKED
            ],
        )  # fmt: skip


async def test_those_alike_are_together_with_what_is_near(services: Services) -> None:
    await stored(services)
    groups = {group.examples[0]: group for group in await services.asked.groups(30)}
    first = groups[f"{MOWER} ?"]
    assert next(iter(groups.values())) == first, "the most frequent first"
    assert first.examples[1:] == ("réparer la tondeuse à gazon",)
    assert first.outcomes == {REFUSED: 4}
    assert first.count == 4
    assert groups[UNSURE].evidence == {"animaux": 1}
    assert groups[UNSURE].nearest == "animaux"
    assert groups["qui paie pour les travaux de ma maison"].outcomes == {DISLIKED: 1}
    assert "Qui s'engage ?" not in groups, "it is answered by now"
    assert len(groups) == 3
    await services.asked.ignore(first)
    await services.asked.ignore(first)
    await services.asked.ignore(Group((f"{MOWER} svp",), 1, {}, None, 0.0, {}))
    assert first.examples[0] not in {one.examples[0] for one in await services.asked.groups(30)}


def test_what_is_of_one_subject_is_put_together_more_often_than_not(assistant: Assistant) -> None:
    """No constant was chosen on these; pairs, since groups have no right number."""
    subjects = yaml.safe_load((ROOT / "tests/cases/demandes.yaml").read_text("utf-8"))
    of = {text: subject for subject, texts in subjects.items() for text in texts}
    asked = [Vain(text, DISLIKED) for text in of]
    found = [
        (of[one], of[other])
        for group in grouped(asked, (), assistant.served, load_encoder(), shown=len(asked))
        for one, other in combinations(group.examples, 2)
    ]
    right = sum(one == other for one, other in found)
    assert sum(group.count for group in grouped(asked, (), assistant.served, load_encoder())) == 60
    assert right / len(found) > 0.65, "put together rightly (0.72)"
    assert right / 120 > 0.27, "of the pairs of one subject (0.33)"


async def test_groups_are_of_the_last_days(services: Services) -> None:
    await stored(services)
    later = replace(services.assistant.served, today=TODAY + dt.timedelta(days=7))
    asked = AskedQuestions(services.database, lambda: later, 30)
    assert await asked.groups(7) == ()
    assert len(await asked.groups(8)) == 3


async def test_the_digest_says_what_to_do_and_its_yaml_is_taken(
    services: Services, base: KnowledgeBase, gazetteer: Gazetteer
) -> None:
    await stored(services)
    database = services.database
    await database.add_vote(ENTRY, False, "web", TODAY, None, "faux")
    await database.add_vote(ENTRY, False, "web", TODAY)
    await database.add_vote("-", False, "telegram", TODAY)
    await database.add_vote(ENTRY, False, "web", TODAY - dt.timedelta(days=7))
    await database.add_arrival("affiche-59456", "web", TODAY, 12)
    await database.add_arrival("mail", "web", TODAY - dt.timedelta(days=7))
    served = services.assistant.served
    day = TODAY - dt.timedelta(days=3)
    late = {**served.entries, ENTRY: served.entries[ENTRY].model_copy(update={"review_on": day})}
    object.__setattr__(served := replace(served), "entries", late)

    digest = await make_digest(database, services.asked, served, 7)
    told = in_words(digest, served)
    assert told.startswith("Bilan du 22 novembre 2026 au 28 novembre 2026")
    parts = told.replace("\u202f", " ").replace("\xa0", " ").split("\n\n")
    review, vain, votes, arrivals = parts[1:]
    assert review == (
        "Réponses à revoir\n- Qui s’engage ? (qui-s-engage), à revoir depuis le 25 novembre 2026"
    )
    assert f"« {MOWER} ? », 4 fois." in vain
    assert "Choisie ensuite :" in vain
    assert "Qui s’engage ? (qui-s-engage) : 2 – C’est faux ou dépassé (1)" in votes
    assert "Sous un « je ne sais pas » : 1" in votes
    assert arrivals == "Arrivées par un lien\n- affiche-59456 : 12"
    assert len(in_words(digest, served, short=True)) <= len(told)
    assert as_json(digest, served)["review"] == [ENTRY]

    pasted = as_yaml(digest, served)
    ways, drafts = yaml.safe_load_all(pasted)
    assert UNSURE in ways["animaux"]
    assert [draft["question"] for draft in drafts] == [f"{MOWER} ?"]
    # Pasted, the files are right, and no draft is served.
    files = read_files(KNOWLEDGE)
    block = pasted.split("---\n")[1]
    indented = "".join(f"  {line}\n" for line in block.splitlines())
    files["faq.yaml"] = files["faq.yaml"].replace("entrees:\n", f"entrees:\n{indented}", 1)
    knowledge, checked = examine(files, TODAY)
    assert checked.errors == ()
    assert knowledge
    assert drafts[0]["id"] in knowledge.base.entries
    assert drafts[0]["id"] not in knowledge.base.served(TODAY)


async def test_the_digest_is_told_on_telegram_to_those_named_alone(services: Services) -> None:
    await stored(services)
    async with resident_with(replace(services, admin_ids=(42,))) as editor:
        (told,) = await editor.say("/digest")
        assert told["text"].startswith("Bilan du")
        assert "tondeuse" in told["text"]
        editor.chat = {"id": -42, "type": "supergroup", "title": "Cité"}
        (told,) = await editor.say("/digest@galibot_bot")
        assert "tondeuse" not in told["text"], "in private alone"
    async with resident_with(services) as other:
        (told,) = await other.say("/digest")
        assert "tondeuse" not in told["text"]


@dataclass
class Clock:
    """The day it is, moved by hand."""

    day: dt.date

    def __call__(self) -> dt.date:
        return self.day


async def test_the_retention_deletes_as_days_go_by(database: Database) -> None:
    """A clock that is moved by hand: 29 days later all is there, 30 days later nothing."""
    kept = {"channel": "web", "outcome": REFUSED, "text": MOWER}
    async with database.engine.begin() as connection:
        await connection.execute(sa.insert(QUESTIONS), [{"day": TODAY, **kept}])
    await database.add_vote(ENTRY, True, "telegram", TODAY, "un-code")
    clock = Clock(TODAY)

    async def count(statement: str) -> int:
        async with database.engine.connect() as connection:
            return int((await connection.execute(sa.text(statement))).scalar_one())

    async def until(statement: str, wanted: int) -> None:
        async with asyncio.timeout(20):
            while await count(statement) != wanted:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)

    asked, keyed = "SELECT count(*) FROM asked", "SELECT count(key) FROM votes"
    async with purging(database, 30, clock, every=0.01):
        await until(asked, 1)
        clock.day = TODAY + dt.timedelta(days=29)
        await until(keyed, 0)  # last month's votes tell no message any more
        assert await count(asked) == 1
        clock.day = TODAY + dt.timedelta(days=30)
        await until(asked, 0)
    assert await database.votes() == {ENTRY: (1, 0)}, "votes stay as counts"


async def test_a_retention_of_none_deletes_all(database: Database) -> None:
    kept = {"channel": "web", "outcome": REFUSED, "text": MOWER}
    async with database.engine.begin() as connection:
        await connection.execute(sa.insert(QUESTIONS), [{"day": TODAY, **kept}])
    assert await purge(database, TODAY, 0) == 1
    assert await purge(database, TODAY, 0) == 0


async def test_a_vote_can_be_changed_in_its_month_and_is_another_after(services: Services) -> None:
    named = services.pseudonym("vote:1")
    clock = Clock(TODAY)
    moved = few(OURS.base, today=clock)
    later = replace(services, assistant=moved)
    assert later.pseudonym("vote:1") == named
    clock.day = TODAY.replace(day=1)
    assert later.pseudonym("vote:1") == named
    clock.day = TODAY + dt.timedelta(days=3)
    assert later.pseudonym("vote:1") != named


async def test_a_resident_erases_what_is_kept_of_her_on_telegram(
    resident: Resident, services: Services
) -> None:
    await resident.say("j'habite à Lens")
    await resident.say("Qui s'engage ?")
    await resident.press(f"vote:{ENTRY}:1")
    await services.database.add_vote(ENTRY, False, "telegram", TODAY, "une autre")
    (told,) = await resident.say("/effacer")
    assert "C’est effacé" in told["text"]
    assert await services.database.votes() == {ENTRY: (0, 1)}, "the neighbour's stays"
    assert resident.application.bot_data.memories == {}


async def test_a_reader_erases_her_votes(client: Client, services: Services) -> None:
    drawn, other = "a" * 16, "b" * 16
    for draw, entry in ((drawn, ENTRY), (drawn, "mesures"), (other, ENTRY)):
        form = {"entry": entry, "useful": "oui", "v": draw}
        async with client.post("/avis", data=form) as response:
            assert response.status == 200
    async with client.post("/effacer", data={"v": drawn}, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/")
    assert await services.database.votes() == {ENTRY: (1, 0)}
    fragment = {"X-Fragment": "1"}
    async with client.post("/effacer", data={"v": other}, headers=fragment) as response:
        assert response.status == 204
    assert await services.database.votes() == {}


@pytest.mark.parametrize(
    ("days", "told"), [(30, "gardées 30 jours au plus"), (45, "45 jours"), (0, "n’est pas gardé")]
)
def test_residents_read_for_how_long(base: KnowledgeBase, days: int, told: str) -> None:
    assert told in few(base, retention_days=days).reply(Question(action="privacy")).text.replace(
        "\xa0", " "
    )
