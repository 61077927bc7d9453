"""The knowledge file: what an editor can get wrong, and what she is then told."""

import datetime as dt
from typing import Any

import pytest
import yaml

from bot.knowledge.checking import check, revision_of
from bot.knowledge.mistyped import SAID
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.problem import Problem
from bot.language.typography import typeset
from tests.conftest import KNOWLEDGE, ROOT, TODAY

GOOD = """\
version: 1
themes:
  - {id: logement, titre: Logement, icone: "🏠"}
entrees:
  - id: loyer
    question: Mon loyer va-t-il augmenter ?
    reponse: |
      Cela dépend.

      - un
      - [deux](https://example.org)
    theme: logement
    variantes: [Je vais payer plus ?]
    facile: Cela dépend.
    sources: [{titre: Un site, url: "https://example.org", date: 2024-03-22}]
    releve_le: 2026-11-23
    voir_aussi: [travaux]
    contact: mairie
    essais: [Combien vais-je payer ?]
  - {id: travaux, question: Quels travaux ?, reponse: Des travaux.}
hors_sujet: [Quelle heure est-il ?]
"""
CONTACTS = """\
mairie: {nom: Votre mairie, telephone: "03 00 00 00 00"}
"""


def problems(faq: str, **others: str) -> tuple[Problem, ...]:
    files = {"faq.yaml": faq, "contacts.yaml": CONTACTS}
    files.update({f"{name}.yaml": text for name, text in others.items()})
    return check(files, TODAY).problems


def test_a_good_file_gives_a_base() -> None:
    checked = check({"faq.yaml": GOOD, "contacts.yaml": CONTACTS}, TODAY)
    assert checked.problems == ()
    assert checked.base is not None
    loyer = checked.base.entries["loyer"]
    assert loyer.phrasings == (typeset("Mon loyer va-t-il augmenter ?"), "Je vais payer plus ?")
    assert loyer.sources[0].date == dt.date(2024, 3, 22)
    assert checked.base.of_theme("logement") == (loyer,)
    assert checked.base.off_topic == ("Quelle heure est-il ?",)


def test_only_three_keys_are_required() -> None:
    checked = check({"faq.yaml": "entrees:\n  - {id: a, question: Q, reponse: R}\n"}, TODAY)
    assert checked.problems == ()
    assert checked.base is not None


def test_phrasings_can_stand_in_a_file_of_their_own() -> None:
    checked = check(
        {
            "faq.yaml": GOOD,
            "contacts.yaml": CONTACTS,
            "formulations.yaml": "travaux: [On refait quoi chez moi ?]",
        },
        TODAY,
    )
    assert checked.base is not None
    assert "On refait quoi chez moi ?" in checked.base.entries["travaux"].phrasings


#: (what is wrong, text to replace, replacement, line, entry, code, part of the message)
MISTAKES = [
    ("trap: yes/no", "facile: Cela dépend.", "facile: non", 14, "loyer", "piege", "non"),
    ("trap: English no", "facile: Cela dépend.", "facile: no", 14, "loyer", "piege", "no"),
    ("trap: octal", "[Je vais payer plus ?]", "[01001]", 13, "loyer", "piege", "01001"),
    ("trap: time", "facile: Cela dépend.", "facile: 12:30", 14, "loyer", "piege", "12:30"),
    ("trap: number", "[Je vais payer plus ?]", "[23000]", 13, "loyer", "piege", "23000"),
    ("double key", "theme: logement", "question: Autre ?", 12, "loyer", "cle-double", "ligne 6"),
    ("unknown key", "facile:", "facil:", 14, "loyer", "cle-inconnue", "facil"),
    ("missing key", "reponse: Des travaux.", "facile: Oui.", 20, "travaux", "cle-absente",
     "reponse"),
    ("bad id", "{id: travaux,", "{id: Travaux,", 20, "Travaux", "identifiant", "Travaux"),
    ("same id", "{id: travaux,", "{id: loyer,", 20, "loyer", "id-double", "ligne 5"),
    ("theme", "theme: logement", "theme: logemant", 12, "loyer", "theme-inconnu", "logemant"),
    ("contact", "contact: mairie", "contact: mairi", 18, "loyer", "contact-inconnu", "mairi"),
    ("see also", "[travaux]", "[travau]", 17, "loyer", "voir-aussi-inconnu", "travau"),
    ("see itself", "[travaux]", "[loyer]", 17, "loyer", "voir-aussi-inconnu", "loyer"),
    ("date", "releve_le: 2026-11-23", "releve_le: 2026-02-30", 16, "loyer", "date", "2026-02-30"),
    ("list", "[Je vais payer plus ?]", "Je vais payer plus ?", 13, "loyer", "liste", "variantes"),
    ("url", '"https://example.org", date', '"example.org", date', 15, "loyer", "adresse",
     "example.org"),
    ("long", "Quels travaux ?", "Quels travaux " + "x" * 120, 20, "travaux", "trop-long", "120"),
    ("version", "version: 1", "version: 2", 1, None, "valeur", "version"),
    ("top key", "hors_sujet:", "hors_suje:", 21, None, "cle-inconnue", "hors_suje"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "entry", "code", "words"),
    [pytest.param(*row[1:], id=row[0]) for row in MISTAKES],
)
def test_each_mistake_is_told_with_its_line(
    old: str, new: str, line: int, entry: str | None, code: str, words: str
) -> None:
    assert old in GOOD
    found = [problem for problem in problems(GOOD.replace(old, new, 1)) if problem.code == code]
    assert found, problems(GOOD.replace(old, new, 1))
    assert found[0].level == "error"
    assert found[0].entry == entry
    assert words in found[0].message + found[0].hint
    assert found[0].line == line
    assert found[0].hint or code == "version"


MANY = "".join(
    f"  - {{id: e-{n}, question: Question {n}, reponse: R, theme: logement}}\n" for n in range(40)
)
WARNINGS = [
    ("releve_le: 2026-11-23", "expire_le: 2026-01-01", "expiree"),
    ("releve_le: 2026-11-23", "revoir_le: 2026-01-01", "a-revoir"),
    ("releve_le: 2026-11-23", "releve_le: 2027-01-01", "date-future"),
    ("[deux](https://example.org)", "[deux](example.org)", "lien"),
    ("Cela dépend.\n\n", "Cela **dépend**.\n\n", "mise-en-forme"),
    ("Cela dépend.\n\n", "Cela <b>dépend</b>.\n\n", "mise-en-forme"),
    ("[Je vais payer plus ?]", "[QUELS TRAVAUX]", "variante-partagee"),
    ("[Je vais payer plus ?]", "[combien vais je payer]", "essai-indexe"),
    ("Cela dépend.\n\n", "Cela dépend. " * 300 + "\n\n", "texte-long"),
    ("facile: Cela dépend.", "facile: " + "Cela dépend. " * 300, "texte-long"),
    ("hors_sujet:", MANY + "hors_sujet:", "theme-long"),
]


@pytest.mark.parametrize(("old", "new", "code"), WARNINGS)
def test_warnings_do_not_stop_the_service(old: str, new: str, code: str) -> None:
    assert old in GOOD
    checked = check({"faq.yaml": GOOD.replace(old, new, 1), "contacts.yaml": CONTACTS}, TODAY)
    assert [problem.code for problem in checked.problems] == [code]
    assert checked.problems[0].level == "warning"
    assert checked.base is not None


def test_the_guide_explains_every_message() -> None:
    guide = (ROOT / "docs" / "guide-redaction.md").read_text("utf-8")
    known = {row[5] for row in MISTAKES} | {row[2] for row in WARNINGS}
    known |= {"vide", "entree-inconnue", "synonymes", *SAID}
    assert {code for code in known if f"`{code}`" not in guide} == set()


def test_all_mistakes_are_told_at_once() -> None:
    broken = GOOD.replace("facile: Cela dépend.", "facile: non").replace("travaux,", "Travaux,")
    assert {problem.code for problem in problems(broken)} >= {"piege", "identifiant"}


@pytest.mark.parametrize("text", ["", "entrees: []", "- a", "entrees: oui", "\x00"])
def test_a_file_without_entries_is_refused(text: str) -> None:
    found = problems(text)
    assert found
    assert found[0].level == "error"


def test_a_phrasing_for_an_unknown_entry_is_refused() -> None:
    found = problems(GOOD, formulations="loye: [Bonjour ?]")
    assert [(problem.code, problem.file) for problem in found] == [
        ("entree-inconnue", "formulations.yaml")
    ]
    assert "loyer" in found[0].hint


def test_a_mistake_in_an_entry_is_not_told_again_where_it_is_named() -> None:
    misspelt = GOOD.replace("reponse:", "reponce:")
    found = problems(misspelt, formulations="travaux: [On refait quoi ?]\nloyer: [Ça monte ?]")
    assert {problem.file for problem in found} == {"faq.yaml"}
    assert "entree-inconnue" not in {problem.code for problem in found}


def test_a_file_that_is_no_yaml_is_told_once() -> None:
    found = problems(f'{GOOD}\n  a: b: "c', formulations="travaux: [On refait quoi ?]")
    assert {problem.file for problem in found} == {"faq.yaml"}


def test_synonyms_come_in_groups() -> None:
    found = problems(GOOD, **{"langue/lexique": "synonymes:\n  - [seul]\n"})
    assert [(problem.code, problem.line) for problem in found] == [("synonymes", 2)]


def test_an_expired_entry_is_not_served() -> None:
    text = GOOD.replace("releve_le: 2026-11-23", f"expire_le: {TODAY}")
    base = check({"faq.yaml": text, "contacts.yaml": CONTACTS}, TODAY).base
    assert base is not None
    assert "loyer" in base.served(TODAY)
    assert "loyer" not in base.served(TODAY + dt.timedelta(days=1))


def test_the_revision_follows_the_content() -> None:
    assert revision_of({"faq.yaml": "a"}) == revision_of({"faq.yaml": "a"})
    assert revision_of({"faq.yaml": "a"}) != revision_of({"faq.yaml": "b"})
    assert revision_of({"faq.yaml": "a"}) != revision_of(
        {"faq.yaml": "a", "langue/lexique.yaml": "b"}
    )


@pytest.mark.parametrize(
    "name", sorted(str(file.relative_to(KNOWLEDGE)) for file in KNOWLEDGE.rglob("*.yaml"))
)
def test_any_yaml_reader_can_read_our_files(name: str) -> None:
    """Not only libyaml, which lets through a « ? » that PyYAML's own parser refuses."""
    text = (KNOWLEDGE / name).read_text("utf-8")
    assert yaml.safe_load(text) == yaml.load(text, yaml.CSafeLoader)


CORRECTIONS = yaml.safe_load((ROOT / "tests" / "cases" / "corrections.yaml").read_text("utf-8"))


def folded(text: str | None) -> str:
    """The text with ordinary apostrophes, and one ordinary space wherever there is any."""
    return " ".join((text or "").replace("’", "'").split())


@pytest.mark.parametrize("row", CORRECTIONS)
def test_what_was_corrected_stays_so(row: dict[str, Any], base: KnowledgeBase) -> None:
    """A row is about one entry, or about all of them where it names none."""
    for key in [row["entree"]] if "entree" in row else base.entries:
        entry = base.entries[key]
        text = f"{folded(entry.answer)} {folded(entry.easy)}"
        assert [old for old in row.get("ne_dit_plus", ()) if folded(old) in text] == [], key
        assert [new for new in row.get("dit", ()) if folded(new) not in text] == [], key


def test_each_answer_shows_a_source_that_a_resident_can_open(base: KnowledgeBase) -> None:
    without = [
        key for key, one in base.entries.items() if not any(source.url for source in one.sources)
    ]
    assert without == []
