"""Makes the pictures of the README: python -m tools.screenshots [folder].

The real application on a free port, with a temporary database, seen by Chromium. And two pictures
of the knowledge folder: what is shown of a shared link, the icon of a home screen.
"""

import asyncio
import datetime as dt
import os
import shutil
import sys
import tempfile
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pypdfium2
from playwright.async_api import Browser, async_playwright

from bot.app import open_services
from bot.kit.kit import kits
from bot.kit.poster import poster as draw
from bot.knowledge.texts import Texts
from bot.settings import Settings
from bot.storage.knowledge_files import load
from bot.web.door import listening
from bot.web.server import make_app

ROOT = Path(__file__).resolve().parent.parent
#: The address that posters bear.
PUBLIC = "https://galibot.example.org"
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
PHONE = (390, 844, 2.0)
#: File, address, what is asked there, size, whether the reader prefers dark.
PICTURES = (
    ("accueil", "/", "", PHONE, False),
    ("reponse", "/aide?s=1", "Qui s'engage ?", PHONE, False),
    ("commune", "/commune/59456?s=1", "", PHONE, True),
    ("mairie", "/mairie/62498/q/qui-s-engage", "", (900, 1200, 1.0), False),
)


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    """The web channel on a free port of this machine; gives its address."""
    settings = Settings(
        data_dir=folder, database_url=f"sqlite+aiosqlite:///{folder / 'screenshots.sqlite3'}"
    )
    async with (
        open_services(settings) as services,
        listening(make_app(services, PUBLIC), "127.0.0.1", 0) as port,
    ):
        yield f"http://127.0.0.1:{port}"


async def picture(
    browser: Browser,
    address: str,
    asked: str,
    file: Path,
    size: tuple[int, int, float],
    dark: bool,
) -> None:
    width, height, scale = size
    page = await browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme="dark" if dark else "light",
        locale="fr-FR",
        reduced_motion="reduce",
    )
    await page.goto(address)
    if asked:
        await page.locator(".ask input[name=q]").fill(asked)
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
    await page.screenshot(path=file)
    await page.close()


async def poster(browser: Browser, file: Path) -> None:
    """The poster of one commune, drawn by pypdfium2 and saved by the browser."""
    ours, day = load(ROOT / "knowledge", dt.date(2026, 12, 1)), dt.date(2026, 12, 1)
    commune = ours.gazetteer.get("62498")
    (kit,) = kits(ours.base, ours.gazetteer, (commune,), PUBLIC, day)
    drawn = pypdfium2.PdfDocument(draw(kit))[0].render(scale=0.75, rev_byteorder=True)
    rgb = drawn.to_numpy()[..., :3]
    opaque = np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])
    page = await browser.new_page()
    await page.set_content("<canvas></canvas>")
    await page.evaluate(
        """([width, height, bytes]) => {
          const canvas = Object.assign(document.querySelector("canvas"), {width, height});
          const pixels = Uint8ClampedArray.from(atob(bytes), byte => byte.charCodeAt());
          canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
        }""",
        [drawn.width, drawn.height, b64encode(opaque.tobytes()).decode()],
    )
    await page.locator("canvas").screenshot(path=file)
    await page.close()


async def emblems(browser: Browser, texts: Texts, drawings: Mapping[str, str]) -> None:
    """The pictures of the folder, from its drawings and its name."""
    style = (ROOT / "bot" / "web" / "static" / "style.css").read_text("utf-8")
    for name, width, height, body in (
        (
            "partage",
            1200,
            630,
            f"<h1>{texts['nom']}</h1><p>{texts.web['sous_titre']}</p>"
            f"<div class='emblem-large'>{drawings['avatar']}</div>{drawings['horizon']}",
        ),
        ("icone", 512, 512, drawings["icone"]),
    ):
        page = await browser.new_page(viewport={"width": width, "height": height})
        await page.set_content(
            f"<style>{style} body {{ min-block-size: 0; padding: 96px 80px; font-size: 44px;"
            " background: var(--coal); color: var(--on-coal); position: relative }"
            " body > svg:only-child { position: fixed; inset: 0; inline-size: 100% }"
            " h1 { font-size: 120px } p { max-inline-size: 16em; margin-block-start: 32px }"
            " .horizon { position: absolute; inset: auto 64px 0 auto; inline-size: 640px;"
            " block-size: 128px; stroke: #a39a8d } .emblem-large { position: absolute;"
            " inset: 96px 80px auto auto } .emblem { inline-size: 160px; block-size: 200px }"
            f"</style><body>{body}"
        )
        await page.screenshot(path=ROOT / "knowledge" / "dessins" / f"{name}.png")
        await page.close()


async def take(folder: Path, chromium: str) -> None:
    with tempfile.TemporaryDirectory() as data:
        async with served(Path(data)) as address, async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium, args=list(CHROMIUM_ARGS)
            )
            base = load(ROOT / "knowledge", dt.date.today()).base
            await emblems(browser, base.texts, base.drawings)
            for name, path, asked, size, dark in PICTURES:
                file = folder / f"{name}.png"
                await picture(browser, address + path, asked, file, size, dark)
            await poster(browser, folder / "affiche.png")
            await browser.close()


def find_chromium() -> str:
    """Its program. Ends this one, saying why, where there is none."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium est introuvable : installez-le, ou donnez son chemin dans CHROMIUM.")
    return chromium


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(folder, find_chromium()))


if __name__ == "__main__":
    main()
