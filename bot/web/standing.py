"""Where a commune stands, as a sign and a word above the reply."""

from dataclasses import dataclass
from types import MappingProxyType

from bot.conversation.reply import Outcome, Reply


@dataclass(frozen=True, slots=True)
class Standing:
    """`status` is the contract's word, which gives the colour."""

    status: str
    sign: str
    label: str


_STANDINGS = MappingProxyType(
    {
        "in": Standing("in", "✓", "Dans le périmètre"),
        "partner_only": Standing("partner_only", "?", "À vérifier"),
        "perimeter_only": Standing("perimeter_only", "?", "À vérifier"),
        "out": Standing("out", "✕", "Hors du périmètre"),
    }
)


def of(reply: Reply) -> Standing | None:
    """Where the commune that the reply is about stands."""
    if reply.outcome is not Outcome.COMMUNE or reply.commune is None:
        return None
    return _STANDINGS[reply.commune.status.value]
