"""Three entries and a contact, changed entry by entry, for tests of what is published."""

import asyncio
from collections.abc import Callable

from bot.knowledge.blocks import with_block
from bot.storage.revisions import Revisions

#: Seconds between two looks: the watcher's own pace is for people.
PACE = 0.02

FAQ = """\
# En tête
entrees:
  - {id: a, question: Où est A ?, reponse: Avant.}
  # Au-dessus de b
  - {id: b, question: Où est B ?, reponse: Avant.}
  - {id: c, question: Où est C ?, reponse: Avant.}
"""
CONTACTS = "mairie: {nom: La mairie, telephone: 03 00 00 00 00}\n"
FILES = {"faq.yaml": FAQ, "contacts.yaml": CONTACTS}


def entry(key: str, answer: str) -> str:
    return f"  - {{id: {key}, question: Où est {key.upper()} ?, reponse: {answer}}}\n"


def changed(files: dict[str, str], **answers: str | None) -> dict[str, str]:
    """The files with other answers; None removes the entry."""
    text = files["faq.yaml"]
    for key, answer in answers.items():
        text = with_block("faq.yaml", text, key, answer and entry(key, answer))
    return {**files, "faq.yaml": text}


def answers(files: dict[str, str]) -> str:
    """What is said, as « a=Avant. b=Après. »."""
    lines = [line for line in files["faq.yaml"].splitlines() if "id: " in line]
    keys = [line.partition("id: ")[2].partition(",")[0] for line in lines]
    texts = [line.partition("reponse: ")[2].rstrip("}") for line in lines]
    return " ".join(f"{key}={text}" for key, text in zip(keys, texts, strict=True))


async def served(revisions: Revisions) -> str:
    newest = await revisions.newest()
    assert newest
    return answers(await revisions.files(newest.number))


async def until(met: Callable[[], object]) -> None:
    """Wait: the watcher has no event to wait for."""
    async with asyncio.timeout(20):
        while not met():  # noqa: ASYNC110
            await asyncio.sleep(PACE)
