"""Dialogue acts: whole messages that ask nothing of the base, such as greetings and thanks."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AliasGenerator, BaseModel, BeforeValidator, ConfigDict

from bot.language.typography import typeset
from bot.language.words import normalise, tokens, without_wrapping

#: The act whose words may stand before another.
GREETING = "salut"
_FRENCH_KEYS = {
    "words": "mots",
    "within": "parmi",
    "reply": "reponse",
    "then": "suite",
}


def _words(value: object) -> object:
    return frozenset(normalise(value).split()) if isinstance(value, str) else value


def _messages(value: object) -> object:
    return frozenset(normalise(str(one)) for one in value) if isinstance(value, list) else value


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
    reply: str
    #: What is offered with it: the general ways on, someone to reach, or the welcome instead.
    then: Literal["menu", "contact", "debut"] = "menu"


class Acts:
    """The acts of a base, recognised in the order of its files."""

    def __init__(self, acts: Mapping[str, Act], polite: frozenset[str]) -> None:
        self._acts = {
            name: act.model_copy(update={"reply": typeset(act.reply)}) for name, act in acts.items()
        }
        self._polite = polite
        self._greetings = acts[GREETING].words if GREETING in acts else frozenset[str]()
        self._by_word = {word: name for name, act in acts.items() for word in act.words}

    def __iter__(self) -> Iterator[str]:
        return iter(self._acts)

    def __getitem__(self, name: str) -> Act:
        return self._acts[name]

    def find(self, text: str) -> str | None:
        """The name of the act that the whole message is, else None."""
        words = tokens(text)
        said = {
            " ".join(words),
            " ".join(without_wrapping(list(words))),
            " ".join(word for word in words if word not in self._greetings),
        }
        for name, act in self._acts.items():
            if not said.isdisjoint(act.messages):
                return name
        known = [self._by_word[word] for word in words if word in self._by_word]
        for name in known:
            if within := self._acts[name].within:
                return name if len(words) <= within else None
        if known and all(word in self._by_word or word in self._polite for word in words):
            return known[-1]
        return None
