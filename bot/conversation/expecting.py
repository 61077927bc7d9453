"""What is likely to be asked next: what stands beside the answer just given, sooner than the rest.

Bayes' rule: what a message says by itself is multiplied by how much likelier an entry is to be
asked after what was said than at first. Of 207 later turns of conversations (docs/comprendre.md),
46 in a hundred asked one of the 3 in a hundred entries that are beside the one just answered, 17
one of the 7 in its theme. The factors are smaller than that tells: the message was read with what
was said before already.
"""

from collections.abc import Collection
from dataclasses import replace

from bot.conversation.reply import Conversation, Outcome
from bot.conversation.served import Served
from bot.knowledge.model import Entry
from bot.matching.decision import Ranking

#: How much likelier than the rest are: an entry that one just answered leads to, or the reverse;
#: one that was offered; one of the same theme; the very one that was just answered.
BESIDE, OFFERED, THEME, AGAIN = 12.0, 12.0, 3.0, 0.5
#: Probability of all alarms together from which a message may tell of a danger.
DOUBT = 0.1


def expected(ranking: Ranking, before: Conversation, served: Served) -> Ranking:
    """The same candidates after what was said; as they were where a danger is or may be told."""
    answered, offered = _said(before)
    said = {key: served.entries[key] for key in (*answered, *offered) if key in served.entries}
    alarms = sum(one.score for one in ranking.candidates if served.entries[one.entry].alarm)
    if ranking.identical or alarms >= DOUBT or any(entry.alarm for entry in said.values()):
        return ranking

    def likelier(entry: Entry) -> float:
        if entry.id in said:
            return AGAIN if entry.id in answered else OFFERED
        if any(entry.id in one.see_also or one.id in entry.see_also for one in said.values()):
            return BESIDE if answered else THEME
        return THEME if any(one.theme == entry.theme for one in said.values()) else 1.0

    odds = {
        one.entry: one.score * likelier(served.entries[one.entry]) for one in ranking.candidates
    }
    total = sum(odds.values()) + 1 - sum(one.score for one in ranking.candidates)
    candidates = [replace(one, score=odds[one.entry] / total) for one in ranking.candidates]
    candidates.sort(key=lambda one: (-one.score, one.entry))
    in_scope = 1 - (1 - ranking.in_scope) / total
    return replace(ranking, candidates=tuple(candidates), in_scope=in_scope)


def _said(before: Conversation) -> tuple[Collection[str], Collection[str]]:
    """The entries that the last reply answered, and those that it offered."""
    match before.last:
        case Outcome.ANSWER.value if before.entry:
            return (before.entry,), ()
        case Outcome.SUGGESTIONS.value | Outcome.NO_MATCH.value:
            chosen = (choice.partition(":") for choice in before.choices)
            return (), [key for kind, _, key in chosen if kind == "entry"]
    return (), ()
