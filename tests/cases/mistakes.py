"""Mistakes that editors make in the files, one a row: what is typed, and what is then told.

A row changes one file of GOOD, a small base that is right in everything: the first `old` becomes
`new`, and where `cut` is true the file ends there. Where `old` is None, `new` is the whole file;
both None: the file is deleted. tests/test_mistakes.py checks the base so changed. The problem
told FIRST among those of `level` must be the row's: its `file`, the line `line` lines below the
one where the change begins, its `code`, and `words` in its message or remedy. After an error
nothing is served and three problems are told at most; after a warning the base is served and no
error is told.

To add a row: any kind of mistake, at the end of the tuple of its kind, or in a tuple of its own
that is added to MISTAKES. A file that GOOD lacks may be made (`old` None). What needs the disk
(a folder moved, a file saved in another encoding) is no row here.
"""

from typing import Literal, NamedTuple

GOOD = {
    "faq.yaml": """\
# Les réponses.
version: 1
themes:
  - {id: logement, titre: Logement, icone: "🏠"}
  - {id: aide, titre: "Contacts, aide", icone: "☎️"}
avec_un_contact: [loyer]
entrees:
  # --- Logement
  - id: loyer
    question: Mon loyer va-t-il augmenter ?
    theme: logement
    en_bref: "Cela dépend : demandez à votre bailleur."
    reponse: |
      Cela dépend des travaux et de votre contrat. Demandez une réponse écrite à votre bailleur,
      avant le début du chantier. Il doit vous dire le montant du loyer après les travaux, et
      pourquoi il change.

      À demander aussi :

      - le montant des charges ;
      - [la liste des travaux](https://example.org/travaux).
    facile: |
      Cela dépend.
      Demandez à votre bailleur.
    sources:
      - titre: "Un site : le loyer"
        url: https://example.org/loyer
        date: 2024-03-22
    appuis: [loyer-fait]
    releve_le: 2026-11-23
    revoir_le: 2027-05-23
    voir_aussi: [travaux]
    contact: bailleur
    variantes:
      - je vais payer plus
      - ça va me coûter cher
      - "la somme chaque mois : elle bouge ?"
    essais: [Combien vais-je payer ?, "Et la note, à la fin ?"]
  - id: travaux
    question: Quels travaux sont prévus ?
    theme: logement
    reponse: |
      Les travaux concernent les murs, le toit, les fenêtres et le chauffage. Votre bailleur vous
      écrit avant de commencer et vous dit ce qui sera fait chez vous. Une personne passe voir le
      logement avec vous, et vous pouvez poser vos questions ce jour-là.
    facile: |
      On refait les murs et le toit.
      Votre bailleur vous écrit avant.
    sources:
      - titre: Un autre site
        url: https://example.org/travaux
    appuis: [travaux-fait]
    releve_le: 2026-11-23
    revoir_le: 2027-05-23
    voir_aussi: [loyer]
    contact: bailleur
    essais:
      - Vous cassez quoi ?
      - Il y aura du bruit ?
hors_sujet:
  - Quelle heure est-il ?
  - C'est quoi la capitale du Pérou ?
""",
    "langue/formulations.yaml": """\
# D'autres façons de demander.
loyer:
  - le prix de ma maison grimpe
  - faudra sortir combien par mois
  - on paiera pareil qu'avant
  - la facture du bailleur grossit
  - ma quittance change
  - est-ce plus cher ensuite
  - hausse à prévoir
  - mon budget va souffrir
  - ils vont me prendre davantage
travaux:
  - qu'est-ce qu'on refait chez moi
  - vous changez les fenêtres
  - la toiture sera neuve
  - une autre chaudière
  - l'isolation des façades
  - les ouvriers font quoi
  - la salle de bain est comprise
  - "le programme : il contient quoi"
  - c'est quoi le chantier
  - vous touchez à la cuisine
  - on remplace l'électricité
  - des volets aussi
""",
    "contacts.yaml": """\
# Les guichets.
bailleur:
  nom: Votre bailleur
  role: celui à qui vous payez le loyer
  adresse: place du Marché
mairie: {nom: Votre mairie, pour_quoi: "rue, écoles", telephone: "03 00 00 00 00"}
""",
    "textes.yaml": """\
editeur: {nom_editeur: La mairie, adresse: 1 place du Puits, responsable: Odette Leroy,
  hebergeur: Un hébergeur, courriel: mairie@ville.example.fr}
nom: Galibot
bienvenue: |-
  Bonjour ! Je suis {nom}.

  Écrivez votre question.
""",
    "langue/lexique.yaml": """\
abreviations: {lbud: le bud}
synonymes:
  - [voiture, auto]
  - [HLM, logement social]
""",
    "langue/a_ecarter.yaml": """\
messages:
  - Quel est le but du jeu de belote ?
  - forfait de téléphone
""",
    "faits.yaml": """\
loyer-fait:
  fait: >-
    Le loyer peut changer après les travaux, selon le contrat et ce qui
    est fait dans le logement.
  titre: Un site
  url: https://example.org/loyer
  date: "2024-03-22"
  confiance: haute
travaux-fait:
  fait: Les travaux concernent les murs et le toit.
  titre: Un autre site
  date: printemps 2024
  confiance: moyenne
""",
}


class Mistake(NamedTuple):
    """One row of the table; see the head of this file."""

    name: str
    old: str | None
    new: str | None
    code: str
    words: str
    line: int = 0
    file: str = "faq.yaml"
    level: Literal["error", "warning"] = "error"
    cut: bool = False


def warned(
    name: str, old: str, new: str, code: str, words: str, line: int = 0, file: str = "faq.yaml"
) -> Mistake:
    """A row whose base is served."""
    return Mistake(name, old, new, code, words, line, file, "warning")


FAQ, PHRASINGS, CONTACTS, TEXTS, LEXICON = (
    f"{name}.yaml"
    for name in ("faq", "langue/formulations", "contacts", "textes", "langue/lexique")
)
_QUESTION = "question: Mon loyer va-t-il augmenter ?"
_THEME = "    theme: logement\n    en_bref"
_MIDDLE = "      avant le début du chantier."
_OFF_TOPIC = "  - C'est quoi la capitale du Pérou ?\n"
_NEW_ENTRY = (
    "- id: chauffage\n    question: Qui change la chaudière ?\n    reponse: Votre bailleur.\n"
)

TEXT_LOST = (
    warned("a # in a question", _QUESTION, "question: Où en est la fosse #9 ?", "diese", "#9"),
    warned("# and a space in a question", _QUESTION, "question: Mon loyer # 9 augmente-t-il ?",
           "diese", "# 9"),
    warned("a # in a variant", "- je vais payer plus", "- payer au lot #4 ?", "diese", "#4"),
    warned("a # in a phrasing", "- ma quittance change", "- ma quittance du lot #4", "diese", "#4",
           file=PHRASINGS),
    warned("a # after two spaces", _QUESTION, "question: La fosse  #9 est-elle finie ?", "diese",
           "#9"),
    Mistake("a # in a flow list", "[Combien vais-je payer ?,", "[Combien pour le lot #4 ?,",
            "diese", "#4"),
    Mistake("a # in the last of a flow list", "logement social]", "logement #social]", "diese",
            "#social", file=LEXICON),
    Mistake("a # in a flow mapping", "titre: Logement,", "titre: Lot #4,", "diese", "#4"),
    Mistake("a value that begins with #", _QUESTION, "question: #9 est-elle finie ?", "diese",
            "#9"),
    Mistake("an item that begins with #", "- Vous cassez quoi ?", "- #9 est finie ?", "diese",
            "#9"),
    Mistake("a # in a text of two lines", "les murs et le toit.\n  titre", "le lot #4\n    et le "
            "toit.\n  titre", "diese", "#4", file="faits.yaml"),
)  # fmt: skip

COMMAS = (
    warned("yes, no, perhaps", "[Combien vais-je payer ?,", "[Oui, non, peut-être,", "virgule",
           "« non »"),
    warned("a sentence in a flow list", "[Combien vais-je payer ?,", "[Dites, combien payer ?,",
           "virgule", "« combien payer ? »"),
    Mistake("a comma in a flow mapping", "titre: Logement,", "titre: Loyer, charges,", "virgule",
            "charges"),
    Mistake("a comma in a contact", 'pour_quoi: "rue, écoles"', "pour_quoi: rue, écoles", "virgule",
            "écoles", file=CONTACTS),
)  # fmt: skip

QUOTES = (
    Mistake("no closing quote", 'titre: "Un site : le loyer"', 'titre: "Un site : le loyer',
            "guillemet-ouvert", "refermé"),
    Mistake("no closing quote in the first lines", 'titre: "Contacts, aide"',
            'titre: "Contacts, aide', "guillemet-interieur", "manque"),
    Mistake("no closing quote in a flow mapping", 'icone: "🏠"', 'icone: "🏠', "guillemet-ouvert",
            "refermé"),
    Mistake("no closing quote, the next far below", 'en_bref: "Cela dépend : demandez à votre '
            'bailleur."', 'en_bref: "Cela dépend : demandez.', "guillemet-ouvert", "refermé"),
    Mistake("no closing quote in a variant", 'elle bouge ?"', "elle bouge ?", "guillemet-ouvert",
            "refermé"),
    Mistake("no closing quote until the end", 'il contient quoi"', "il contient quoi",
            "guillemet-ouvert", "refermé", file=PHRASINGS),
    Mistake("no closing quote in a contact", '00 00 00"', "00 00 00", "guillemet-ouvert", "refermé",
            file=CONTACTS),
    Mistake("no closing apostrophe", "- faudra sortir combien", "- 'faudra sortir combien",
            "guillemet-ouvert", "refermé", file=PHRASINGS),
    Mistake("no closing apostrophe, the next far below", "fait: Les travaux concernent",
            "fait: 'Les travaux concernent", "guillemet-ouvert", "refermé", file="faits.yaml"),
    Mistake("quotes inside quotes", 'en_bref: "Cela dépend', 'en_bref: "Il dit "oui" ici',
            "guillemet-interieur", "milieu"),
    Mistake("quotes inside quotes in a list", '- "la somme chaque mois',
            '- "la "somme" chaque mois', "guillemet-interieur", "milieu"),
    Mistake("an apostrophe inside apostrophes", "- hausse à prévoir", "- 'l'engagement'",
            "guillemet-interieur", "milieu", file=PHRASINGS),
    Mistake("an apostrophe inside apostrophes, in a flow list", "[HLM,", "['l'HLM',",
            "guillemet-interieur", "milieu", file=LEXICON),
    Mistake("text after the closing quote", 'titre: "Un site : le loyer"',
            'titre: "Un site" officiel', "guillemet-interieur", "milieu"),
    Mistake("smart quotes and a colon", _QUESTION, "question: “Loyer : va-t-il augmenter ?”",
            "guillemet-autre", "“"),
    Mistake("French quotes and a colon", _QUESTION, "question: « Loyer : va-t-il augmenter ? »",
            "guillemet-autre", "«"),
    Mistake("single smart quotes and a colon", "nom: Votre bailleur", "nom: ‘Bailleur : accueil’",
            "guillemet-autre", "‘", file=CONTACTS),
    Mistake("smart quotes and a colon in a variant", "- je vais payer plus",
            "- “le loyer : je vais payer plus”", "guillemet-autre", "“"),
    Mistake("French quotes and a colon in a phrasing", "- hausse à prévoir",
            "- « hausse : à prévoir »", "guillemet-autre", "«", file=PHRASINGS),
    Mistake("a backslash inside quotes", '"Contacts, aide"', '"Contacts\\dossiers"',
            "guillemet-interieur", "\\"),
    warned("no opening quote", _QUESTION, _QUESTION + '"', "guillemet-seul", "début"),
)  # fmt: skip

DASHES = (
    warned("an empty dash", "- Quelle heure est-il ?", "-", "tiret-vide", "vide"),
    warned("an empty dash in phrasings", "- ma quittance change", "- ma quittance change\n  - ",
           "tiret-vide", "vide", line=1, file=PHRASINGS),
    Mistake("an empty dash shifts nothing",
            "- id: travaux\n    question: Quels travaux sont prévus " "?\n    theme: logement",
            "-\n  - id: travaux\n    question: Quels travaux sont prévus ?\n" "    theme: logemant",
            "theme-inconnu", "logemant", line=3),
    Mistake("a glued dash in a list", "- ça va me coûter cher", "-ça va me coûter cher", "colle",
            "espace"),
    Mistake("a glued dash begins a list", "- je vais payer plus", "-je vais payer plus", "colle",
            "espace"),
    Mistake("glued dashes alone", "- Vous cassez quoi ?\n      - Il y aura",
            "-Vous cassez quoi ?\n      -Il y aura", "colle", "espace"),
    Mistake("a glued dash ends a list", "- C'est quoi la capitale", "-C'est quoi la capitale",
            "colle", "espace"),
    Mistake("a dash glued to the id", "- id: travaux", "-id: travaux", "colle", "espace"),
    Mistake("a dash glued to the first id", "- id: loyer", "-id: loyer", "colle", "espace"),
    Mistake("a dash glued to the first source", '- titre: "Un site', '-titre: "Un site', "colle",
            "espace"),
    Mistake("an en dash in a list", "- ça va me coûter cher", "– ça va me coûter cher",
            "autre-signe", "–"),
    Mistake("an em dash begins a list", "- je vais payer plus", "— je vais payer plus",
            "autre-signe", "—"),
    Mistake("bullets for dashes", "- Vous cassez quoi ?\n      - Il y aura",
            "• Vous cassez quoi ?\n      • Il y aura", "autre-signe", "•"),
    Mistake("an en dash before the id", "- id: travaux", "– id: travaux", "autre-signe", "–"),
    Mistake("a star for a dash", "- ça va me coûter cher", "* ça va me coûter cher", "autre-signe",
            "*"),
    Mistake("a no-break space after a dash", "- ça va me coûter cher",
            "-\u00a0ça va me coûter cher", "colle", "espace"),
    Mistake("a no-break space after the id's dash", "- id: travaux", "-\u00a0id: travaux", "colle",
            "espace"),
)  # fmt: skip

COLONS = (
    Mistake("a colon in a text", "nom: Votre bailleur", "nom: Votre bailleur: accueil",
            "deux-points", "deux-points", file=CONTACTS),
    Mistake("a colon in a question", _QUESTION, "question: Loyer : va-t-il augmenter ?",
            "deux-points", "deux-points"),
    Mistake("a colon in the text of a fact", "fait: Les travaux concernent",
            "fait: Travaux : ils concernent", "deux-points", "deux-points", file="faits.yaml"),
    Mistake("a colon ends a text", "titre: Un autre site", "titre: Un autre site :", "deux-points",
            "deux-points"),
    Mistake("a colon in a variant", "- je vais payer plus", "- Question: je vais payer plus ?",
            "deux-points", "deux-points"),
    Mistake("a small word and a colon in a variant", "- je vais payer plus",
            "- loyer: je vais payer plus ?", "deux-points", "deux-points"),
    Mistake("two colons in a variant", "- je vais payer plus", "- loyer : plus : combien ?",
            "deux-points", "deux-points"),
    Mistake("a colon in a phrasing", "- ma quittance change", "- ma quittance : elle change",
            "deux-points", "deux-points", file=PHRASINGS),
    Mistake("a colon in a flow list", "[Combien vais-je payer ?,", "[Loyer : combien payer ?,",
            "deux-points", "deux-points"),
    Mistake("a colon in an off-topic message", "- Quelle heure est-il ?",
            "- Bonjour : quelle heure est-il ?", "deux-points", "deux-points"),
    Mistake("a colon in a synonym", "[voiture, auto]", "[voiture : auto, automobile]",
            "deux-points", "deux-points", file=LEXICON),
    Mistake("a key glued to its value", _QUESTION, "question:Mon loyer va-t-il augmenter ?",
            "colle", "espace"),
    Mistake("the last key glued to its value", "    contact: bailleur\n    essais:",
            "    contact:bailleur\n    essais:", "colle", "espace"),
    Mistake("an id glued to its key", "- id: travaux", "- id:travaux", "colle", "espace"),
    Mistake("a key glued to its list", "voir_aussi: [travaux]", "voir_aussi:[travaux]",
            "colle", "espace"),
    Mistake("a glued key in a flow mapping", "titre: Logement", "titre:Logement", "colle",
            "espace"),
    Mistake("a glued key in a contact", "role: celui", "role:celui", "colle", "espace",
            file=CONTACTS),
    Mistake("a top key glued to its value", "nom: Galibot", "nom:Galibot", "colle", "espace",
            file=TEXTS),
    Mistake("a key without a colon", _QUESTION, "question Mon loyer va-t-il augmenter ?",
            "deux-points-absent", "manque"),
    Mistake("the first key without a colon", "- id: travaux", "- id travaux", "deux-points-absent",
            "manque"),
    Mistake("a list's key without a colon", "essais:\n", "essais\n", "deux-points-absent",
            "manque"),
    Mistake("a top key without a colon", "hors_sujet:", "hors_sujet", "deux-points-absent",
            "manque"),
    Mistake("a block's key without a colon", "facile: |", "facile |", "deux-points-absent",
            "manque"),
    Mistake("an equals sign for a colon", _QUESTION, "question = Mon loyer ?", "deux-points-absent",
            "manque"),
    Mistake("a full-width colon", _QUESTION, "question： Mon loyer va-t-il augmenter ?",
            "autre-signe", "："),
    Mistake("a no-break space after the colon", _QUESTION, "question:\u00a0Mon loyer augmente ?",
            "colle", "espace"),
)  # fmt: skip

SPACES = (
    *(
        warned(f"a {name} before the colon", "question:", f"question{space}:", "insecable",
               "insécable")
        for name, space in (
            ("no-break space", "\u00a0"), ("narrow space", "\u202f"), ("figure space", "\u2007"),
            ("wide space", "\u3000"),
        )
    ),
    Mistake("a no-break space in the indentation", "    theme: logement",
            "  \u00a0 theme: logement", "insecable", "insécable"),
    Mistake("no-break spaces before an entry", "  - id: travaux", "\u00a0\u00a0- id: travaux",
           "insecable", "insécable"),
    Mistake("narrow spaces in a block", _MIDDLE, "\u202f" * 6 + _MIDDLE.strip(), "insecable",
           "insécable"),
    warned("a no-break space in a contact's key", "  nom:", "  nom\u00a0:", "insecable",
           "insécable", file=CONTACTS),
    Mistake("a tab before a key", _THEME, _THEME.replace("    theme", "\ttheme"), "tabulation",
            "tabulation"),
    Mistake("a tab before an entry", "  - id: travaux", "\t- id: travaux", "tabulation",
            "tabulation"),
    Mistake("a tab in a block", _MIDDLE, "\t" + _MIDDLE.strip(), "tabulation", "tabulation"),
    Mistake("a tab in phrasings", "  - ma quittance", "\t- ma quittance", "tabulation",
            "tabulation", file=PHRASINGS),
)  # fmt: skip

INVISIBLE = (
    *(
        warned(f"U+{ord(char):04X} in a key", "question:", f"ques{char}tion:", "caractere",
               f"U+{ord(char):04X}")
        for char in "\u200b\u00ad\u2060\ufeff\u200e\u202e\u2066\u200d"
    ),
    warned("a byte order mark in the middle", "entrees:", "\ufeffentrees:", "caractere", "U+FEFF"),
    warned("a soft hyphen in a question", "augmenter ?", "aug\u00admenter ?", "caractere",
           "U+00AD"),
    warned("a zero-width space before a dash", "  - id: travaux", "  \u200b- id: travaux",
           "caractere", "U+200B"),
    warned("a line separator in a text", "en_bref: \"Cela", "en_bref: \"Cela\u2028", "caractere",
           "U+2028"),
    warned("a paragraph separator in a block", "Cela dépend des", "Cela\u2029dépend des",
           "caractere", "U+2029"),
    Mistake("a next-line character", "nom: Galibot", "nom: Gali\x85bot", "caractere", "U+0085",
            file=TEXTS),
    warned("a lost letter", "Quels travaux sont prévus", "Quels travaux sont pr\ufffdvus",
           "caractere", "U+FFFD"),
    Mistake("a null character", "Cela dépend des", "Cela\0 dépend des", "caractere", "U+0000"),
    Mistake("an escape character", "nom: Galibot", "nom: Gali\x1bbot", "caractere", "U+001B",
            file=TEXTS),
    Mistake("a vertical tab", "- ma quittance change", "- ma quittance\vchange", "caractere",
            "U+000B", file=PHRASINGS),
)  # fmt: skip

MARKS = (
    Mistake("two versions not merged", _THEME, "<<<<<<< HEAD\n" + _THEME.partition("\n")[0]
            + "\n=======\n    theme: aide\n>>>>>>> autre\n    en_bref", "fusion", "<<<<<<<"),
    Mistake("a merge mark alone", "  - id: travaux", "=======\n  - id: travaux", "fusion",
            "======="),
    Mistake("a closing merge mark", "hors_sujet:", ">>>>>>> autre\nhors_sujet:", "fusion",
            ">>>>>>>"),
    Mistake("a merge mark in a block", _MIDDLE, "<<<<<<< HEAD\n" + _MIDDLE, "fusion", "<<<<<<<"),
    Mistake("a line of three dashes", "  - id: travaux", "---\n  - id: travaux", "coupure", "---"),
    Mistake("three dashes before a top key", "hors_sujet:", "---\nhors_sujet:", "coupure", "---"),
    Mistake("three dashes in a block", _MIDDLE, "---\n" + _MIDDLE, "coupure", "---"),
    Mistake("a line of three dots", "hors_sujet:", "...\nhors_sujet:", "coupure", "..."),
    Mistake("a line of many dashes", "hors_sujet:", "----------\nhors_sujet:", "coupure", "---"),
    Mistake("a directive", "# Les réponses.", "%YAML 1.2", "coupure", "%"),
    Mistake("a directive and its dashes", "# Les réponses.", "%TAG ! tag:x,2000:\n---", "coupure",
            "%"),
    Mistake("a merge key", _THEME, "    <<: {theme: logement}\n    en_bref", "raccourci", "<<"),
    Mistake("an anchor", "contact: bailleur", "contact: &guichet bailleur", "signe", "&"),
    Mistake("an alias", "- je vais payer plus", "- *payer", "signe", "*"),
    Mistake("an alias bomb", None, "a: &a [x, x]\n" + "".join(
            f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi",
            strict=True) ), "signe", "&"),
    Mistake("a tag", _QUESTION, "question: !!python/object/apply:os.system [ls]", "signe", "!"),
    Mistake("an exclamation mark begins a text", _QUESTION, "question: !Important, mon loyer ?",
            "signe", "!"),
    Mistake("stars around a word", "en_bref: \"Cela dépend", "en_bref: *Cela* dépend\"", "signe",
            "*"),
    Mistake("a text begins with an at sign", "nom: Votre bailleur", "nom: @bailleur", "signe",
            "guillemets", file=CONTACTS),
    Mistake("a text begins with a per cent sign", "nom: Votre bailleur", "nom: %bailleur", "signe",
            "guillemets", file=CONTACTS),
    Mistake("a text begins with a link", "fait: Les travaux",
            "fait: [Les travaux](https://x.fr) et", "crochet", "guillemets", file="faits.yaml"),
    Mistake("a text begins with a placeholder", "nom: Galibot", "nom: {nom} vous écoute", "crochet",
            "guillemets", file=TEXTS),
    Mistake("a list that is not closed", "[travaux]", "[travaux", "crochet", "refermé"),
    Mistake("a list that is not closed at the end", "[HLM, logement social]",
            "[HLM, logement social", "crochet", "refermé", file=LEXICON),
    Mistake("a list closed twice", "[travaux]", "[travaux]]", "crochet", "referme"),
    Mistake("a mapping that is not closed", 'icone: "🏠"}', 'icone: "🏠"', "crochet", "refermé"),
    Mistake("a question mark begins a text", "- je vais payer plus", "- ? je vais payer plus",
            "signe", "guillemets"),
)  # fmt: skip

BLOCKS = (
    Mistake("a forgotten |", "reponse: |\n      Cela", "reponse:\n      Cela", "bloc-absent", "|"),
    Mistake("a forgotten |, on the key's line", "reponse: |\n      Cela", "reponse: Cela",
            "bloc-absent", "|"),
    Mistake("a forgotten | and a colon", "facile: |\n      On refait",
            "facile:\n      Travaux : on " "refait", "bloc-absent", "|"),
    warned("a forgotten | loses paragraphs",
           "reponse: |\n      Les travaux concernent les murs, le "
           "toit, les fenêtres et le chauffage.",
           "reponse:\n      Les travaux concernent les murs, le "
           "toit.\n\n      Les fenêtres et le chauffage aussi.", "bloc-absent", "|"),
    warned("a forgotten | loses a list",
           "facile: |\n      On refait les murs et le toit.\n      Votre",
           "facile: On refait\n      - les murs\n      Votre", "bloc-absent", "|"),
    Mistake("a | and text", "reponse: |\n      Cela", "reponse: | Cela", "bloc-suivi", "|"),
    Mistake("a > and text", "titre: Un autre site", "titre: > 50 logements", "bloc-suivi", ">",
            file="faits.yaml"),
    warned("a > loses paragraphs", "reponse: |\n      Cela", "reponse: >\n      Cela",
           "bloc-absent", "|"),
    warned("a > in the texts", "bienvenue: |-", "bienvenue: >-", "bloc-absent", "|", file=TEXTS),
    Mistake("a block's first line too far right", "      Cela dépend des",
            "        Cela dépend des", "bloc-decale", "Il en faut 6", line=1),
    Mistake("a line of a block too far left", _MIDDLE, "  " + _MIDDLE.strip(), "bloc-decale",
            "Il en faut 6"),
    Mistake("a line of a block in the margin", _MIDDLE, _MIDDLE.strip(), "bloc-decale",
            "Il en faut 6"),
    Mistake("a line of a block under its key", _MIDDLE, "    " + _MIDDLE.strip(), "bloc-decale",
            "Il en faut 6"),
    Mistake("a line of a block too far left, with a colon", "      À demander aussi :",
            "   À demander aussi :", "bloc-decale", "Il en faut 6"),
    Mistake("a list of a block too far left", "      - le montant des charges ;",
            "   - le montant des charges ;", "bloc-decale", "Il en faut 6"),
    Mistake("a key in a block", "    facile: |\n      Cela", "      facile: |\n      Cela",
            "bloc-cle", "facile"),
    Mistake("a key in a folded block", "  titre: Un site", "    titre: Un site", "bloc-cle",
            "titre", file="faits.yaml"),
    Mistake("a block's only text under its key",
            "facile: |\n      Cela dépend.\n      Demandez à votre bailleur.",
            "facile: |\n    Cela dépend.", "bloc-decale", "Il en faut 6", line=1),
    Mistake("an empty block", "facile: |\n      Cela dépend.\n      Demandez à votre bailleur.",
            "facile: |", "vide", "avec 6 espaces devant, ou effacez toute la ligne 22."),
)  # fmt: skip

INDENTS = (
    Mistake("an entry a space too far right", "  - id: travaux", "   - id: travaux", "alignement",
            "Il en faut"),
    Mistake("an entry a space too far left", "  - id: travaux", " - id: travaux", "alignement",
            "Il en faut"),
    Mistake("an entry in the margin", "  - id: travaux", "- id: travaux", "alignement",
            "Il en faut"),
    Mistake("an entry two spaces too far right", "  - id: travaux", "    - id: travaux",
            "alignement", "Il en faut"),
    Mistake("a key a space too far left", _THEME, _THEME[1:], "alignement", "Il en faut"),
    Mistake("a key a space too far right", _THEME, " " + _THEME, "alignement", "Il en faut"),
    Mistake("a key in the margin", _THEME, _THEME.lstrip(), "alignement", "Il en faut"),
    Mistake("a key too far right after a list", "    contact: bailleur\n    variantes",
            "     contact: bailleur\n    variantes", "alignement", "Il en faut"),
    Mistake("the key under a dash too far left", "        url: https://example.org/loyer",
            "       url: https://example.org/loyer", "alignement", "Il en faut"),
    Mistake("a phrasing too far right", "  - ma quittance change", "    - ma quittance change",
            "alignement", "Il en faut", file=PHRASINGS),
    Mistake("a phrasing a space too far left", "  - ma quittance change", " - ma quittance change",
            "alignement", "Il en faut", file=PHRASINGS),
    Mistake("a top key too far right", "hors_sujet:", " hors_sujet:", "alignement",
            "Il n’en faut aucune"),
    Mistake("an entry after the end", _OFF_TOPIC, _OFF_TOPIC + "  " + _NEW_ENTRY, "place",
            "hors_sujet", line=1),
    Mistake("an entry after the end, without spaces", _OFF_TOPIC, _OFF_TOPIC + _NEW_ENTRY,
            "alignement", "à la fin de « entrees: »", line=1),
    Mistake("an entry after a flow list", "avec_un_contact: [loyer]\n",
            "avec_un_contact: [loyer]\n  " + _NEW_ENTRY, "alignement",
            "à la fin de « entrees: »", line=1),
    Mistake("a top key two spaces too far right", "hors_sujet:", "  hors_sujet:", "alignement",
            "Il n’en faut aucune"),
    Mistake("a top key three spaces too far right", "hors_sujet:", "   hors_sujet:", "alignement",
            "Il n’en faut aucune"),
    Mistake("a top key in an entry", "hors_sujet:", "    hors_sujet:", "place",
            "« hors_sujet » se trouve à l’intérieur de l’entrée « travaux »"),
    Mistake("a top key in an entry, with its list",
            "hors_sujet:\n  - Quelle heure est-il ?\n" + _OFF_TOPIC,
            "    hors_sujet: [Quelle heure ?]\n", "place",
            "« hors_sujet » se trouve à l’intérieur de l’entrée « travaux »"),
    Mistake("the first of a list too far right", "  - le prix de ma maison grimpe",
            "    - le prix de ma maison grimpe", "alignement", "devant la ligne 3. Il en faut 2",
            line=1, file=PHRASINGS),
    Mistake("a text of a list under its key's dash", "      - ça va me coûter cher",
            "   - ça va me coûter cher", "alignement", "Il en faut 6"),
    Mistake("a list too far left from its key", "essais:\n      - Vous cassez quoi ?",
            "essais:\n  - Vous cassez quoi ?", "alignement", "Il en faut 6", line=1),
)  # fmt: skip

HALF_SAVED = (
    Mistake("cut in a quoted text", 'titre: "Un site', 'titre: "Un site', "guillemet-ouvert",
            "refermé", cut=True),
    Mistake("cut in a flow list", "essais: [Combien", "essais: [Combien", "crochet", "refermé",
            cut=True),
    Mistake("cut in a key", "    reponse: |\n      Les", "    repon", "deux-points-absent",
            "manque", cut=True),
    Mistake("cut in a top key", "hors_sujet:", "hors_su", "deux-points-absent", "manque", cut=True),
    Mistake("cut after an id", "- id: travaux\n", "- id: travaux\n", "cle-absente", "question",
            cut=True),
    Mistake("cut after a key", "sont prévus ?\n    theme: logement\n    reponse:",
            "sont prévus ?\n    theme: logement\n    reponse:", "vide", "reponse", line=2,
            cut=True),
    Mistake("cut in phrasings", "travaux:\n", "trav", "deux-points-absent", "manque",
            file=PHRASINGS, cut=True),
    Mistake("an empty question", _QUESTION, "question:", "vide", "question"),
    Mistake("an empty name", "  nom: Votre bailleur", "  nom:", "vide", "nom", file=CONTACTS),
    warned("an empty theme", "    theme: logement\n    en_bref", "    theme:\n    en_bref", "vide",
           "theme"),
    Mistake("an empty file of answers", None, "", "fichier-vide", "vide"),
    Mistake("a blank file of answers", None, "\n  \n\n", "fichier-vide", "vide"),
    Mistake("an empty file of phrasings", None, "", "fichier-vide", "vide", file=PHRASINGS),
    Mistake("an empty file of contacts", None, "\n", "fichier-vide", "vide", file=CONTACTS),
)  # fmt: skip

OTHER_FORMATS = (
    Mistake("a list in the answers", None, "- id: a\n  question: Q\n  reponse: R\n", "forme",
            "liste"),
    Mistake("a list in the contacts", None, "- nom: Votre bailleur\n", "forme", "liste",
            file=CONTACTS),
    Mistake("a list in the phrasings", None, "- loyer\n- travaux\n", "forme", "liste",
            file=PHRASINGS),
    Mistake("a sentence in the texts", None, "Bonjour, je suis Galibot.\n", "forme", "clé",
            file=TEXTS),
    Mistake("entries without a list", None, "entrees:\n  id: a\n  question: Q\n", "liste",
            "entrees", line=0),
    Mistake("phrasings without a list", "travaux:\n  - qu'est-ce qu'on refait chez moi\n",
            "travaux: on refait quoi\nautre:\n", "liste", "travaux", file=PHRASINGS),
    Mistake("JSON", None, '[{"id": "a", "question": "Q"}]', "forme", "JSON"),
    Mistake("JSON that is cut", None, '{"entrees": [{"id": "a", "question": ', "forme",
            "JSON"),
    Mistake("HTML", None, "<!DOCTYPE html>\n<html><body><p>Bonjour : ici</p>", "forme",
            "HTML"),
    Mistake("XML", None, '<?xml version="1.0"?>\n<a/>', "forme", "HTML"),
    Mistake("CSV", None, "id;question;reponse\na;Q;R\n", "forme", "tableur"),
    Mistake("a table copied from a spreadsheet", None, "id\tquestion\treponse\na\tQ\tR\n",
            "forme", "tableur", file=PHRASINGS),
    Mistake("RTF", None, "{\\rtf1\\ansi\\deff0 {\\fonttbl}\nentrees:\\par\n}", "forme",
            "traitement de texte"),
    Mistake("PDF", None, "%PDF-1.7\n1 0 obj\n", "forme", "traitement de texte"),
    Mistake("Markdown", None, "```yaml\nentrees:\n  - id: a\n```\n", "forme", "```"),
)  # fmt: skip

TOO_MUCH = (
    Mistake("1,100 nested dashes", None, "- " * 1100 + "a\n", "demesure", "imbriqué"),
    Mistake("90,000 nested dashes", None, "- " * 90_000 + "a\n", "demesure", "imbriqué"),
    Mistake("100,000 nested brackets", _QUESTION, "question: " + "[" * 100_000, "demesure",
            "imbriqué"),
    Mistake("40,000 nested braces", _QUESTION, "question: " + "{a: " * 40_000, "demesure",
            "imbriqué"),
    Mistake("nested keys", None, "\n".join(" " * n + "a:" for n in range(1100)), "demesure",
            "imbriqué", line=21),
    Mistake("a line of 20 MB", _QUESTION, "question: " + "loyer " * 3_500_000, "demesure",
            "caractères"),
)  # fmt: skip

_VARIANT = "      - je vais payer plus\n"
STARTS = (
    Mistake("an entry's first line without its dash", "  - id: travaux", "    id: travaux",
            "tiret-absent", ":   - id: travaux (2 espaces devant)"),
    Mistake("a source's first line without its dash", "    appuis: [loyer-fait]",
            "        titre: Un autre site\n    appuis: [loyer-fait]", "tiret-absent",
            "(6 espaces devant)"),
    Mistake("a text of a list without its dash", "      - ça va me coûter cher",
            "      ça va me coûter cher", "tiret-absent", "(6 espaces devant)"),
    Mistake("a message without its dash", "  - forfait", "  forfait", "tiret-absent",
            "(2 espaces devant)", file="langue/a_ecarter.yaml"),
    Mistake("the first phrasing without its dash", "  - qu'est-ce qu'on refait",
            "  qu'est-ce qu'on refait", "tiret-absent", "(2 espaces devant)", file=PHRASINGS),
    Mistake("an entry without its first line", "  - id: travaux\n    question", "    question",
            "cle-double", "remettez sa première ligne"),
    Mistake("the first key of the phrasings without a colon", "loyer:\n", "loyer\n",
            "deux-points-absent", "manque", file=PHRASINGS),
    Mistake("a name without a colon after a text", "  confiance: haute\ntravaux-fait:\n  fait: Les",
            "  confiance: >-\n    haute\ntravaux-fait\n  fait: Les", "deux-points-absent",
            "manque", line=2, file="faits.yaml"),
    Mistake("a contact two spaces too far right", "bailleur:\n  nom: Votre bailleur\n",
            "mairies:\n  nom: Mairies\n  bailleur:\n  nom: Votre bailleur\n", "alignement",
            "Il n’en faut aucune", line=2, file=CONTACTS),
    Mistake("a dash before a fact's name", "travaux-fait:", "- travaux-fait:", "tiret-de-trop",
            "Effacez-le", file="faits.yaml"),
    Mistake("a text in the margin among those of the pages", "bienvenue: |-",
            "web:\n  sous_titre: Ici\nexemple_question: Qui paie ?\n  titre_commune: Où ?\n"
            "bienvenue: |-", "alignement", "Il en faut 2", line=2, file=TEXTS),
    Mistake("an act in the margin", None, "actes:\n  salut:\n    reponse: Bonjour.\nca-va:\n"
            "    reponse: Ça va.\n  autre-langue:\n    reponse: Non.\n", "alignement",
            "Il en faut 2", line=3, file="langue/actes.yaml"),
    Mistake("a letter before the indentation", _THEME, "e" + _THEME, "de-trop", "« e »"),
    Mistake("two keys on one line", _THEME,
            _THEME.replace("logement", "logement contact: bailleur"), "cles-collees",
            "« contact: », et mettez 4 espaces"),
    Mistake("a colon ends a variant", _VARIANT, "      - je vais payer plus :\n", "deux-points",
            '- "je vais payer plus :"'),
    Mistake("a note that begins with dashes", "  # --- Logement", "  --- Logement", "tirets",
            "une note"),
    Mistake("two dashes in a list", "  - ma quittance", "  -- ma quittance", "tirets", "seul",
            file=PHRASINGS),
    Mistake("a tab after the dash", "  - ma quittance", "  -\tma quittance", "tabulation",
            "espaces", file=PHRASINGS),
    Mistake("a tab after the id's dash", "  - id: travaux", "  -\tid: travaux", "tabulation",
            "espaces"),
    Mistake("two commas in a list", "voir_aussi: [travaux]", "voir_aussi: [travaux,, travaux]",
            "virgules", "deux virgules"),
    Mistake("a list of several lines that is not closed", "voir_aussi: [travaux]",
            "voir_aussi: [travaux,\n      travaux", "crochet", "à la fin de la ligne 33"),
    Mistake("a synonym that is not closed", "[voiture, auto]", "[voiture, auto", "crochet",
            "à la fin de la ligne 3", file=LEXICON),
    Mistake("a colon in a flow mapping", "titre: Logement,", "titre: Loyer : charges,",
            "deux-points", "guillemets"),
    Mistake("quotes around the first words", "- je vais payer plus", '- "je vais" payer plus',
            "guillemet-interieur", ''' - '"je vais" payer plus' '''),
    Mistake("a question of two lines with a colon", _QUESTION,
            "question: Mon loyer :\n    va-t-il augmenter ?", "deux-points", "guillemets"),
    Mistake("a folded text with a line too far right", "    est fait dans le logement.",
            "      est fait dans le logement.", "bloc-decale", "Il en faut 4", file="faits.yaml",
            level="warning"),
)  # fmt: skip

_HALL = GOOD[CONTACTS][GOOD[CONTACTS].index("mairie: {") :]
_BELOW = '  nom: Votre mairie\n  telephone: "03 00 00 00 00"\n'
#: The remedy is what is typed, to the letter.
TO_THE_LETTER = (
    Mistake("a contact's name without its colon", _HALL, f"mairie\n{_BELOW}", "deux-points-absent",
            "exactement « mairie: », le deux-points collé, et rien après", file=CONTACTS),
    Mistake("the first contact's name without its colon", "bailleur:", "bailleur",
            "deux-points-absent", "exactement « bailleur: »", file=CONTACTS),
    Mistake("a text after a contact's name", _HALL, f"mairie: Votre mairie\n{_BELOW}", "bloc-suivi",
            "Effacez « Votre mairie », et laissez", file=CONTACTS),
    Mistake("a text after the first contact's name", "bailleur:", "bailleur: valeur", "bloc-suivi",
            "Rien ne doit être écrit après « bailleur: »", file=CONTACTS),
    Mistake("a text after a fact's name", "travaux-fait:", "travaux-fait: Les travaux",
            "bloc-suivi", "Effacez « Les travaux »", file="faits.yaml"),
    Mistake("a text after a list's key", "variantes:", "variantes: parlées", "bloc-suivi",
            "Effacez « parlées »"),
    Mistake("a key without its colon, and its text", "role: celui", "role celui",
            "deux-points-absent", "« # role celui à qui vous payez le loyer »", file=CONTACTS),
    Mistake("a title between dashes", "  # --- Logement", "  --- Urgences et détresse", "tirets",
            "à la place :   # Urgences et détresse"),
    Mistake("a line of dashes in a list", "  - ma quittance", "  ---\n  - ma quittance", "tirets",
            "Effacez toute la ligne.", file=PHRASINGS),
    Mistake("a title after three dashes in the margin", "hors_sujet:", "--- Le reste\nhors_sujet:",
            "coupure", "à la place : # Le reste."),
    Mistake("two pairs of quotes in a variant", "- je vais payer plus",
            '- "je vais" payer "plus"', "guillemet-interieur",
            """par :       - '"je vais" payer "plus"' (6 espaces devant)"""),
    Mistake("quotes around the first words, and an apostrophe", "- je vais payer plus",
            """- "je vais" payer l'eau""", "guillemet-interieur", "« je vais » payer l'eau"),
    Mistake("an apostrophe that ends a text of apostrophes", "- je vais payer plus",
            "- 'l'engagement'", "guillemet-interieur", "l'engagement\" (6"),
    Mistake("no opening quote, and a colon", 'titre: "Un site :', "titre: Un site :", "deux-points",
            'par :       - titre: "Un site : le loyer" (6 espaces devant'),
    Mistake("no closing quote, written", 'elle bouge ?"', "elle bouge ?", "guillemet-ouvert",
            '- "la somme chaque mois : elle bouge ?" (6'),
    Mistake("a forgotten |, above a text in its place", "facile: |\n      On refait",
            "facile:\n      Travaux : on refait", "bloc-absent", "n’y touchez pas"),
    Mistake("a long list that is not closed", "[voiture, auto]",
            "[voiture, auto, quatre roues, maltraitance", "crochet",
            "après « roues, maltraitance »", file=LEXICON),
    Mistake("a colon glued to the end of a variant", "- je vais payer plus",
            "- je vais payer plus:", "deux-points", "Un deux-points est à la fin d’un texte."),
    Mistake("a colon ends the last phrasing", "- des volets aussi", "- des volets aussi:",
            "deux-points", '- "des volets aussi:" (2 espaces', file=PHRASINGS),
    Mistake("a note without its # begins a file", "# Les guichets.", "Les guichets.",
            "deux-points-absent", "écrivez « # Les guichets. »", file=CONTACTS),
    Mistake("a note without its # in a contact", "  adresse:", "  numéro à vérifier\n  adresse:",
            "deux-points-absent", "écrivez « # numéro à vérifier »", file=CONTACTS),
    Mistake("a note with a colon in a contact", "  adresse:", "  à vérifier : vite\n  adresse:",
            "cle-inconnue", "commencez la ligne par #", file=CONTACTS),
)  # fmt: skip

MISTAKES = (
    *STARTS, *TO_THE_LETTER, *TEXT_LOST, *COMMAS, *QUOTES, *DASHES, *COLONS, *SPACES, *INVISIBLE,
    *MARKS, *BLOCKS, *INDENTS, *HALF_SAVED, *OTHER_FORMATS, *TOO_MUCH,
)  # fmt: skip

#: What looks like a mistake in faq.yaml and is none: what is replaced, and what is right as well.
NO_MISTAKES = (
    ("    theme: logement\n", "    theme: logement # à revoir\n"),
    ("    theme: logement\n", "    theme: logement  # à revoir avec Paul\n"),
    ("loyer va-t-il augmenter ?", "loyer va-t-il augmenter ? # demandé"),
    ("[travaux]", "[travaux]  #lien"),
    ("elle bouge ?\"", "elle bouge ?\"  #9"),
    ("reponse: |\n      Cela", "reponse: | # texte\n      Cela"),
    ("variantes:\n", "variantes: # comme on parle\n"),
    ("  # --- Logement", "  #Logement\n#9"),
    ("À demander aussi :", "À demander au lot #accueil :"),
    ("- je vais payer plus", "- le prix du C#"),
    ("je vais payer plus", "je vais payer plus qu'\"avant\" dans l'\"autre\""),
    ("[Combien vais-je payer ?,", "[Combien vais-je payer ?, ça monte,"),
    ("[travaux]", "[\n      travaux,\n    ]"),
    ("- je vais payer plus", "- >-\n        je vais\n        payer plus"),
    ("- je vais payer plus", "- je vais\n        payer plus"),
    ("question: Mon loyer", "question : Mon loyer"),
    ("question: Mon loyer", "question: Mon\u00a0loyer"),
    ("icone: \"🏠\"", "icone: \"👩\u200d👧\""),
    ("À demander aussi :", "À\u00a0demander\u00a0: voici."),
    ("Cela dépend des travaux", "--- Cela dépend des travaux"),
    ("      À demander aussi :", "      date: à demander."),
    ("# Les réponses.", "# Les réponses.\n---"),
    ("# Les réponses.", "---\n# Les réponses, les thèmes, la suite."),
    ("# Les réponses.", "\ufeff# Les réponses."),
)  # fmt: skip
