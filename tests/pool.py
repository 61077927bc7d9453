"""A small base of a swimming pool, for the tests of the editors' pages."""

from pathlib import Path

KEY = b"une-clef-assez-longue-pour-les-essais"
FAQ = """\
# La piscine. Ce commentaire reste.
version: 1
themes:
  - {id: bassin, titre: Au bassin}
entrees:
  # Demandé chaque semaine.
  - id: bonnet
    question: Le bonnet de bain est-il obligatoire ?
    theme: bassin
    reponse: |
      Oui, pour tous, dans tous les bassins.
    verifie_le: 2026-11-01
    variantes: [il faut un bonnet]
    essais: [je suis chauve je dois couvrir mon crâne]
  - id: short
    question: Peut-on se baigner en short ?
    theme: bassin
    reponse: |
      Non, seuls les maillots de bain ajustés sont admis.
    variantes: [quel maillot]
  - id: casier
    question: Où ranger mes affaires ?
    reponse: |
      Dans un casier, avec une pièce.
hors_sujet: [Quelle heure est-il ?]
"""
CONTACTS = """\
accueil:
  nom: Accueil de la piscine
  telephone: 03 20 30 59 59
"""
FACTS = """\
casier-piece:
  fait: Un casier se ferme avec une pièce d'un euro.
  titre: Règlement de la piscine
  date: "2024"
  confiance: haute
"""


def small_folder(parent: Path) -> Path:
    """A small knowledge folder with contacts and facts."""
    folder = parent / "knowledge"
    folder.mkdir(parents=True)
    for name, text in (("faq", FAQ), ("contacts", CONTACTS), ("faits", FACTS)):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder
