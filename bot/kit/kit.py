"""What one town hall spreads: its addresses, and texts ready to be pasted, pure but for the day."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from urllib.parse import quote, urlencode

from bot.communes.commune import Commune
from bot.communes.gazetteer import Gazetteer
from bot.conversation.markup import plain
from bot.conversation.places import town_hall
from bot.conversation.reply import Reply
from bot.knowledge.model import Contact, KnowledgeBase
from bot.knowledge.texts import Texts
from bot.language.typography import typeset
from bot.language.words import normalise

#: Where a link can be found, the first part of its source, and its name in the texts.
MEDIA = MappingProxyType(
    {
        "affiche": "source_affiche",
        "bulletin": "source_bulletin",
        "lien": "source_lien",
        "mail": "source_mail",
        "sms": "source_sms",
        "site": "source_site",
    }
)


@dataclass(frozen=True, slots=True)
class Kit:
    """All that the texts of one commune, or of the whole service, are made from.

    `address` is the service's, without a final slash; `desk` is who answers those without a
    smartphone.
    """

    address: str
    texts: Texts
    drawings: Mapping[str, str]
    today: dt.date
    commune: Commune | None
    desk: Contact | None

    @property
    def place(self) -> str | None:
        """The commune's name."""
        return self.commune.name if self.commune else None

    @property
    def shown_address(self) -> str:
        """The address as one types it."""
        return self.address.partition("://")[2]

    @property
    def file_name(self) -> str:
        """What its files are named after: « vern-d-anjou-49363 »."""
        if self.commune is None:
            return "service"
        return f"{normalise(self.commune.name).replace(' ', '-')}-{self.commune.code_insee}"

    def source(self, medium: str) -> str:
        """What is counted of arrivals: where the link was, and whose it is."""
        return f"{medium}-{self.commune.code_insee.lower()}" if self.commune else medium

    def link(self, medium: str, entry: str | None = None) -> str:
        """The page, or an answer's, with the commune known and the arrival counted."""
        query = {"c": self.commune.code_insee} if self.commune else {}
        query["s"] = self.source(medium)
        return f"{self.address}/{f'q/{entry}' if entry else ''}?{urlencode(query)}"

    @property
    def bulletins(self) -> tuple[str, str]:
        """For the municipal bulletin: 400 signs at most, and 1,000."""
        texts = self.texts.mairie
        told = {"adresse": self.shown_address, "joindre": self._reach}
        return texts["bulletin_court"].format(**told), texts["bulletin_long"].format(**told)

    @property
    def _reach(self) -> str:
        """How those without internet ask, in one sentence."""
        texts = self.texts.mairie
        if not self.desk or not self.desk.phone:
            return texts["joindre_accueil"]
        told = texts["joindre"].format(contact=self.desk.name, telephone=self.desk.phone)
        return typeset(told)

    def mail(self, reply: Reply) -> tuple[str, str]:
        """An answer as an e-mail: its subject, its body."""
        texts = self.texts.mairie
        sources = "".join(
            f"\n- {source.title}{f' : {source.url}' if source.url else ''}"
            for source in reply.sources
        )
        body = texts["courriel"].format(
            question=reply.title or "",
            # Our own pages are not beside what is read in an e-mail.
            reponse=plain(reply.text.replace("](/", f"]({self.address}/")),
            sources=f"\n\n{texts['courriel_sources']}{sources}" if sources else "",
            lien=self.link("mail", reply.entry),
            joindre=self._reach,
            signature=self.place or self.texts["nom"],
        )
        return texts["courriel_objet"].format(question=reply.title or ""), body

    def sms(self, reply: Reply) -> str:
        """An answer as an SMS, with the letters that cost least: 160 to a message, else 70."""
        said = reply.brief or plain(reply.text).partition("\n")[0]
        text = self.texts.mairie["sms"].format(reponse=said, lien=self.link("sms", reply.entry))
        for print_sign, typed in (("’", "'"), ("\u202f", " "), ("\u00a0", " "), ("…", "...")):
            text = text.replace(print_sign, typed)
        return text

    @property
    def widgets(self) -> tuple[str, str, str]:
        """For a site's page: the line of a button, a link that becomes one, a frame."""
        code = self.commune.code_insee if self.commune else ""
        link, name = escape(self.link("site")), escape(self.texts["nom"])
        script = f'<script src="{escape(self.address)}/widget.js"'
        label = escape(self.texts.mairie["bouton"])
        return (
            f'{script} data-commune="{code}" async></script>',
            f'<a href="{link}" data-galibot>{label}</a>\n{script} async></script>',
            f'<iframe src="{link}" title="{name}" width="100%" height="720"></iframe>',
        )


def mailto(subject: str, body: str) -> str:
    """The address that opens a new e-mail, with a line end as e-mails have it (RFC 6068)."""
    lines = body.replace("\n", "\r\n")
    return f"mailto:?{urlencode({'subject': subject, 'body': lines}, quote_via=quote)}"


def sms_address(text: str) -> str:
    """The address that opens a new SMS, on Android and iOS alike."""
    return f"sms:?&body={quote(text)}"


def kits(
    base: KnowledgeBase,
    gazetteer: Gazetteer,
    communes: Iterable[Commune | None],
    address: str,
    today: dt.date,
) -> Iterator[Kit]:
    """The kit of each commune; of the whole service for None."""
    region = gazetteer.region
    desks = [base.contacts.get(key) for key in (*region.desks, *base.contacts)]
    usual = next((desk for desk in desks if desk and desk.phone), None)
    for commune in communes:
        hall = town_hall(commune, region.sentences) if commune else None
        desk = hall if hall and hall.phone else usual
        yield Kit(address, base.texts, base.drawings, today, commune, desk)
