"""A whole morning of an editor who never saw YAML: by keyboard alone, in a real browser.

By the address that the bot gives her: she changes a sentence, adds a desk and an answer with hours
and a telephone, mends two mistakes, tries, sees what changes, publishes, asks as a resident on the
web and on Telegram, and takes it back. Each page passes axe.
"""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from playwright.async_api import Browser, Locator, Page, expect
from pydantic import SecretStr

from bot.app import open_services
from bot.services import Services
from bot.settings import Settings
from doubles.telegram import resident_with
from tests.browsing import needs_chromium, no_violation, opened, served
from tests.conftest import unhurried
from tests.pool import FAQ, KEY, small_folder

pytestmark = needs_chromium
SECONDS = 60
HOURS = "L’accueil ouvre du lundi au vendredi, de 9 h à 12 h."
QUESTION = "Quand ouvre l’accueil ?"


@asynccontextmanager
async def serving(folder: Path, database: str) -> AsyncIterator[tuple[Services, str]]:
    """The service as app.py opens it, and the address of its pages."""
    settings = Settings(
        data_dir=folder / "data",
        knowledge_dir=folder / "knowledge",
        database_url=database,
        secret_key=SecretStr(KEY.decode()),
        admin_ids=(42,),
    )
    async with open_services(settings) as services:
        unlimited = replace(services, limits=unhurried())
        async with served(unlimited) as address:
            yield unlimited, address


class Keyboard:
    """An editor's hands: the Tab key leads to whatever she uses."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def to(self, target: Locator) -> None:
        """Press Tab until the target has the focus."""
        await target.wait_for()
        for _ in range(400):
            if await target.evaluate("e => e === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")

    async def write(self, label: str, text: str) -> None:
        field = self.page.get_by_label(label, exact=True).first
        await self.to(field)
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.insert_text(text)

    async def press(self, role: str, name: str | re.Pattern[str], key: str = "Enter") -> None:
        exact = isinstance(name, str)
        await self.to(self.page.get_by_role(role, name=name, exact=exact).first)  # type: ignore[arg-type]
        await self.page.keyboard.press(key)

    async def told(self, words: str) -> None:
        await expect(self.page.get_by_role("status").first).to_contain_text(words)
        await no_violation(self.page, words)


async def enter(browser: Browser, services: Services, address: str) -> Keyboard:
    """Ask the bot for the address, open it, say who comes."""
    async with resident_with(services) as admin:
        (sent,) = await admin.say("/redaction")
    link = re.search(r"http\S+", sent["text"])
    assert link
    page = await opened(browser, address + urlsplit(link[0]).path)
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    await no_violation(page, "the door")
    hands = Keyboard(page)
    await hands.write("Votre prénom ou votre nom", "Claire")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Les réponses")
    await no_violation(page, "the list")
    return hands


async def asked(address: str, question: str, words: str, *, there: bool = True) -> None:
    """Ask as a resident does on the web, until what was published is served."""
    async with aiohttp.ClientSession() as session:
        for _ in range(SECONDS * 4):
            body = {"question": question, "commune": None}
            async with session.post(f"{address}/api/v1/ask", json=body) as response:
                text = (await response.json())["text"].replace("\u00a0", " ")
            if (words in text) is there:
                return
            await asyncio.sleep(0.25)
    raise AssertionError(text)


async def edit(hands: Keyboard) -> None:
    """From the list to a draft without mistakes."""
    page = hands.page
    # A sentence of an answer.
    await hands.write("Chercher une réponse", "bonnet")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("1 réponse")
    await hands.press("link", re.compile("^Le bonnet"))
    await hands.write("Réponse", "Oui, même aux chauves.")
    await hands.press("button", "Enregistrer")
    await hands.told("Enregistré dans votre brouillon")
    # A desk; its telephone is wrong, and is mended.
    await hands.press("link", "Contacts")
    await hands.press("link", "Ajouter un contact")
    await hands.write("Nom", "Caisse de la piscine")
    await hands.write("Téléphone", "03 20")
    await hands.press("button", "Enregistrer")
    await hands.told("Enregistré")
    phone = page.get_by_label("Téléphone")
    await expect(phone).to_have_attribute("aria-invalid", "true")
    await expect(phone).to_have_accessible_description(re.compile("n’est pas un numéro"))
    await hands.write("Téléphone", "03 20 30 59 61")
    await hands.write("Horaires", "lundi au vendredi : 9 h-12 h")
    await expect(phone).not_to_have_attribute("aria-invalid", "true")  # told while she writes
    await hands.press("button", "Enregistrer")
    await expect(phone).to_have_value("03 20 30 59 61")
    # An answer; its source has no address, which is mended.
    await hands.press("link", "Réponses")
    await hands.press("link", "Écrire une réponse")
    await hands.write("Question", QUESTION)
    await hands.write("En bref", HOURS)
    await hands.write("Réponse", f"{HOURS}\n\nLe samedi, appelez le 03 20 30 59 61.")
    await hands.write("Autres façons de demander", "c ouvert quand\nhoraires de l’accueil")
    await hands.to(page.get_by_label("Contact", exact=True))
    await page.keyboard.type("Caisse")
    await hands.write("Titre", "Règlement de la piscine")
    await hands.write("Adresse", "piscine.example.org")
    await hands.press("button", "Enregistrer")
    await hands.told("Enregistré")
    sources = page.locator("[data-notes=sources] .error")
    await expect(sources).to_contain_text("n’est pas une adresse web")
    await hands.write("Adresse", "https://piscine.example.org")
    await hands.write("Chercher un fait", "accueil ouvert")
    await hands.press("button", "Chercher")
    await hands.press("checkbox", re.compile("L’accueil est ouvert"), "Space")
    await hands.write("Chercher un fait", "")
    await hands.press("button", "Enregistrer")
    await hands.told("Enregistré")
    await expect(page.locator(".notes .error")).to_have_count(0)
    await expect(page.get_by_role("checkbox", name=re.compile("L’accueil"))).to_be_checked()


async def publish(hands: Keyboard) -> None:
    """Try, see what changes, publish."""
    page = hands.page
    await hands.press("link", "Essayer une question")
    await hands.write("Question", "c ouvert quand")
    await page.keyboard.press("Enter")
    draft = page.get_by_role("region", name="Avec votre brouillon")
    await expect(draft).to_contain_text("du lundi au vendredi")
    await no_violation(page, "the trial")
    await hands.press("link", "Publier (3)")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ce qui change")
    edits = page.get_by_role("article")
    await expect(edits).to_have_count(3)
    await expect(edits.filter(has_text="Réponse ajoutée")).to_contain_text(QUESTION[:10])
    await expect(page.locator("main")).to_contain_text("questions rejouées")
    await no_violation(page, "what changes")
    await hands.press("button", "Publier maintenant")
    await hands.told("Publié")


async def undo(hands: Keyboard, number: int) -> None:
    page = hands.page
    await hands.press("link", "Historique")
    await hands.press("link", f"Version {number}")
    await expect(page.get_by_role("article")).to_have_count(3)
    await no_violation(page, "a version")
    await hands.press("button", "Défaire ce changement")
    await hands.told("Changement défait")


async def on_telegram(services: Services, words: str) -> None:
    async with resident_with(services) as resident:
        sent = await resident.say("c ouvert quand")
        assert any(words in one["text"].replace("\u00a0", " ") for one in sent)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """Where revisions are kept: a file in the data folder, or a server elsewhere."""
    return "" if request.param == "sqlite" else request.getfixturevalue("new_postgres")


async def test_an_editor_does_it_alone(browser: Browser, tmp_path: Path, database: str) -> None:
    folder = small_folder(tmp_path)
    facts = folder / "faits.yaml"
    facts.write_text(
        facts.read_text("utf-8")
        + """\
accueil-heures:
  fait: L'accueil est ouvert du lundi au vendredi de 9 h à 12 h.
  titre: Règlement de la piscine
  date: "2026"
  confiance: haute
""",
        "utf-8",
    )
    disk = {file.name: file.read_bytes() for file in folder.iterdir()}
    async with serving(tmp_path, database) as (services, address):
        hands = await enter(browser, services, address)
        await edit(hands)
        await publish(hands)
        await asked(address, "c ouvert quand", "de 9 h à 12 h")
        await on_telegram(services, "de 9 h à 12 h")
        newest = await services.revisions.newest()
        assert newest
        text = (await services.revisions.files(newest.number))["faq.yaml"]
        # All that she did not touch is as it was, comments too.
        expected = FAQ.replace("Oui, pour tous, dans tous les bassins.", "Oui, même aux chauves.")
        assert text.startswith(expected.replace("    verifie_le: 2026-11-01\n", "")[:-80])
        if not database:
            await undo(hands, newest.number)
            await asked(address, "c ouvert quand", "de 9 h à 12 h", there=False)
            await hands.page.close()
            return
        await hands.page.close()
    # A host whose disk forgets: the program's folders are as they were when it was deployed.
    shutil.rmtree(tmp_path / "data")
    for name, content in disk.items():
        (folder / name).write_bytes(content)
    async with serving(tmp_path, database) as (services, address):
        await asked(address, "c ouvert quand", "de 9 h à 12 h")
        hands = await enter(browser, services, address)
        await undo(hands, newest.number)
        await asked(address, "c ouvert quand", "de 9 h à 12 h", there=False)
        await hands.page.close()


async def test_without_javascript_the_same_forms_do_the_same(
    browser: Browser, tmp_path: Path
) -> None:
    small_folder(tmp_path)
    async with serving(tmp_path, "") as (services, address):
        async with resident_with(services) as admin:
            (sent,) = await admin.say("/redaction")
        link = re.search(r"http\S+", sent["text"])
        assert link
        url = address + urlsplit(link[0]).path
        page = await opened(browser, url, java_script_enabled=False)
        page.set_default_timeout(SECONDS * 1000)
        await page.get_by_label("Votre prénom ou votre nom").fill("Claire")
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name=re.compile("^Le bonnet")).click()
        await page.get_by_label("Réponse", exact=True).fill("Oui : même aux chauves.")
        await page.get_by_role("button", name="Contrôler sans enregistrer").click()
        await expect(page.get_by_label("Réponse", exact=True)).to_have_value(
            "Oui : même aux chauves."
        )
        await page.get_by_role("button", name="Enregistrer", exact=True).click()
        await page.get_by_role("link", name="Voir et publier").click()
        await page.get_by_role("button", name="Publier maintenant").click()
        await expect(page.get_by_role("status")).to_contain_text("Publié")
        await asked(address, "il faut un bonnet", "même aux chauves")
        await page.close()


ROOMS = (
    "", "/nouvelle", "/reponse/bonnet", "/contacts", "/contact/accueil", "/contact-nouveau",
    "/faits", "/fait/casier-piece", "/fait-nouveau", "/textes", "/texte/web.menu_aide",
    "/demandes", "/essayer", "/publier", "/historique", "/historique/1", "/dossier",
)  # fmt: skip


@pytest.mark.parametrize("colors", ["light", "dark"])
async def test_every_page_passes_axe_on_a_phone(
    browser: Browser, tmp_path: Path, colors: str
) -> None:
    small_folder(tmp_path)
    async with serving(tmp_path, "") as (services, address):
        hands = await enter(browser, services, address)
        page = hands.page
        await page.set_viewport_size({"width": 360, "height": 720})
        await page.emulate_media(color_scheme=colors)  # type: ignore[arg-type]
        await page.goto(f"{address}/redaction/reponse/short")
        await page.get_by_label("Réponse", exact=True).fill("Oui, tous les shorts.")
        await page.get_by_role("button", name="Enregistrer", exact=True).click()
        for path in ROOMS:
            await page.goto(f"{address}/redaction{path}")
            assert "Rédaction" in await page.title(), path
            await no_violation(page, path)
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, path
            if os.environ.get("SHOTS"):
                name = path.replace("/", "-") or "-liste"
                await page.screenshot(
                    path=f"{os.environ['SHOTS']}/{colors}{name}.png", full_page=True
                )
        await page.close()
