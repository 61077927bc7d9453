"""What must not change a reply: how it is typed, a slip of the finger, the order of the file.

Run `GALIBOT_FULL=1 pytest tests/test_properties.py` for every phrasing of the base, which takes
some ten minutes; otherwise a fixed sample of them.
"""

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from bot.conversation.assistant import Assistant, built_here, corpus_of
from bot.conversation.reply import Outcome, Question
from bot.knowledge.model import KnowledgeBase
from bot.learning.corpus import Corpus
from bot.matching.matcher import Matcher
from bot.storage.compiled import matchers_of
from bot.storage.knowledge_files import load, load_base
from tests.conftest import COMPILED, KNOWLEDGE, ROOT, TODAY

FULL = bool(os.environ.get("GALIBOT_FULL"))
#: Phrasings that go through every transform, and through one edit: about 14 and 2 replies each.
TRANSFORMED, EDITED = 120, 400
#: Labelled questions that go through every transform.
LABELLED = 60
KEPT_BY_TRANSFORMS = 0.995
KEPT_BY_EDITS = 0.95
ASKED = 90
EXAMPLES = 4  # failures shown of each transform

Transform = Callable[[str, random.Random], str]
#: (outcome, entries) of a reply: what a resident would see change.
Gist = tuple[Outcome, tuple[str, ...]]

_LONG_WORD = re.compile(r"[^\W\d_]{5,}")
_ACRONYM = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_PUNCTUATION = re.compile(r"[.,;:!?…«»\"“”()\[\]/]")
_EMOJIS = ("🙏", "😡", "❤️", "👍🏽", "🏠", "😭", "⚠️", "🤷‍♀️", "🇫🇷", "☎️", "❓", "😀😀")
_POLITENESS = (
    ("Bonjour, ", " merci d'avance"),
    ("Bonjour, ", ", merci d’avance !"),
    ("bonjour ", " merci d avance"),
)


def without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def without_punctuation(text: str) -> str:
    """« E.R.B.M. » becomes « ERBM » and « 3,5 » becomes « 3 5 »."""
    text = _ACRONYM.sub(lambda found: found[0].replace(".", ""), text)
    return " ".join(_PUNCTUATION.sub(" ", text).split())


def with_punctuation(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    words[rng.randrange(len(words))] += rng.choice((",", "...", ";", " :", " !"))
    before, after = rng.choice((("", " ??"), ("", "!!!"), ("« ", " »"), ("(", ")"), ("- ", "…")))
    return f"{before}{' '.join(words)}{after}"


def in_one_long_word(text: str, rng: random.Random, change: Callable[[str], str]) -> str:
    """The text with one of its words of five letters or more changed, if it has any."""
    found = list(_LONG_WORD.finditer(text))
    if not found:
        return text
    word = rng.choice(found)
    return f"{text[: word.start()]}{change(word[0])}{text[word.end() :]}"


def toggle_plural(word: str) -> str:
    return word[:-1] if word[-1] in "sS" else f"{word}s"


def edit(word: str, rng: random.Random) -> str:
    """The word with one letter substituted, deleted, inserted, or two neighbours swapped."""
    edited = word
    while edited == word:
        at = rng.randrange(len(word) - 1)
        letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
        last = rng.randrange(len(word))
        edited = rng.choice(
            (
                f"{word[:last]}{letter}{word[last + 1 :]}",
                f"{word[:last]}{word[last + 1 :]}",
                f"{word[:last]}{letter}{word[last:]}",
                f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}",
            )
        )
    return edited


def one_edit(text: str, rng: random.Random) -> str:
    return in_one_long_word(text, rng, lambda word: edit(word, rng))


def polite(text: str, rng: random.Random) -> str:
    before, after = rng.choice(_POLITENESS)
    return f"{before}{text}{after}"


_SIGNATURES = ("\n\nEnvoyé de mon iPhone", "\n-- \nJeanne", "\n\nEnvoyé depuis mon mobile Orange")

TRANSFORMS: dict[str, Transform] = {
    "majuscules": lambda text, _: text.upper(),
    "minuscules": lambda text, _: text.lower(),
    "sans accents": lambda text, _: without_accents(text),
    "apostrophes": lambda text, _: text.translate(str.maketrans("'’", "’'")),
    "élision en espace": lambda text, _: re.sub(r"(?<=\w)['’](?=\w)", " ", text),
    "traits d’union en espaces": lambda text, _: re.sub(r"[-‐‑]", " ", text),
    "sans ponctuation": lambda text, _: without_punctuation(text),
    "ponctuation ajoutée": with_punctuation,
    "espaces doublés": lambda text, _: f"  {text.replace(' ', '  ')}   ",
    "s du pluriel": lambda text, rng: in_one_long_word(text, rng, toggle_plural),
    "émoji": lambda text, rng: rng.choice((f"{text} {{}}", f"{{}}{text}", f"{text}{{}}")).replace(
        "{}", rng.choice(_EMOJIS)
    ),
    "politesse": polite,
    "espaces insécables": lambda text, _: re.sub(r" (?=[?!:;»])|(?<=«) ", "\u00a0", text).replace(
        " ", "\u00a0", 1
    ),
    "traits de coupure": lambda text, rng: in_one_long_word(
        text, rng, lambda word: f"{word[:3]}\u00ad{word[3:]}"
    ),
    "guillemets": lambda text, rng: rng.choice((f"“{text}”", f'"{text}"', f"«\u00a0{text}\u00a0»")),
    "signature": lambda text, rng: f"{text}{rng.choice(_SIGNATURES)}",
}


def by_digest(texts: Iterable[str]) -> list[str]:
    """The distinct texts in an order that an editor's change to one leaves as it is."""
    return sorted(set(texts), key=lambda text: hashlib.blake2b(text.encode()).digest())


def phrasings(base: KnowledgeBase, count: int) -> list[str]:
    every = by_digest(text for entry in base.entries.values() for text in entry.phrasings)
    return every if FULL else every[:count]


def apply(name: str, transform: Transform, text: str) -> str:
    """The text transformed: what is left to chance depends on its own words only."""
    return transform(text, random.Random(f"{name}|{text}"))


def gist(assistant: Assistant, text: str) -> Gist:
    reply = assistant.reply(Question(text))
    return reply.outcome, reply.entries


@dataclass
class Tally:
    """How often one transform kept the reply, and what it did where it did not."""

    kept: int = 0
    lost: list[tuple[str, Gist, Gist]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.kept + len(self.lost)

    def count(self, changed: str, before: Gist, after: Gist, *, same: bool) -> None:
        if same:
            self.kept += 1
        else:
            self.lost.append((changed, before, after))


def share(tallies: Iterable[Tally]) -> float:
    every = list(tallies)
    return sum(one.kept for one in every) / sum(one.total for one in every)


def report(tallies: dict[str, Tally]) -> str:
    lines = [f"{share(tallies.values()):.2%} de réponses gardées"]
    for name, tally in tallies.items():
        lines.append(f"{name} : {tally.kept} sur {tally.total}")
        lines += [
            f"    « {changed} » : {_short(before)} → {_short(after)}"
            for changed, before, after in tally.lost[:EXAMPLES]
        ]
    return "\n".join(lines)


def _short(found: Gist) -> str:
    return f"{found[0].value} {', '.join(found[1])}".strip()


def measure_transforms(assistant: Assistant, texts: Sequence[str]) -> dict[str, Tally]:
    tallies = {name: Tally() for name in TRANSFORMS}
    for text in texts:
        before = gist(assistant, text)
        for name, transform in TRANSFORMS.items():
            changed = apply(name, transform, text)
            if changed != text:
                after = gist(assistant, changed)
                tallies[name].count(changed, before, after, same=before == after)
    return tallies


def measure_edits(assistant: Assistant, texts: Sequence[str]) -> Tally:
    tally = Tally()
    for text in texts:
        changed = apply("coquille", one_edit, text)
        if changed != text:
            before, after = gist(assistant, text), gist(assistant, changed)
            same = (before[0], before[1][:1]) == (after[0], after[1][:1])
            tally.count(changed, before, after, same=same)
    return tally


def test_typing_does_not_change_the_reply(assistant: Assistant) -> None:
    tallies = measure_transforms(assistant, phrasings(assistant.base, TRANSFORMED))
    assert all(tally.total for tally in tallies.values()), "each transform changes some phrasing"
    assert share(tallies.values()) >= KEPT_BY_TRANSFORMS, report(tallies)


def labelled() -> list[str]:
    """Questions that are not in the base, of all kinds."""
    lines = (ROOT / "tests" / "cases" / "questions_dev.jsonl").read_text("utf-8").splitlines()
    return by_digest(json.loads(line)["question"] for line in lines)


def test_typing_does_not_change_the_reply_to_a_question_that_is_not_in_the_base(
    assistant: Assistant,
) -> None:
    """But for an s added to a word, which is another spelling, and thanks, which are an act."""
    every = labelled()
    tallies = measure_transforms(assistant, every if FULL else every[:LABELLED])
    typed = {
        name: one for name, one in tallies.items() if name not in ("s du pluriel", "politesse")
    }
    assert share(typed.values()) >= KEPT_BY_TRANSFORMS, report(typed)


def test_one_typo_does_not_change_the_first_entry(assistant: Assistant) -> None:
    tally = measure_edits(assistant, phrasings(assistant.base, EDITED))
    assert share([tally]) >= KEPT_BY_EDITS, report({"une coquille": tally})


@pytest.mark.parametrize(
    ("name", "text", "changed"),
    [
        ("majuscules", "Où, l’été ?", "OÙ, L’ÉTÉ ?"),
        ("minuscules", "L'ERBM", "l'erbm"),
        ("sans accents", "Où ça, l’été ?", "Ou ca, l’ete ?"),
        ("apostrophes", "l'an d’Anzin", "l’an d'Anzin"),
        ("élision en espace", "l'ERBM, c’est 'fini'", "l ERBM, c est 'fini'"),
        ("traits d’union en espaces", "Y a-t-il", "Y a t il"),
        ("sans ponctuation", "L'E.R.B.M. (3,5) ?", "L'ERBM 3 5"),
        ("espaces doublés", "a b", "  a  b   "),
        ("s du pluriel", "la maison", "la maisons"),
        ("s du pluriel", "les maisons", "les maison"),
        ("s du pluriel", "la cité", "la cité"),
        ("espaces insécables", "Ça va où ?", "Ça\u00a0va où\u00a0?"),
        ("traits de coupure", "le chantier", "le cha\u00adntier"),
    ],
)
def test_transforms_do_what_they_say(name: str, text: str, changed: str) -> None:
    assert apply(name, TRANSFORMS[name], text) == changed


@pytest.mark.parametrize("seed", range(30))
def test_an_edit_is_one_letter_in_one_long_word(seed: int) -> None:
    text = "mon toit et le logement"
    changed = one_edit(text, random.Random(seed))
    assert changed.startswith("mon toit et le ")
    word = changed.removeprefix("mon toit et le ")
    assert word != "logement"
    assert abs(len(word) - len("logement")) <= 1


def reordered(faq: str, order: Callable[[list[str]], list[str]]) -> str:
    """The text of faq.yaml with its entries in another order, all else as it was."""
    head, rest = faq.split("\nentrees:\n")
    body, mark, tail = re.split(r"(?m)^(?=(\S))", rest, maxsplit=1)
    assert mark
    comment, *entries = re.split(r"(?m)^(?=  - id: )", body)
    return f"{head}\nentrees:\n{comment}{''.join(order(entries))}{tail}"


def shuffled(entries: list[str]) -> list[str]:
    return random.Random(1).sample(entries, len(entries))


def questions(base: KnowledgeBase) -> list[str]:
    """From the table, with a typo, and half of them vague ends: « pris en compte ? »."""
    rows = yaml.safe_load((ROOT / "tests/cases/questions.yaml").read_text("utf-8"))
    table = by_digest(row["question"] for row in rows)
    every = by_digest(text for entry in base.entries.values() for text in entry.phrasings)
    ends = [" ".join(text.split()[-3:]) for text in every if len(text.split()) > 6]
    return [
        *table[: ASKED // 3],
        *(apply("coquille", one_edit, text) for text in every[: ASKED // 6]),
        *list(dict.fromkeys(ends))[: ASKED // 2],
    ]


def essais(base: KnowledgeBase) -> list[str]:
    """The questions that a small base tries itself with, with a typo."""
    every = by_digest(text for entry in base.entries.values() for text in entry.tests)
    return list(dict.fromkeys(apply("coquille", one_edit, text) for text in every))


def kept(corpus: Corpus, former: Matcher | None) -> Iterable[Matcher]:
    """As the service: one matcher, whatever the order, is kept in a file for all of them."""
    return matchers_of(corpus, COMPILED, former)


def answer_all(folder: Path) -> None:
    """What each fresh process does: print the replies to each base's questions."""
    for name, match in (("ours", kept), ("small", built_here)):
        ours = load(folder / name, TODAY)
        assistant = Assistant(
            ours.base, ours.gazetteer, unrelated=ours.common, match=match, today=lambda: TODAY
        )
        for text in json.loads((folder.parent / f"{name}.json").read_text("utf-8")):
            print(json.dumps(assistant.reply(Question(text)).as_json(), ensure_ascii=False))


#: Ours, and titles that overlap much, so few that their matcher is built again in each order.
BASES: dict[str, tuple[Path, Callable[[KnowledgeBase], list[str]]]] = {
    "ours": (KNOWLEDGE, questions),
    "small": (ROOT / "tests" / "cases" / "faq_location", essais),
}


def test_replies_are_the_same_to_the_byte_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    orders = {"as-is": list[str], "reversed": lambda all_: all_[::-1], "shuffled": shuffled}
    asked: list[str] = []
    for base_name, (folder, questions_of) in BASES.items():
        base = load_base(folder, TODAY)
        texts = questions_of(base)
        assert len(set(texts)) == len(texts)
        asked += texts
        (tmp_path / f"{base_name}.json").write_text(json.dumps(texts), "utf-8")
        for name, order in orders.items():
            copied = tmp_path / name / base_name
            shutil.copytree(folder, copied)
            faq = copied / "faq.yaml"
            faq.write_text(reordered(faq.read_text("utf-8"), order), "utf-8")
            same = load_base(copied, TODAY)
            assert same.entries == base.entries
            assert (list(same.entries) == list(base.entries)) is (name == "as-is")
            # What an editor moves needs no other matcher.
            assert corpus_of(same, ()).dump() == corpus_of(base, ()).dump()
    started = []
    for seed, name in enumerate(orders, 1):
        with (tmp_path / f"{name}.jsonl").open("wb") as stdout:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.test_properties", str(tmp_path / name)],
                    stdout=stdout,
                    stderr=subprocess.PIPE,
                    cwd=ROOT,
                    env={**os.environ, "PYTHONHASHSEED": str(seed)},
                )
            )
    for process in started:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors.decode()
    replies = {name: (tmp_path / f"{name}.jsonl").read_bytes().splitlines() for name in orders}
    first = replies["as-is"]
    assert len(first) == len(asked) > ASKED
    for part in (first[:ASKED], first[ASKED:]):
        outcomes = Counter(json.loads(reply)["outcome"] for reply in part)
        assert outcomes["suggestions"] >= 5, "where the order of candidates shows"
        assert outcomes["answer"] >= 5
        assert outcomes["no_match"]
    for name in orders:
        different = [
            (question, name)
            for question, one, other in zip(asked, first, replies[name], strict=True)
            if one != other
        ]
        assert not different


if __name__ == "__main__":
    answer_all(Path(sys.argv[1]))
