"""Danger and scams: recognised before anything else, and rather too often than too rarely.

A resident who smells gas is not asked « did you mean…? ». Each alarm is a set of patterns over
folded words. Whole words, not stems: « démarche » is a step, « démarcheur » a salesman.
"""

from collections.abc import Iterable
from dataclasses import dataclass

DANGER = "danger-immediat"
SCAM = "demarchage-arnaque"


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One word of every group must be there, and no word of `unless`."""

    groups: tuple[frozenset[str], ...]
    unless: frozenset[str] = frozenset()

    def found_in(self, words: frozenset[str]) -> bool:
        return all(group & words for group in self.groups) and not self.unless & words


def _pattern(*groups: str, unless: str = "") -> _Pattern:
    return _Pattern(tuple(frozenset(group.split()) for group in groups), frozenset(unless.split()))


_HOME = (
    "maison maisons chez cuisine cave chambre salon garage grenier immeuble logement appartement "
    "rue voisin voisine voisins toit toiture mur murs plafond plancher sol escalier cheminee "
    "facade jardin terrain moi nous"
)
_IN_GENERAL = (
    "combien pourquoi subvention aide prime financement histoire annee date mine mines unesco "
    "energie facture factures cher etiquette annonce programme chantier renover"
)
_DANGERS = (
    _pattern(
        "gaz gas gase", "odeur sent sens sen sentir senti fuite fuites pue pu empeste echappe"
    ),
    _pattern("gaz gas", "fuit fui", unless="eau"),
    _pattern("monoxyde"),
    _pattern("feu incendie flamme flammes", "secours secour vite pris prend brule urgence"),
    _pattern(
        "feu incendie flamme flammes fumee",
        _HOME,
        unless=f"vert vif continu couvre foret poele {_IN_GENERAL}",
    ),
    _pattern("brule brulent crame", _HOME, unless=f"graisse bois cite {_IN_GENERAL}"),
    _pattern(
        "effondre effondrer effondrement ecroule ecrouler ecroulee effondree ecroulement",
        _HOME,
        unless=_IN_GENERAL,
    ),
    _pattern(
        "tombe tombee tomber tombent cede ceder detache detacher",
        "plafond mur murs toit toiture plancher facade cheminee escalier",
        unless=f"travaux refaire refait quand {_IN_GENERAL}",
    ),
    _pattern("explose explosion exploser", _HOME, unless=f"loyer prix {_IN_GENERAL}"),
    _pattern("electrocute electrocuter electrocution electrocutee"),
    _pattern("trou gouffre", "ouvert ouvre apparu forme", "sol terrain jardin rue cour"),
    _pattern("secours secour", "vite aide aidez danger urgent blesse"),
    _pattern("danger", "immediat mort grave urgent"),
)
#: Probability from which an entry of alarms is answered without asking « did you mean…? »:
#: the right number given for nothing costs little, a question asked in a fire much.
ENOUGH = 0.3
_STRANGER = (
    "monsieur dame homme femme type gars vendeur commercial inconnu inconnus societe entreprise "
    "technicien agent quelqu gens personne numero"
)
_SCAMS = (
    _pattern("arnaque arnaques arnaqueur escroc escrocs escroquerie arnaquer"),
    _pattern("demarchage demarcheur demarcheurs demarcheuse demarchent demarcher"),
    _pattern("demarche", "me nous", unless="administrative comment quelle cosia co"),
    _pattern("euro", "isolation combles pompe chaudiere", "appelle appel propose sonne porte"),
    _pattern(
        "porte sonne appelle appel telephone appele passe venu sonner appeler",
        "iban rib cheque acompte carte bancaire",
    ),
    _pattern(
        "appelle appele appel appels appeler telephone passe passent venu sonne frappe contacte "
        "sms mail",
        "isolation isoler combles pompe chaudiere panneau panneaux solaire solaires poele fenetres",
        "gratuit gratis gratuits gratuite gratuitement euro euros offert offerte vendre vendeur "
        "part nom",
    ),
    _pattern(
        "porte sonne sonner",
        "signer signe devis contrat payer",
        _STRANGER,
    ),
)


def alarm(words: Iterable[str]) -> str | None:
    """The entry that answers an alarm in these folded words, else None. Danger comes first."""
    found = frozenset(words)
    if any(pattern.found_in(found) for pattern in _DANGERS):
        return DANGER
    if any(pattern.found_in(found) for pattern in _SCAMS):
        return SCAM
    return None
