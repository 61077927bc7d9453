"""What has to be looked at again: answers changed since their check, facts, numbers, sources."""

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.knowledge.contradictions import contradictions
from bot.knowledge.freshness import resting_on, unverified
from bot.links import Cited, cited, dead
from bot.storage.database import Database
from bot.storage.knowledge_files import examine, read_files, shipped
from bot.storage.revisions import Revisions
from tests.conftest import KNOWLEDGE, OURS, TODAY

FAQ = """\
version: 1
entrees:
  # Les horaires
  - id: piscine
    question: À quelle heure ferme la piscine ?
    reponse: |
      À 18 heures.

      Le dimanche à midi.
    verifie_le: 2026-11-02  # par Sophie
    revoir_le: 2027-05-02
    variantes: [Elle ferme quand ?]

  - id: parc
    question: Où est le parc ?
    reponse: Derrière l’église.
    verifie_le: 2026-11-03
"""


@pytest.mark.parametrize(
    ("old", "new", "loses"),
    [
        ("À 18 heures.", "À 19 heures.", True),
        ("Où est le parc ?", "Où donc est le parc ?", False),  # the other entry
        ("ferme la piscine ?", "ferme donc la piscine ?", True),
        ("    revoir_le", "    en_bref: À 18 heures.\n    revoir_le", True),
        ("    revoir_le", "    sources: [{titre: La ville}]\n    revoir_le", True),
        ("    revoir_le", "    contact: mairie\n    revoir_le", True),
        # Said again as it was, or what no resident reads.
        ("À 18 heures.\n\n", "À 18\n      heures.\n\n", False),
        ("Elle ferme quand ?", "Ça ferme quand ?", False),
        ("2027-05-02", "2027-06-02", False),
        ("# Les horaires", "# Horaires", False),
    ],
)
def test_a_changed_answer_is_checked_no_more(old: str, new: str, loses: bool) -> None:
    after = FAQ.replace(old, new)
    wanted = after.replace("    verifie_le: 2026-11-02  # par Sophie\n", "") if loses else after
    made = unverified({"faq.yaml": FAQ}, {"faq.yaml": after})["faq.yaml"]
    if old == "Où est le parc ?":
        wanted = wanted.replace("    verifie_le: 2026-11-03\n", "")
    assert made == wanted


def test_who_changes_the_day_too_has_checked() -> None:
    after = FAQ.replace("18 heures", "19 heures").replace("2026-11-02", "2026-11-28")
    files = {"faq.yaml": after, "textes.yaml": "nom: x\n"}
    assert unverified({"faq.yaml": FAQ}, files) == files
    assert unverified({}, files) == files


async def test_no_way_of_publishing_keeps_the_day(tmp_path: Path) -> None:
    """A file saved and a page lose it; so does the file that is written back."""
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}")
    await database.migrate()
    revisions = Revisions(database)
    await revisions.take({"faq.yaml": FAQ})
    saved = {"faq.yaml": FAQ.replace("18 heures", "19 heures")}
    assert (await revisions.take(saved)).revision.number == 2
    second = (await revisions.files(2))["faq.yaml"]
    assert "vérification : piscine." in str(await revisions.newest()), "the history says so"
    assert "2026-11-02" not in second
    assert "2026-11-03" in second
    assert (await revisions.take(saved)).revision.number == 2  # it brings nothing new
    page = {"faq.yaml": second.replace("l’église", "l’école")}
    await revisions.publish(page, based_on=2, way="page")
    assert "verifie_le" not in (await revisions.files(3))["faq.yaml"]
    await revisions.undo(3, editor="")
    assert (await revisions.files(4))["faq.yaml"] == second
    # A form asked its editor: what she checked again on that very day keeps it.
    await revisions.publish(page, based_on=4, way="page", dated=True)
    assert "verifie_le: 2026-11-03" in (await revisions.files(5))["faq.yaml"]
    # By a file, the day that was taken away is put back once it was checked, on the same day too.
    again = {"faq.yaml": FAQ.replace("18 heures", "20 heures")}
    await revisions.take(again)
    assert "2026-11-02" not in (await revisions.files(6))["faq.yaml"]
    checked = (await revisions.files(6))["faq.yaml"].replace(
        "    revoir_le: 2027", "    verifie_le: 2026-11-02\n    revoir_le: 2027"
    )
    await revisions.take({"faq.yaml": checked})
    assert "verifie_le: 2026-11-02" in (await revisions.files(7))["faq.yaml"]
    assert "vérification" not in str(await revisions.newest())
    await database.close()


def test_entries_that_rest_on_a_fact() -> None:
    base = OURS.base
    found = resting_on(base, "urgence-sms")
    assert len(found) > 1
    assert all("urgence-sms" in base.entries[key].support for key in found)
    assert resting_on(base, "rien") == ()


def told_of(entries: str, facts: str = "") -> list[str]:
    files = {**shipped(), "faq.yaml": f"entrees:\n{entries}", "faits.yaml": facts or "{}"}
    files = files if facts else {k: v for k, v in files.items() if k != "faits.yaml"}
    _, checked = examine(files, TODAY)
    assert checked.base, checked.errors
    return [str(one) for one in contradictions(checked.base, checked.faq, files)]


def two(first: str, second: str) -> str:
    return "".join(
        f"  - id: {key}\n    question: Question {key} ?\n    reponse: |\n      {text}\n"
        for key, text in (("un", first), ("deux", second))
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("La médiathèque prête 6 livres pour trois semaines.",
         "Oui. La médiathèque prête 8 livres pour trois semaines."),
        ("Le tarif réduit de la piscine coûte 2,50 € par enfant.",
         "Le tarif réduit de la piscine coûte 3 € par enfant."),
        ("La carte annuelle est valable 12 mois après achat.",
         "La carte annuelle est\n      valable 6 mois après achat."),
    ],
)  # fmt: skip
def test_numbers_that_contradict_are_told(first: str, second: str) -> None:
    (told,) = told_of(two(first, second))
    assert "(deux) : attention" in told
    assert "« un » dit «" in told


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("La médiathèque prête 6 livres pour trois semaines.",
         "La médiathèque prête 2 disques pour trois semaines."),
        ("La médiathèque ouvre au public en 2019.", "La médiathèque ouvre au public en 2021."),
        ("Pour la piscine, appelez le 03 21 00 00 00.",
         "Pour la piscine, appelez le 03 21 11 11 11."),
        ("En 2024, la ville a planté 100 arbres dans le parc.",
         "La ville a planté 120 arbres dans le parc, au lieu de 100."),
        ("Ouvert 6 jours.", "Ouvert 7 jours."),
    ],
)  # fmt: skip
def test_numbers_of_other_things_contradict_nothing(first: str, second: str) -> None:
    assert told_of(two(first, second)) == []


def test_a_new_figure_beside_the_old_one_is_told() -> None:
    facts = "".join(
        f"{key}: {{fait: Fin {year} la ville avait rénové {count} logements anciens., "
        f'titre: Ville, date: "{year}", confiance: haute}}\n'
        for key, year, count in (("vieux", 2025, "15 500"), ("neuf", 2026, "16 200"))
    )
    (told,) = told_of(two("Un.", "Deux."), facts)
    assert told.startswith("faits.yaml, ligne 2 (neuf) : attention")


def test_our_own_base_tells_of_no_contradiction() -> None:
    files = read_files(KNOWLEDGE)
    _, checked = examine(files, dt.date(2026, 11, 28))
    assert checked.base
    assert list(contradictions(checked.base, checked.faq, files)) == []


# --- sources that are gone

LINKED = {
    "faq.yaml": """\
entrees:
  - id: un
    question: Un ?
    reponse: |
      Voir [la page](SITE/bonne) ou [l'autre](SITE/perdue).
    sources:
      - titre: Une page
        url: SITE/partie
      - titre: La même
        url: SITE/bonne
""",
    "contacts.yaml": "mairie:\n  nom: Mairie\n  url: SITE/interdite\n",
    "faits.yaml": "f:\n  fait: Un.\n  titre: T\n  url: SITE/tourne\n  date: '2026'\n"
    "g:\n  fait: Deux.\n  titre: T\n  url: SITE/sans-head\n  date: '2026'\n",
}


class Site:
    """A site on this computer, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if request.path == "/tourne":
            raise web.HTTPFound("/tourne")
        if request.path == "/sans-head" and request.method == "HEAD":
            raise web.HTTPMethodNotAllowed("HEAD", ["GET"])
        status = {"/perdue": 404, "/partie": 410, "/interdite": 403}.get(request.path, 200)
        return web.Response(status=status)


async def test_sources_that_are_gone_are_told() -> None:
    site, waited = Site(), list[float]()
    app = web.Application()
    app.router.add_route("*", "/{page}", site.answer)

    async def wait(seconds: float) -> None:
        waited.append(seconds)
        site.asked.append("…")

    async with TestServer(app) as server:
        root = str(server.make_url("/")).rstrip("/")
        files = {name: text.replace("SITE", root) for name, text in LINKED.items()}
        links = cited(files)
        assert [(one.file, one.line, one.key, one.others) for one in links] == [
            ("faq.yaml", 8, "un", 0),
            ("faq.yaml", 5, "un", 1),
            ("faq.yaml", 5, "un", 0),
            ("contacts.yaml", 3, "mairie", 0),
            ("faits.yaml", 4, "f", 0),
            ("faits.yaml", 9, "g", 0),
        ]
        told = [str(problem).replace(root, "") for problem in await dead(links, wait)]
    assert [line.partition(" : attention : ")[2].partition(". ")[0] for line in told] == [
        "/partie : la page n’existe plus (410)",
        "/perdue : la page n’existe plus (404)",
        "/interdite : le site refuse de la montrer (403)",
        "/tourne : le site renvoie d’une page à l’autre, sans fin",
    ]
    assert told[0].startswith("faq.yaml, ligne 8 (un)")
    # HEAD, then GET where it was refused; a second between two requests to the site.
    pages = [line for line in site.asked if "tourne" not in line]
    assert pages[:16:2] == [
        "HEAD /partie", "GET /partie", "HEAD /bonne", "HEAD /perdue", "GET /perdue",
        "HEAD /interdite", "GET /interdite", "…",
    ]  # fmt: skip
    assert pages[1:14:2] == ["…"] * 7
    assert pages[-4:] == ["HEAD /sans-head", "…", "GET /sans-head", "…"]
    assert set(waited) == {1.0}


async def answered(request: web.Request) -> web.StreamResponse:
    """As sites answer: by its status, moved, late, HEAD refused, or asking to be left alone."""
    what = request.match_info["what"]
    if what == "deplacee":
        raise web.HTTPMovedPermanently("/200")
    if what == "lente":
        await asyncio.sleep(5)
    if what == "sans-head":
        return web.Response(status=405 if request.method == "HEAD" else 200)
    if what == "robots":  # they are refused, people are not
        return web.Response(status=403 if "Galibot" in request.headers["User-Agent"] else 200)
    if what.startswith("attendre"):
        when = {"": "7", "-demain": "86400", "-jour": "Mon, 01 Jan 2001 00:00:00 GMT", "-mot": "x"}
        again = request.app[ASKED].setdefault(what, 0)
        request.app[ASKED][what] += 1
        headers = {"Retry-After": when[what.removeprefix("attendre")]}
        return web.Response(status=200 if again else 503, headers=headers)
    if what == "toujours":
        return web.Response(status=429)
    return web.Response(status=int(what) if what.isdecimal() else 200)


ASKED = web.AppKey("asked", dict[str, int])


@pytest.mark.parametrize(
    ("page", "said", "waited"),
    [
        ("200", "", [1]),
        ("deplacee", "", [1]),
        ("sans-head", "", [1, 1]),
        ("404", "lien-mort la page n’existe plus (404)", [1, 1]),
        ("410", "lien-mort la page n’existe plus (410)", [1, 1]),
        ("401", "lien-refuse le site refuse de la montrer (401)", [1, 1]),
        ("robots", "lien-refuse le site refuse de la montrer (403)", [1, 1]),
        ("500", "lien-refuse le site est en panne (500)", [1, 1]),
        ("lente", "lien-muet le site ne répond pas à temps", [1, 1]),
        ("attendre", "", [7, 1]),
        ("attendre-jour", "", [5, 1]),
        ("attendre-mot", "", [5, 1]),
        ("attendre-demain", "lien-refuse le site demande d’attendre (503)", []),
        ("toujours", "lien-refuse le site demande d’attendre (429)", [5]),
    ],
)
async def test_each_answer_of_a_site(
    page: str, said: str, waited: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.links._ANSWER", 2.0)
    paused = list[float]()

    async def wait(seconds: float) -> None:
        paused.append(seconds)

    app = web.Application()
    app[ASKED] = {}
    app.router.add_route("*", "/{what}", answered)
    async with TestServer(app) as server:
        told = await dead([Cited(str(server.make_url(f"/{page}")), "faq.yaml", 1, "un")], wait)
    assert [f"{one.code} {one.message.partition(' : ')[2]}" for one in told] == (
        [f"{said}."] if said else []
    )
    assert paused == waited


async def test_a_site_that_wants_to_be_left_alone_is_and_others_are_not() -> None:
    async def wait(_: float) -> None: ...

    app = web.Application()
    app[ASKED] = {}
    app.router.add_route("*", "/{what}", answered)
    async with TestServer(app) as server, TestServer(app) as other:
        pages = (*map(server.make_url, ("/toujours", "/404", "/410")), other.make_url("/404"))
        links = [Cited(str(one), "faq.yaml", 1, "un") for one in pages]
        busy, gone = await dead(links, wait)
    assert "n’est plus ouvert (adresses qui restent : 2)" in busy.message
    assert "(404)" in gone.message


async def test_a_bad_certificate_is_told() -> None:
    async def wait(_: float) -> None: ...

    app = web.Application()
    async with TestServer(app) as server:  # it speaks no TLS at all
        url = f"https://127.0.0.1:{server.port}/"
        (told,) = await dead([Cited(url, "faq.yaml", 1, "un")], wait)
    assert "certificat" in told.message


@pytest.mark.parametrize(
    ("ports", "said"), [((1,), "le site ne répond pas"), ((1, 2), "relié à internet ?")]
)
async def test_a_site_that_is_away_is_told_and_so_is_a_computer(ports: Any, said: str) -> None:
    async def wait(_: float) -> None: ...

    links = [Cited(f"http://127.0.0.1:{port}/", "faq.yaml", 1, "un") for port in ports]
    (told,) = await dead(links, wait)
    assert said in told.message
