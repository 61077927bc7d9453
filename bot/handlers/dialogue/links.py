"""Links that open the bot on an answer or a commune, and say where they were found.

`t.me/NAME?start=q-ID_c-CODE_s-SOURCE`, each part at will: Telegram hands over what follows
`start=`, at most 64 letters, digits, « _ » and « - ».
"""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlencode

from bot.storage.database import SOURCE

#: Sources of our own, beside those of posters and pages.
SHARED, INLINE = "partage", "inline"
_PARTS = re.compile(rf"(?:q-([a-z0-9-]{{1,32}}))?_?(?:c-(\d{{5}}))?_?(?:s-({SOURCE}))?")


@dataclass(frozen=True, slots=True)
class StartLink:
    """An entry's id (32 characters at most), an Insee code, and a source (19), all optional.

    With the longest of each, the payload has 64 characters exactly. Anyone can make one up: what
    `parse` takes of it is what is counted.
    """

    entry: str = ""
    commune: str = ""
    source: str = ""

    @classmethod
    def parse(cls, payload: str) -> Self:
        """What a payload asks for: nothing where it is not one of ours."""
        found = _PARTS.fullmatch(payload)
        link = cls(*(part or "" for part in found.groups())) if found else cls()
        return link if str(link) == payload else cls()

    def __str__(self) -> str:
        parts = (("q", self.entry), ("c", self.commune), ("s", self.source))
        return "_".join(f"{kind}-{value}" for kind, value in parts if value)

    def url(self, bot: str) -> str:
        """The whole address; `bot` is the bot's name on Telegram, without @."""
        return f"https://t.me/{bot}?start={self}" if str(self) else f"https://t.me/{bot}"

    def share_url(self, bot: str, title: str) -> str:
        """The address that lets someone choose whom to send this link to, on any phone."""
        query = urlencode({"url": self.url(bot), "text": title}, quote_via=quote)
        return f"https://t.me/share/url?{query}"
