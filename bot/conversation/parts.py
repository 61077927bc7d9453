"""Messages that ask several things, part by part; and what one that is refused may be about."""

from collections.abc import Mapping

from bot.conversation.message import LETTER, Message
from bot.conversation.served import Served
from bot.language.words import sentences
from bot.matching.decision import SUGGESTIONS, Answered, Ranking, decide

#: Each part of a message is offered from these on: its entry's share of the probability that some
#: entry is right, and that probability, which is low for the few words of a part (« qui paie »).
PART = 0.45, 0.2
#: The same where one entry answers the whole message.
SURE_PART = 0.75, 0.4

#: Probability from which a question is offered with a refusal: it costs a line, and may be it.
PLAUSIBLE = 0.015


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
    if not ranking.candidates or ranking.identical or not message.parts:
        return ()
    sure = isinstance(decide(ranking, served.policy), Answered)
    found: list[str] = []
    for part in message.parts:
        ranked = served.matcher.rank(part).among(served.entries)
        least, in_scope = SURE_PART if sure else PART
        best = next(iter(ranked.candidates), None)  # none where all that it ranks is gone
        if best is None or ranked.in_scope < in_scope or best.score < least * ranked.in_scope:
            return ()
        found.append(best.entry)
    if len(set(found)) < 2:
        return ()
    whole = ranking.candidates[0]
    if whole.entry not in found and whole.score >= PART[0]:
        found.insert(0, whole.entry)
    return tuple(dict.fromkeys(found))[:SUGGESTIONS]


def sentences_asked(message: Message, served: Served) -> tuple[Mapping[str, float], bool]:
    """What the sentences of a message are sure to be about, likeliest first, and if one asks it.

    Of a letter, what is only told counts too; of a shorter message, only what is asked.
    """
    found: dict[str, float] = {}
    likely: dict[str, float] = {}
    asked = False
    for sentence in dict.fromkeys(sentences(message.text)):
        ranking = served.matcher.rank(sentence).among(served.entries)
        if not isinstance(decide(ranking, served.policy), Answered):
            for one in ranking.candidates[:1]:
                if one.score >= PART[0] and not served.entries[one.entry].alarm:
                    likely[one.entry] = max(one.score, likely.get(one.entry, 0.0))
            continue
        best, asks = ranking.candidates[0], sentence.endswith("?")
        if asks or len(message.text) >= LETTER:
            found[best.entry] = max(best.score, found.get(best.entry, 0.0))
            asked = asked or asks
    if len(message.text) >= LETTER and all(served.entries[key].alarm for key in found):
        found |= likely  # to be offered: nothing is sure, or only a grief told on the way
    kept = sorted(found, key=lambda key: -found[key])[:SUGGESTIONS]
    return {key: found[key] for key in kept}, asked
