"""What an answer rests on: each sentence beside the facts that bear its numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.knowledge.model import Fact, KnowledgeBase
from bot.knowledge.style import sentences
from bot.language.numbers import borne_by, numbers, numbers_in_words
from bot.language.words import stems


@dataclass(frozen=True, slots=True)
class Ground:
    """A sentence of an answer and its facts, nearest first; none where it states no fact."""

    sentence: str
    facts: Mapping[str, Fact]

    def as_json(self) -> dict[str, Any]:
        """A sentence that `explain --entry --json` prints."""
        return {
            "sentence": self.sentence,
            "facts": [
                {
                    "id": name,
                    "fact": fact.statement,
                    "title": fact.title,
                    "url": fact.url,
                    "date": fact.date,
                    "confidence": fact.confidence,
                }
                for name, fact in self.facts.items()
            ],
        }


def grounds_of(base: KnowledgeBase, key: str) -> tuple[Ground, ...]:
    """The sentences of an entry's answer with their facts. Raises KeyError for an unknown entry.

    A sentence with numbers gets the facts that bear one of them; another gets the facts that
    share at least two words with it.
    """
    entry = base.entries[key]
    facts = {name: base.facts[name] for name in entry.support if name in base.facts}
    return tuple(
        Ground(sentence, _bearing(sentence, facts)) for sentence in sentences(entry.answer)
    )


def _bearing(sentence: str, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    said = numbers(sentence) | numbers_in_words(sentence)
    words = set(stems(sentence))
    ranked = []
    for name, fact in facts.items():
        shared = len(words & set(stems(fact.statement)))
        borne = len(said & borne_by(f"{fact.statement} {fact.date}"))
        if borne if said else shared > 1:
            ranked.append((-borne, -shared, name))
    return {name: facts[name] for _, _, name in sorted(ranked)}
