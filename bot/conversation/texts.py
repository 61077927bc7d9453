"""What is said of a commune. Ordinary spaces and apostrophes: typeset as it is put together."""

import datetime as dt

from bot.communes.commune import Commune, Status
from bot.knowledge.model import Source

IN = "Oui, {name} est dans le périmètre de l'Engagement pour le renouveau du bassin minier (ERBM)."
PARTNER_ONLY = (
    "Les textes ne permettent pas de dire oui pour {name}. Son intercommunalité, {epci}, est "
    "partenaire de l'Engagement pour le renouveau du bassin minier (ERBM), mais la commune n'est "
    "pas dans les 250 communes du bassin minier au sens de la Mission Bassin Minier.\n\n"
    "Renseignez-vous auprès de l'intercommunalité."
)
PERIMETER_ONLY = (
    "Les textes ne permettent pas de dire oui pour {name}. La commune fait partie du bassin "
    "minier au sens de la Mission Bassin Minier, mais son intercommunalité, {epci}, n'est pas "
    "signataire de l'Engagement pour le renouveau du bassin minier (ERBM).\n\n"
    "Vérifiez auprès de la mairie ou de la préfecture."
)
OUT = (
    "D'après nos données, non : {name} n'est pas dans le périmètre de l'Engagement pour le "
    "renouveau du bassin minier (ERBM).\n\n"
    "Pour rénover un logement, France Rénov' renseigne gratuitement partout en France."
)
NOT_A_PROMISE = (
    "Attention : être dans le périmètre ne veut pas dire que votre logement sera rénové. "
    "Seules certaines cités minières sont financées. Votre bailleur (celui à qui vous payez le "
    "loyer) peut vous le dire."
)
CITE_LISTED = (
    "La {cite} figure sur une carte indicative des cités de l'ERBM. "
    "Ce n'est pas une liste officielle : faites confirmer par votre bailleur."
)
CITE_UNLISTED = (
    "La {cite} ne figure pas sur la carte indicative que nous avons. "
    "Cela ne prouve rien : demandez à votre bailleur."
)
EPCI = "Son intercommunalité est {epci}."
BUD = (
    "{name} est classée « bassin urbain à dynamiser » (BUD), une zone où des entreprises peuvent "
    "payer moins d'impôts. À faire confirmer par le service des impôts."
)
NO_BUD = "{name} n'est pas classée « bassin urbain à dynamiser » (BUD), d'après nos données."
COMMUNES_COLLECTED_ON = dt.date(2026, 11, 23)
PERIMETER_SOURCES = (
    Source(
        title="Préfecture de région Hauts-de-France, les huit intercommunalités signataires",
        date=dt.date(2018, 2, 5),
    ),
    Source(title="Mission Bassin Minier, contour des 250 communes (copie d'août 2026)"),
    Source(title="Insee, code officiel géographique 2026, et DGCL, intercommunalités 2026"),
)

_EPCI_KINDS = {
    "CA ": "la communauté d'agglomération ",
    "CC ": "la communauté de communes ",
    "CU ": "la communauté urbaine ",
}


def epci_name(commune: Commune) -> str:
    """The intercommunalité in words: « CA d'Hénin-Carvin » is an administration's shorthand."""
    name = commune.epci.replace("Coeur", "Cœur")
    for short, long in _EPCI_KINDS.items():
        if name.startswith(short):
            return long + name.removeprefix(short)
    return f"la {name}"


def commune_status(commune: Commune) -> str:
    """The sentence that says where a commune stands, as the data's README advises."""
    template = {
        Status.IN: IN,
        Status.PARTNER_ONLY: PARTNER_ONLY,
        Status.PERIMETER_ONLY: PERIMETER_ONLY,
        Status.OUT: OUT,
    }[commune.status]
    return template.format(name=commune.name, epci=epci_name(commune))


def cite_status(cite: str, *, listed: bool) -> str:
    """What the indicative map says of a mining estate: never more than that."""
    template = CITE_LISTED if listed else CITE_UNLISTED
    return template.format(cite=cite[0].lower() + cite[1:])


def situation(commune: Commune) -> str:
    """The commune's intercommunalité and BUD status, where they are worth saying."""
    sentences = []
    if commune.status is Status.IN:
        sentences.append(EPCI.format(epci=epci_name(commune)))
    if commune.bud:
        sentences.append(BUD.format(name=commune.name))
    elif commune.status is not Status.OUT:
        sentences.append(NO_BUD.format(name=commune.name))
    return " ".join(sentences)
