"""Questions and communes for the words being typed: what is chosen is asked as a button would."""

from bot.conversation.answers import Answers
from bot.conversation.message import Message, rank, read_message
from bot.conversation.reply import Action
from bot.conversation.served import Served
from bot.language.words import normalise
from bot.matching.decision import SMALLEST

#: Before so many characters, anything could be meant.
FEWEST = 3
#: How many are offered; EXAMPLES before anything is typed.
EXAMPLES = 4
QUESTIONS, COMMUNES = 4, 3
#: Probability that the words ask something, from which likely questions are offered.
IN_SCOPE = 0.5


def examples(served: Served) -> tuple[Action, ...]:
    """Questions that show what can be asked: the editors' choice, else each theme's first."""
    base = served.base
    firsts = [one.id for theme in base.themes for one in base.of_theme(theme.id)[:1]]
    usual = [key for key in firsts or base.entries if not base.entries[key].alarm]
    return Answers(served).questions(base.examples or usual)[:EXAMPLES]


def suggestions(typed: str, served: Served, *, only_place: bool = False) -> tuple[Action, ...]:
    """At most QUESTIONS questions, then COMMUNES communes; none before FEWEST characters."""
    words = normalise(typed[:200])
    if len(words) < FEWEST:
        return ()
    places = Answers(served).places(served.gazetteer.beginning_with(words)[:COMMUNES])
    if only_place:
        return places
    asked = read_message(typed, served)
    if asked.alarms:
        return Answers(served).questions(asked.alarms[:1])
    keys = [one.id for one in served.entries.values() if _holds(one.question, words)][:QUESTIONS]
    if len(keys) < QUESTIONS and not places:
        keys += _likely(asked, served)
    return (*Answers(served).questions(dict.fromkeys(keys))[:QUESTIONS], *places)


def searched(typed: str, served: Served) -> tuple[str, ...]:
    """The entries whose questions hold all the words, then those likely to answer them."""
    words, asked = normalise(typed[:200]), read_message(typed, served)
    alarms = [alarm for alarm in asked.alarms if alarm in served.entries]
    held = [one.id for one in served.entries.values() if words and _holds(one.question, words)]
    return tuple(dict.fromkeys([*alarms, *held, *_likely(asked, served)]))


def _likely(asked: Message, served: Served) -> list[str]:
    found = rank(asked, served)
    if found.in_scope < IN_SCOPE:
        return []
    return [one.entry for one in found.candidates if one.score >= SMALLEST]


def _holds(question: str, words: str) -> bool:
    """Whether each word typed begins one of the question's."""
    said = f" {normalise(question)}"
    return all(f" {word}" in said for word in words.split())
