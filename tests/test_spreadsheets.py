"""Spreadsheets: without loss both ways, a town's own FAQ, and what is told of a wrong cell."""

import datetime as dt
import io
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.knowledge.blocks import blocks
from bot.knowledge.columns import ENTRIES, TABLES
from bot.knowledge.files import CONTACTS, FACTS, FAQ, PHRASINGS
from bot.knowledge.importing import imported
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.objects import objects
from bot.language.typography import typeset
from bot.storage.knowledge_files import examine, read_files, shipped
from bot.storage.proposals import proposal
from bot.storage.spreadsheets import FORMATS, SpreadsheetError, read_sheets, spreadsheet
from tests.cases.broken_spreadsheets import BASE, CASES, TITLES, Broken
from tests.conftest import KNOWLEDGE, TODAY

BARE = shipped()


def base_of(files: dict[str, str]) -> KnowledgeBase:
    knowledge, checked = examine(files, TODAY)
    assert knowledge, [str(problem) for problem in checked.errors]
    return knowledge.base


def xlsx(fill: Any) -> bytes:
    book = Workbook()
    book.worksheets[0].title = "Réponses"
    book.worksheets[0].append(TITLES)
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_of(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


# --- without loss


@pytest.mark.parametrize("suffix", FORMATS)
def test_our_own_base_comes_back_byte_for_byte(suffix: str) -> None:
    files = read_files(KNOWLEDGE)
    back = imported(files, read_sheets(f"x{suffix}", spreadsheet(files, suffix)))
    assert not back.problems
    assert not back.edits
    assert back.files == files


def test_our_own_base_comes_whole_into_an_empty_folder() -> None:
    files = read_files(KNOWLEDGE)
    back = imported(BARE, read_sheets("x.xlsx", spreadsheet(files, ".xlsx")))
    ours, theirs = base_of(files), base_of(back.files)
    assert list(theirs.entries) == list(ours.entries)
    assert theirs.entries == ours.entries
    assert theirs.contacts == ours.contacts
    assert theirs.facts == ours.facts
    assert theirs.themes == ours.themes


#: What people type, and what YAML, csv and Excel each stumble over.
ODD = st.sampled_from(
    ["oui", "no", "12", "012", "1,5", "12:30", "2026-11-28", "28/11/2026", "a: b", "c #d", "- e",
     "=1+1", "'f", "'=f", "@g", "+33 1", "-", "? h", "| i", "> j", "& k", "* l", "! m", "% n",
     "« o »", '"p"', "'q'", "r;s", "t,u", "[v", "{w", "x]", "y\\z", "~", "null", "true", "`à`",
     "é’è – ’", "🏠", "#", "a | b", "c|", "http://d.fr", "e | 01/02/2026", "\u00a0f", "10 000 €",
     "_x0041_", "--", "<<", "Ça ; là", "N/A", "#REF!", "1e5", "0x1f", "..."]
)  # fmt: skip
WORDS = st.text(
    st.characters(
        codec="utf-8",
        categories=("L", "N", "P", "S", "Zs"),
        include_characters="'",
        exclude_characters="ÃÂâ\ufffd",
    ),  # lost accents
    max_size=12,
)
LINE = (
    st.lists(ODD | WORDS, min_size=1, max_size=4)
    .map(" ".join)
    .map(str.strip)
    .filter(lambda text: any(char.isalnum() for char in text))
)
TEXT = (
    st.lists(LINE | st.just("") | LINE.map("- {}".format), min_size=1, max_size=5)
    .map(lambda lines: "\n".join(lines).strip())
    .filter(lambda text: any(char.isalnum() for char in text))
)
DAY = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
SOURCE = st.fixed_dictionaries(
    {"titre": LINE},
    optional={"url": st.sampled_from(["https://a.fr/b?c=d#e", "http://f.fr"]), "date": DAY},
)
IDS = st.lists(st.from_regex(r"[a-z]{1,3}(-[0-9]{1,2})?", fullmatch=True), min_size=1, max_size=3,
               unique=True)  # fmt: skip


@st.composite
def bases(draw: st.DrawFn) -> dict[str, Any]:
    """Plain values of faq.yaml, contacts.yaml, faits.yaml and formulations.yaml."""
    contacts, facts, themes, keys = (draw(IDS) for _ in range(4))
    entries = []
    for key in keys:
        question = draw(LINE.filter(lambda text: len(text) < 120))
        entry: dict[str, Any] = {"id": key, "question": question, "reponse": draw(TEXT)}
        more = {
            "theme": st.sampled_from(themes), "en_bref": LINE, "facile": TEXT,
            "contact": st.sampled_from(contacts), "expire_le": DAY, "revoir_le": DAY,
            "verifie_le": DAY, "releve_le": DAY,
            "sources": st.lists(SOURCE, min_size=1, max_size=3),
            "appuis": st.lists(st.sampled_from(facts), min_size=1, max_size=3),
            "voir_aussi": st.lists(st.sampled_from(keys), min_size=1, max_size=3),
            "variantes": st.lists(LINE, min_size=1, max_size=3),
            "essais": st.lists(LINE, min_size=1, max_size=3),
        }  # fmt: skip
        for name in draw(st.lists(st.sampled_from(sorted(more)), unique=True)):
            entry[name] = draw(more[name])
        entries.append(entry)
    return {
        FAQ: {"themes": [{"id": key, "titre": draw(LINE)} for key in themes], "entrees": entries},
        CONTACTS: {key: {"nom": draw(LINE), "horaires": draw(TEXT)} for key in contacts},
        FACTS: {
            key: {"fait": draw(LINE), "titre": draw(LINE), "date": draw(LINE), "confiance": "haute"}
            for key in facts
        },
        PHRASINGS[0]: {key: draw(st.lists(LINE, min_size=1, max_size=3)) for key in keys[:2]},
    }


#: Bases are large: made smaller, a failing one would take minutes.
thorough = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def spoken(files: dict[str, str]) -> list[dict[str, dict[str, Any]]]:
    """Every object of the tables, texts without the spaces around them."""
    return [
        {
            key: {
                name: value.strip() if isinstance(value, str) else value
                for name, value in one.items()
            }
            for key, one in objects(files, table).items()
        }
        for table in TABLES
    ]


@given(bases(), st.booleans())
@thorough
def test_any_base_goes_round(values: dict[str, Any], flow: bool) -> None:
    """YAML as any program writes it → xlsx and csv → the same YAML, or the same base elsewhere."""
    files = {
        name: yaml.safe_dump(one, allow_unicode=True, sort_keys=False, default_flow_style=flow)
        for name, one in values.items()
    }
    for suffix in FORMATS:
        sheets = read_sheets(f"x{suffix}", spreadsheet(files, suffix))
        assert imported(files, sheets).files == files
        elsewhere = {}
        if suffix == ".csv":  # which holds the entries alone
            elsewhere = {name: files[name] for name in (CONTACTS, FACTS)}
            elsewhere[FAQ] = yaml.safe_dump({"themes": values[FAQ]["themes"]}, allow_unicode=True)
        back = imported(elsewhere, sheets)
        assert not back.problems
        assert spoken(back.files) == spoken(files)
        # Once more over YAML that we wrote: what was read is what was meant.
        assert not imported(back.files, sheets).edits


@given(bases(), bases())
@thorough
def test_any_base_becomes_another(first: dict[str, Any], second: dict[str, Any]) -> None:
    """A spreadsheet over another base: its objects are as it says, all others stay as they were."""
    here, there = (
        {
            name: yaml.safe_dump(one, allow_unicode=True, sort_keys=False)
            for name, one in some.items()
        }
        for some in (first, second)
    )
    back = imported(here, read_sheets("x.xlsx", spreadsheet(there, ".xlsx")))
    assert not back.problems
    for now, before, wanted in zip(*map(spoken, (back.files, here, there)), strict=True):
        expected = before | wanted
        for one in (*now.values(), *expected.values()):
            # Those of the bank stay there, after the entry's own, once each.
            one["variantes"] = set(one.get("variantes", ()))
        assert now == expected
    kept = blocks(FAQ, here[FAQ])
    for key in set(objects(here, ENTRIES)) - set(objects(there, ENTRIES)):
        assert blocks(FAQ, back.files[FAQ])[key].strip() == kept[key].strip()


# --- only what changes is written


def test_one_cell_changes_one_line() -> None:
    files = read_files(KNOWLEDGE)
    book = load_workbook(io.BytesIO(spreadsheet(files, ".xlsx")))
    sheet = book["Réponses"]
    titles = [cell.value for cell in sheet[1]]
    row = next(cells for cells in sheet.iter_rows(min_row=2) if cells[0].value == "sans-abri")
    row[titles.index("En bref")].value = "Appelez le 115 : c'est gratuit, jour et nuit."
    out = io.BytesIO()
    book.save(out)
    made = proposal("base.xlsx", out.getvalue(), files, TODAY)
    assert made.changes == ("Réponse modifiée : sans-abri",)
    before, after = (some[FAQ].splitlines() for some in (files, made.files))
    assert [line for line in after if line not in before] == [
        '    en_bref: "Appelez le 115 : c\'est gratuit, jour et nuit."'
    ]
    assert len(before) == len(after)
    assert {name for name in files if files[name] != made.files[name]} == {FAQ}


def test_a_way_to_ask_leaves_the_bank_and_a_new_one_joins_the_entry() -> None:
    files = {
        **BARE,
        **BASE,
        "langue/formulations.yaml": "# La banque\n\npiscine:\n  - a\n  - b\n\ngaz: [c]\n",
    }
    made = proposal("x.csv", csv_of("id;variantes", 'piscine;"b\nd"'), files, TODAY)
    assert made.files["langue/formulations.yaml"] == "# La banque\n\npiscine:\n  - b\n\ngaz: [c]\n"
    assert "    variantes:\n      - d\n" in made.files[FAQ]
    assert base_of(dict(made.files)).entries["piscine"].variants == ("d", "b")


# --- a town's own FAQ

QUESTION, ANSWER = "À quelle heure ouvre la médiathèque ?", "De 9 h à 18 h, l’été ; 1,5 € l’heure."


QUOTED = f'"{ANSWER}"'
#: How the same two columns come.
WAYS = {
    "Excel français": csv_of("Question;Réponse", f"{QUESTION};{QUOTED}", encoding="cp1252"),
    "UTF-8 avec BOM": csv_of("Question;Réponse", f"{QUESTION};{QUOTED}", encoding="utf-8-sig"),
    "texte Unicode": csv_of("Question\tRéponse", f"{QUESTION}\t{ANSWER}", encoding="utf-16"),
    "virgules": csv_of("Question,Réponse", f"{QUESTION},{QUOTED}"),
    "sep=": csv_of("sep=,", "Question,Réponse", f"{QUESTION},{QUOTED}"),
    "sans titres": csv_of(f"{QUESTION};{QUOTED}"),
    "titres plus bas": csv_of("Notre FAQ;", ";", "Questions;Réponses;", f"{QUESTION};{QUOTED};"),
    "autres colonnes": csv_of("N°;Intitulé;Service;Réponse", f"1;{QUESTION};Culture;{QUOTED}"),
}


@pytest.mark.parametrize("way", WAYS)
def test_two_columns_are_enough(way: str) -> None:
    made = proposal("faq.csv", WAYS[way], BARE, TODAY)
    assert not made.refused, made.problems
    assert made.new == ("heure-ouvre-mediatheque",)
    (entry,) = base_of(dict(made.files)).entries.values()
    assert (entry.question, entry.answer) == (typeset(QUESTION), typeset(ANSWER))


def test_numbers_dates_and_yes_are_read_as_shown() -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0].append(
            ("", "Combien ?", 2.5, "loisirs", True, dt.datetime(2026, 11, 28), "La mairie")
        )

    files = {**BARE, **BASE}
    edits = imported(files, read_sheets("x.xlsx", xlsx(fill))).edits
    assert edits[0].values == {
        "question": "Combien ?", "reponse": "2,5", "theme": "loisirs", "alarme": True,
        "releve_le": dt.date(2026, 11, 28), "contact": "mairie",
    }  # fmt: skip


def test_themes_of_a_new_base_are_those_that_it_names() -> None:
    data = csv_of(
        "Question;Réponse;Rubrique", "Où ?;Là.;Vie culturelle", "Qui ?;Moi.;Vie culturelle"
    )
    base = base_of(dict(proposal("x.csv", data, BARE, TODAY).files))
    assert [(theme.id, theme.title) for theme in base.themes] == [
        ("vie-culturelle", "Vie culturelle")
    ]
    assert {entry.theme for entry in base.entries.values()} == {"vie-culturelle"}


def test_a_line_that_is_not_there_removes_nothing() -> None:
    files = {**BARE, **BASE}
    made = proposal("x.csv", csv_of("Question;Réponse", "Où est le parc ?;Là."), files, TODAY)
    assert set(objects(dict(made.files), ENTRIES)) == {"piscine", "gaz", "parc"}
    assert any("2 réponses ne sont pas dans ce fichier" in note for note in made.notes)


def test_what_is_not_read_is_told() -> None:
    data = csv_of("Question;Réponse;Réponce courte", "Où ?;Là.;x")
    made = proposal("x.csv", data, BARE, TODAY)
    assert made.notes == ("Colonnes qui ne sont pas lues : Réponce courte.",)


# --- what is wrong


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_spreadsheet_is_told_by_its_cell(case: Broken) -> None:
    data = case.given if isinstance(case.given, bytes) else xlsx(case.given)
    files = {**BARE, **BASE}
    name = "x.csv" if isinstance(case.given, bytes) else "x.xlsx"
    try:
        made = proposal(name, data, files, TODAY)
        assert made.refused
        told = str(next(problem for problem in made.problems if problem.level == "error"))
        several = 2 if case.name == "cases fusionnées" else 1
        assert sum(problem.level == "error" for problem in made.problems) == several
    except SpreadsheetError as refused:
        told = str(refused)
    assert told.startswith(case.where), told
    assert case.said in told
    assert case.remedy in told
