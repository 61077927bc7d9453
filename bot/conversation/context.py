"""What was said before, and what a message means after it.

After an answer or a choice, a message is read alone and with the last question, in one ranking
(`following.py`). Read otherwise: one that says nothing of its own (« elle est finie ? »), which
only goes on; a few words that an entry about the commune just given has; one with words that no
entry has, which changes the subject; and one that tells or may tell of a danger, read alone.
After an alarm, what is not clearly about something else is about that alarm still.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.communes.commune import Unknown
from bot.conversation.following import Told
from bot.conversation.message import Message
from bot.conversation.reply import (
    CHOICES,
    STILL,
    WHERE,
    WHICH,
    WISH,
    Conversation,
    Outcome,
    Reply,
)
from bot.conversation.served import Served
from bot.knowledge.acts import Then
from bot.knowledge.model import Entry
from bot.knowledge.texts import Texts
from bot.language.masking import masked
from bot.language.typography import typeset
from bot.language.words import normalise, stems
from bot.matching.decision import Answered, Candidate, Ranking, decide

#: A message that goes on has so many words of its own at most.
MOST_OWN = 2
#: One that is asked of the commune given before.
FEW = 3
#: Probability that an unclear message after an alarm still is about it.
DANGER = 0.9
#: Probability from which a message after an alarm is about something else, where it says more than
#: a few words: « je reste dedans en attendant ? », « on sort ou pas ? », in a smell of gas, are not
#: about the removal or the money that they resemble.
SURELY_ELSE = 0.99
#: The same of all ordinary entries together, where the alarm was told again already.
ELSE = 0.3
#: What ends the first words of a message.
_CLAUSE = re.compile(r"([.,;:!…\n]+\s*)")
#: What the message alone still weighs after an alarm.
LEANING = 0.5
#: Probability of all alarms together from which a message may tell of a danger.
DOUBT = 0.1
#: Probability that any entry answers, under which words that no entry has change the subject.
LITTLE = 0.1
#: What all entries beside have together, in probability, from which one of them may be meant.
LEAST = 1e-6
#: The share of a place's name that an entry about it has.
KNOWN = 0.5
#: First words of a message that goes on.
_OPENERS = frozenset("et mais ou alors donc puis sinon".split())  # noqa: SIM905
#: Pronouns of what was named before.
_PRONOUNS = frozenset("elle elles il ils ca y en celle celles celui ceux".split())  # noqa: SIM905
#: Those of one thing that was named.
_IT = frozenset({"elle", "elles", "il", "ils"})
#: What a question may end on.
_ENDS = " \xa0\u202f?.!"
#: Stems that ask without saying of what.
_ASKING = frozenset(
    """qui quand combien comment pourquoi quel quels quell pas plus tout tous apres avant si on nous
    combin fait fair dit dir peu peux veux fin""".split()  # noqa: SIM905
)


def completed(
    message: Message, alone: Ranking, before: Conversation, served: Served
) -> tuple[Ranking, str | None]:
    """The ranking of a message after what was said, and the words it was read as, if it was.

    `alone` is that of the message by itself.
    """
    elsewhere = isinstance(message.place, Unknown) and message.place.elsewhere
    told = Told.of(before, served.entries, message.reading.words)
    own_words = _own_words(message, served)
    if (told.in_danger and told.answered) or before.last == STILL:
        if not _leaves(message, alone, own_words, before, served):
            return _in_danger(message, alone, before, served)
        return alone, None
    act = served.base.acts[message.act] if message.act else None
    empty = not own_words and not _IT.isdisjoint(message.reading.words)
    follows = (act and act.then is Then.FOLLOW) or empty
    if follows and before.wish and not elsewhere and not alone.identical:
        # « Et pour ma mère ? », « elle est finie ? » say nothing alone, least of all of a danger.
        return read_on(message, before, served), _together(message, before)
    calm = sum(one.score for one in alone.candidates if served.entries[one.entry].alarm) < DOUBT
    if alone.identical or elsewhere or told.in_danger or not calm:
        return alone, None
    clear = isinstance(decide(alone, served.policy), Answered)
    # « Et les chantiers ? » is of the commune; « quelles cités ? » is answered by commune anyway.
    one_word = len(own_words) == 1 and not any(
        one.entry in served.gazetteer.region.by_commune for one in alone.candidates[:1]
    )
    if (not clear or one_word) and (there := _there(message, own_words, before, served)):
        return there
    refused = before.last == Outcome.NO_MATCH.value and not told.offered
    strange = not all(map(served.matcher.knows, own_words)) and alone.in_scope < LITTLE
    if not before.wish or refused or strange or message.text.strip().isdecimal():
        return alone, None  # a number is a choice mistyped
    found = served.following.ranked(alone, read_on(message, before, served), told)
    first = [one.entry for ranking in (alone, found) for one in ranking.candidates[:1]]
    return found, None if clear and len(set(first)) == 1 else _together(message, before)


def read_on(message: Message, before: Conversation, served: Served) -> Ranking:
    """The ranking of the last question with the message after it; a danger is told by itself."""
    return served.matcher.rank(_together(message, before), message.place.matched).among(
        _ordinary(served)
    )


def _together(message: Message, before: Conversation) -> str:
    return f"{before.wish.rstrip(_ENDS)}, {message.text}"


def _own_words(message: Message, served: Served) -> Sequence[str]:
    """The stems of what a message says, but for those that ask without saying of what."""
    spelt = " ".join(map(served.matcher.repair, normalise(message.text).split()))  # « combin ? »
    return [stem for stem in stems(spelt) if stem not in _ASKING | _OPENERS]


def _leaves(
    message: Message,
    alone: Ranking,
    own_words: Sequence[str],
    before: Conversation,
    served: Served,
) -> bool:
    """Whether a message after an alarm is about something else.

    Where the alarm was told again already, it is enough that it says something else: whoever tries
    twice to speak of the rent is not in a fire.
    """
    subject = served.entries.get(before.entry or "")
    if subject is None or not subject.alarm or alone.identical:
        return True
    decision, more = decide(alone, served.policy), len(own_words) > MOST_OWN
    answered = decision.candidate.score if isinstance(decision, Answered) else 0.0
    if (more and answered >= SURELY_ELSE) or _goes_on(message.text, served):
        return True
    ordinary = sum(one.score for one in alone.candidates if not served.entries[one.entry].alarm)
    return before.last == STILL and (answered > 0 or (more and ordinary >= ELSE))


def _goes_on(text: str, served: Served) -> bool:
    """« C’est bon, on a appelé. Et pour le chauffage ? »: an act, then what surely asks."""
    first, end, rest = _CLAUSE.split(text, maxsplit=1) if _CLAUSE.search(text) else (text, "", "")
    acts = served.base.acts
    if not end or not (acts.find(first) or acts.opening(first)):
        return False
    return isinstance(
        decide(served.matcher.rank(rest).among(_ordinary(served)), served.policy), Answered
    )


def _in_danger(
    message: Message, alone: Ranking, before: Conversation, served: Served
) -> tuple[Ranking, str | None]:
    """After an alarm, which an unclear message still is about: « elle a 3 ans »."""
    subject = served.entries[before.entry or ""]
    left = 1 - LEANING * alone.in_scope
    scores = {one.entry: LEANING * one.score for one in alone.candidates}
    scores[subject.id] = scores.get(subject.id, 0.0) + left * DANGER
    found = {subject.id: Candidate(subject.id, DANGER, subject.question, {})}
    found |= {one.entry: one for one in alone.candidates}
    ranked = sorted(found.values(), key=lambda one: (-scores[one.entry], one.entry))
    candidates = tuple(replace(one, score=scores[one.entry]) for one in ranked)
    understood = _together(message, before) if before.wish else None
    return Ranking(candidates, LEANING * alone.in_scope + left * DANGER), understood


def _there(
    message: Message, own_words: Sequence[str], before: Conversation, served: Served
) -> tuple[Ranking, str] | None:
    """« Et les chantiers ? » of the commune given before, where an entry knows that place."""
    commune = served.gazetteer.get(before.commune or "")
    named = before.last == Outcome.COMMUNE.value or _PRONOUNS.isdisjoint(message.reading.words)
    if commune is None or message.place.matched or not (named and 0 < len(own_words) <= FEW):
        return None
    understood = f"{message.text.rstrip(_ENDS)} ({commune.name})"
    ranking = served.matcher.rank(understood, commune.name).among(served.entries)
    match decide(ranking, served.policy):
        case Answered(candidate) if candidate.parts["lieu"] >= KNOWN:
            return ranking, understood
    return None


def moved(message: Message, before: Conversation, served: Served) -> Candidate | None:
    """What the last question asks, of the place alone that the message names: « et à Douai ? ».

    Of the entries beside the one just answered, in its theme, the one that knows that place and is
    surely meant. None where there is none: the answer is as it was, and it is said where the
    commune stands.
    """
    place, speech = message.place, served.gazetteer.region.speech
    subject = served.entries.get(before.entry or "")
    if before.last != Outcome.ANSWER.value or not subject or not before.wish or not place.matched:
        return None
    asked = normalise(message.text).split()
    led = {"et", "mais", "ou", *_PRONOUNS, *speech.avant_lieu}
    if asked[0] not in led or not {*asked} <= led.union(normalise(place.matched).split()):
        return None
    found = served.gazetteer.find(before.wish)
    wish = before.wish if isinstance(found, Unknown) else found.rest
    beside = {
        key: one
        for key, one in served.entries.items()
        if one.theme == subject.theme
        and one is not subject
        and key not in served.gazetteer.region.entries
    }
    ranking = served.matcher.rank(f"{wish} {place.matched}", place.matched).among(beside)
    shared = sum(one.score for one in ranking.candidates)
    if shared < LEAST:
        return None  # « qui paie ? et à Lens ? »
    left = tuple(replace(one, score=one.score / shared) for one in ranking.candidates)
    match decide(Ranking(left, 1.0), served.policy):
        case Answered(candidate) if candidate.parts["lieu"] >= KNOWN:
            return candidate
    return None


def _ordinary(served: Served) -> Mapping[str, Entry]:
    return {key: entry for key, entry in served.entries.items() if not entry.alarm}


def remember(made: Reply, before: Conversation, asked: str) -> Conversation:
    """The conversation after a reply: what it answered, offered and said, and the last wish.

    `asked` are the words that asked for it, or the question of a button.
    """
    choices: Sequence[str] = ()
    if made.outcome in {Outcome.SUGGESTIONS, Outcome.NO_MATCH}:
        choices = [f"entry:{key}" for key in made.entries]
    elif made.outcome is Outcome.CHOOSE_COMMUNE:
        choices = [f"commune:{commune.code_insee}" for commune in made.communes]
    elif made.desks:
        choices = [way.action for way in made.actions if way.to_desk]
    which = made.outcome is Outcome.CHOOSE_COMMUNE and made.entry
    told = made.outcome in {Outcome.ANSWER, Outcome.SUGGESTIONS, Outcome.COMMUNE}
    again = made.understood and made.calls
    kind = WHERE if made.wants_place else WHICH if which else STILL if again else made.outcome.value
    wish = made.understood or asked
    if made.understood and made.outcome is Outcome.ANSWER and made.title and not again:
        wish = made.title  # else each message that goes on would carry all those before it
    return replace(
        made.conversation,
        refusals=min(made.conversation.refusals, 99),
        started=True,
        # Where a commune stands is another subject.
        entry=None if made.outcome is Outcome.COMMUNE else made.entry or made.conversation.entry,
        choices=tuple(choices[:CHOICES]),
        last=kind,
        wish=_short(wish) if told else before.wish,
        said=digest(made.text),
    )


def finish(made: Reply, before: Conversation, texts: Texts, asked: str) -> Reply:
    """The reply as part of the conversation: its first one says that a program answers.

    An answer that was read with what came before says how; in danger, nothing stands before the
    number.
    The same answer twice running says that it comes again.
    """
    if digest(made.text) == before.said:
        # In danger, nothing stands before the number.
        again, told = texts["encore"], made.text
        both = f"{told}\n\n{again}" if made.calls else f"{again}\n\n{told}"
        made = replace(made, text=both)
    notice = None if before.started else texts["service_automatique"]
    if made.understood and not made.calls and made.outcome is not Outcome.SUGGESTIONS:
        notice = texts["compris"].format(question=typeset(made.understood))
    return replace(made, notice=notice, conversation=remember(made, before, asked))


def digest(text: str) -> str:
    """A few letters that tell a text from the one before."""
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def unlike(said: str, wordings: Sequence[str]) -> str:
    """The first wording; where it was said last, the next, in turn."""
    last = next((at for at, one in enumerate(wordings) if digest(one) == said), -1)
    return wordings[(last + 1) % len(wordings)]


def _short(text: str) -> str:
    """The end of a text, in whole words of WISH bytes at most; nobody is named in it."""
    text = masked(text)
    kept = text.encode()[-WISH:].decode(errors="ignore")
    return kept if kept == text else kept.partition(" ")[2]
