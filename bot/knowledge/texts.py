"""Every sentence that people read around the answers; bot/defaults/textes.yaml has them all.

A town hall changes them in its own textes.yaml. A default's placeholders are those that its
replacement may, and must, hold.
"""

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, create_model, field_validator

from bot.knowledge.placeholders import named_in, with_placeholders
from bot.language.typography import typeset

#: In any text, the name of the service.
NAME = "nom"
#: Characters at most: Telegram's limits (Bot API: setMyName, setMyDescription,
#: setMyShortDescription, BotCommand, ReplyKeyboardMarkup), what search engines show of a page, and
#: for a button about what two lines of a phone show.
_MOST = {
    64: "nom telegram.exemple_commune",
    512: "telegram.description",
    120: "telegram.description_courte",
    256: """telegram.commande_start telegram.commande_themes telegram.commande_commune
        telegram.commande_contact telegram.commande_confidentialite telegram.commande_aide
        telegram.commande_effacer""",
    300: "web.description mairie.bulletin_court",
    900: "mairie.bulletin_long",
    60: "mairie.affiche_question",
    40: """aucune voir_themes voir_questions chercher_commune changer_commune joindre_quelqu_un
        plus_simple texte_complet autre_guichet retour_debut retour_themes retour_theme
        web.menu_accueil
        web.menu_themes web.menu_commune web.menu_contact web.menu_aide web.poser web.envoyer
        web.ecrire web.tous_les_contacts web.appeler web.voir_site web.avis_oui web.avis_non
        web.revoir_reponse web.menu_questions web.effacer web.copier web.copie
        web.partager web.ecouter web.imprimer web.ecriture_simple web.ecriture_complete
        web.raison_autre web.raison_complique web.raison_incomplet web.raison_faux
        telegram.utile telegram.pas_utile telegram.partager telegram.publier telegram.laisser
        telegram.lire_la_suite telegram.relire_le_debut telegram.choix_precedents
        telegram.choix_suivants telegram.envoyer_position telegram.poser_au_robot
        telegram.autre_question mairie.bouton mairie.bouton_fermer mairie.bouton_page
        mairie.copier mairie.imprimer mairie.chercher""",
}
_MOST_OF = {key: most for most, keys in _MOST.items() for key in keys.split()}


class Sentences(BaseModel):
    """Sentences by their key; told apart by identity: replies rendered with them are kept so."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="after")
    @classmethod
    def _same_placeholders(cls, value: object, info: ValidationInfo) -> object:
        default = cls.model_fields[info.field_name or ""].default
        if isinstance(value, str) and isinstance(default, str):
            needed = named_in(default).keys()
            mistyped = NAME in needed and re.search(rf"[(\[<]{NAME}[)\]>]", value)
            with_placeholders(value, needed if mistyped else needed - {NAME}, {NAME})
        return value

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __getitem__(self, key: str) -> str:
        return str(getattr(self, key))

    def __contains__(self, key: str) -> bool:
        return key in type(self).model_fields

    def settled(self, name: str) -> Self:
        """The same texts as they are read: the service named, typeset."""
        return self.model_copy(
            update={
                field: value.settled(name)
                if isinstance(value, Sentences)
                else typeset(value.replace(f"{{{NAME}}}", name))
                for field, value in self
            }
        )


class Texts(Sentences):
    """What every channel says, then the web's pages, Telegram and the town hall's kit alone.

    `bilan` is what editors read of what was asked; `editeur` says who publishes.
    """

    web: Sentences
    telegram: Sentences
    mairie: Sentences
    bilan: Sentences
    editeur: Sentences


def _schema(base: type[Sentences], defaults: Mapping[str, Any], within: str = "") -> Any:
    """The class whose fields are the keys of the defaults."""
    fields: dict[str, Any] = {}
    for key, default in defaults.items():
        if isinstance(default, str):
            most = _MOST_OF.get(f"{within}{key}")
            fields[key] = (str, Field(default, min_length=bool(default), max_length=most))
        else:
            part = _schema(Sentences, default, f"{key}.")
            fields[key] = (part, Field(default_factory=part))
    return create_model(base.__name__, __base__=base, **fields)


#: What textes.yaml may hold.
SCHEMA: type[Texts] = _schema(
    Texts,
    # By libyaml: a tenth of a second less of every start.
    yaml.load((files("bot") / "defaults/textes.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader),
)


def read_texts(raw: Mapping[str, Any]) -> Texts:
    """The texts of textes.yaml, all that it leaves out by default. Raises ValidationError."""
    texts = SCHEMA.model_validate(raw)
    return texts.settled(texts[NAME])
