"""What only the web says; what all channels say is in bot/conversation/texts.py.

Ordinary spaces and apostrophes: the templates typeset them with the `fr` filter.
"""

from types import MappingProxyType

SITE = "Galibot"
TAGLINE = "Vos questions sur le renouveau du bassin minier"
DESCRIPTION = (
    "Galibot répond aux habitants du Nord et du Pas-de-Calais sur l'Engagement pour le renouveau "
    "du bassin minier (ERBM) : logements, travaux, loyers, communes, aides."
)
PITCH = "Galibot répond aux habitants : logements, travaux, loyers, communes, aides."
SKIP = "Aller au contenu"
NAVIGATION = "Pages principales"
FOOT_NAVIGATION = "Pages utiles"
NAV_HOME = "Accueil"
NAV_THEMES = "Thèmes"
NAV_COMMUNE = "Ma commune"
NAV_CONTACT = "Contact"
NAV_HELP = "Aide"
FOOT = (
    "Galibot est un service automatique. Ses réponses sont écrites à l'avance, d'après des "
    "sources publiques."
)

ASK_LABEL = "Votre question"
ASK_PLACEHOLDER = "Qui paie les travaux ?"
ASK = "Poser ma question"
SEND = "Envoyer"
ASK_ANOTHER = "Une autre question ?"
CONVERSATION = "Conversation avec Galibot"
YOU = "Vous :"
GALIBOT = "Galibot :"
WAITING = "Galibot cherche…"
FAILED = "Galibot ne répond pas. Vérifiez votre connexion, puis réessayez : rien n'est perdu."

PICK_THEME = "Choisir un thème"
COMMUNE_LABEL = "Nom ou code postal"
COMMUNE_HEADING = "Votre commune est-elle concernée ?"
COMMUNE_NOT_FOUND = (
    "Je ne trouve pas cette commune dans le Nord ni dans le Pas-de-Calais.\n\n"
    "Vérifiez comment elle s'écrit, ou essayez avec son code postal."
)
PICK_QUESTION = "Choisissez une question."

HELP_TITLE = "Comment poser ma question ?"
PRIVACY_TITLE = "Vos informations"
PRIVACY_WEB = (
    "Ce site ne dépose aucun cookie et ne suit pas votre visite : il compte seulement les pages "
    "et les réponses données. Les mots que vous écrivez n'entrent dans l'adresse d'aucune page, "
    "ni dans l'historique de votre navigateur. La commune choisie et les réponses ouvertes par "
    "un lien sont dans ces adresses : elles peuvent rester dans l'historique, sur votre appareil."
)
THEMES_TITLE = "Les thèmes"
CONTACT_TITLE = "Joindre quelqu'un"
NONE_TITLE = "Aucune de ces questions"
VOTE_TITLE = "Merci"
ALL_CONTACTS = "Qui fait quoi"
SEE_ALL_CONTACTS = "Voir tous les contacts"

SOURCES = "D'où vient cette réponse"
COLLECTED = "Relevé le {date}."
CHECKED = "Vérifié le {date}."
SOURCE_DATE = "({date})"
SEE_ALSO = "À lire aussi"
CHOICES = "Vos choix"
WAYS = "Pour continuer"
CONTACT = "À qui s'adresser"
FOR_WHAT = "Pour : {purpose}"
CALL = "Appeler le {phone}"
WRITE = "Écrire au {phone}"
URGENT = "Urgence"
VISIT = "Voir le site"
VISIT_OF = ": {name}"
USEFUL = "Cette réponse vous est-elle utile ?"
YES = "Oui, utile"
NO = "Non, pas utile"
VOTE_FAILED = "Votre avis n'a pas été compté. Vérifiez votre connexion, puis réessayez."
BACK_TO_ANSWER = "Revoir la réponse"

STANDING = MappingProxyType(
    {
        "in": "Dans le périmètre",
        "partner_only": "À vérifier",
        "perimeter_only": "À vérifier",
        "out": "Hors du périmètre",
    }
)
STANDING_SIGNS = MappingProxyType(
    {"in": "✓", "partner_only": "?", "perimeter_only": "?", "out": "✕"}
)

#: Titles and texts of error pages by status; others are told as the status 500.
ERRORS = MappingProxyType(
    {
        400: ("Cette demande est incomplète", "Il manque quelque chose. Reprenez ci-dessous."),
        403: ("Cette demande est refusée", "Elle ne vient pas de ce site."),
        404: (
            "Cette page n'existe pas",
            "L'adresse est peut-être ancienne ou mal copiée. Vos réponses sont toujours là : "
            "posez votre question ou choisissez ci-dessous.",
        ),
        405: ("Cette page ne marche pas ainsi", "Reprenez ci-dessous."),
        413: (
            "Votre message est trop long",
            "Écrivez votre question en une ou deux phrases, s'il vous plaît.",
        ),
        500: (
            "Galibot est en panne",
            "Ce n'est pas de votre fait. Réessayez dans quelques minutes.",
        ),
    }
)

#: Messages of the API by error code.
API_ERRORS = MappingProxyType(
    {
        "malformed": "Le corps de la requête doit être un objet JSON en UTF-8.",
        "wrong_question": "« question » est obligatoire et doit être un texte.",
        "empty_question": "« question » est vide.",
        "wrong_commune": "« commune » doit être un code Insee ou null.",
        "unknown_commune": "Ce code Insee n'est pas celui d'une commune connue.",
        "wrong_conversation": "« conversation » doit être le texte reçu avant, ou null.",
        "empty_search": "Le paramètre « q » est obligatoire et ne doit pas être vide.",
        "search_too_long": "Le paramètre « q » est trop long.",
        "unknown_entry": "Aucune réponse ne porte cet identifiant.",
        "too_large": "La requête dépasse 8 Kio.",
        "not_found": "Cette adresse n'existe pas.",
        "method_not_allowed": "Cette méthode n'est pas acceptée à cette adresse.",
        "bad_request": "Cette requête n'est pas correcte.",
        "internal": "Une panne empêche de répondre. Réessayez dans quelques minutes.",
    }
)
