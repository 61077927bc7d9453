"""The reply to a button, a dialogue act, a place or a name: none asks the base in its words."""

from dataclasses import replace

from bot.communes.commune import Ambiguous, Lookup, Unknown
from bot.conversation.action import Ask, Kind
from bot.conversation.answers import Answers
from bot.conversation.context import unlike
from bot.conversation.message import Message
from bot.conversation.reply import WHICH, Conversation, Outcome, Reply
from bot.conversation.served import Served
from bot.knowledge.acts import Act, Then
from bot.language.words import FUNCTION_WORDS, normalise, stem, stems, without_wrapping

#: Words that say nothing of what is asked; « c'est » is two.
_FREE = FUNCTION_WORDS | {"c"}


def act(ask: Ask | None, conversation: Conversation, served: Served) -> Reply:
    """The reply to a button; one that asks for what is not served any more gets the menu."""
    answers = Answers(served)
    commune = served.gazetteer.get(conversation.commune or "")
    match ask:
        case Ask(Kind.ENTRY, value) if (key := value.partition(":")[0]) in served.entries:
            # An answer as it was given with a commune's status: « ID:59456 ».
            if told := served.gazetteer.get(value.partition(":")[2]):
                conversation = replace(conversation, commune=told.code_insee)
            return answers.entry(key, conversation, 1.0, told)
        case Ask(Kind.EASY, value) if value in served.entries:
            return answers.easy(value, conversation)
        case Ask(Kind.THEME, value) if any(theme.id == value for theme in served.base.themes):
            return answers.theme(value, conversation)
        case Ask(Kind.COMMUNE, "") if served.gazetteer:
            return answers.where(conversation)
        case Ask(Kind.COMMUNE, value) if found := served.gazetteer.get(value):
            return answers.commune(found, conversation)
        case Ask(Kind.THEMES):
            return answers.themes(conversation)
        case Ask(Kind.CONTACT, value) if value in served.base.contacts:
            return answers.desk(value, conversation)
        case Ask(Kind.CONTACT):
            return answers.contact(conversation, commune)
        case Ask(Kind.NONE):
            return answers.refusal(conversation, commune)
        case Ask(Kind.HELP):
            return answers.menu(served.base.texts["aide"], conversation)
        case Ask(Kind.PRIVACY):
            return answers.menu(privacy(served), conversation)
        case Ask(Kind.START):
            return answers.start(conversation)
        case _:
            return answers.menu(served.base.texts["bouton_ancien"], conversation)


def privacy(served: Served) -> str:
    """What becomes of her words, with the time for which they are kept here."""
    texts, days = served.base.texts, served.retention_days
    kept = texts["garde_questions"].format(jours=days) if days else texts["garde_rien"]
    return texts["vie_privee"].format(garde=kept)


def subject_of(conversation: Conversation, served: Served) -> str | None:
    """The entry answered before, where it is still served."""
    return conversation.entry if conversation.entry in served.entries else None


def told_by_commune(message: Message, before: Conversation, served: Served) -> str | None:
    """The entry that changes with the commune, where the words ask for it and no more.

    Or where it was just answered, and they only say another place: « et à Liévin ? »; « Liévin
    est concernée ? » is another question, and « et la mairie ? » goes on with what was said.
    """
    place, region = message.place, served.gazetteer.region
    rest = normalise(message.text) if isinstance(place, Unknown) else place.rest
    words = without_wrapping(rest.split())
    if isinstance(place, Unknown) and (place.matched or words[:1] == ["et"]):
        return None
    subject, stemmed = subject_of(before, served), {stem(word) for word in words}
    for key, local in region.by_commune.items():
        told = [one for one in local.asked if one <= stemmed] if key in served.entries else []
        free = local.around.union(*told)
        if told and all(stem(word) in free or word in _FREE for word in words):
            return key
    goes_on = place.matched and before.last in {WHICH, Outcome.ANSWER}
    if subject in region.by_commune and goes_on and {*words} <= {"et", *region.speech.avant_lieu}:
        return subject
    return None


def placed(
    place: Lookup,
    conversation: Conversation,
    served: Served,
    confidence: float,
    about: str | None = None,
) -> Reply:
    """Where the place that was named stands, or what the entry `about` says there."""
    answers = Answers(served)
    if isinstance(place, Ambiguous):
        return answers.choose_commune(place.communes, conversation, about=about)
    if isinstance(place, Unknown):
        if about and not place.matched:
            return answers.entry(about, conversation, confidence, None)
        return answers.elsewhere(place.elsewhere or "", conversation)
    found, guessed = place.commune, place.fuzzy
    if about:
        conversation = replace(conversation, commune=found.code_insee)
        return answers.entry(about, conversation, confidence, found, guessed=guessed)
    return answers.commune(found, conversation, confidence, place.cite, guessed=guessed)


def desk_named(text: str, before: Conversation, served: Served) -> str | None:
    """Which of the desks just offered the words name: « Sia », « c'est Maisons et Cités ».

    By the first word of its name or several: « ma maison » names none.
    """
    words = without_wrapping(normalise(text).split())
    asked, contacts = set(stems(" ".join(words))), served.base.contacts
    named = []
    for kind, _, key in (choice.partition(":") for choice in before.choices):
        if kind != Kind.CONTACT or key not in contacts:
            continue
        name = normalise(contacts[key].name)
        if asked <= set(stems(name)) and (len(asked) > 1 or name.split()[0] in words):
            named.append(key)
    return named[0] if asked and len(named) == 1 else None


def after(found: Act, conversation: Conversation, served: Served) -> Reply | None:
    """The reply to an act about what was said before; None where nothing was."""
    choices, subject = conversation.choices, subject_of(conversation, served)
    asked = None
    if found.then is Then.CHOICE and found.rank and abs(found.rank) <= len(choices):
        asked = choices[found.rank - 1 if found.rank > 0 else found.rank]
        if conversation.last == WHICH and subject:
            asked = asked.replace("commune:", f"entry:{subject}:")
    elif found.then is Then.YES and len(choices) == 1:
        asked = choices[0]
    elif found.then is Then.EASY and subject:
        asked = f"easy:{subject}"
    elif found.then is Then.AGAIN and subject:
        again = act(Ask(Kind.ENTRY, subject), conversation, served)
        return replace(again, outcome=Outcome.SMALLTALK)
    elif found.then is Then.SOURCES and subject:
        return Answers(served).source(subject, conversation)
    elif found.entry in served.entries and found.entry != subject:
        if found.then is Then.FOLLOW and not subject:
            return None  # « et chez ma mère ? », first of all
        asked = f"entry:{found.entry}"
    return act(Ask.parse(asked), conversation, served) if asked else None


def said(found: Act, conversation: Conversation, served: Served) -> Reply:
    """The reply to an act by itself, in a wording that was not the last."""
    answers = Answers(served)
    worded = unlike(conversation.said, found.replies)
    commune = served.gazetteer.get(conversation.commune or "")
    calm = replace(conversation, refusals=0)
    match found.then:
        case Then.START:
            return answers.menu(served.base.texts["bienvenue"], calm)
        case Then.COMMUNE if served.gazetteer:
            return answers.where(calm)
        case Then.CONTACT:
            return replace(answers.contact(conversation, commune), text=worded)
        case _:
            return answers.menu(worded, calm)
