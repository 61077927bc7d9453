"""Sets of terms laid out flat, and the base built on them."""

import numpy as np
import pytest

from bot.matching.index import EntryTexts, Index, build
from bot.matching.rows import Rows, Vocabulary
from bot.trained import load_encoder
from tests.cases.matching import SMALL, SYNONYMS, UNRELATED

LISTS = [[3, 1, 1], [], [0, 3], []]
#: By row: members with how many lists gave them, where rows 0, 1 and 0, 2 own the lists.
OWNED = [{0: 1, 1: 1, 3: 2}, {}, {}]


def rows_of(rows: Rows) -> list[dict[int, int]]:
    return [
        dict(zip(rows.members[start:stop].tolist(), rows.counts[start:stop].tolist(), strict=True))
        for start, stop in zip(rows.starts, rows.starts[1:], strict=False)
    ]


@pytest.fixture
def rows() -> Rows:
    return Rows.of([np.array(one, dtype=np.int64) for one in LISTS], 5)


def test_a_row_holds_each_member_once(rows: Rows) -> None:
    assert rows_of(rows) == [{1: 1, 3: 1}, {}, {0: 1, 3: 1}, {}]
    assert (len(rows), rows.size, rows.members.dtype.name) == (4, 5, "uint8")


def test_lists_of_one_owner_make_one_row() -> None:
    lists = [np.array(one, dtype=np.int64) for one in LISTS]
    assert rows_of(Rows.of(lists, 5, np.array([0, 1, 0, 2]))) == OWNED


def test_turned_twice_is_the_same(rows: Rows) -> None:
    assert rows_of(rows.turned()) == [{2: 1}, {0: 1}, {}, {0: 1, 2: 1}, {}]
    assert rows_of(rows.turned().turned()) == rows_of(rows)


def test_sums_of_members(rows: Rows) -> None:
    values = np.array([1, 2, 4, 8, 16], dtype=np.float32)
    assert rows.sums(values).tolist() == [10, 0, 9, 0]
    assert rows.sums(values, np.array([3, 2, 0])).tolist() == [0, 9, 10]


def test_scattered_weights_reach_the_members() -> None:
    lists = [np.array(one, dtype=np.int64) for one in LISTS]
    rows = Rows.of(lists, 5, np.array([0, 1, 0, 2]))
    weights = np.array([1, 10], dtype=np.float32)
    assert rows.scatter(np.array([0, 1]), weights).tolist() == [1, 1, 0, 1, 0]
    less = rows.scatter(np.array([0]), weights[:1], less=1)
    assert less.tolist() == [1, 0, 0, 1, 0], "the only list that gave it is left out"
    assert rows.scatter(np.array([0]), weights[:1], less=3).tolist() == [1, 1, 0, 1, 0]


@pytest.mark.parametrize("lists", [[], [[]], [[], []]])
def test_rows_of_nothing(lists: list[list[int]]) -> None:
    rows = Rows.of([np.array(one, dtype=np.int64) for one in lists], 0)
    assert len(rows) == len(lists)
    assert rows.sums(np.zeros(1, dtype=np.float32)).tolist() == [0] * len(lists)


def test_a_vocabulary_numbers_what_it_knows() -> None:
    words = Vocabulary(["b", "a", "c", "a"])
    assert words.terms == ("a", "b", "c")
    numbers, others = words.numbers([("c", "z"), ("a", "c"), ("z", "y")])
    assert numbers.tolist() == [0, 2]
    assert others == 2, "each is counted once"
    assert words.numbers([])[0].tolist() == []


# The base


@pytest.fixture(scope="module")
def index() -> Index:
    return build(SMALL, UNRELATED, load_encoder(), SYNONYMS)[0]


def test_a_phrasing_is_at_one_with_itself(index: Index) -> None:
    for row, phrasing in enumerate(index.phrasings):
        traits, weights = index.vector(index.reader.read(phrasing))
        asked = np.zeros(len(index.traits), dtype=np.float32)
        asked[traits] = weights * index.rarity[traits]
        alike = index.texts.sums(asked) / index.lengths
        assert alike[row] == pytest.approx(1, abs=1e-5)
        assert alike.max() <= 1 + 1e-5


def test_unknown_words_only_lower_likeness(index: Index) -> None:
    _, alone = index.vector(index.reader.read("loyer"))
    _, more = index.vector(index.reader.read("loyer xyzzy"))
    assert np.square(alone).sum() == pytest.approx(1, abs=1e-5)
    assert np.square(more).sum() < 0.9


def test_only_one_entry_s_very_words_are_identical() -> None:
    entries = {
        "a": EntryTexts(("C'est quoi ?", "le prix")),
        "b": EntryTexts(("Quand ?", "LE PRIX !")),
    }
    shared, _ = build(entries, ("quel temps",), load_encoder())
    found = {
        text: shared.identical(shared.reader.read(text))
        for text in ("bonjour, quand", "le prix", "quel temps", "quand donc")
    }
    assert found == {"bonjour, quand": "b", "le prix": None, "quel temps": None, "quand donc": None}
