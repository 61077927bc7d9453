"""The reply to a button, and to a dialogue act: neither asks the base in words of its own."""

from dataclasses import replace

from bot.conversation.action import Ask, Kind
from bot.conversation.answers import Answers
from bot.conversation.context import unlike
from bot.conversation.reply import Conversation, Outcome, Reply
from bot.conversation.served import Served
from bot.knowledge.acts import Act, Then


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
        case Ask(Kind.CONTACT):
            return answers.contact(conversation, commune)
        case Ask(Kind.NONE):
            return answers.refusal(conversation, commune)
        case Ask(Kind.HELP):
            return answers.menu(served.base.texts["aide"], conversation)
        case Ask(Kind.PRIVACY):
            return answers.menu(served.base.texts["vie_privee"], conversation)
        case Ask(Kind.START):
            return answers.start(conversation)
        case _:
            return answers.menu(served.base.texts["bouton_ancien"], conversation)


def subject_of(conversation: Conversation, served: Served) -> str | None:
    """The entry answered before, where it is still served."""
    return conversation.entry if conversation.entry in served.entries else None


def after(found: Act, conversation: Conversation, served: Served) -> Reply | None:
    """The reply to an act about what was said before; None where nothing was."""
    choices, subject = conversation.choices, subject_of(conversation, served)
    asked = None
    if found.then is Then.CHOICE and found.rank and abs(found.rank) <= len(choices):
        asked = choices[found.rank - 1 if found.rank > 0 else found.rank]
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
