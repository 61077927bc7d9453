"""Everything a resident reads that is not in the knowledge files, in one place.

Ordinary spaces and apostrophes: the assistant typesets each reply.
"""

from bot.communes.commune import Commune
from bot.knowledge.region import EstateMap, Zone

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
CHOOSE_COMMUNE = "Plusieurs communes peuvent correspondre. Laquelle est la vôtre ?"
NEAREST = (
    "Voici les communes les plus proches de l'endroit indiqué. Laquelle est la vôtre ?\n\n"
    "Votre position n'est pas gardée."
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


def commune_status(commune: Commune) -> str:
    """The sentence that says where a commune stands, in the territory's own words."""
    return _of(commune, commune.standing.sentence)


def caution(commune: Commune) -> str | None:
    """What standing there does not mean, where that needs saying."""
    return _of(commune, commune.standing.caution) if commune.standing.caution else None


def cite_status(cite: str, estates: EstateMap, *, listed: bool) -> str:
    """What the map says of an estate: never more than that."""
    sentence = estates.listed if listed else estates.unlisted
    return sentence.format(cite=cite[0].lower() + cite[1:])


def situation(commune: Commune, zone: Zone | None) -> str:
    """The commune's intercommunalité and zone, where they are worth saying."""
    standing = commune.standing
    sentences = [standing.situation] if standing.situation else []
    if zone and commune.in_zone:
        sentences.append(zone.inside)
    elif zone and standing.verdict != "non":
        sentences.append(zone.outside)
    return " ".join(_of(commune, sentence) for sentence in sentences)


def _of(commune: Commune, sentence: str) -> str:
    return sentence.format(nom=commune.name, intercommunalite=commune.epci_in_words)
