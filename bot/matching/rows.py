"""Sets of numbers, a row each, laid out flat: which texts hold a term, which terms a text holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]


class Vocabulary:
    """Terms, numbered in alphabetical order."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.terms = tuple(sorted(set(terms)))
        self._number = {term: number for number, term in enumerate(self.terms)}
        self._split = lru_cache(maxsize=1_024)(partial(_split, self._number))

    def __len__(self) -> int:
        return len(self.terms)

    def more(self, terms: Iterable[str]) -> "Vocabulary":
        """The same with these terms, numbered after all others."""
        new = sorted(set(terms) - self._number.keys())
        made = Vocabulary(())
        made.terms = (*self.terms, *new)
        made._number = {**self._number, **dict(zip(new, count(len(self)), strict=False))}
        made._split = lru_cache(maxsize=4_096)(partial(_split, made._number))
        return made

    def numbers(self, groups: Iterable[tuple[str, ...]]) -> tuple[Ints, int]:
        """The numbers of the known terms, ascending, none twice, and how many others there are.

        What a group of terms holds is remembered: the runs of a word come again with the word.
        """
        known: set[int] = set()
        others: set[str] = set()
        for group in groups:
            numbers, unknown = self._split(group)
            known.update(numbers)
            others.update(unknown)
        found = np.fromiter(known, dtype=np.int64, count=len(known))
        found.sort()
        return found, len(others)


def _split(
    number: Mapping[str, int], group: tuple[str, ...]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The numbers of the known terms of a group, and its other terms."""
    known = tuple(number[term] for term in group if term in number)
    return known, tuple(term for term in group if term not in number)


@dataclass(frozen=True, slots=True)
class Rows:
    """The members of row r are `members[starts[r]:starts[r + 1]]`, ascending, none twice."""

    starts: NDArray[np.int32]  # (rows + 1,)
    members: NDArray[np.unsignedinteger]  # in the smallest type that holds `size`
    counts: NDArray[np.uint8]  # how many lists gave the row the member, 255 at most
    size: int  # members are below it

    @classmethod
    def of(cls, lists: Sequence[Ints], size: int, owners: Ints | None = None) -> "Rows":
        """From one list of members a row; or from several, where `owners` tells their rows.

        A list counts each member once.
        """
        lengths = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
        flat = np.concatenate([*lists, np.empty(0, dtype=np.int64)])
        base = max(size, 1)
        keys = np.sort(np.repeat(np.arange(len(lists)), lengths) * base + flat)
        keys = keys[np.flatnonzero(np.diff(keys, prepend=-1))]
        owners = np.arange(len(lists)) if owners is None else owners
        keys = np.sort(owners[keys // base] * base + keys % base)
        firsts = np.flatnonzero(np.diff(keys, prepend=-1))
        counts = np.diff(firsts, append=len(keys))
        return cls._laid_out(keys[firsts], counts, int(owners.max(initial=-1)) + 1, base)

    @classmethod
    def _laid_out(cls, keys: Ints, counts: Ints, rows: int, size: int) -> "Rows":
        row, members = np.divmod(keys, size)
        return cls(
            np.searchsorted(row, np.arange(rows + 1)).astype(np.int32),
            members.astype(np.min_scalar_type(size)),
            np.minimum(counts, 255).astype(np.uint8),
            size,
        )

    def __len__(self) -> int:
        return len(self.starts) - 1

    def renumbered(self, rows: Ints, members: Ints, size: int, more: "Rows") -> "Rows":
        """The same with other numbers of rows and members, -1 for one that goes, and with `more`.

        `more` has the new numbers; members are below `size`.
        """
        row = rows[np.repeat(np.arange(len(self)), np.diff(self.starts))]
        member = members[self.members]
        kept = (row >= 0) & (member >= 0)
        added = np.repeat(np.arange(len(more)), np.diff(more.starts))
        keys = np.concatenate([(row * size + member)[kept], added * size + more.members])
        counts = np.concatenate([self.counts[kept], more.counts]).astype(np.int64)
        order = np.argsort(keys, kind="stable")
        last = max(int(rows.max(initial=-1)) + 1, len(more))
        return self._laid_out(keys[order], counts[order], last, size)

    def turned(self) -> "Rows":
        """The same with members as rows, and rows as members."""
        rows = np.repeat(np.arange(len(self)), np.diff(self.starts))
        keys = self.members.astype(np.int64) * max(len(self), 1) + rows
        order = np.argsort(keys, kind="stable")
        return self._laid_out(
            keys[order], self.counts[order].astype(np.int64), self.size, max(len(self), 1)
        )

    def sums(self, values: Floats, rows: Ints | None = None) -> Floats:
        """For each of these rows, or of all, the sum of its members' values; values: (size,)."""
        if rows is None:
            members, lengths = self.members, np.diff(self.starts)
        else:
            starts = self.starts[rows]
            lengths = self.starts[rows + 1] - starts
            spans = zip(starts.tolist(), lengths.tolist(), strict=True)
            members = np.concatenate([self.members[at : at + length] for at, length in spans])
        # The last zero is for a last row that is empty: reduceat wants each start to exist.
        given = np.zeros(len(members) + 1, dtype=np.float32)
        values.take(members, out=given[:-1], mode="clip")
        found: Floats = np.add.reduceat(given, lengths.cumsum() - lengths)
        found[lengths == 0] = 0
        return found

    def scatter(self, rows: Ints, weights: Floats, less: int | None = None) -> Floats:
        """For each member, the sum of the weights of those of these rows that hold it, (size,).

        `less` is a member that is given once too often.
        """
        found = np.zeros(self.size, dtype=np.float32)
        starts, stops = self.starts[rows].tolist(), self.starts[rows + 1].tolist()
        for start, stop, weight in zip(starts, stops, weights.tolist(), strict=True):
            held = slice(start, stop)
            found[self.members[held]] += weight
            if less is not None and 1 in self.counts[held][self.members[held] == less]:
                found[less] -= weight
        return found
