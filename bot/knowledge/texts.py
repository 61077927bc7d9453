"""Every sentence that people read around the answers, with a default that fits any service.

A town hall changes them in textes.yaml; the keys there are French. A default's placeholders are
those that its replacement may, and must, hold.
"""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from bot.knowledge.placeholders import named_in, with_placeholders
from bot.language.typography import typeset

#: In any text, the name of the service.
NAME = "nom"

#: Telegram's limits, in characters (Bot API: setMyName, setMyDescription, setMyShortDescription,
#: BotCommand, ReplyKeyboardMarkup, InlineQueryResultsButton).
_NAME, _DESCRIPTION, _SHORT, _COMMAND, _PLACEHOLDER = 64, 512, 120, 256, 64
#: About what two lines of a phone show of a button.
_BUTTON = 40


def _text(key: str, default: str, most: int | None = None) -> Any:
    return Field(default, validation_alias=key, max_length=most, min_length=1)


class _Texts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="after")
    @classmethod
    def _same_placeholders(cls, value: object, info: ValidationInfo) -> object:
        default = cls.model_fields[info.field_name or ""].default
        if isinstance(value, str) and isinstance(default, str):
            with_placeholders(value, named_in(default).keys() - {NAME}, {NAME})
        return value

    # Told apart by identity: replies rendered with them are kept by them.
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def settled(self, name: str) -> Self:
        """The same texts as they are read: the service named, typeset."""
        return self.model_copy(
            update={
                field: value.settled(name)
                if isinstance(value, _Texts)
                else typeset(value.replace(f"{{{NAME}}}", name))
                for field, value in self
            }
        )


class WebTexts(_Texts):
    """What only the web pages say."""

    tagline: str = _text("sous_titre", "Vos questions")
    description: str = _text("description", "{nom} répond à vos questions.", 300)
    pitch: str = _text("presentation", "{nom} répond à vos questions.")
    foot: str = _text(
        "pied_de_page",
        "{nom} est un service automatique. Ses réponses sont écrites à l'avance.",
    )
    skip: str = _text("aller_au_contenu", "Aller au contenu")
    navigation: str = _text("navigation", "Pages principales")
    foot_navigation: str = _text("navigation_pied", "Pages utiles")
    nav_home: str = _text("menu_accueil", "Accueil", _BUTTON)
    nav_themes: str = _text("menu_themes", "Thèmes", _BUTTON)
    nav_commune: str = _text("menu_commune", "Ma commune", _BUTTON)
    nav_contact: str = _text("menu_contact", "Contact", _BUTTON)
    nav_help: str = _text("menu_aide", "Aide", _BUTTON)
    ask_label: str = _text("champ_question", "Votre question")
    ask_placeholder: str = _text("exemple_question", "Écrivez ici")
    ask: str = _text("poser", "Poser ma question", _BUTTON)
    send: str = _text("envoyer", "Envoyer", _BUTTON)
    ask_another: str = _text("autre_question", "Une autre question ?")
    conversation: str = _text("conversation", "Conversation avec {nom}")
    you: str = _text("vous", "Vous :")
    speaker: str = _text("robot", "{nom} :")
    waiting: str = _text("attente", "{nom} cherche…")
    failed: str = _text(
        "echec",
        "{nom} ne répond pas. Vérifiez votre connexion, puis réessayez : rien n'est perdu.",
    )
    urgent: str = _text("urgence", "Urgence")
    write: str = _text("ecrire", "Écrire au {numero}", _BUTTON)
    pick_theme: str = _text("choisir_theme", "Choisir un thème")
    commune_label: str = _text("champ_commune", "Nom ou code postal")
    commune_heading: str = _text("titre_commune", "Chercher votre commune")
    pick_question: str = _text("choisir_question", "Choisissez une question.")
    help_title: str = _text("titre_aide", "Comment poser ma question ?")
    privacy_title: str = _text("titre_vie_privee", "Vos informations")
    privacy: str = _text(
        "vie_privee",
        "Ce site ne dépose aucun cookie et ne suit pas votre visite : il compte seulement les "
        "pages et les réponses données. Les mots que vous écrivez n'entrent dans l'adresse "
        "d'aucune page, ni dans l'historique de votre navigateur. Les "
        "réponses ouvertes par un lien sont dans ces adresses : elles peuvent rester dans "
        "l'historique, sur votre appareil.",
    )
    themes_title: str = _text("titre_themes", "Les thèmes")
    contact_title: str = _text("titre_contact", "Joindre quelqu'un")
    none_title: str = _text("titre_aucune", "Aucune de ces questions")
    vote_title: str = _text("titre_merci", "Merci")
    all_contacts: str = _text("titre_contacts", "Qui fait quoi")
    see_all_contacts: str = _text("tous_les_contacts", "Voir tous les contacts", _BUTTON)
    sources: str = _text("sources", "D'où vient cette réponse")
    collected: str = _text("releve", "Relevé le {date}.")
    checked: str = _text("verifie", "Vérifié le {date}.")
    source_date: str = _text("date_de_source", "({date})")
    see_also: str = _text("a_lire_aussi", "À lire aussi")
    choices: str = _text("choix", "Vos choix")
    ways: str = _text("suites", "Pour continuer")
    contact: str = _text("contact", "À qui s'adresser")
    for_what: str = _text("contact_pour", "Pour : {objet}")
    call: str = _text("appeler", "Appeler le {numero}", _BUTTON)
    visit: str = _text("voir_site", "Voir le site", _BUTTON)
    visit_of: str = _text("voir_site_de", ": {nom_du_contact}")
    useful: str = _text("avis_question", "Cette réponse vous est-elle utile ?")
    yes: str = _text("avis_oui", "Oui, utile", _BUTTON)
    no: str = _text("avis_non", "Non, pas utile", _BUTTON)
    vote_failed: str = _text(
        "avis_echec",
        "Votre avis n'a pas été compté. Vérifiez votre connexion, puis réessayez.",
    )
    back_to_answer: str = _text("revoir_reponse", "Revoir la réponse", _BUTTON)
    error_400_title: str = _text("erreur_400_titre", "Cette demande est incomplète")
    error_400: str = _text("erreur_400", "Il manque quelque chose. Reprenez ci-dessous.")
    error_403_title: str = _text("erreur_403_titre", "Cette demande est refusée")
    error_403: str = _text("erreur_403", "Elle ne vient pas de ce site.")
    error_404_title: str = _text("erreur_404_titre", "Cette page n'existe pas")
    error_404: str = _text(
        "erreur_404",
        "L'adresse est peut-être ancienne ou mal copiée. Vos réponses sont toujours là : "
        "posez votre question ou choisissez ci-dessous.",
    )
    error_405_title: str = _text("erreur_405_titre", "Cette page ne marche pas ainsi")
    error_405: str = _text("erreur_405", "Reprenez ci-dessous.")
    error_413_title: str = _text("erreur_413_titre", "Votre message est trop long")
    error_413: str = _text(
        "erreur_413", "Écrivez votre question en une ou deux phrases, s'il vous plaît."
    )
    error_500_title: str = _text("erreur_500_titre", "{nom} est en panne")
    error_500: str = _text(
        "erreur_500", "Ce n'est pas de votre fait. Réessayez dans quelques minutes."
    )

    def error(self, status: int) -> tuple[str, str]:
        """Title and text of an error page; other statuses are told as 400 or 500."""
        known = (
            status
            if f"error_{status}" in type(self).model_fields
            else 500
            if status >= 500
            else 400
        )
        return getattr(self, f"error_{known}_title"), getattr(self, f"error_{known}")


class TelegramTexts(_Texts):
    """What only Telegram says."""

    useful: str = _text("utile", "👍 Utile", _BUTTON)
    not_useful: str = _text("pas_utile", "👎 Pas utile", _BUTTON)
    share: str = _text("partager", "Partager la réponse", _BUTTON)
    read_on: str = _text("lire_la_suite", "Lire la suite", _BUTTON)
    read_again: str = _text("relire_le_debut", "Relire le début", _BUTTON)
    previous: str = _text("choix_precedents", "‹ Précédents", _BUTTON)
    next: str = _text("choix_suivants", "Suivants ›", _BUTTON)
    send_position: str = _text("envoyer_position", "📍 Envoyer ma position", _BUTTON)
    commune_placeholder: str = _text("exemple_commune", "Nom ou code postal", _PLACEHOLDER)
    ask_here: str = _text("poser_au_robot", "Poser ma question à {nom}", _BUTTON)
    ask_another: str = _text("autre_question", "Poser une autre question", _BUTTON)
    voice: str = _text(
        "message_vocal",
        "Je ne peux pas écouter les messages vocaux. "
        "Écrivez votre question en une phrase, ou choisissez ci-dessous.",
    )
    audio: str = _text(
        "enregistrement",
        "Je ne peux pas écouter les enregistrements. "
        "Écrivez votre question en une phrase, ou choisissez ci-dessous.",
    )
    video: str = _text(
        "video",
        "Je ne peux pas regarder les vidéos. "
        "Écrivez votre question en une phrase, ou choisissez ci-dessous.",
    )
    photo: str = _text(
        "photo",
        "Je ne peux pas regarder les photos. "
        "Écrivez votre question en une phrase, ou choisissez ci-dessous.",
    )
    document: str = _text(
        "document",
        "Je ne peux pas ouvrir les documents. "
        "Écrivez votre question en une phrase, ou choisissez ci-dessous.",
    )
    contact_card: str = _text(
        "fiche_contact",
        "Je ne garde pas les coordonnées. "
        "Pour parler à une personne, choisissez « Joindre quelqu'un ».",
    )
    # Not « write my @name »: by default Telegram does not pass that on to bots in groups.
    group_greeting: str = _text(
        "arrivee_dans_un_groupe",
        "Bonjour. Je réponds aux questions quand on m'appelle.\n\n"
        "Répondez à ce message en écrivant votre question, ou choisissez ci-dessous. "
        "Le reste du temps, je ne dis rien.",
    )
    source: str = _text("source", "Source :")
    sources: str = _text("sources", "Sources :")
    collected: str = _text("releve", "Relevé le {date}")
    checked: str = _text("verifie", "Vérifié le {date}")
    contact: str = _text("contact", "Contact :")
    phone: str = _text("telephone", "Téléphone :")
    website: str = _text("voir_site", "Voir le site")
    apology: str = _text(
        "panne", "Désolé, une panne m'empêche de répondre. Réessayez dans quelques minutes."
    )
    description: str = _text(
        "description",
        "{nom} répond à vos questions.\n\n"
        "C'est un service automatique : ses réponses sont écrites à l'avance. "
        "Il n'enregistre ni votre nom, ni vos questions.\n\n"
        "Touchez « Démarrer », puis écrivez votre question.",
        _DESCRIPTION,
    )
    short_description: str = _text("description_courte", "Posez vos questions à {nom}.", _SHORT)
    command_start: str = _text("commande_start", "Revenir au début", _COMMAND)
    command_themes: str = _text("commande_themes", "Voir les thèmes", _COMMAND)
    command_commune: str = _text("commande_commune", "Chercher ma commune", _COMMAND)
    command_contact: str = _text("commande_contact", "Joindre quelqu'un", _COMMAND)
    command_privacy: str = _text("commande_confidentialite", "Savoir ce qui est retenu", _COMMAND)
    command_help: str = _text("commande_aide", "Savoir comment demander", _COMMAND)


class Texts(_Texts):
    """What every channel says."""

    name: str = _text(NAME, "Galibot", _NAME)
    notice: str = _text(
        "service_automatique",
        "Je suis {nom}, un service automatique. Mes réponses sont écrites à l'avance.",
    )
    welcome: str = _text(
        "bienvenue",
        "Bonjour ! Je réponds à vos questions.\n\n"
        "Écrivez votre question avec vos mots, ou choisissez ci-dessous.",
    )
    help: str = _text(
        "aide",
        "Écrivez votre question comme elle vient.\n\nVous pouvez aussi choisir ci-dessous.",
    )
    empty: str = _text(
        "message_vide",
        "Je ne lis que les mots. Écrivez votre question en une phrase, ou choisissez ci-dessous.",
    )
    too_long: str = _text(
        "message_trop_long",
        "Votre message est trop long pour moi. "
        "Écrivez votre question en une ou deux phrases, s'il vous plaît.",
    )
    personal_data: str = _text(
        "donnees_personnelles",
        "N'écrivez pas ici d'adresse, de numéro de téléphone ni d'autre donnée personnelle : je "
        "n'en ai pas besoin. Quelle est votre question ?",
    )
    refusal: str = _text(
        "refus",
        "Je ne sais pas répondre à cette question.\n\n"
        "Dites-le autrement, ou choisissez ci-dessous.",
    )
    refusal_again: str = _text(
        "refus_suivant",
        "Je n'ai pas la réponse, et je préfère ne rien inventer.\n\n"
        "Une personne peut vous aider : voici où vous adresser.",
    )
    suggestion: str = _text(
        "proposition", "Je ne suis pas sûr d'avoir bien compris. Est-ce bien cette question ?"
    )
    suggestions: str = _text(
        "propositions",
        "Je ne suis pas sûr d'avoir bien compris. Est-ce l'une de ces questions ?",
    )
    several: str = _text(
        "plusieurs_questions", "Vous posez plusieurs questions. Par laquelle commencer ?"
    )
    none_of_these: str = _text("aucune", "Aucune de ces questions", _BUTTON)
    themes: str = _text("themes", "Choisissez un thème.")
    questions: str = _text("questions", "Choisissez une question.")
    theme: str = _text("theme", "{theme} : choisissez une question.")
    contact: str = _text("contact", "Voici qui peut vous répondre.")
    privacy: str = _text(
        "vie_privee",
        "Je n'enregistre ni votre nom, ni votre numéro de téléphone, ni votre adresse "
        "internet, ni le texte de vos questions.\n\n"
        "Les dernières questions restent seulement en mémoire, sans leur auteur, pour "
        "répondre plus vite. Elles disparaissent au plus tard quand le service s'arrête.\n\n"
        "Si vous dites qu'une réponse est utile ou non, ce vote est compté avec la réponse, "
        "le jour et le moyen utilisé (site ou Telegram). Un lien ou une affiche peut indiquer "
        "d'où il vient : on compte les arrivées de chaque jour, sans suivre personne.\n\n"
        "Sur Telegram, il faut un peu plus. Votre numéro Telegram reste en "
        "mémoire, au plus tard jusqu'à l'arrêt du service. Un vote porte un code tiré du "
        "message, pour que vous puissiez changer d'avis. Le numéro de chaque message répondu "
        "est gardé trois jours environ, avec un code tiré de ses mots pour ne pas y répondre deux "
        "fois : ils ne disent ni qui l'a écrit, ni ce qui est écrit. Telegram garde aussi la "
        "conversation, selon ses propres règles.\n\n"
        "N'écrivez pas d'information personnelle dans vos messages.",
    )
    vote_thanks: str = _text("merci_avis", "Merci, votre avis est compté.")
    expired_button: str = _text("bouton_ancien", "Ce bouton n'est plus à jour. Voici où reprendre.")
    choose_commune: str = _text(
        "choisir_commune", "Plusieurs communes peuvent correspondre. Laquelle est la vôtre ?"
    )
    nearest: str = _text(
        "communes_proches",
        "Voici les communes les plus proches de l'endroit indiqué. Laquelle est la vôtre ?\n\n"
        "Votre position n'est pas gardée.",
    )
    guessed: str = _text(
        "commune_devinee",
        "J'ai compris : {commune}. Si ce n'est pas votre commune, écrivez plutôt son code postal.",
    )
    see_themes: str = _text("voir_themes", "Voir les thèmes", _BUTTON)
    see_questions: str = _text("voir_questions", "Voir les questions", _BUTTON)
    find_commune: str = _text("chercher_commune", "Chercher ma commune", _BUTTON)
    change_commune: str = _text("changer_commune", "Changer de commune", _BUTTON)
    reach_someone: str = _text("joindre_quelqu_un", "Joindre quelqu'un", _BUTTON)
    simpler: str = _text("plus_simple", "Plus simple", _BUTTON)
    full_text: str = _text("texte_complet", "Voir le texte complet", _BUTTON)
    go_back: str = _text("retour_debut", "Retour au début", _BUTTON)
    back_to_themes: str = _text("retour_themes", "Retour aux thèmes", _BUTTON)
    back_to_theme: str = _text("retour_theme", "Retour au thème", _BUTTON)
    web: WebTexts = Field(default_factory=WebTexts)
    telegram: TelegramTexts = Field(default_factory=TelegramTexts)


def read_texts(raw: Mapping[str, Any]) -> Texts:
    """The texts of textes.yaml, all that it leaves out by default. Raises ValidationError."""
    texts = Texts.model_validate(raw)
    return texts.settled(texts.name)
