"""Spreadsheets that can't be imported: what is in them, and what an editor must be told.

Each is read over BASE. A .csv is given as its bytes; an .xlsx as what makes it of a workbook whose
only sheet is « Réponses », with the titles of TITLES.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from openpyxl import Workbook

BASE = {
    "faq.yaml": """\
version: 1
themes:
  - {id: loisirs, titre: Loisirs}
entrees:
  - id: piscine
    question: À quelle heure ferme la piscine ?
    reponse: À 18 heures.
    contact: mairie
  - id: gaz
    question: Une odeur de gaz, qui appeler ?
    reponse: Appelez le 18.
    alarme: true
""",
    "contacts.yaml": "mairie: {nom: La mairie, telephone: 03 21 00 00 00}\n",
    "faits.yaml": """\
piscine-heure: {fait: La piscine ferme à 18 heures., titre: Ville, date: "2026", confiance: haute}
""",
}
TITLES = (
    "Identifiant", "Question", "Réponse", "Thème", "Alarme", "Relevée le", "Contact", "Appuis",
    "Voir aussi", "Sources",
)  # fmt: skip
GOOD = ("", "Où est le parc ?", "Derrière l’église.")


@dataclass(frozen=True)
class Broken:
    name: str
    given: bytes | Callable[[Workbook], object]
    where: str  # how what is told begins
    said: str
    remedy: str


def rows(*lines: tuple[object, ...]) -> Callable[[Workbook], object]:
    def fill(book: Workbook) -> None:
        for line in lines:
            book.worksheets[0].append([*line])

    return fill


def merged(book: Workbook) -> None:
    rows(GOOD, ("", "Où est la poste ?", ""))(book)
    book.worksheets[0].merge_cells("C2:C3")


def without_titles(book: Workbook) -> None:
    sheet = book.worksheets[0]
    sheet.delete_rows(1)
    sheet.append(("Parc", "Où est le parc ?", "Derrière l’église.", "parcs"))


def title_twice(book: Workbook) -> None:
    book.worksheets[0]["D1"] = "Réponse"
    rows(GOOD)(book)


def dressed(book: Workbook) -> None:
    rows(("", "Quelle part est faite ?", 0.03))(book)
    book.worksheets[0]["C2"].number_format = "0 %"


def phone(book: Workbook) -> None:
    sheet = book.create_sheet("Contacts")
    sheet.append(("Identifiant", "Nom", "Téléphone"))
    sheet.append(("mairie", "La mairie", 321000000))


CASES = (
    Broken("formule", rows(("", "Où est le parc ?", '="Derrière "&A1')),
           "feuille Réponses, ligne 2, colonne C", "contient une formule", "« Collage spécial »"),
    Broken("erreur du tableur", rows(GOOD, ("", "Où est la poste ?", "#REF!")),
           "feuille Réponses, ligne 3, colonne C", "montre une erreur", "Retapez"),
    Broken("cases fusionnées", merged,
           "feuille Réponses, ligne 2, colonne C", "est fusionnée", "Annuler la fusion"),
    Broken("sans titres", without_titles,
           "feuille Réponses, ligne 1, colonne A", "titres « Question » et « Réponse »",
           "en haut de leurs colonnes"),
    Broken("titre en double", title_twice,
           "feuille Réponses, ligne 1, colonne D", "Deux colonnes ont pour titre « Réponse »",
           "Changez l’un"),
    Broken("réponse vide", rows(GOOD, (), ("", "Où est la poste ?", "  ")),
           "feuille Réponses, ligne 4, colonne C", "pas de réponse", "Écrivez la réponse"),
    Broken("question vide", rows(("", None, "Au fond.")),
           "feuille Réponses, ligne 2, colonne B", "pas de question", "Écrivez la question"),
    Broken("jour impossible", rows((*GOOD, "", "", "31/02/2026")),
           "feuille Réponses, ligne 2, colonne F", "« 31/02/2026 » n’est pas une date",
           "jour/mois/année"),
    Broken("date à l’américaine", rows((*GOOD, "", "", "11/28/2026")),
           "feuille Réponses, ligne 2, colonne F", "« 11/28/2026 » n’est pas une date",
           "jour/mois/année"),
    Broken("date devenue nombre", rows((*GOOD, "", "", 46354)),
           "feuille Réponses, ligne 2, colonne F", "« 46354 » est un nombre", "format « Date »"),
    Broken("année de deux chiffres", "Question;Réponse;Relevée le\nOù ?;Là.;28/11/26\n".encode(),
           "x.csv, ligne 2, colonne C", "« 28/11/26 » n’est pas une date", "28/11/2026"),
    Broken("alarme peut-être", rows((*GOOD, "", "peut-être")),
           "feuille Réponses, ligne 2, colonne E", "« peut-être » n’est ni oui ni non", "videz"),
    Broken("alarme retirée", rows(("gaz", "Une odeur de gaz, qui appeler ?", "Partez.", "", "oui")),
           "feuille Réponses, ligne 2, colonne C", "doit contenir le numéro", "Commencez par"),
    Broken("identifiant en capitales", rows(("Le Parc", *GOOD[1:])),
           "feuille Réponses, ligne 2, colonne A", "« Le Parc » n’est pas un identifiant",
           "videz la case"),
    Broken("identifiant en double", rows(("parc", *GOOD[1:]), ("parc", "Où est la poste ?", "Là.")),
           "feuille Réponses, ligne 3, colonne A", "« parc » est déjà ligne 2", "Gardez une seule"),
    Broken("même question deux fois", rows(GOOD, ("", "Où est le parc ?", "Ailleurs.")),
           "feuille Réponses, ligne 3, colonne A", "est déjà ligne 2", "Gardez une seule"),
    Broken("question trop longue", rows(("", f"Où {'très ' * 40}loin ?", "Là.")),
           "feuille Réponses, ligne 2, colonne B", "le maximum est 120", "Raccourcissez"),
    Broken("thème inconnu", rows((*GOOD, "Loisir")),
           "feuille Réponses, ligne 2, colonne D", "Le thème « Loisir » n’existe pas", "loisirs"),
    Broken("contact inconnu", rows((*GOOD, "", "", "", "Mairie annexe")),
           "feuille Réponses, ligne 2, colonne G", "Le contact « Mairie annexe » n’existe pas",
           "mairie"),
    Broken("fait inconnu", rows((*GOOD, "", "", "", "", "piscine-heures")),
           "feuille Réponses, ligne 2, colonne H", "Le fait « piscine-heures » n’existe pas",
           "piscine-heure"),
    Broken("entrée inconnue", rows((*GOOD, "", "", "", "", "", "gaz, piscines")),
           "feuille Réponses, ligne 2, colonne I", "L’entrée « piscines » n’existe pas", "piscine"),
    Broken("nombre que rien ne porte",
           rows(("", "Quand ferme-t-elle ?", "À 19 heures.", "", "", "", "", "piscine-heure")),
           "feuille Réponses, ligne 2, colonne C", "Le nombre 19", "ajoutez le fait"),
    Broken("source sans https", rows((*GOOD, *[""] * 6, "La ville | www.ville.fr")),
           "feuille Réponses, ligne 2, colonne J", "« www.ville.fr » n’est pas une adresse web",
           "https://"),
    Broken("texte pris pour une heure", rows(("", "Quelle heure ?", dt.time(9, 30))),
           "feuille Réponses, ligne 2, colonne C", "a fait une date ou une heure de ce texte",
           "format « Texte »"),
    Broken("pour cent", dressed, "feuille Réponses, ligne 2, colonne C",
           "montre ce nombre autrement", "format « Texte »"),
    Broken("zéro retiré", phone, "feuille Contacts, ligne 2, colonne C",
           "a retiré le 0", "format « Texte »"),
    Broken("réponse qui ne dit rien", rows(("", "Où est le parc ?", "…")),
           "feuille Réponses, ligne 2, colonne C", "n’a pas de réponse", "Écrivez la réponse"),
    Broken("guillemet ouvert",
           'Question;Réponse\nOù ?;Là.\nQui ?;"Le maire\nQuand ?;Lundi.\n'.encode(),
           "x.csv, ligne 3, colonne B", "n’est pas refermé", "Refermez-le"),
    Broken("point-virgule dans un texte", "Question;Réponse\nOù ?;Là ; ou ici.\n".encode(),
           "x.csv, ligne 2, colonne C", "pas de titre en haut : « ou ici. »", "guillemets"),
    Broken("accents perdus", "Question;Réponse\nLe musée ?;PrÃ¨s de l’Ã©glise.\n".encode(),
           "x.csv, ligne 2, colonne B", "Les accents sont perdus (« PrÃ¨s »)", "« CSV UTF-8 »"),
    Broken("fichier vide", b"\n\n", "x.csv, ligne 1, colonne A", "aucune question", "une ligne"),
    Broken("titres seuls", rows(), "feuille Réponses, ligne 1, colonne A", "aucune question",
           "une ligne"),
    Broken("ancien Excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
           "x.csv", "ancien fichier Excel", "enregistrez-le en .xlsx"),
    Broken("page web", b"<table><tr><td>Question</td></tr></table>", "x.csv", "page web",
           "enregistrez-le en .xlsx"),
    Broken("fichier coupé", b"PK\x03\x04" + bytes(200), "x.csv", "est abîmé", "Ouvrez-le"),
)  # fmt: skip
