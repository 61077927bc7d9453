"""What is written to the service by the benchmarks that put it under load."""

import itertools
import random
from collections.abc import Iterator

from benchmarks.noise import noisy, slip
from bot.evaluation import read_cases, read_dialogues
from bot.knowledge.model import KnowledgeBase
from bot.settings import ROOT

_CASES = ROOT / "tests" / "cases"
USUAL = 200


def usual(base: KnowledgeBase) -> list[str]:
    """Each entry's question, then their second phrasings, and so on up to USUAL."""
    rounds = itertools.zip_longest(*(entry.phrasings for entry in base.entries.values()))
    return [text for one in rounds for text in one if text][:USUAL]


def unseen(seed: int = 0) -> Iterator[str]:
    """The messages of our labelled questions, a third of them off topic, each with a typo."""
    files = [(_CASES / f"{name}.jsonl").read_text("utf-8") for name in ("mesure", "mise_au_point")]
    asked = [case.question for file in files for case in read_cases(file)]
    chance = random.Random(seed)
    return _no_two_alike(slip(chance.choice(asked), chance) for _ in itertools.count())


def misspelt(base: KnowledgeBase, seed: int = 0) -> Iterator[str]:
    """The phrasings, most words of each misspelt."""
    phrasings = sorted({text for entry in base.entries.values() for text in entry.phrasings})
    chance = random.Random(seed)
    return _no_two_alike(noisy(chance.choice(phrasings), one) for one in itertools.count(seed))


def conversations() -> list[tuple[str, ...]]:
    """What is said turn by turn in our conversations."""
    told = read_dialogues((_CASES / "conversations.yaml").read_text("utf-8"))
    return [tuple(turn.say for turn in dialogue.turns) for dialogue in told]


def _no_two_alike(texts: Iterator[str]) -> Iterator[str]:
    known = set()
    for text in texts:
        if text and text not in known:
            known.add(text)
            yield text
