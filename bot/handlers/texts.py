"""What only Telegram says. Ordinary spaces and apostrophes: typeset when it is rendered."""

# Buttons and the toast's neighbours.
USEFUL = "👍 Utile"
NOT_USEFUL = "👎 Pas utile"

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

#: Telegram's menu of commands, in the order shown; /help is understood too, not listed.
COMMANDS = (
    ("start", "Revenir au début"),
    ("themes", "Voir les thèmes"),
    ("commune", "Chercher ma commune"),
    ("contact", "Joindre quelqu'un"),
    ("confidentialite", "Savoir ce qui est retenu"),
    ("aide", "Savoir comment demander"),
)
