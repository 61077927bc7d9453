"""One question on its way to a reply: what is known of it, and why the reply is that one."""

from dataclasses import dataclass, replace
from functools import cached_property

from bot.communes.commune import Commune, Found
from bot.conversation.acting import subject_of
from bot.conversation.answers import Answers
from bot.conversation.context import completed
from bot.conversation.message import Message, rank
from bot.conversation.reply import Conversation
from bot.conversation.served import Served
from bot.matching.decision import Ranking


@dataclass(frozen=True, slots=True)
class Because:
    """What one step saw: its name and its facts, in French for editors."""

    step: str
    facts: str


@dataclass(frozen=True, slots=True)
class Trace:
    """How a reply was come to, step by step; the last one replied."""

    because: tuple[Because, ...]
    message: Message | None = None  # None where a button or a position asked
    ranking: Ranking | None = None  # None where no entry was thought of


class Way:
    """One question on its way: what the steps read, and what they say."""

    def __init__(self, message: Message, conversation: Conversation, served: Served) -> None:
        self.message = message
        self.conversation = conversation
        self.served = served
        self.answers = Answers(served)
        self.because: list[Because] = []
        self.understood: str | None = None

    @cached_property
    def alone(self) -> Ranking:
        """The likely entries by the message alone, looked for at first need; others are acts."""
        return rank(self.message, self.served)

    @cached_property
    def ranking(self) -> Ranking:
        """The likely entries after what was said before, looked for at the first need."""
        found, self.understood = completed(self.message, self.alone, self.conversation, self.served)
        return found

    @property
    def subject(self) -> str | None:
        """The entry answered before, where it is still served."""
        return subject_of(self.conversation, self.served)

    @property
    def commune(self) -> Commune | None:
        """The commune that the message names, where it names one alone."""
        return self.message.place.commune if isinstance(self.message.place, Found) else None

    @property
    def located(self) -> Conversation:
        """The conversation with the commune that the message names."""
        commune = self.commune
        return (
            replace(self.conversation, commune=commune.code_insee) if commune else self.conversation
        )

    @property
    def remembered(self) -> Commune | None:
        """The commune given earlier in the conversation."""
        return self.served.gazetteer.get(self.conversation.commune or "")

    def why(self, step: str, facts: str) -> None:
        """Add what a step saw to the trace."""
        self.because.append(Because(step, facts))
