"""Each gravest remark of an audit of the answers: what it quotes, and what is said now.

    python -m tools.audit_told AUDIT.md [--severity 1]

The audit lies outside the project. A remark in it is a heading « **12. `entry`** · severity 1 »,
then lines « - Quote: … » and « - Proposal: … ». What was said is read from the history of faq.yaml:
the last version whose entry holds the quote. Ends with 1 where a quote is still said today, or was
never said: that remark is not settled.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.style import sentences
from bot.language.words import stems

FAQ = "knowledge/faq.yaml"
#: Sentences of today shown beside the old one: those nearest to what was quoted and proposed.
SHOWN = 2

_REMARK = re.compile(r"\*\*(\d+)\. `([^`]+)`\*\* · severity (\d)\n((?:- .*\n?)+)")
_TEXT = re.compile(r"^    (?:reponse|facile): \|\n((?: {6}.*\n|\n)*)", re.MULTILINE)
_CUT = re.compile(r"\s*(?:…|\[…\]|/|» ↔ «)\s*")


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark: the entries that it names, what it quotes of them and what it proposes."""

    number: int
    entries: tuple[str, ...]
    quote: str
    proposal: str

    @property
    def parts(self) -> tuple[str, ...]:
        """What is quoted, cut where the audit leaves words out."""
        parts = _CUT.split(self.quote.strip(" «»"))
        return tuple(bare for part in parts if (bare := part.strip(" «».")))


def remarks(audit: str, severity: int) -> Iterator[Remark]:
    """The remarks of one severity, in the audit's order."""
    for number, heading, grave, lines in _REMARK.findall(audit):
        if int(grave) == severity:
            told = dict(line[2:].split(": ", 1) for line in lines.splitlines() if ": " in line)
            entries = re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+|[a-z]{4,}", heading.split("(")[0])
            yield Remark(int(number), tuple(entries), told["Quote"], told.get("Proposal", ""))


def said(faq: str, entry: str) -> str:
    """All that an entry of a faq.yaml says, easy wording included, spaces made even."""
    _, _, rest = faq.partition(f"\n  - id: {entry}\n")
    block = re.split(r"\n  - id: ", rest, maxsplit=1)[0]
    texts = _TEXT.findall(f"{block}\n")
    return "\n\n".join(" ".join(one.split()) for text in texts for one in text.split("\n\n"))


def versions() -> Iterator[tuple[str, str]]:
    """Each version of faq.yaml with its commit, the newest first."""
    for commit in _git("log", "--format=%h", "--", FAQ).split():
        yield commit, _git("show", f"{commit}:{FAQ}")


def main() -> int:
    """Print each remark with the old sentence and the new; 1 where one is not settled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("audit", type=Path)
    parser.add_argument("--severity", type=int, default=1)
    given = parser.parse_args()
    if not given.audit.is_file():
        print(f"{given.audit} is not here: the audit is not part of the project.", file=sys.stderr)
        return 2
    history, now = list(versions()), Path(FAQ).read_text("utf-8")
    found = list(remarks(given.audit.read_text("utf-8"), given.severity))
    left = 0
    for remark in found:
        today = " ".join(said(now, entry) for entry in remark.entries)
        kept = [part for part in remark.parts if _holds(today, part)]
        commit = next((one for one, faq in history if _quoted(faq, remark)), None)
        settled = commit is not None and len(kept) < len(remark.parts)
        left += not settled
        state = "settled" if settled else "LEFT"
        print(f"\n{remark.number}. {', '.join(remark.entries)} ({state})")
        print(f"  said in {commit}: {remark.quote}")
        for sentence in _nearest(today, f"{remark.quote} {remark.proposal}"):
            print(f"  says now: {sentence}")
    print(f"\n{len(found)} remarks of severity {given.severity}, {left} left.")
    return min(left, 1)


def _quoted(faq: str, remark: Remark) -> bool:
    old = " ".join(said(faq, entry) for entry in remark.entries)
    return all(_holds(old, part) for part in remark.parts)


def _holds(text: str, part: str) -> bool:
    return " ".join(part.split()) in " ".join(text.split())


def _nearest(text: str, wanted: str) -> list[str]:
    words = set(stems(wanted))
    ranked = sorted(sentences(text), key=lambda one: -len(words & set(stems(one))))
    return ranked[:SHOWN]


def _git(*arguments: str) -> str:
    return subprocess.run(
        ("git", *arguments), check=True, capture_output=True, encoding="utf-8"
    ).stdout


if __name__ == "__main__":
    sys.exit(main())
