"""The one way from a question to a reply: steps in order, the first that replies is the last.

Each step says in the trace why it replied, or why it did not, so that `explain` tells the decision
really taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.communes.commune import Found, Unknown
from bot.conversation.acting import (
    act,
    after,
    desk_named,
    placed,
    said,
)
from bot.conversation.action import Ask
from bot.conversation.answers import Answers
from bot.conversation.context import finish
from bot.conversation.message import LETTER, decision_of, read_message
from bot.conversation.parts import parts_asked, plausible, sentences_told
from bot.conversation.pieces import plainly_one, whole
from bot.conversation.places import named
from bot.conversation.placing import (
    among_known,
    asked_place,
    by_commune,
    chosen_place,
    likely_place,
    only_place,
)
from bot.conversation.reply import Outcome, Question, Reply
from bot.conversation.served import Served
from bot.conversation.way import Because, Trace, Way
from bot.knowledge.acts import LEARNT, Then
from bot.language.words import is_announced, sentences
from bot.matching.decision import (
    Answered,
    Suggestions,
    decide,
)

#: Probability of all alarms together from which the likeliest is answered without asking « did you
#: mean…? »: the right number given for nothing costs little, a question asked in a fire much.
#: Chosen on the even sentences of tests/cases/alarmes.yaml (docs/comprendre.md).
ALARM_SCORE = 0.45
#: A pattern does not ring where an ordinary entry is surer than this: « sans voiture on est
#: coincés, des bus ? » is about transport. No sentence of tests/cases/alarmes.yaml is lost by it.
ORDINARY_SCORE = 0.95
#: Probability that a message of several sentences asks something here, from which the one that is
#: sure is answered.
IN_SCOPE = 0.1
#: Probability of all dialogue acts together from which the likeliest is what is meant.
ACT = 0.5

#: Replies that come of the words read with what was said before, where they were.
_READ_WITH_BEFORE = frozenset({Outcome.ANSWER, Outcome.SUGGESTIONS, Outcome.COMMUNE})
_Step = Callable[[Way], Reply | None]


def route(question: Question, served: Served) -> tuple[Reply, Trace]:
    """The reply to words, to a button or to a position, and why; a pure function.

    Words that go on from what was begun seconds ago are read with it, where it is plainly one.
    """
    made, trace = _route(question, served)
    if asked := whole(question):
        joined, why = _route(asked, served)
        if plainly_one(made, joined, question):
            return replace(joined, joins=True), why
    return made, trace


def _route(question: Question, served: Served) -> tuple[Reply, Trace]:
    before, texts = question.conversation, served.base.texts
    if question.place is not None:
        near = Answers(served).near(served.gazetteer.around(question.place), before)
        return finish(near, before, texts, ""), Trace(
            (Because("position", "Les communes les plus proches."),)
        )
    if question.action is not None:
        made = act(Ask.parse(question.action), before, served)
        return finish(made, before, texts, made.title or ""), Trace(
            (Because("bouton", f"Action « {question.action} »."),)
        )
    way = Way(among_known(read_message(question.text, served), before, served), before, served)
    for step in PLACE_STEPS if question.only_place else STEPS:
        if (reply := step(way)) is not None:
            if way.understood and reply.outcome in _READ_WITH_BEFORE:
                reply = replace(reply, understood=way.understood)
            if way.message.personal and not way.message.empty and not reply.calls:
                reply = replace(reply, text=f"{reply.text}\n\n{texts['donnees_a_taire']}")
            made = finish(reply, before, texts, way.message.text)
            ranking = vars(way).get("ranking")  # where it was looked for
            return made, Trace(tuple(way.because), way.message, ranking)
    raise AssertionError("the last step always replies")


def _too_long(way: Way) -> Reply | None:
    if not way.message.too_long:
        return None
    way.why("longueur", "Le message est trop long.")
    return way.answers.menu(way.served.base.texts["message_trop_long"], way.conversation)


def _nothing(way: Way) -> Reply | None:
    if not way.message.empty or way.message.act:
        return None
    texts = way.served.base.texts
    if way.message.personal:
        way.why("vide", "Le message ne contient qu’une donnée personnelle.")
        return way.answers.menu(texts["donnees_personnelles"], way.conversation)
    way.why("vide", "Le message ne contient aucun mot.")
    return way.answers.menu(texts["message_vide"], way.conversation)


def _alarm(way: Way) -> Reply | None:
    rung = [alarm for alarm in way.message.alarms if alarm in way.served.entries]
    if not rung:
        return None
    scores = {one.entry: one.score for one in way.ranking.candidates}
    likeliest = max(rung, key=lambda alarm: scores.get(alarm, 0.0))
    # « Ça serre dans la poitrine et dans le bras » has words of violence, and is none.
    entry = likeliest if scores.get(likeliest, 0.0) >= ALARM_SCORE else rung[0]
    best = way.ranking.candidates[0] if way.ranking.candidates else None
    if best and best.score > ORDINARY_SCORE and not way.served.entries[best.entry].alarm:
        way.why(
            "alarme", f"Un motif de « {entry} », mais la question est sûrement « {best.entry} »."
        )
        return None
    way.why("alarme", f"Un motif de l’alarme « {entry} » est dans le message.")
    return way.answers.entry(entry, way.conversation, 1.0, None)


def _dialogue_act(way: Way) -> Reply | None:
    name = way.message.act
    if name is None:
        return None
    if isinstance(place := way.message.place, Found) and not place.fuzzy:
        way.why("acte", f"« {name} », mais un lieu est nommé ({named(place)}).")  # « à Denain »
        return None
    found = way.served.base.acts[name]
    subject = way.served.entries.get(way.subject or "")
    # « Et chez ma mère ? » has its own entry, where the last answer leads to it.
    led = subject and found.entry in subject.see_also
    goes_on = found.then is Then.FOLLOW and subject and not led
    in_danger = subject and subject.alarm and found.then is Then.MENU
    if goes_on or (in_danger and not found.opens):
        way.why("acte", f"« {name} » : le message continue ce qui précède.")
        return None
    about_before = found.then not in {Then.MENU, Then.CONTACT, Then.YES} and way.subject
    told = way.ranking.identical and not way.message.reading.repairs
    if told and not about_before and not found.opens:
        way.why("acte", f"« {name} », mais ces mots sont ceux d’une entrée.")
        return None
    way.why("acte", f"Le message entier est un acte de dialogue : « {name} ».")
    before, way.understood = way.conversation, None  # « le premier » was not read with other words
    return after(found, before, way.served) or said(found, before, way.served)


def _desk_named(way: Way) -> Reply | None:
    key = desk_named(way.message.text, way.conversation, way.served)
    if key is None:
        return None
    way.why("contact", f"Le message nomme l’un des contacts proposés : « {key} ».")
    return way.answers.desk(key, way.conversation)


def _likely_alarm(way: Way) -> Reply | None:
    """An alarm that the words do not spell out, but that they are probably about."""
    likely = [
        one
        for one in way.ranking.candidates
        if way.served.entries[one.entry].alarm and one.entry not in way.message.calm
    ]
    together = sum(one.score for one in likely)
    if way.understood and way.message.opening:
        return None  # « d’accord j’appelle », after a danger
    subject = way.served.entries.get(way.subject or "")
    goes_on = way.understood and not (subject and subject.alarm)
    if together < (ORDINARY_SCORE if goes_on else ALARM_SCORE):
        return None
    best = likely[0]
    way.why("alarme", f"Une alarme est probable ({together:.2f}), d’abord « {best.entry} ».")
    return way.answers.entry(best.entry, way.conversation, best.score, None)


def _several(way: Way) -> Reply | None:
    keys = parts_asked(way.message, way.ranking, way.served)
    if not keys:
        return None
    way.why("plusieurs", f"Le message pose plusieurs questions : {', '.join(keys)}.")
    score = way.ranking.candidates[0].score
    return way.answers.suggestions(keys, way.conversation, score, way.commune, several=True)


def _letter(way: Way) -> Reply | None:
    """What a long letter asks, wherever it stands: the sentences that are sure by themselves.

    So of a shorter message that is clear only by what it asks: « Notre zone s’achève. La sortie
    est-elle dégressive ? », or that announces it: « … moi je veux juste savoir quand ».
    """
    message, long = way.message, len(way.message.text) >= LETTER
    told = sentences(message.text)
    clear = isinstance(decision_of(way.ranking, message, way.served), Answered)
    if not long and (len(told) < 2 or (clear and not any(map(is_announced, told)))):
        return None
    found, asked = sentences_told(message, way.served)
    if not found:
        return None
    keys = tuple(found)
    way.why("lettre", f"Des phrases de la lettre demandent : {', '.join(keys)}.")
    score, several = found[keys[0]], len(keys) > 1
    if not several and asked and (long or way.ranking.in_scope >= IN_SCOPE):
        return way.answers.entry(keys[0], way.conversation, score, way.commune)
    return way.answers.suggestions(keys, way.conversation, score, way.commune, several=several)


def _entry(way: Way) -> Reply | None:
    """Answer, suggest, or leave it to the refusal."""
    place, commune = way.message.place, way.commune
    decision = decision_of(way.ranking, way.message, way.served)
    way.why("entrée", decision.rule)
    among_places = way.conversation.last == Outcome.COMMUNE.value and isinstance(place, Found)
    alone = next(iter(way.alone.candidates), None)
    if among_places and not (alone and alone.score > ORDINARY_SCORE):
        way.why("lieu", f"Une commune après une autre ({named(place)}).")  # « genre Vimy ? »
        return placed(place, way.conversation, way.served, 1.0)
    if isinstance(decision, Suggestions):
        keys = tuple(candidate.entry for candidate in decision.candidates)
        score = decision.candidates[0].score
        return way.answers.suggestions(keys, way.conversation, score, commune)
    if not isinstance(decision, Answered):
        return None
    key, score = decision.candidate.entry, decision.candidate.score
    if key in way.served.gazetteer.region.entries:
        if not isinstance(place, Unknown) or place.elsewhere:
            return placed(place, way.conversation, way.served, score)
        if way.remembered:
            return way.answers.commune(way.remembered, way.conversation, score)
    elif key in way.served.gazetteer.region.by_commune and place.matched:
        return placed(place, way.conversation, way.served, score, key)
    return way.answers.entry(key, way.located, score, commune)


def _opening(way: Way) -> Reply | None:
    """Thanks that go on (« merci je le dirai à ma mère ») are thanks, unless an entry is sure."""
    name = way.message.opening
    if name is None or isinstance(decide(way.alone, way.served.policy), Answered):
        return None
    way.why(
        "acte", f"Le message commence par un acte de dialogue, et ne demande rien : « {name} »."
    )
    return said(way.served.base.acts[name], way.conversation, way.served)


def _like_an_act(way: Way) -> Reply | None:
    """A message likelier to be a dialogue act than any question: « tu sers vraiment à rien »."""
    acts = [one for one in way.alone.others if one.entry.startswith(LEARNT)]
    # A word alone is an act as it stands, or none: « Lens » is like whatever is short.
    short = way.message.act or len(way.message.reading.words) < 2
    if short or sum(one.score for one in acts) < ACT:
        return None
    name = acts[0].entry.removeprefix(LEARNT)
    found = way.served.base.acts[name]
    if way.served.base.acts.denied_by(name, way.message.text):
        return None
    decision = decision_of(way.ranking, way.message, way.served)
    if way.understood and found.then is Then.MENU and isinstance(decision, Answered):
        return None  # « Elle est finie ? », after « la cité Lemay », takes no leave
    way.why("acte", f"Le message ressemble à un acte de dialogue : « {name} ».")
    way.understood = None  # nor was it read with other words
    return after(found, way.conversation, way.served) or said(found, way.conversation, way.served)


def _refusal(way: Way) -> Reply:
    """The nearest questions where one is plausible, and whom to call here."""
    near = plausible(way.ranking, way.message, way.served)
    return way.answers.refusal(way.conversation, way.commune or way.remembered, near)


#: The order of decisions.
STEPS: Sequence[_Step] = (
    _too_long,
    _alarm,
    _nothing,
    _dialogue_act,
    _desk_named,
    by_commune,
    chosen_place,
    asked_place,
    _likely_alarm,
    _opening,
    _like_an_act,
    _several,
    _letter,
    likely_place,
    _entry,
    _refusal,
)
#: The same for a search of communes.
PLACE_STEPS: Sequence[_Step] = (_too_long, _alarm, _nothing, only_place)
