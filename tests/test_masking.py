"""What may name a person is masked before a question is kept: each slip becomes a row."""

import pytest

from bot.knowledge.model import KnowledgeBase
from bot.language.masking import MARK, masked, sensitive, without_personal_data

#: What was typed, and what is kept of it.
MASKED = [
    # Telephone
    ("mon numéro c'est 06 12 34 56 78 rappelez moi", "mon numéro c'est […] rappelez moi"),
    ("0612345678", "[…]"),
    ("+33 6 12 34 56 78", "[…]"),
    ("06.12.34.56.78 et 03-21-00-00-01", "[…] et […]"),
    ("06 123 456 78", "[…]"),
    ("(0033) 6 12 34 56 78", "[…]"),
    ("00 32 475 12 34 56", "[…]"),
    ("zéro six douze trente-quatre cinquante-six soixante-dix-huit merci", "[…] merci"),
    # Mail, links, names on networks
    ("jean.dupont@orange.fr qui paie ?", "[…] qui paie ?"),
    ("jean.dupont @ orange.fr", "[…]"),
    ("jean dupont arobase orange point fr", "[…]"),
    ("voir https://example.org/profil/odette?id=12", "voir […]"),
    ("@odette_dupont", "[…]"),
    # Social security, bank, plate, reference, machine
    ("1 85 05 78 006 084 36", "[…]"),
    ("2 85 05 2A 006 084", "[…]"),
    ("185057800608436", "[…]"),
    ("FR76 3000 6000 0112 3456 7890 189", "[…]"),
    ("fr7630006000011234567890189", "[…]"),
    ("DE89370400440532013000", "[…]"),
    ("4970 1012 3456 7890", "[…]"),
    ("ma plaque AB-123-CD", "ma plaque […]"),
    ("ma voiture ab123cd", "ma voiture […]"),
    ("ma voiture ab 123 cd", "ma voiture […]"),
    ("1234 AB 62", "[…]"),
    ("dossier n° 45-AB12 refusé", "[…] refusé"),
    ("mon numéro d'allocataire 1234567", "mon numéro d' […]"),
    ("c'est 192.168.12.34 mon ip", "c'est […] mon ip"),
    ("2001:db8:0:0:1::1", "[…]"),
    ("123456:ABC-DEFghijklmnopqrstuvwx", "[…]"),
    ("jeton x9kq3mzzt4pplwvn0aae", "jeton […]"),
    # Address: the town stays
    ("j'habite 12 rue des Lilas 62210 Avion, quand ?", "j'habite […] 62210 Avion, quand ?"),
    ("12 bis rue du 11 novembre à Lens", "[…] à Lens"),
    ("au 3, avenue Jean Jaurès, Liévin", "au […], Liévin"),
    ("12 RUE DE L'ÉGLISE", "[…]"),
    ("7 cité Jeanne d'Arc à Denain quand les travaux", "[…] à Denain quand les travaux"),
    ("rue Jaurès n°12", "[…]"),
    ("appartement 12 bâtiment B", "[…]"),
    # Names
    ("je m'appelle kevin dupont et qui paie ?", "je m'appelle […] et qui paie ?"),
    ("Je m’appelle Fatima El Amrani, locataire", "Je m’appelle […], locataire"),
    ("Je m’appelle Jean-Pierre Van den Berghe.", "Je m’appelle […]."),
    ("jm'appelle odette", "jm'appelle […]"),
    ("mon nom est Le Goff", "mon nom est […]"),
    ("Nom : DUPONT Prénom : Odette", "Nom : […] : […]"),
    ("madame dupont a dit que mon loyer augmente", "madame […] a dit que mon loyer augmente"),
    ("Mme Le Goff", "Mme […]"),
    ("M. Leroy, 3 rue des Lilas 62210 Avion", "M. […] 62210 Avion"),
    ("M LEROY habite où", "M […] habite où"),
    ("ma fille Léa a une chambre", "ma fille […] a une chambre"),
    ("je suis Kévin N'Diaye", "je suis […]"),
    ("œuvre\u0301 \ufb01n… je m'appelle Odette Œbert", "œuvre\u0301 \ufb01n… je m'appelle […]"),
    ("ça sent le gaz chez Odette Dupont", "ça sent le gaz chez […]"),
    ("Merci. Cordialement, Jean Dupont", "Merci. Cordialement, […]"),
    ("né le 12 mars 1956 à Lens", "[…] à Lens"),
    ("née le 12/03/1956", "[…]"),
]
#: What is nobody's.
KEPT = [
    "23 000 logements doivent être rénovés en 2027 ?",
    "de 2017 à 2027",
    "la convention 2025-2027 dit quoi ?",
    "Pecquencourt 59146",
    "on est 3 dans 45 m2 place du village",
    "la zone fait 250 ha et 300 km",
    "cité 12 fosse 9",
    "Madame, Monsieur, je voudrais savoir qui paie",
    "madame le maire de Lens",
    "bonjour madame c'est quand",
    "je suis locataire chez Sia",
    "je suis de Liévin",
    "je suis chez Maisons et Cités",
    "ma mère habite à Lens",
    "la famille de Pecquencourt",
    "je m'appelle pas",
    "une structure née en mairie",
]


@pytest.mark.parametrize(("text", "kept"), MASKED)
def test_what_tells_of_a_person_is_masked(text: str, kept: str) -> None:
    assert masked(text) == kept
    assert masked(kept) == kept


@pytest.mark.parametrize("text", KEPT)
def test_what_tells_of_nobody_stays(text: str) -> None:
    assert masked(text) == text


def test_what_is_sure_is_left_out_before_a_message_is_read() -> None:
    assert without_personal_data("qui paie ? 06 12 34 56 78").strip() == "qui paie ?"
    assert "12 rue" in without_personal_data("12 rue des Lilas 62210 Avion"), "read for its town"


def test_ways_to_ask_are_hardly_masked(base: KnowledgeBase) -> None:
    """The price of the wide sieve, on questions in which hardly anybody is named."""
    texts = [text for entry in base.entries.values() for text in entry.phrasings]
    changed = [text for text in texts if MARK in masked(text)]
    assert len(changed) < len(texts) / 250, changed


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ma mère est malade, qui paie ?", True),
        ("mon fils est handicapé", True),
        ("je suis enceinte de six mois", True),
        ("ils ont trouvé une tumeur", True),
        ("mon mari est en fauteuil roulant", True),
        ("on est sans papiers", True),
        ("qui paie l'opération de rénovation ?", False),
        ("y a de l'amiante dans mon toit", False),
        ("ma maison a une fissure", False),
        ("la place Foch sera-t-elle refaite ?", False),
    ],
)
def test_health_is_recognised(text: str, told: bool) -> None:
    assert sensitive(text) is told
