"""The files of a base cut into blocks, joined again, and merged."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.blocks import blocks, entry_keys, joined, merged, with_block
from bot.knowledge.files import EDITED
from tests.conftest import KNOWLEDGE, OURS

#: Pieces of which texts are made that look like ours, right or wrong.
PIECES = st.sampled_from(
    ["entrees:\n", "themes:\n", "version: 1\n", "  - id: a\n", "  - {id: b, reponse: x}\n",
     "    question: Où ?\n", "    reponse: |\n", "      - id: dans un texte\n", "# remarque\n",
     "  # --- Section\n", "\n", "- id: c\n", "  -\n    id: d\n", "nom: 'a: b'\n", '"clé": x\n',
     "      # dans un texte\n", "  - question: Sans nom\n", "\ufeff", "\r\n", "---\n", "...", " ",
     "\u2028", "hors_sujet: [a, b]\n", "  - id: a\n    voir_aussi: [b]"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60)
NAMES = st.sampled_from(["faq.yaml", "contacts.yaml", "lieux/communes.csv"])


@pytest.mark.parametrize("name", [one for one in EDITED if (KNOWLEDGE / one).exists()])
def test_our_files_are_their_blocks(name: str) -> None:
    text = (KNOWLEDGE / name).read_text("utf-8")
    parts = blocks(name, text)
    assert joined(parts) == "".join(parts.values()) == text
    if name == "faq.yaml":
        assert entry_keys(parts) == tuple(OURS.base.entries)
        assert parts["detresse"].startswith("  # --- Urgences")
    for key in list(parts)[:: max(1, len(parts) // 20)]:
        longer = parts[key] + ("        encore: vrai\n" if key else "# encore\n")
        assert blocks(name, with_block(name, text, key, longer)) == parts | {key: longer}
        others = {one: lines for one, lines in parts.items() if one != key}
        assert blocks(name, with_block(name, text, key, None)) == others


@given(NAMES, TEXTS)
@settings(max_examples=400)
def test_any_text_is_its_blocks(name: str, text: str) -> None:
    parts = blocks(name, text)
    assert "".join(parts.values()) == text
    assert all(parts.values())
    for key in parts:
        assert with_block(name, text, key, parts[key]) == joined(parts)


FAQ = """\
# En tête

version: 1
# Les thèmes
themes:
  - {id: urgences, titre: Urgences}
entrees:
  # --- Section
  - id: a
    question: A ?
    reponse: |
      Un texte.

      - id: ce n'est pas une entrée
      # ni une remarque

  # Avant b
  - {question: "B ?", id: b, reponse: x}
  - question: C ?
    id: "c"
    variantes:
      - id: x
  -
    id: d
# Après
hors_sujet: [lundi]
"""


def test_the_blocks_of_a_faq() -> None:
    parts = blocks("faq.yaml", FAQ)
    assert list(parts) == ["", "version", "themes", "entrees", "a", "b", "c", "d", "hors_sujet"]
    assert parts[""] == "# En tête\n\n"
    assert parts["themes"].startswith("# Les thèmes")
    assert parts["a"].startswith("  # --- Section\n  - id: a\n")
    assert parts["a"].endswith("# ni une remarque\n\n")
    assert parts["b"].startswith("  # Avant b\n")
    assert parts["hors_sujet"].startswith("# Après\n")
    assert entry_keys(parts) == ("a", "b", "c", "d")
    added = with_block("faq.yaml", FAQ, "e", "  - id: e\n    question: E ?")
    assert list(blocks("faq.yaml", added))[-2:] == ["e", "hors_sujet"]
    assert "    id: d\n  - id: e\n    question: E ?\n# Après\n" in added
    assert with_block("contacts.yaml", "a: {nom: A}", "b", "b: {nom: B}\n") == (
        "a: {nom: A}\nb: {nom: B}\n"
    )


def test_keys_that_come_again_and_items_without_id_are_kept_apart() -> None:
    text = "entrees:\n- id: a\n- id: a\n- question: Sans nom\n- {id: entrees}\n"
    assert list(blocks("faq.yaml", text)) == ["entrees", "a", "a#2", "", "entrees#2"]


BASE = {"a": "1", "b": "2", "c": "3"}


@pytest.mark.parametrize(
    ("mine", "theirs", "made", "conflicts"),
    [
        ({"a": "x"}, {"b": "y"}, "a=x b=y c=3", []),
        ({"a": "x"}, {"a": "y"}, "a=x b=2 c=3", ["a"]),
        ({"a": "x"}, {"a": "x"}, "a=x b=2 c=3", []),
        ({"a": None}, {"b": None}, "c=3", []),
        ({"a": None}, {"a": "y"}, "b=2 c=3", ["a"]),
        ({"a": "x"}, {"a": None}, "a=x b=2 c=3", ["a"]),
        ({"d": "4"}, {"e": "5"}, "a=1 b=2 c=3 d=4 e=5", []),
        ({}, {"d": "4"}, "a=1 b=2 c=3 d=4", []),
    ],
)
def test_two_changes_meet(
    mine: dict[str, str | None], theirs: dict[str, str | None], made: str, conflicts: list[str]
) -> None:
    def changed(by: dict[str, str | None]) -> dict[str, str]:
        return {key: block for key, block in (BASE | by).items() if block is not None}

    got, told = merged(BASE, changed(mine), changed(theirs))
    assert " ".join(f"{key}={block}" for key, block in got.items()) == made
    assert told == conflicts


def test_an_order_that_one_of_them_changed_is_kept() -> None:
    mine = {"c": "3", "a": "1", "b": "2"}
    got, _ = merged(BASE, mine, BASE | {"b": "y", "d": "4"})
    assert list(got.items()) == [("c", "3"), ("d", "4"), ("a", "1"), ("b", "y")]
    got, _ = merged(BASE, BASE | {"b": "y"}, mine)
    assert list(got.items()) == [("c", "3"), ("a", "1"), ("b", "y")]


PARTS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("123"))


@given(PARTS, PARTS, PARTS)
def test_a_merge_loses_nothing_unsaid(
    base: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    made, conflicts = merged(base, mine, theirs)
    for key in {*base, *mine, *theirs, *made}:
        was, my, their, now = (one.get(key) for one in (base, mine, theirs, made))
        assert now == (their if my == was else my)
        assert (key in conflicts) == (len({was, my, their}) == 3)
    assert merged(base, mine, base)[0] == mine
    assert list(merged(base, mine, base)[0]) == list(mine)
    assert list(merged(base, base, theirs)[0]) == list(theirs)
