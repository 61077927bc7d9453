"""Everything a resident reads that is not in the knowledge files, in one place.

Ordinary spaces and apostrophes: the assistant typesets each reply.
"""

import datetime as dt

from bot.communes.commune import Commune, Status
from bot.knowledge.model import Source

NOTICE = "Je suis Galibot, un service automatique. Mes réponses sont écrites à l'avance."

WELCOME = (
    "Bonjour ! Je réponds aux questions sur l'Engagement pour le renouveau du bassin minier : "
    "logements, travaux, loyers, communes, aides.\n\n"
    "Écrivez votre question avec vos mots, ou choisissez ci-dessous."
)
HELP = (
    "Écrivez votre question comme elle vient, par exemple :\n\n"
    "- Devrai-je quitter mon logement pendant les travaux ?\n"
    "- Mon loyer va-t-il augmenter ?\n"
    "- Pecquencourt est-elle concernée ?\n\n"
    "Vous pouvez aussi choisir un thème, chercher votre commune ou demander un contact."
)
GREETING = "Bonjour ! Quelle est votre question sur le renouveau du bassin minier ?"
THANKS = "Avec plaisir. Avez-vous une autre question ?"
GOODBYE = "Au revoir, et à bientôt."
HOW_ARE_YOU = "Tout va bien, merci. Quelle est votre question sur le renouveau du bassin minier ?"
INSULT = (
    "Je vois que vous n'êtes pas satisfait, et j'en suis désolé. "
    "Une personne peut vous répondre : voici comment la joindre."
)
LISTENING = "Je vous écoute. Écrivez votre question comme elle vient."
AGREED = "D'accord. Avez-vous une autre question ?"
WHICH_ONE = "Touchez le bouton de votre choix, ou écrivez la question avec vos mots."
PERSONAL_DATA = (
    "N'écrivez pas ici d'adresse, de numéro de téléphone ni d'autre donnée personnelle : je n'en "
    "ai pas besoin. Quelle est votre question ?"
)
EMPTY = "Je ne lis que les mots. Écrivez votre question en une phrase, ou choisissez ci-dessous."
TOO_LONG = (
    "Votre message est trop long pour moi. "
    "Écrivez votre question en une ou deux phrases, s'il vous plaît."
)

REFUSAL = (
    "Je ne sais pas répondre à cette question.\n\n"
    "Je connais l'Engagement pour le renouveau du bassin minier : logements, travaux, loyers, "
    "communes, aides. Dites-le autrement, ou choisissez un thème."
)
REFUSAL_AGAIN = (
    "Je n'ai pas la réponse, et je préfère ne rien inventer.\n\n"
    "Une personne peut vous aider : voici où vous adresser."
)
SUGGESTION = "Je ne suis pas sûr d'avoir bien compris. Est-ce bien cette question ?"
SUGGESTIONS = "Je ne suis pas sûr d'avoir bien compris. Est-ce l'une de ces questions ?"
TWO_PARTS = "Vous posez plusieurs questions. Par laquelle commencer ?"
NONE_OF_THESE = "Aucune de ces questions"

THEMES = "Choisissez un thème."
THEME = "{title} : choisissez une question."
COMMUNE_PROMPT = (
    "De quelle commune s'agit-il ? Écrivez son nom ou son code postal, "
    "dans le Nord ou le Pas-de-Calais."
)
CHOOSE_COMMUNE = "Plusieurs communes peuvent correspondre. Laquelle est la vôtre ?"
NEAREST = (
    "Voici les communes les plus proches de l'endroit indiqué. Laquelle est la vôtre ?\n\n"
    "Votre position n'est pas gardée."
)
FAR = (
    "Cet endroit est loin du Nord et du Pas-de-Calais. L'Engagement pour le renouveau du bassin "
    "minier ne concerne que ces deux départements.\n\n"
    "Votre position n'est pas gardée. Vous pouvez aussi écrire le nom de votre commune."
)
UNKNOWN_POSTCODE = (
    "Je ne connais pas le code postal {postcode} : ce n'est pas celui d'une commune du Nord ou du "
    "Pas-de-Calais. Écrivez le nom de la commune."
)
UNKNOWN_POSTCODE_NEAR = (
    "Je ne connais pas le code postal {postcode} : ce n'est pas celui d'une commune du Nord ou du "
    "Pas-de-Calais. Est-ce l'une de ces communes ? Sinon, écrivez son nom."
)
ELSEWHERE = (
    "{place} n'est pas dans le Nord ni dans le Pas-de-Calais : je n'ai pas de réponse pour ce "
    "lieu. L'Engagement pour le renouveau du bassin minier ne concerne que ces deux départements."
)
CONTACT = "Voici qui peut vous répondre."
PRIVACY = (
    "Je n'enregistre ni votre nom, ni votre numéro, ni votre adresse internet, "
    "ni le texte de vos questions.\n\n"
    "Si vous dites qu'une réponse est utile ou non, ce vote est compté sans rien qui vous "
    "désigne. Un lien ou une affiche peut indiquer d'où il vient : on compte les arrivées de "
    "chaque jour, sans suivre personne.\n\n"
    "La commune choisie n'est retenue que le temps de la conversation. Si vous envoyez votre "
    "position, elle sert à trouver votre commune, puis elle est oubliée.\n\n"
    "N'écrivez pas d'information personnelle dans vos messages."
)
VOTE_THANKS = "Merci, votre avis est compté."
EXPIRED_BUTTON = "Ce bouton n'est plus à jour. Voici où reprendre."

UNDERSTOOD = "J'ai compris : {name}. Si ce n'est pas votre commune, écrivez plutôt son code postal."
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

# Buttons: what happens, in five words or fewer.
SEE_THEMES = "Voir les thèmes"
FIND_COMMUNE = "Chercher ma commune"
CHANGE_COMMUNE = "Changer de commune"
REACH_SOMEONE = "Joindre quelqu'un"
SIMPLER = "Plus simple"
FULL_TEXT = "Voir le texte complet"
GO_BACK = "Retour au début"
BACK_TO_THEMES = "Retour aux thèmes"
BACK_TO_THEME = "Retour au thème"


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
