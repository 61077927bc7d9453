"""What was said before, and what a message means after it.

A message that is clear alone is not bent: only where it is not does the last question complete it
(« elle est finie ? » after « la cité Lemay »). Both readings are in one ranking: what the message
alone leaves unsaid, in probability, is shared out as the completed one says. Two readings come
first: a few words that an entry beside the one just answered has whole (« quelles cités ? »), and
a few that an entry about the commune just given has. Neither where a danger may be told.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bot.communes.commune import Unknown
from bot.conversation.expecting import DOUBT
from bot.conversation.message import Message
from bot.conversation.reply import CHOICES, WHERE, WHICH, WISH, Conversation, Outcome, Reply
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
#: What the reading alone still weighs where the words lean on what was said before.
LEANING = 0.5
#: Its best entry's share of what the message alone says, from which its own words tell what it is
#: about: « et mon chien ? »; and the least that it must say.
TOLD, NAMED = 0.7, 0.5
#: What all entries beside have together, in probability, from which one of them may be meant.
LEAST = 1e-6
#: Coverage from which an entry has every word.
ALL = 0.99
#: What the completed reading weighs where its best entry lacks the words that are new.
UNSAID = 0.6
#: The share of a place's name, or of what is new, that an entry about it has.
KNOWN = 0.5
#: First words of a message that goes on, and pronouns of what was named before.
_OPENERS = frozenset("et mais ou alors donc puis sinon".split())  # noqa: SIM905
_PRONOUNS = frozenset("elle elles il ils ca y en celle celles celui ceux".split())  # noqa: SIM905
#: What a question may end on.
_ENDS = " \xa0\u202f?.!"
#: Stems that ask without saying of what.
_ASKING = frozenset(
    """qui quand combien comment pourquoi quel quels quell pas plus tout tous apres avant si on nous
    combin fait fair dit dir peu peux veux fini""".split()  # noqa: SIM905
)


def completed(
    message: Message, alone: Ranking, before: Conversation, served: Served
) -> tuple[Ranking, str | None]:
    """The ranking of a message after what was said, and the words it was read as, if it was.

    `alone` is that of the message by itself.
    """
    elsewhere = isinstance(message.place, Unknown) and message.place.elsewhere
    subject = served.entries.get(before.entry or "")
    danger = subject is not None and subject.alarm and before.last == Outcome.ANSWER.value
    then = served.base.acts[message.act].then if message.act else None
    # « Et pour ma mère ? » says nothing alone, least of all of a danger.
    follows = then is Then.FOLLOW and not danger
    spelt = " ".join(map(served.matcher.repair, normalise(message.text).split()))  # « combin ? »
    own_words = [stem for stem in stems(spelt) if stem not in _ASKING | _OPENERS]
    decision = decide(alone, served.policy)
    clear = not follows and isinstance(decision, Answered)
    if danger and isinstance(decision, Answered):
        clear = clear and len(own_words) > MOST_OWN and decision.candidate.score >= SURELY_ELSE
    calm = sum(one.score for one in alone.candidates if served.entries[one.entry].alarm) < DOUBT
    if calm and not (clear or danger) and (there := _there(message, own_words, before, served)):
        return there
    if not before.wish or elsewhere or alone.identical:
        return alone, None
    wish = before.wish.rstrip(_ENDS)
    understood = f"{wish}, {message.text}"
    whole: Ranking | None = None
    known = all(map(served.matcher.knows, own_words))
    if calm and known and subject and not follows and 0 < len(own_words) <= MOST_OWN:
        whole = served.matcher.rank(understood).among(served.entries)
        sure = own_words if clear else ()
        if sibling := _sibling(alone, whole, subject, before, sure, served):
            return Ranking((sibling,), sibling.score), understood
    if clear:
        return alone, None
    words = message.reading.words
    leans = bool(words) and (words[0] in _OPENERS or not _PRONOUNS.isdisjoint(words))
    if not danger and (
        message.text.strip().isdecimal()  # a choice mistyped, sooner than a question that goes on
        or len(own_words) > (MOST_OWN if leans else 1)
        or not known
    ):
        return alone, None
    if danger and subject:
        whole = Ranking((Candidate(subject.id, DANGER, subject.question, {}),), DANGER)
    else:
        whole = whole or served.matcher.rank(understood).among(served.entries)
    best = max((one.score for one in alone.candidates), default=0.0)
    told = own_words and best >= TOLD * max(alone.in_scope, NAMED)  # « et mon chien ? »
    own = LEANING if danger or (leans and not told) else 1.0
    if follows:
        own, whole = 0.0, served.matcher.rank(understood).among(_ordinary(served))
    left = 1 - own * alone.in_scope
    first = next(iter(whole.candidates), None)
    news = own_words and not follows and not danger
    if first and news and served.matcher.covers(first.entry, tuple(own_words)) < KNOWN:
        left *= UNSAID  # « et l’Europe ? »: what was said before knows nothing of it
    scores = {one.entry: left * one.score for one in whole.candidates}
    found = {one.entry: one for one in (*whole.candidates, *alone.candidates)}
    for one in alone.candidates:
        scores[one.entry] = scores.get(one.entry, 0.0) + own * one.score
    ranked = sorted(found.values(), key=lambda one: (-scores[one.entry], one.entry))
    candidates = tuple(replace(one, score=scores[one.entry]) for one in ranked)
    return Ranking(candidates, own * alone.in_scope + left * whole.in_scope), understood


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


def _sibling(
    alone: Ranking,
    whole: Ranking,
    subject: Entry,
    before: Conversation,
    sure: Collection[str],
    served: Served,
) -> Candidate | None:
    """Of the entries beside the one just answered, the one that a few words surely ask for.

    « Quelles cités ? » after an intercommunalité is about its own: that entry has every word of the
    message, and more of what was said before than the best entry of the message alone. `sure` are
    the stems of a message that is clear alone: its very question must say them.
    """
    if before.last != Outcome.ANSWER.value or subject.alarm:
        return None
    beside = {
        key: one
        for key, one in served.entries.items()
        if (key in subject.see_also or subject.id in one.see_also) and not one.alarm
    }
    near = whole.among(beside).candidates
    shared = sum(one.score for one in near)
    if not shared:
        return None
    best = replace(near[0], score=near[0].score / shared)
    said = {one.entry: one.parts["couverture"] for one in alone.candidates}
    read = {one.entry: one.parts["couverture"] for one in whole.candidates}
    if said and said.get(best.entry, 0.0) < ALL:
        return None
    if said and (first := alone.candidates[0].entry) != best.entry:
        if sure and served.entries[first].theme == subject.theme:  # « et Heurteau ? »
            return None
        if not {*sure} <= {*stems(served.entries[best.entry].question)}:
            return None
        if read[best.entry] <= read.get(first, 0.0):
            return None
    decided = decide(Ranking((best, *near[1:]), 1.0), served.policy)
    return best if isinstance(decided, Answered) else None


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
        if one.theme == subject.theme and one is not subject
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
    return replace(
        made.conversation,
        refusals=min(made.conversation.refusals, 99),
        started=True,
        # Where a commune stands is another subject.
        entry=None if made.outcome is Outcome.COMMUNE else made.entry or made.conversation.entry,
        choices=tuple(choices[:CHOICES]),
        last=WHERE if made.wants_place else WHICH if which else made.outcome.value,
        wish=_short(made.understood or asked) if told else before.wish,
        said=digest(made.text),
    )


def finish(made: Reply, before: Conversation, texts: Texts, asked: str) -> Reply:
    """The reply as part of the conversation: its first one says that a program answers.

    One that was read with what came before says how; in danger, nothing stands before the number.
    The same answer twice running says that it comes again.
    """
    if digest(made.text) == before.said:
        # In danger, nothing stands before the number.
        again, told = texts["encore"], made.text
        both = f"{told}\n\n{again}" if made.calls else f"{again}\n\n{told}"
        made = replace(made, text=both)
    notice = None if before.started else texts["service_automatique"]
    if made.understood and not made.calls:
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
