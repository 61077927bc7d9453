"""Dialogue acts: whole messages that ask nothing of the base, such as greetings and thanks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.language.phonetics import word_sound
from bot.language.typography import typeset
from bot.language.words import normalise, tokens, without_wrapping

#: The act whose words may stand before another.
GREETING = "salut"
_FRENCH_KEYS = {
    "words": "mots",
    "within": "parmi",
    "replies": "reponse",
    "then": "suite",
    "rank": "rang",
    "entry": "entree",
    "share": "part",
    "script": "ecriture",
    "opens": "ouvre",
    "closes": "ferme",
}


def _words(value: object) -> object:
    return frozenset(normalise(value).split()) if isinstance(value, str) else value


def _messages(value: object) -> object:
    return (
        frozenset(" ".join(tokens(str(one))) for one in value) if isinstance(value, list) else value
    )


def _wordings(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Then(StrEnum):
    """What follows an act, besides its sentence."""

    MENU = "menu"  # the general ways on
    CONTACT = "contact"  # someone to reach
    START = "debut"  # the welcome instead
    COMMUNE = "commune"  # which commune?
    FOLLOW = "suivre"  # the last answer goes on, where there was one
    YES = "unique"  # the choice offered, where there was one alone
    CHOICE = "choix"  # the one of that rank
    EASY = "facile"  # the last answer in its easy wording
    AGAIN = "repete"  # the last answer once more
    SOURCES = "sources"  # where the last answer comes from, and of what day


class Act(BaseModel):
    """One act, how it is told, and what is replied."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=AliasGenerator(validation_alias=lambda name: _FRENCH_KEYS.get(name, name)),
    )

    #: Words of which, with politeness, the whole message is made.
    words: Annotated[frozenset[str], BeforeValidator(_words)] = frozenset()
    #: Whole messages.
    messages: Annotated[frozenset[str], BeforeValidator(_messages)] = frozenset()
    #: Where set, one of the words is enough in a message of so many words at most.
    within: int | None = None
    #: Where set, the words make up this share of the message at least, and are two or more.
    share: float | None = None
    #: Whether this is what is written in another alphabet.
    script: bool = False
    #: Whether a short message that only begins so, and asks nothing, is this act.
    opens: bool = False
    #: Whether one of its words, anywhere in such a message, makes it this act.
    closes: bool = False
    #: The sentence, in several wordings where it may come twice running.
    replies: Annotated[tuple[str, ...], BeforeValidator(_wordings), Field(min_length=1)]
    then: Then = Then.MENU
    #: The entry that answers, where the base has it, instead of the sentence.
    entry: str | None = None
    #: Of a choice: 1 for the first, -1 for the last.
    rank: int | None = None


#: Words of a message that may be an act by its beginning alone, and of this beginning.
LONGEST, FIRST = 14, 4
#: Words that ask.
QUESTIONING = frozenset(
    """combien comment pourquoi quand qui quoi quel quelle quels quelles lequel laquelle ou mais si
    sinon est-ce dois peut peux""".split()  # noqa: SIM905
)
#: Letters of a word from which its sound tells it from others.
LONG = 4


def _sound(words: Iterable[str]) -> str:
    return " ".join(map(word_sound, words))


class Acts:
    """The acts of a base, recognised in the order of its files."""

    def __init__(self, acts: Mapping[str, Act], polite: frozenset[str]) -> None:
        self._acts = {
            name: act.model_copy(update={"replies": tuple(map(typeset, act.replies))})
            for name, act in acts.items()
        }
        self._polite = polite
        self._greetings = acts[GREETING].words if GREETING in acts else frozenset[str]()
        self._by_word = {
            word: name for name, act in acts.items() if not act.share for word in act.words
        }

        #: Misspelt, they sound alike: « mersi ». Short words sound like too many others.
        self._by_sound = {word_sound(word): word for word in self._by_word if len(word) > LONG}
        self._sounds = {
            name: {sound for text in act.messages if len(sound := _sound(text.split())) > LONG}
            for name, act in acts.items()
        }

    def __iter__(self) -> Iterator[str]:
        return iter(self._acts)

    def __getitem__(self, name: str) -> Act:
        return self._acts[name]

    def _trimmed(self, words: Sequence[str]) -> Sequence[str]:
        """Without the politeness and hesitation at both ends."""
        kept = [index for index, word in enumerate(words) if word not in self._polite]
        return words[kept[0] : kept[-1] + 1] if kept else words

    def opening(self, text: str) -> str | None:
        """The act that a message begins with, or bears, where it is short and asks nothing."""
        words = tokens(text)
        if "?" in text or len(words) > LONGEST or not QUESTIONING.isdisjoint(words):
            return None
        for stop in range(min(len(words), FIRST), 0, -1):
            name = self.find(" ".join(words[:stop]))
            if name and self._acts[name].opens:
                return name
        known = (self._by_word.get(self._by_sound.get(word_sound(word), word)) for word in words)
        return next((name for name in known if name and self._acts[name].closes), None)

    def find(self, text: str) -> str | None:
        """The name of the act that the whole message is, else None."""
        words = tokens(text)
        if not words and any(map(str.isalpha, text)):
            return next((name for name, act in self._acts.items() if act.script), None)
        said = {
            " ".join(words),
            " ".join(without_wrapping(list(words))),
            " ".join(word for word in words if word not in self._greetings),
            " ".join(self._trimmed(words)),
        }
        sounds = _sound(words)
        for name, act in self._acts.items():
            if not said.isdisjoint(act.messages) or sounds in self._sounds[name]:
                return name
            among = sum(word in act.words for word in words) if act.share else 0
            if act.share and among >= max(2, act.share * len(words)):
                return name
        words = tuple(self._by_sound.get(word_sound(word), word) for word in words)
        known = [self._by_word[word] for word in words if word in self._by_word]
        for name in known:
            if within := self._acts[name].within:
                return name if len(words) <= within else None
        if known and all(word in self._by_word or word in self._polite for word in words):
            return known[-1]
        return None
