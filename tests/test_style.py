"""Each rule of the editing guide, proved by a file that breaks it."""

import pytest

from bot.communes.gazetteer import Gazetteer
from bot.conversation.assistant import Assistant
from bot.evaluation import failed_tests
from bot.knowledge.checking import check
from bot.knowledge.grounds import grounds_of
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.style import plain_text, sentences, word_count
from bot.language.numbers import borne_by, numbers, numbers_in_words
from tests.conftest import ROOT, TODAY

FAQ = """\
entrees:
  - id: logements
    question: Combien de logements seront rénovés ?
    reponse: |
      Le programme prévoit de rénover 23 000 logements en dix ans.

      Cela fait environ un tiers du parc minier, donc toutes les maisons ne sont pas concernées.
      Pour la vôtre, posez la question à votre bailleur, celui à qui vous payez le loyer.
      Il vous répondra, et vous pouvez aussi appeler le 03 00 00 00 00.
    facile: |
      Le programme prévoit 23 000 logements.
      ERBM veut dire : Engagement pour le renouveau du bassin minier.
      Demandez à votre bailleur.
    appuis: [objectif]
    contact: mairie
    releve_le: 2026-11-23
    revoir_le: 2027-11-23
    variantes:
      - Quel est l'objectif du plan ?
      - On en refait beaucoup ?
      - Quelle quantité de maisons ?
      - c cb de baraques
      - le nombre total svp
      - Toutes les cités y passent ?
      - il y en a pour qui
      - Quel volume de travaux ?
      - Le but, en chiffres
      - vous en faites mille ou cent mille
      - Est-ce un grand chantier ?
      - Ma rue fait partie du lot ?
    essais: [Quel total vise-t-on ?, yen aura cb]
"""
FACTS = """\
objectif:
  fait: L'objectif est de rénover 23 000 logements miniers en dix ans.
  titre: Préfecture de région
  url: https://example.org
  date: "2023-05-05"
  confiance: haute
"""
CONTACTS = """\
mairie: {nom: Votre mairie, telephone: "03 00 00 00 00"}
autre: {nom: Un autre guichet, adresse: "67 rue de Lens"}
"""


def codes(faq: str, facts: str = FACTS) -> list[tuple[str, str]]:
    files = {"faq.yaml": faq, "faits.yaml": facts, "contacts.yaml": CONTACTS}
    return [(problem.level, problem.code) for problem in check(files, TODAY).problems]


def test_the_example_keeps_every_rule() -> None:
    assert codes(FAQ) == []


STYLE = [
    ("23 000 logements en dix", "24 000 logements en dix", "error", "nombre-sans-appui"),
    ("logements en dix ans", "logements en douze ans", "error", "nombre-sans-appui"),
    ("prévoit 23 000", "prévoit 25 000", "error", "nombre-sans-appui"),
    # Such digits stand somewhere in the base: in another desk's address, never in this entry's.
    ("en dix ans", "en dix ans, soit 67 euros", "error", "nombre-sans-appui"),
    ("    contact: mairie\n", "", "error", "nombre-sans-appui"),
    ("appuis: [objectif]", "appuis: [objectifs]", "error", "appui-inconnu"),
    ("    appuis: [objectif]\n", "", "warning", "sans-appui"),
    ("Le programme prévoit de rénover 23 000 logements en dix ans.\n\n      Cela fait environ un "
     "tiers du parc minier, donc toutes les maisons ne sont pas concernées.\n      ", "",
     "warning", "longueur"),
    ("Il vous répondra", "Il vous " + "bien " * 80 + "répondra", "warning", "longueur"),
    ("Il vous répondra", "Il vous " + "anticonstitutionnellement " * 40 + "répondra", "warning",
     "longueur"),
    ("    facile: |", "    en_bref: Le programme veut rénover 23 000 logements en dix ans.\n"
     "    facile: |", "warning", "en-bref"),
    ("    facile: |", f"    en_bref: Oui{', et oui' * 13}.\n    facile: |", "warning",
     "en-bref-long"),
    ("Demandez à votre bailleur.", "Demandez donc à votre bailleur ou bien à la mairie de la "
     "commune voisine.", "warning", "phrase-longue"),
    ("Demandez à votre bailleur.", "Demandez à l'ANRU.", "warning", "sigle"),
    ("Demandez à votre bailleur.", "Demande à ton bailleur.", "warning", "tutoiement"),
    ("      - Ma rue fait partie du lot ?\n", "", "warning", "peu-de-variantes"),
    ("essais: [Quel total vise-t-on ?, yen aura cb]", "essais: [Quel total vise-t-on ?]",
     "warning", "peu-d-essais"),
    ("    releve_le: 2026-11-23\n", "", "warning", "date-absente"),
    ("    revoir_le: 2027-11-23\n", "", "warning", "date-absente"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "level", "code"), STYLE)
def test_each_rule_has_a_file_that_breaks_it(old: str, new: str, level: str, code: str) -> None:
    assert old in FAQ
    found = codes(FAQ.replace(old, new, 1))
    assert (level, code) in found
    assert {one for one, _ in found} <= {level, "warning"}


@pytest.mark.parametrize("facts", ["# Aucun fait.\n", FACTS])
def test_an_entry_of_three_lines_is_served_whatever_it_counts(facts: str) -> None:
    faq = "entrees: [{id: piscine, question: Où ?, reponse: Ouvert de 9 h à 18 h pour 67 euros.}]"
    checked = check({"faq.yaml": faq, "faits.yaml": facts}, TODAY)
    assert checked.base
    assert "piscine" in checked.base.entries
    assert "sans-appui" in {problem.code for problem in checked.problems}
    assert checked.errors == ()


def test_an_entry_without_easy_wording_is_told() -> None:
    start, end = FAQ.index("    facile"), FAQ.index("    appuis")
    assert codes(FAQ[:start] + FAQ[end:]) == [("warning", "facile-absent")]


def test_variants_must_differ_from_the_question() -> None:
    start, end = FAQ.index("    variantes"), FAQ.index("    essais")
    same = "".join(f"      - Combien de logements, {word} ?\n" for word in "abcdefghijkl")
    faq = f"{FAQ[:start]}    variantes:\n{same}{FAQ[end:]}"
    assert ("warning", "variantes-proches") in codes(faq)


def test_a_wrong_fact_is_told() -> None:
    assert codes(FAQ, FACTS.replace("confiance: haute", "confiance: totale"))[0][0] == "error"


def test_other_faqs_are_not_held_to_our_guide() -> None:
    """No facts file: any number, any length, any number of variants."""
    checked = check({"faq.yaml": "entrees: [{id: a, question: Q, reponse: 12 000 x}]"}, TODAY)
    assert checked.base is not None
    assert checked.problems == ()


def test_numbers_are_read_in_digits_and_in_words() -> None:
    assert numbers("23 000 logements, 1,2 million, le 7 mars 2017") == {"23000", "1,2", "7", "2017"}
    assert numbers("dont 1\n  700 dans") == {"1", "700"}
    assert numbers_in_words("Douze partenaires et huit autres, un seul") == {"12", "8"}
    assert borne_by("trois fois 23\u202f000") == {"3", "23000"}


@pytest.mark.parametrize("brief", ["Le programme prévoit de rénover 23 000 logements en dix ans.",
                                   "Beaucoup, mais pas tous."])  # fmt: skip
def test_a_sentence_in_short_begins_the_answer_or_is_another(brief: str) -> None:
    assert codes(FAQ.replace("    facile: |", f"    en_bref: {brief}\n    facile: |")) == []


def test_sentences_and_words() -> None:
    assert sentences("Oui. Non : peut-être\nFin") == ["Oui.", "Non :", "peut-être", "Fin"]
    assert word_count("Appelez le 03 27 71 37 37, ou 23 000 personnes.") == 6


def test_each_sentence_with_a_number_leads_to_its_fact(base: KnowledgeBase) -> None:
    """Of our own base, to a fact of its own: neither a contact nor a source bears it alone."""
    checked = check({"faq.yaml": FAQ, "faits.yaml": FACTS, "contacts.yaml": CONTACTS}, TODAY)
    assert checked.base is not None
    first = grounds_of(checked.base, "logements")[0]
    assert set(first.facts) == {"objectif"}
    assert first.as_json()["facts"][0]["url"] == "https://example.org"
    for key, entry in base.entries.items():
        for ground in grounds_of(base, key):
            said = numbers(ground.sentence) | numbers_in_words(ground.sentence)
            assert ground.facts or not said, (key, ground.sentence)
        borne = (f"{base.facts[name].statement} {base.facts[name].date}" for name in entry.support)
        told = f"{entry.answer}\n{entry.easy}"
        said = numbers(plain_text(told)) | numbers_in_words(told)
        assert said <= borne_by(" ".join(borne)), key


def test_failed_tests_are_told(gazetteer: Gazetteer) -> None:
    """A stolen test question and an answered off-topic one."""
    faq = """\
entrees:
  - {id: bleu, question: Où est le guichet bleu ?, reponse: À gauche., essais: [le guichet rouge]}
  - {id: rouge, question: Où est le guichet rouge ?, reponse: À droite.}
hors_sujet: [où est le guichet bleu]
"""
    checked = check({"faq.yaml": faq}, TODAY)
    assert checked.base is not None
    found = failed_tests(Assistant(checked.base, gazetteer, today=lambda: TODAY), checked.faq)
    assert [(problem.code, problem.line) for problem in found] == [
        ("essai-manque", 2), ("hors-sujet-repondu", 4),
    ]  # fmt: skip
    assert all(problem.level == "warning" for problem in found)


def test_the_guide_explains_every_advice() -> None:
    guide = (ROOT / "docs" / "guide-redaction.md").read_text("utf-8")
    known = {row[3] for row in STYLE}
    known |= {"facile-absent", "variantes-proches", "essai-manque", "hors-sujet-repondu"}
    assert {code for code in known if f"`{code}`" not in guide} == set()


def test_each_answer_of_ours_opens_on_its_sentence_in_short(base: KnowledgeBase) -> None:
    for key, entry in base.entries.items():
        brief = " ".join((entry.brief or "").split())
        assert brief, key
        assert " ".join(entry.answer.split()).startswith(brief), key


def test_our_own_base_has_no_problem(base: KnowledgeBase) -> None:
    """All themes used, and not one error or warning."""
    assert len(base.entries) == 187
    assert {entry.theme for entry in base.entries.values()} == {theme.id for theme in base.themes}
    assert len(base.off_topic) >= 150
    assert all(len(entry.phrasings) >= 30 for entry in base.entries.values())
    assert all(entry.checked_on is None for entry in base.entries.values())
