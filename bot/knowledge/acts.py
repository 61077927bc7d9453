"""Dialogue acts: whole messages that ask nothing of the base, such as greetings and thanks."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.language.french import is_french
from bot.language.patterns import SOUND_LENGTH
from bot.language.phonetics import word_sound
from bot.language.typography import typeset
from bot.language.words import FUNCTION_WORDS, normalise, tokens, without_wrapping

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
    "signs": "signes",
    "opens": "ouvre",
    "closes": "ferme",
    "states": "affirme",
}


def _words(value: object) -> object:
    return frozenset(normalise(value).split()) if isinstance(value, str) else value


def _messages(value: object) -> object:
    return (
        frozenset(" ".join(tokens(str(one))) for one in value) if isinstance(value, list) else value
    )


def _signs(value: object) -> object:
    return frozenset(value.split()) if isinstance(value, str) else value


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
    #: Emoji of a message without words.
    signs: Annotated[frozenset[str], BeforeValidator(_signs)] = frozenset()
    #: Whether a short message that only begins so, and asks nothing, is this act.
    opens: bool = False
    #: Whether one of its words, anywhere in such a message, makes it this act.
    closes: bool = False
    #: Whether it asks nothing: « je dois partir ? », after an answer, takes no leave.
    states: bool = False
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
#: What makes of « je comprends » the reverse.
_DENIALS = frozenset("pas plus rien jamais point mal".split())  # noqa: SIM905
#: Letters of a word from which its sound tells it from others.
LONG = 4
#: What an act of which the matcher learns begins with, among the entries of the base; and the
#: messages from which there is something to learn.
LEARNT, ENOUGH = "acte:", 15
_CLAUSE = re.compile(r"[.!?,;:…()\n]+")
_ASKED = re.compile(r"\?[\s!?.…]*$")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}", re.IGNORECASE)


#: What follows these is only said.
_ONLY_SAID = frozenset({Then.MENU, Then.CONTACT, Then.START})


#: What follows these hangs on what was said or offered, not on what the message is like.
_OF_CONTEXT = frozenset({Then.FOLLOW, Then.YES, Then.CHOICE})


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
        self._messages = {text: name for name, act in acts.items() for text in act.messages}
        #: What a longer message may be made of: {words by sound: act}, and their most words.
        self._pieces = {
            _sound(text.split()): name
            for name, act in reversed([*acts.items()])
            if act.then is not Then.FOLLOW
            for text in act.messages
        }
        self._longest = max((len(piece.split()) for piece in self._pieces), default=0)

    def __iter__(self) -> Iterator[str]:
        return iter(self._acts)

    def __getitem__(self, name: str) -> Act:
        return self._acts[name]

    def learnt(self) -> dict[str, tuple[str, ...]]:
        """The messages of the acts that a matcher can tell by what they are like, by its keys."""
        return {
            LEARNT + name: tuple(sorted(act.messages))
            for name, act in self._acts.items()
            if len(act.messages) >= ENOUGH and act.then not in _OF_CONTEXT and not act.share
        }

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
            # « Rien » and « à demain » are acts; « rien ne chauffe » and « à Denain » begin none.
            name = (
                self._messages.get(" ".join(words[:stop]))
                if stop > 1
                else self._by_word.get(self._meant(words[0]))
            )
            if name and self._acts[name].opens:
                return (
                    None if _DENIALS.issuperset(words[stop : stop + 1]) and words[stop:] else name
                )
        known = (self._by_word.get(self._meant(word)) for word in words)
        return next((name for name in known if name and self._acts[name].closes), None)

    def find(self, text: str) -> str | None:
        """The name of the act that the whole message is, else None."""
        text = _DRAWN_OUT.sub(r"\1", text)
        name = self._whole(text) or self._made_of(text)
        return None if name and self.denied_by(name, text) else name

    def denied_by(self, name: str, text: str) -> bool:
        """Whether the text asks, in several words, what this act would state."""
        asks = _ASKED.search(text) and len(tokens(text)) > 1
        return bool(asks) and self._acts[name].states

    def _made_of(self, text: str) -> str | None:
        """The act of « bon ben tant pis, allez bonne soirée »: each of its parts is one."""
        found: list[str] = []
        for clause in _CLAUSE.split(text):
            if words := tokens(clause):
                made = self._parts(words)
                if made is None:
                    return None
                found += made
        last = next((name for name in found if self._acts[name].then not in _ONLY_SAID), None)
        others = [name for name in found if name != GREETING]
        return last or next(iter([*others[::-1], *found]), None)

    def _parts(self, words: Sequence[str]) -> list[str] | None:
        """The acts that a clause is made of, with politeness between; None where it is not."""
        sounds = [word_sound(word) for word in words]
        best: list[tuple[int, list[str]] | None] = [(0, [])] + [None] * len(words)
        for start, word in enumerate(words):
            if (known := best[start]) is None:
                continue
            covered, names = known
            ends: list[tuple[int, int, list[str]]] = []
            if word in self._polite or word in FUNCTION_WORDS:
                ends.append((start + 1, covered, names))
            if name := self._by_word.get(self._meant(word)):
                ends.append((start + 1, covered + 1, [*names, name]))
            for stop in range(start + 1, min(len(words), start + self._longest) + 1):
                if stop == start + 1 and len(words) > 1:
                    continue  # « question » is an act alone, not among other words
                piece = self._pieces.get(" ".join(sounds[start:stop]))
                if piece:
                    ends.append((stop, covered + stop - start, [*names, piece]))
            for stop, count, made in ends:
                held = best[stop]
                if held is None or count > held[0]:
                    best[stop] = (count, made)
        done = best[-1]
        return done[1] if done and 5 * done[0] >= 3 * len(words) else None

    def _meant(self, word: str) -> str:
        """The word of an act that a misspelt one sounds like; « sert » is no « sœur ».

        Short words sound like too many: « un bot » is no « beaux-parents ».
        """
        known = len(word) < SOUND_LENGTH or is_french(word)
        return word if known else self._by_sound.get(word_sound(word), word)

    def _whole(self, text: str) -> str | None:
        words = tokens(text)
        if not words:
            letters = any(map(str.isalpha, text))
            return next(
                (
                    name
                    for name, act in self._acts.items()
                    if (act.script if letters else not act.signs.isdisjoint(text))
                ),
                None,
            )
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
            among = sum(word in act.words and len(word) > 1 for word in words) if act.share else 0
            if act.share and among >= max(2, act.share * len(words)):
                return name
        words = tuple(map(self._meant, words))
        known = [self._by_word[word] for word in words if word in self._by_word]
        for name in known:
            if within := self._acts[name].within:
                return name if len(words) <= within else None
        if known and all(word in self._by_word or word in self._polite for word in words):
            return known[-1]
        return None
