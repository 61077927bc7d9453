"""The first load of the page on a slow line: python -m benchmarks.first_load [times].

Chromium as its own tools slow it down: « slow 3G » (400 kbit/s, two seconds of latency) and a
processor six times slower. Prints the largest contentful paint, requests and bytes.
"""

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from bot.app import open_services
from bot.settings import Settings
from bot.web.door import listening
from bot.web.server import make_app

SLOW_3G = {
    "offline": False,
    "latency": 2000,
    "downloadThroughput": 400 * 1024 / 8,
    "uploadThroughput": 400 * 1024 / 8,
}
SLOWER = 6
_PAINT = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
})"""


async def load(browser: Browser, address: str) -> tuple[float, int, float]:
    """Milliseconds to the largest paint, requests and bytes, of a first visit."""
    page = await browser.new_page(viewport={"width": 360, "height": 640})
    session = await page.context.new_cdp_session(page)
    sizes: list[float] = []

    def finished(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    session.on("Network.loadingFinished", finished)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", SLOW_3G)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.goto(address, wait_until="networkidle", timeout=60_000)
    paint: float = await page.evaluate(_PAINT)
    await page.close()
    return paint, len(sizes), sum(sizes)


async def measure(times: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        settings = Settings(
            data_dir=data, database_url=f"sqlite+aiosqlite:///{data / 'load.sqlite3'}"
        )
        async with (
            open_services(settings) as services,
            listening(make_app(services), "127.0.0.1", 0) as port,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
                args=["--no-sandbox", "--disable-gpu"],
            )
            found = [await load(browser, f"http://127.0.0.1:{port}/") for _ in range(times)]
            await browser.close()
    paints = sorted(paint for paint, _, _ in found)
    print(
        f"Plus grand affichage : {statistics.median(paints):.0f} ms (de {paints[0]:.0f} à "
        f"{paints[-1]:.0f}, {times} fois) ; {found[0][1]} requêtes, {found[0][2] / 1000:.1f} ko."
    )


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
