"""Makes the pictures of the README: python -m tools.screenshots [folder].

The real application on a free port, with a temporary database, seen by Chromium.
"""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bot.app import open_services
from bot.settings import Settings
from bot.web.door import listening
from bot.web.server import make_app

ROOT = Path(__file__).resolve().parent.parent
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
DESKTOP = (1280, 800, 1.0)
#: File, address, what is asked there, size, whether the reader prefers dark.
PICTURES = (
    ("accueil", "/", "", PHONE, False),
    ("reponse", "/aide?s=1", "Qui s'engage ?", PHONE, False),
    ("commune", "/commune/59456?s=1", "", PHONE, True),
    ("ordinateur", "/", "", DESKTOP, False),
)


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    """The web channel on a free port of this machine; gives its address."""
    settings = Settings(
        data_dir=folder, database_url=f"sqlite+aiosqlite:///{folder / 'screenshots.sqlite3'}"
    )
    async with (
        open_services(settings) as services,
        listening(make_app(services), "127.0.0.1", 0) as port,
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


async def take(folder: Path, chromium: str) -> None:
    with tempfile.TemporaryDirectory() as data:
        async with served(Path(data)) as address, async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium, args=list(CHROMIUM_ARGS)
            )
            for name, path, asked, size, dark in PICTURES:
                file = folder / f"{name}.png"
                await picture(browser, address + path, asked, file, size, dark)
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
