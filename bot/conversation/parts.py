"""Messages that ask several things, part by part; and what one that is refused may be about."""

import re
from collections.abc import Mapping

from bot.conversation.message import LETTER, Message
from bot.conversation.served import Served
from bot.knowledge.acts import QUESTIONING
from bot.language.words import is_asked, normalise, sentences, stems
from bot.matching.decision import SUGGESTIONS, Answered, Ranking, decide

#: Each part of a message is offered from these on: its entry's share of the probability that some
#: entry is right, and that probability, which is low for the few words of a part (« qui paie »).
PART = 0.45, 0.1
#: The same where one entry answers the whole message.
SURE_PART = 0.6, 0.15

#: Where a message may have two halves, and the stems that each has at least.
_AND, HALF = re.compile(r"(?:[,;.!]\s*|\s)(?:et|puis|ou bien)\s", re.IGNORECASE), 2

#: A question mark, whatever signs or emoji follow it.
_ASKED_LAST = re.compile(r"\?[^\w]*$")

#: The same of a sentence of a letter that asks.
PERHAPS = 0.05

#: Probability from which a letter that asks nothing asks what a sentence tells.
TOLD = 0.95

#: Probability from which a question is offered with a refusal: it costs a line, and may be it.
PLAUSIBLE = 0.003


def plausible(ranking: Ranking, message: Message, served: Served) -> tuple[str, ...]:
    """The entries that a message refused may be about, best first; a danger is none of them."""
    if message.text.strip().isdecimal():
        return ()
    return tuple(
        one.entry
        for one in ranking.candidates[:SUGGESTIONS]
        if one.score >= PLAUSIBLE and not served.entries[one.entry].alarm
    )


def parts_asked(message: Message, ranking: Ranking, served: Served) -> tuple[str, ...]:
    """The entries that answer each part of « qui paie et quand ça commence ? », if parts.

    Where one entry answers the whole, each part must be as sure: « … et qui la porte ? » goes
    on about the same thing.
    """
    if not ranking.candidates or ranking.identical or len(message.text) >= LETTER:
        return ()
    if not message.parts:
        return _both_halves(message.text, served)
    sure = isinstance(decide(ranking, served.policy), Answered)
    # « … ? Je suis locataire. »: what asks nothing is a question only where it is sure by itself.
    told = sure and not _ends_asking(message.text, message.parts[-1])
    found: list[str] = []
    for part in message.parts:
        ranked = served.matcher.rank(part).among(served.entries)
        least, in_scope = SURE_PART if sure else PART
        best = next(iter(ranked.candidates), None)  # none where all that it ranks is gone
        if best is None or ranked.in_scope < in_scope or best.score < least * ranked.in_scope:
            return ()
        if told and not isinstance(decide(ranked, served.policy), Answered):
            return ()
        found.append(best.entry)
    if len(set(found)) < 2:
        return ()
    whole = ranking.candidates[0]
    if whole.entry not in found and whole.score >= PART[0]:
        found.insert(0, whole.entry)
    return tuple(dict.fromkeys(found))[:SUGGESTIONS]


def _ends_asking(text: str, last: str) -> bool:
    words = normalise(last)
    asks = _ASKED_LAST.search(text) is not None or "est ce" in words
    return asks or not QUESTIONING.isdisjoint(words.split())


def _both_halves(text: str, served: Served) -> tuple[str, ...]:
    """The entries of « ils nettoient la brique, et les châssis, ils les changent ? », if two.

    Nothing but « et » shows where the second question begins: each must be sure by itself.
    """
    for joint in _AND.finditer(text):
        halves = text[: joint.start()], text[joint.end() :]
        if not _ends_asking(text, halves[-1]) or min(len(stems(half)) for half in halves) < HALF:
            continue
        found = []
        for half in halves:
            ranked = served.matcher.rank(half).among(served.entries)
            match decide(ranked, served.policy):
                case Answered(candidate) if not _alarm(candidate.entry, served):
                    found.append(candidate.entry)
        if len(set(found)) == len(halves):
            return tuple(found)
    return ()


def sentences_told(message: Message, served: Served) -> tuple[Mapping[str, float], bool]:
    """{entry: probability} of what the sentences of a message are about, what is asked first.

    And whether the first is surely what the message asks. What is only told counts in a letter
    alone; what is not sure, where nothing of its kind is.
    """
    asked: dict[str, float] = {}
    told: dict[str, float] = {}
    asked_perhaps: dict[str, float] = {}
    told_perhaps: dict[str, float] = {}
    letter = len(message.text) >= LETTER
    for sentence in dict.fromkeys(sentences(message.text)):
        ranking, asks = served.matcher.rank(sentence).among(served.entries), is_asked(sentence)
        for best in ranking.candidates[:1]:
            if isinstance(decide(ranking, served.policy), Answered):
                found = asked if asks else told
            elif best.score >= (PERHAPS if asks else PART[0]) and not _alarm(best.entry, served):
                found = asked_perhaps if asks else told_perhaps
            else:
                continue
            found[best.entry] = max(best.score, found.get(best.entry, 0.0))
    kinds = [asked]
    if letter:
        kinds = [asked or asked_perhaps, told]
        if all(_alarm(key, served) for kind in kinds for key in kind):
            kinds.append(told_perhaps)  # nothing is sure, or only a grief told on the way
    ordered = [one for kind in kinds for one in sorted(kind.items(), key=lambda one: -one[1])]
    first = dict(reversed(ordered))  # of one told twice, the first time
    sure = asked or (not asked_perhaps and max(told.values(), default=0.0) >= TOLD)
    return {key: first[key] for key in [*dict(ordered)][:SUGGESTIONS]}, bool(sure)


def _alarm(entry: str, served: Served) -> bool:
    return served.entries[entry].alarm
