"""What only Telegram says. Ordinary spaces and apostrophes: typeset when it is rendered."""

# Buttons and the toast's neighbours.
USEFUL = "👍 Utile"
NOT_USEFUL = "👎 Pas utile"
CHOSEN = " ✓"
SHARE = "Partager la réponse"
SEND_POSITION = "📍 Envoyer ma position"
COMMUNE_PLACEHOLDER = "Nom ou code postal"
ASK_GALIBOT = "Poser ma question à Galibot"
ASK_ANOTHER = "Poser une autre question"

# What can't be read: what to do instead.
VOICE = (
    "Je ne peux pas écouter les messages vocaux. "
    "Écrivez votre question en une phrase, ou choisissez ci-dessous."
)
AUDIO = (
    "Je ne peux pas écouter les enregistrements. "
    "Écrivez votre question en une phrase, ou choisissez ci-dessous."
)
VIDEO = (
    "Je ne peux pas regarder les vidéos. "
    "Écrivez votre question en une phrase, ou choisissez ci-dessous."
)
PHOTO = (
    "Je ne peux pas regarder les photos. "
    "Écrivez votre question en une phrase, ou choisissez ci-dessous."
)
DOCUMENT = (
    "Je ne peux pas ouvrir les documents. "
    "Écrivez votre question en une phrase, ou choisissez ci-dessous."
)
CONTACT_CARD = (
    "Je ne garde pas les coordonnées. Pour parler à une personne, choisissez « Joindre quelqu'un »."
)

# Not « write my @name »: by default Telegram does not pass that on to bots in groups.
GROUP_GREETING = (
    "Bonjour. Je réponds aux questions sur le renouveau du bassin minier quand on m'appelle.\n\n"
    "Répondez à ce message en écrivant votre question, ou choisissez ci-dessous. "
    "Le reste du temps, je ne dis rien."
)

# Parts of an answer.
SOURCE = "Source : "
SOURCES = "Sources :"
COLLECTED = "Relevé le {date}"
CHECKED = "Vérifié le {date}"
CONTACT = "Contact : "
PHONE = "Téléphone : "
WEBSITE = "Voir le site"

APOLOGY = (
    "Désolé, une panne m'empêche de répondre. "
    "Réessayez dans quelques minutes, ou adressez-vous à votre mairie."
)

# What is read about the bot before its first message.
DESCRIPTION = (
    "Galibot répond aux habitants sur l'Engagement pour le renouveau du bassin minier : logements, "
    "travaux, loyers, communes, aides.\n\n"
    "C'est un service automatique : ses réponses sont écrites à l'avance, d'après des sources "
    "publiques. Il n'enregistre ni votre nom, ni vos questions.\n\n"
    "Touchez « Démarrer », puis écrivez votre question."
)
SHORT_DESCRIPTION = (
    "Vos questions sur le renouveau du bassin minier : logements, travaux, loyers, communes."
)

#: Telegram's menu of commands, in the order shown; /help is understood too, not listed.
COMMANDS = (
    ("start", "Revenir au début"),
    ("themes", "Voir les thèmes"),
    ("commune", "Chercher ma commune"),
    ("contact", "Joindre quelqu'un"),
    ("confidentialite", "Savoir ce qui est retenu"),
    ("aide", "Savoir comment demander"),
)
#: In a group the bot is only called for something: the rest is for a private chat.
GROUP_COMMANDS = tuple(
    command for command in COMMANDS if command[0] in {"themes", "commune", "contact", "aide"}
)
