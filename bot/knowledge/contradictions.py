"""Numbers that contradict one another: two sentences of one subject that count it differently.

The thresholds are the lowest that tell nothing wrong on a base of 187 entries and 427 facts; a
figure of a fact, changed in one only of the entries that state it, is then found one time in five.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.files import FACTS
from bot.knowledge.model import Entry, KnowledgeBase
from bot.knowledge.problem import Problem
from bot.knowledge.style import plain_text
from bot.knowledge.yaml_reading import Document, Path, read_yaml
from bot.language.numbers import figures, numbers, without_numbers
from bot.language.words import stems

#: Words of the subject that both sentences have, at least; and which part of all their words,
#: where they rest on one fact, or are of one entry, and where nothing else brings them together.
_SHARED, _OF_ONE_FACT, _ANYWHERE = 3, 0.6, 0.8
#: A line that goes on, and the end of a sentence.
_WRAPPED = re.compile(r"(?<=\S)\n(?![-\n])")
_END = re.compile(r"(?<=[.!?;])\s+|\n+")


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence that counts something, and where it stands."""

    document: Document
    path: Path
    key: str
    text: str
    words: frozenset[str]
    counted: Mapping[str, Collection[str]]
    facts: frozenset[str]


def contradictions(
    base: KnowledgeBase, faq: Document, files: Mapping[str, str]
) -> Iterator[Problem]:
    """The sentences, of entries or of facts, whose numbers are not those of a like sentence.

    Takes a tenth of a second for 187 entries: it is for who edits, not for every start.
    """
    facts = read_yaml(files.get(FACTS, ""), FACTS)
    paths: dict[str, Path] = {
        str(one.get("id")): ("entrees", number)
        for number, one in enumerate((faq.value or {}).get("entrees", ()))
        if isinstance(one, dict)
    }
    told = set()
    of_entries = [
        said
        for key, entry in base.entries.items()
        for said in _of_entry(faq, entry, paths.get(key, ()))
    ]
    of_facts = [
        said
        for key, fact in base.facts.items()
        for said in _counting(facts, (key, "fait"), key, fact.statement, frozenset({""}))
    ]
    for some in (of_entries, of_facts):
        for one, other, unit in _contrary(some):
            if (pair := (one.key, other.key, unit)) not in told:
                told.add(pair)
                message = f"« {other.text} » : « {one.key} » dit « {one.text} »."
                hint = "Corrigez le nombre dépassé ; si les deux sont justes, dites ce qui change."
                code = "nombres-contraires"
                yield other.document.warning(other.path, code, message, hint, other.key)


def _of_entry(faq: Document, entry: Entry, path: Path) -> Iterator[_Said]:
    facts = frozenset({entry.id, *entry.support})
    texts = {
        "reponse": _WRAPPED.sub(" ", entry.answer),
        "en_bref": entry.brief or "",
        "facile": entry.easy or "",
    }
    for name, text in texts.items():
        for sentence in _END.split(plain_text(text)):
            yield from _counting(faq, (*path, name), entry.id, sentence.strip("- "), facts)


def _counting(
    document: Document, path: Path, key: str, text: str, facts: frozenset[str]
) -> Iterator[_Said]:
    if counted := figures(text):
        words = frozenset(stems(without_numbers(text)))
        yield _Said(document, path, key, text, words, counted, facts)


def _contrary(some: Sequence[_Said]) -> Iterator[tuple[_Said, _Said, str]]:
    """Two sentences and what they count differently; neither gives the other's number at all."""
    having: dict[str, list[int]] = defaultdict(list)
    for number, other in enumerate(some):
        shared = Counter(before for word in other.words for before in having[word])
        for before, count in shared.items():
            one = some[before]
            near = _OF_ONE_FACT if one.facts & other.facts else _ANYWHERE
            if count < _SHARED or count < near * len(one.words | other.words):
                continue
            ours, theirs = numbers(one.text), numbers(other.text)
            for unit in one.counted.keys() & other.counted.keys():
                if theirs.isdisjoint(one.counted[unit]) and ours.isdisjoint(other.counted[unit]):
                    yield one, other, unit
        for word in other.words:
            having[word].append(number)
