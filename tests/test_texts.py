"""The sentences around the answers: a default for each, and every mistake told with its line."""

import re

import pytest
import yaml

from bot.knowledge.checking import check
from bot.knowledge.texts import read_texts
from tests.conftest import ROOT, TODAY

BOT = ROOT / "bot"

FAQ = "entrees: [{id: a, question: Q, reponse: R}]"


def told(textes: str) -> list[tuple[str, int, str]]:
    problems = check({"faq.yaml": FAQ, "textes.yaml": textes}, TODAY).problems
    assert all(problem.file == "textes.yaml" for problem in problems)
    return [(problem.code, problem.line, problem.message) for problem in problems]


MISTAKES = [
    ("bienvenu: Bonjour", "cle-inconnue", 1, "bienvenu"),
    ("nom: A\nweb:\n  sous_titr: B", "cle-inconnue", 3, "sous_titr"),
    ("nom: A\ntheme: Choisissez", "repere-absent", 2, "{theme}"),
    ("theme: '{them}'", "repere-inconnu", 1, "{them}"),
    ("theme: '{theme'", "accolade", 1, "accolade"),
    ("theme: '{theme} de {nom} pour {ville}'", "repere-inconnu", 1, "{ville}"),
    (f"telegram:\n  description_courte: {'x' * 121}", "trop-long", 2, "121"),
    (f"nom: {'x' * 65}", "trop-long", 1, "65"),
    (f"web:\n  poser: {'mot ' * 11}", "trop-long", 2, "poser"),
    ("nom: ' '", "vide", 1, "nom"),
    ("nom: 12", "piege", 1, "12"),
    ("web: bonjour", "forme", 1, "clé: valeur"),
    ("- nom: A", "forme", 1, "clé: valeur"),
    ("nom: A\nediteur:\n  nom_editeur: Ville", "a-completer", 2, "adresse"),
    ("editeur:\n  courriel: écrire à la mairie", "courriel", 2, "mairie"),
    ("nom: A", "a-completer", 1, "courriel"),
]


@pytest.mark.parametrize(("textes", "code", "line", "part"), MISTAKES)
def test_each_mistake_is_told(textes: str, code: str, line: int, part: str) -> None:
    found = told(textes)
    assert (code, line) in {(one, at) for one, at, _ in found}
    assert part in next(message for one, _, message in found if one == code)


def test_what_is_left_out_has_a_default_that_names_the_service() -> None:
    texts = read_texts({"nom": "Nageur", "web": {"sous_titre": "À l'eau !"}})
    assert texts["service_automatique"].startswith("Je suis Nageur,")
    assert texts.web["sous_titre"] == "À l’eau\u202f!"
    assert texts.web["echec"].startswith("Nageur ne répond pas.")
    assert "Nageur" in texts.telegram["description"]


def test_every_text_is_said_and_every_text_said_is_there() -> None:
    """By key, in Python and in the templates, since mypy does not know the keys."""
    defaults = yaml.safe_load((BOT / "defaults" / "textes.yaml").read_text("utf-8"))
    parts = {"web", "telegram", "mairie", "bilan", "editeur"}
    keys = {*defaults, *(key for part in parts for key in defaults[part])} - parts
    assert all(key.isascii() and key.islower() for key in keys)
    code = "".join(file.read_text("utf-8") for file in sorted(BOT.rglob("*.py")))
    said = set(re.findall(r"""texts(?:\.\w+)?\[["'](\w+)["']\]""", code))
    pages = "".join(file.read_text("utf-8") for file in sorted(BOT.rglob("*.html")))
    said |= set(re.findall(r"\b(?:texts|shared|town)\.(\w+)", pages))
    assert said <= keys
    # Others are picked by a table, or by a status.
    left = {key for key in keys - said if not re.fullmatch(r"erreur_\d+(_titre)?", key)}
    left -= {*defaults["editeur"]}  # named by the legal texts
    assert all(f'"{key}"' in code for key in left - {"nom"})
