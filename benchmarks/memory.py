"""What stays in memory, and in the database, as messages come: half on Telegram, half by the API.

Usual questions, others never seen or heavily misspelt, communes, and whole conversations, whose
turns come one by one from one person, while a thousand others write. What is remembered of people
and of questions is bounded, and full after the warm-up. Exits with an error where memory grows on.
"""

import asyncio
import contextlib
import datetime as dt
import itertools
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.load import PEOPLE, Callers, Chats, People, Telegram
from benchmarks.questions import conversations, misspelt, unseen, usual
from benchmarks.serving import load, memory, serving
from bot.communes.gazetteer import Gazetteer
from bot.knowledge.model import KnowledgeBase
from bot.settings import ROOT
from bot.storage.knowledge_files import load as read_knowledge
from doubles.bot_api import TOKEN
from doubles.service import free_port

#: How many messages came at each look; the warm-up ends at WARM.
LOOKS = (1_000, 5_000, 10_000, 20_000, 40_000, 60_000, 80_000, 100_000)
WARM = 10_000
#: MiB by which memory may grow after the warm-up.
GROWTH = 5.0
#: How often each kind of line is written.
KINDS = {"usual": 45, "unseen": 20, "misspelt": 10, "places": 10, "conversation": 15}
_ABOUT = ("{}", "et à {} ?", "j'habite {}", "ma maison est à {}", "{} est dedans ?")


def lines(
    base: KnowledgeBase, gazetteer: Gazetteer, first: int = 1, seed: int = 0
) -> Iterator[tuple[int, str]]:
    """What is written, and by whom: PEOPLE at once, each gone once she has said what she had to."""
    chance = random.Random(seed)
    known, new, wrong = usual(base), unseen(seed), misspelt(base, seed)
    communes = [commune.name for commune in gazetteer.communes]
    told = conversations()
    numbers = itertools.count(first)

    def one() -> tuple[int, list[str]]:
        """Somebody new, and all that she will say, the last line first."""
        kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
        match kind:
            case "usual":
                said: Sequence[str] = (chance.choice(known),)
            case "unseen":
                said = (next(new),)
            case "misspelt":
                said = (next(wrong),)
            case "places":
                said = (chance.choice(_ABOUT).format(chance.choice(communes)),)
            case _:
                said = chance.choice(told)
        return next(numbers), list(reversed(said))

    people = [one() for _ in range(PEOPLE)]
    while True:
        for place, (who, left) in enumerate(people):
            yield who, left.pop()
            if not left:
                people[place] = one()


async def measure(console: Console) -> dict[int, tuple[float, float]]:
    """MiB of memory, and of the database, by how many messages came."""
    knowledge = read_knowledge(ROOT / "knowledge", dt.date.today())
    telegram = Telegram()
    found = {}
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="galibot-memory-")))
        listening = await telegram.listen()
        port = free_port()
        process = await stack.enter_async_context(
            serving(
                port,
                folder,
                TELEGRAM_BOT_TOKEN=TOKEN,
                TELEGRAM_API_BASE_URL=telegram.url,
                TELEGRAM_MAX_RATE="0",
            )
        )
        await telegram.until_set(1)
        found[0] = memory(process.pid), _size(folder)
        told = lines(knowledge.base, knowledge.gazetteer)
        for before, count in itertools.pairwise((0, *LOOKS)):
            half = (count - before) // 2
            everyone: list[People] = [
                Chats(telegram, [port], itertools.islice(told, half)),
                Callers([port], itertools.islice(told, half)),
            ]
            for people in everyone:
                await people.full_speed()
                people.leave()
            await asyncio.sleep(6)  # what is counted is written every five seconds
            found[count] = memory(process.pid), _size(folder)
            console.print(f"[dim]{count} messages : {found[count][0]:.1f} Mio[/dim]")
        listening.close()
    return found


def _size(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.glob("galibot.sqlite3*")) / 2**20


def run(console: Console) -> None:
    """Print the table. Exits with an error where memory grows on."""
    found = asyncio.run(measure(console))
    last = max(found)
    table = Table(title=f"La mémoire au fil de {last} messages variés (SQLite, une copie)")
    for column in ("messages", "mémoire", f"depuis {WARM}", "base de données"):
        table.add_column(column, justify="right")
    for count, (resident, database) in found.items():
        since = f"{resident - found[WARM][0]:+.1f} Mio" if count >= WARM else ""
        table.add_row(str(count), f"{resident:.1f} Mio", since, f"{database:.1f} Mio")
    console.print(table)
    console.print(f"[dim]{load()}[/dim]")
    if (grown := found[last][0] - found[WARM][0]) > GROWTH:
        raise SystemExit(f"La mémoire grandit de {grown:.1f} Mio après {WARM} messages.")
