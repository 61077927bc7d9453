"""What several tests of the matching share: a small base, odd messages, a ranking made up."""

from collections.abc import Sequence

from bot.learning.corpus import EntryTexts
from bot.matching.decision import Candidate, Ranking

#: What no test of a FAQ thinks of; none may break it or make a number that is none.
ODD = (
    "",
    " ",
    "a",
    "é",
    "l",
    "'",
    "-",
    "?!…",
    "0",
    "12345",
    "2017",
    "1" * 400,
    "½ ² ³",
    "😀",
    "👍🏽🇫🇷",
    "\u200b",
    "\u0301",
    "\x00\x01",
    "ß ﬁ Œ",
    "Привет, где мой дом?",
    "你好,房子在哪里?",
    "مرحبا أين بيتي",
    "le la les de du",
    "bonjour merci",
    "loyer " * 160,
    "x" * 1_000,
    "é " * 500,
    "azertyuiop" * 100,
)
SMALL = {
    "loyer": EntryTexts(
        ("Mon loyer va-t-il augmenter après les travaux ?", "hausse du loyer", "payer plus cher"),
        "Le loyer peut augmenter un peu, mais la facture d'énergie baisse.",
    ),
    "duree": EntryTexts(
        (
            "Combien de temps durent les travaux ?",
            "durée du chantier",
            "quand les travaux finissent",
        ),
        "Les travaux durent quelques semaines par maison.",
    ),
    "animaux": EntryTexts(
        ("Puis-je garder mes animaux pendant les travaux ?", "mon chien et mon chat"),
        "Oui, mais mettez-les à l'abri du bruit.",
    ),
    "unesco": EntryTexts(
        ("Le bassin minier est-il à l'Unesco ?", "patrimoine mondial", "terrils classés"),
        "Oui, depuis 2012, comme paysage culturel.",
    ),
}
UNRELATED = ("Quel temps fera-t-il demain ?", "recette de la tarte au sucre", "le prix du pain")
SYNONYMS = (
    ("hlm", "habitation à loyer modéré", "logement social"),
    ("maison", "logement", "baraque"),
    ("veuve de mineur", "veuve d'un mineur"),
)


def ranking(scores: Sequence[float], in_scope: float) -> Ranking:
    return Ranking(
        tuple(Candidate(f"e{number}", score, "", {}) for number, score in enumerate(scores, 1)),
        in_scope,
    )
