"""One value of a knowledge file changed: it is read back, and every other line is as it was."""

import datetime as dt
from difflib import ndiff
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.knowledge.blocks import blocks, entry_keys, with_block
from bot.knowledge.differences import differences
from bot.knowledge.editing import edited, later, new_entry, proposed_id, told_of
from bot.knowledge.files import CONTACTS, FAQ, TEXTS
from bot.knowledge.rewriting import Value, new_block, rewritten, settled, unwrapped, values_of
from bot.knowledge.yaml_reading import read_yaml
from bot.storage.knowledge_files import read_files
from tests.conftest import KNOWLEDGE, TODAY

FILES = read_files(KNOWLEDGE)
BLOCKS = blocks(FAQ, FILES[FAQ])
KEYS = entry_keys(BLOCKS)
ENTRY = """\

  # Le guichet a changé en 2025.
  - id: guichet
    question: Où est le guichet bleu ?
    theme: aide  # à revoir
    reponse: |
      Au fond à gauche, derrière la porte
      vitrée.

      Sinon, demandez.
    sources:
      - titre: "Mairie : accueil"
        url: https://www.example.org
    appuis: [guichet-bleu, porte-vitree]
    releve_le: 2026-11-23
    variantes:
      - où est le guichet
      # entendu au marché
      - c ou le guiché
    # Fin de l'entrée.
"""


def lines_changed(before: str, after: str) -> list[str]:
    lines = ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[:1] in "+-"]


@pytest.mark.parametrize(
    ("key", "value", "changed"),
    [
        ("question", "Où ?", ["-     question: Où est le guichet bleu ?", "+     question: Où ?"]),
        ("question", "Est-ce : ici ?",
         ["-     question: Où est le guichet bleu ?", '+     question: "Est-ce : ici ?"']),
        ("theme", "autres", ["-     theme: aide  # à revoir", "+     theme: autres # à revoir"]),
        ("verifie_le", dt.date(2026, 11, 29), ["+     verifie_le: 2026-11-29"]),
        ("releve_le", None, ["-     releve_le: 2026-11-23"]),
        ("variantes", ["où est le guichet", "c ou le guiché", "le guichet ?"],
         ["+       - le guichet ?"]),
        ("appuis", ["guichet-bleu"],
         ["-     appuis: [guichet-bleu, porte-vitree]", "+     appuis: [guichet-bleu]"]),
        ("reponse", "Au fond à gauche, derrière la porte vitrée.\n\nOu demandez.",
         ["-       Sinon, demandez.", "+       Ou demandez."]),
        ("en_bref", "non", ['+     en_bref: "non"']),
        ("sources", [{"titre": "Mairie : accueil", "url": "https://www.example.org"},
                     {"titre": "Guide", "date": dt.date(2025, 1, 2)}],
         ["+       - titre: Guide", "+         date: 2025-01-02"]),
        ("essais", ["le guiché bleu"], ["+     essais:", "+       - le guiché bleu"]),
    ],
)  # fmt: skip
def test_only_the_lines_of_the_key_change(key: str, value: Any, changed: list[str]) -> None:
    after = rewritten(ENTRY, {(key,): value})
    assert lines_changed(ENTRY, after) == changed
    read = values_of(after).get(key)
    if key == "reponse":
        assert unwrapped(str(read)) == value
    else:
        assert read == value


@pytest.mark.parametrize("key", KEYS)
def test_every_answer_of_ours_can_be_changed(key: str) -> None:
    before = BLOCKS[key]
    known = values_of(before)
    new = {"question": "Autre : chose ?", "reponse": "Une.\n\n- a\n- b", "contact": None}
    after = rewritten(before, {(name,): value for name, value in new.items()})
    wanted = {**known, **new, "reponse": f"{new['reponse']}\n"}
    assert values_of(after) == {name: value for name, value in wanted.items() if value}
    assert read_yaml(f"entrees:\n{after}", FAQ).problems == []


@pytest.mark.parametrize(
    ("block", "keys", "after"),
    [
        ("  # Un.\n  - {id: a, question: Où ?}\n", ("question",),
         "  # Un.\n  - id: a\n    question: Ici ?\n"),
        ("a: {nom: Un}\n", ("a", "question"), "a:\n  nom: Un\n  question: Ici ?\n"),
        ("a:\n", ("a", "question"), "a:\n  question: Ici ?\n"),
    ],
)  # fmt: skip
def test_what_stands_between_braces_is_written_anew(
    block: str, keys: tuple[str, ...], after: str
) -> None:
    assert rewritten(block, {keys: "Ici ?"}) == after


TEXT = some.text(some.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)


@given(text=TEXT, key=some.sampled_from(["question", "en_bref", "reponse", "facile", "theme"]))
def test_any_text_is_read_back(text: str, key: str) -> None:
    after = rewritten(ENTRY, {(key,): settled(text)})
    wanted = settled(text)
    read = values_of(after)
    assert {**read, key: ""} == {**values_of(ENTRY), key: ""}
    assert settled(str(read.get(key, ""))) == wanted


@given(texts=some.lists(TEXT.map(settled).map(lambda one: one.replace("\n", " ")).filter(bool)))
def test_any_list_is_read_back(texts: list[str]) -> None:
    after = rewritten(ENTRY, {("variantes",): texts})
    assert values_of(after).get("variantes", []) == texts


@given(texts=some.dictionaries(some.sampled_from(["nom", "role", "telephone"]), TEXT.map(settled)))
def test_any_contact_is_read_back(texts: dict[str, str]) -> None:
    made = new_block({"adresse": "ici", **texts}, name="guichet")
    read = values_of(made)["guichet"]
    wanted = {"adresse": "ici", **{key: one for key, one in texts.items() if one}}
    assert {key: settled(str(one)) for key, one in read.items()} == wanted


def test_a_sentence_within_a_part_of_the_texts() -> None:
    block = blocks(TEXTS, FILES[TEXTS])["editeur"]
    after = rewritten(block, {("editeur", "adresse"): "12 rue des Fleurs"})
    assert len(lines_changed(block, after)) == 2
    assert "# son adresse et son téléphone" in after
    assert values_of(after)["editeur"]["adresse"] == "12 rue des Fleurs"


def test_a_new_answer_has_its_dates_and_is_checked_alone() -> None:
    key = proposed_id("Quand ouvre la mairie de Lens ?", KEYS)
    assert key == "ouvre-mairie-lens"
    assert proposed_id("Quand ouvre la mairie de Lens ?", {key}) == f"{key}-2"
    wanted = {"question": "Quand ?", "reponse": "Dès 9 h.", "releve_le": None, "revoir_le": None}
    made = new_entry(key, wanted, TODAY)
    values = values_of(made)
    assert (values["releve_le"], values["revoir_le"]) == (TODAY, later(TODAY))
    files = {**FILES, FAQ: with_block(FAQ, FILES[FAQ], key, made)}
    told = {(one.key, one.code) for one in told_of(files, FAQ, key, TODAY)}
    assert {("", "sans-appui"), ("facile", "facile-absent"), ("reponse", "longueur")} <= told


def test_what_is_right_in_the_whole_base_is_right_alone() -> None:
    for key in KEYS[::20]:
        assert told_of(FILES, FAQ, key, dt.date(2026, 12, 1)) == ()


def test_what_is_wrong_is_told_beside_its_field() -> None:
    block = blocks(CONTACTS, FILES[CONTACTS])["mairie"]
    wrong = rewritten(block, {("mairie", "telephone"): "03 20"})
    files = {**FILES, CONTACTS: with_block(CONTACTS, FILES[CONTACTS], "mairie", wrong)}
    (told,) = told_of(files, CONTACTS, "mairie", TODAY)
    assert (told.key, told.level, told.code) == ("telephone", "error", "telephone")


def test_a_changed_answer_is_no_longer_checked() -> None:
    checked = edited(ENTRY, {}, TODAY, checked=True)
    assert values_of(checked)["verifie_le"] == TODAY
    assert values_of(checked)["revoir_le"] == later(TODAY)
    assert "verifie_le" not in values_of(edited(checked, {"reponse": "Ailleurs."}, TODAY))
    # What residents do not read changes nothing of it, nor an answer that is said again as it is.
    same: tuple[dict[str, Value], ...] = (
        {"essais": ["un essai"]},
        {"reponse": unwrapped(values_of(ENTRY)["reponse"])},
    )
    for one in same:
        assert values_of(edited(checked, one, TODAY))["verifie_le"] == TODAY
    both = edited(checked, {"reponse": "Ailleurs."}, TODAY, checked=True)
    assert values_of(both)["verifie_le"] == TODAY


def test_new_sources_were_read_today() -> None:
    after = values_of(edited(ENTRY, {"sources": [{"titre": "Autre"}]}, TODAY))
    assert (after["releve_le"], after["revoir_le"]) == (TODAY, later(TODAY))
    mine: dict[str, Value] = {"sources": [{"titre": "Autre"}], "releve_le": dt.date(2026, 1, 2)}
    assert values_of(edited(ENTRY, mine, TODAY))["releve_le"] == dt.date(2026, 1, 2)


@pytest.mark.parametrize(
    ("day", "after"),
    [("2026-08-31", "2027-02-28"), ("2026-11-29", "2027-05-29"), ("2026-06-15", "2026-12-15")],
)
def test_half_a_year_later(day: str, after: str) -> None:
    assert later(dt.date.fromisoformat(day)) == dt.date.fromisoformat(after)


def test_differences_are_told_word_by_word() -> None:
    changed = rewritten(ENTRY, {("question",): "Où est le guichet vert ?", ("theme",): None})
    found = {one.name: one.parts for one in differences(FAQ, "guichet", ENTRY, changed)}
    assert found == {
        "question": (("=", "Où est le guichet "), ("-", "bleu"), ("+", "vert"), ("=", " ?")),
        "theme": (("-", "aide"),),
    }
    (one,) = differences(CONTACTS, "a", "a:\n  nom: Un\n", "a:\n  nom: Deux\n")
    assert (one.name, one.parts) == ("nom", (("-", "Un"), ("+", "Deux")))
