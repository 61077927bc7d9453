"""A thousand invented residents speak to every channel: nothing that names one of them stays."""

import base64
import json
import logging
import random
import re
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa

from bot.conversation.reply import Conversation
from bot.services import Services
from bot.storage.backup import backup
from bot.storage.database import TABLES, Database
from bot.web.door import listening
from bot.web.server import make_app
from doubles.postgres import create_database
from doubles.telegram import ENTRY, TOKEN, resident_with

SECRET = "clef-secrete-que-rien-ne-doit-repeter"
COUNT = 1_000
BEGINNINGS = ["Thar", "Vib", "Quoss", "Zerm", "Plaff", "Wisc", "Drouk", "Brev", "Ymb", "Kluv"]
ENDS = ["igny", "endron", "oulez", "aquet", "iffart", "ombrel", "uchot", "elvinck", "assard"]
#: How people give themselves away in a question; one that is answered, one that is not.
SAYS = [
    "je m'appelle {first} {last}, qui s'engage ?",
    "je m'appelle {first} {last} et comment réparer ma tondeuse à gazon",
    "Mme {last} ici, tel {phone}, comment réparer ma tondeuse",
    "réparer ma tondeuse, {mail} ou {phone}",
    "mon numéro {nir}, mon compte {iban}, ma tondeuse ne marche pas",
    "tondeuse à réparer au {street}, voiture {plate}",
    "Qui paie les travaux ? Cordialement, {first} {last}",
    "mes pigeons, signé {first} {last}, @{handle}",
    "ma fille {first} est malade, {phone}",
    "ça sent le gaz chez {first} {last} au {street}",
    "c'est pas ma question, je suis {first}",
]


@dataclass(frozen=True, slots=True)
class Invented:
    """Someone who is not, and all that could name her."""

    first: str
    last: str
    phone: str
    mail: str
    nir: str
    iban: str
    plate: str
    street: str
    handle: str
    ip: str
    chat: int

    def secrets(self) -> set[str]:
        """What must be found nowhere, without its spaces, in small letters."""
        told = {self.first, self.last, self.phone, self.mail, self.nir, self.iban, self.plate}
        told |= {self.street.partition(" rue ")[2], self.handle, self.ip, str(self.chat)}
        return {_even(one) for one in told}


def _even(text: str) -> str:
    return re.sub(r"\s", "", text).lower()


def invented(seed: int) -> Invented:
    by = random.Random(seed)

    def name() -> str:
        return by.choice(BEGINNINGS) + by.choice(ENDS) + by.choice("bdfgklmprtvz") + "ec"

    def digits(count: int) -> str:
        return "".join(by.choices("0123456789", k=count))

    def letters(among: str) -> str:
        return "".join(by.choices(among, k=2))

    first, last, pairs = name(), name(), [digits(2) for _ in range(4)]
    groups = [digits(4) for _ in range(5)]
    return Invented(
        first=first,
        last=last,
        phone=by.choice([" ", ".", "-", ""]).join([by.choice(["06", "07", "03"]), *pairs]),
        mail=f"{first}.{last}@{name()}.fr".lower(),
        nir=f"2 {digits(2)} 0{by.randint(1, 9)} {digits(2)} {digits(3)} {digits(3)}",
        iban=" ".join([f"FR{digits(2)}", *groups, digits(3)]),
        plate=f"{letters('BCFGHJ')}-{digits(3)}-{letters('KPRTVW')}",
        street=f"{by.randint(1, 200)} rue {name()}",
        handle=f"{name()}{digits(2)}".lower(),
        ip=f"198.{by.randint(18, 19)}.{by.randint(100, 255)}.{by.randint(100, 255)}",
        chat=by.randint(5_000_000_000, 9_000_000_000),
    )


PEOPLE = [invented(seed) for seed in range(COUNT)]


def says(number: int) -> str:
    one = PEOPLE[number]
    told = {name: getattr(one, name) for name in Invented.__slots__}
    return SAYS[number % len(SAYS)].format(**told)


@pytest.fixture(params=["sqlite", "postgres"])
async def kept(
    request: pytest.FixtureRequest, services: Services, tmp_path: Path
) -> AsyncIterator[Services]:
    if request.param == "sqlite":
        yield replace(services, pseudonym_key=SECRET.encode())
        return
    server = str(request.getfixturevalue("postgres"))
    await create_database(server, "nobody")
    database = await Database.open(server.removesuffix("postgres") + "nobody")
    await database.migrate()
    yield replace(services, database=database, pseudonym_key=SECRET.encode())
    await database.close()


async def by_telegram(services: Services, numbers: range) -> None:
    async with resident_with(services) as resident:
        for number in numbers:
            one = PEOPLE[number]
            who = {"id": one.chat, "first_name": one.first, "last_name": one.last}
            resident.user = {**who, "is_bot": False, "username": one.handle}
            resident.chat = {**who, "type": "private", "username": one.handle}
            await resident.say(says(number))
            await resident.press(f"vote:{ENTRY}:{number % 2}")
            if number % 50 == 0:
                await resident.say("/effacer")


async def by_web(services: Services, numbers: range) -> str:
    """Pages and API; gives what /metrics says in the end."""
    app = make_app(services, trusted=(ip_network("127.0.0.0/8"),), metrics_token="jeton")
    async with (
        listening(app, "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
    ):
        for number in numbers:
            one, text = PEOPLE[number], says(number)
            headers = {"X-Forwarded-For": one.ip, "User-Agent": one.handle}
            if number % 2:
                body = {"question": text, "commune": None}
                async with client.post("/api/v1/ask", json=body, headers=headers) as response:
                    assert response.status == 200
                continue
            async with client.post("/", data={"q": text}, headers=headers) as response:
                assert response.status == 200
            vote = {"entry": ENTRY, "useful": "non", "k": Conversation(wish=text[:20]).token()}
            async with client.post("/avis", data=vote, headers=headers) as response:
                assert response.status == 200
            async with client.get(f"/zzz-{one.handle}", headers=headers) as response:
                assert response.status == 404
        told = {"Authorization": "Bearer jeton"}
        async with client.get("/metrics", headers=told) as response:
            return await response.text()


async def stored(services: Services) -> str:
    """Every row of every table; the conversations' tokens as they are and undone."""
    told = []
    async with services.database.engine.connect() as connection:
        for table in TABLES.tables.values():
            for row in await connection.execute(sa.select(table)):
                told.append(json.dumps(list(row), default=str, ensure_ascii=False))
                if table.name == "conversations":
                    token = row.token.partition(".")[2]
                    told.append(base64.urlsafe_b64decode(f"{token}==").decode())
    return "\n".join(told)


def on_disk(folder: Path) -> str:
    """The files of SQLite, byte by byte: what was deleted may still be there."""
    return "".join(
        file.read_bytes().decode("latin-1") for file in sorted(folder.glob("*.sqlite3*"))
    )


async def test_a_thousand_residents_leave_no_name(
    kept: Services, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    caplog.set_level(logging.INFO)
    half = COUNT // 2
    await by_telegram(kept, range(half))
    metrics = await by_web(kept, range(half, COUNT))
    await kept.tallies.write()
    rows = await stored(kept)
    files = on_disk(tmp_path)
    saved = tmp_path / "sauvegarde.zip"
    await backup(kept.database, saved)
    with zipfile.ZipFile(saved) as opened:
        backed_up = "\n".join(opened.read(name).decode() for name in opened.namelist())
    assert rows.count("tondeuse") > 100, "questions are kept"
    assert backed_up.count("tondeuse") > 100
    assert "[…]" in rows
    everything = _even("\n".join((rows, metrics, caplog.text, files, backed_up)))
    assert TOKEN.lower() not in everything
    assert SECRET not in everything
    secrets = set().union(*(one.secrets() for one in PEOPLE))
    assert len(secrets) > 7 * COUNT
    found = sorted(one for one in secrets if one in everything)
    around = [everything[max(0, at - 60) : at + 40] for at in map(everything.index, found[:9])]
    assert not found, around
