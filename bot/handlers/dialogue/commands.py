"""What happens on each command."""

import datetime as dt
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from telegram import Update

from bot.conversation.action import Ask, Kind
from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation, Outcome, Question, Reply
from bot.digest import in_words, make_digest
from bot.handlers.context import CHANNEL, BotContext
from bot.handlers.dialogue.editing import edits, tell
from bot.handlers.dialogue.keyboard import Part
from bot.handlers.dialogue.links import StartLink
from bot.handlers.dialogue.replying import answer, send
from bot.storage.editors import LINK_MINUTES, admin_link

#: Days of a digest.
WEEK = 7


async def start(update: Update, context: BotContext) -> None:
    """Begin, always with the line that says a program answers; a link may carry a question."""
    begun = replace(context.conversation, started=False, refusals=0)
    link = StartLink.parse(context.args[0] if context.args else "")
    await send(update, context, _linked(link, begun, context.services.assistant))
    if link.source:
        services = context.services
        services.tallies.arrival(link.source, CHANNEL, services.assistant.today())


def _linked(link: StartLink, begun: Conversation, assistant: Assistant) -> Reply:
    """What the link asks for. A poster outlives the answer that it points to: then, the welcome."""
    if assistant.gazetteer.get(link.commune):
        begun = replace(begun, commune=link.commune)
    for ask in (Ask(Kind.ENTRY, link.entry), Ask(Kind.COMMUNE, link.commune)):
        reply = assistant.reply(Question(action=str(ask), conversation=begun))
        if reply.outcome in {Outcome.ANSWER, Outcome.COMMUNE}:
            return reply
    return assistant.reply(Question(action="start", conversation=begun))


async def commune(update: Update, context: BotContext) -> None:
    """Ask which commune, or look up the one that follows the command."""
    if context.args:
        await answer(update, context, text=" ".join(context.args))
    else:
        await answer(update, context, part=Part("commune"))


async def erase(update: Update, context: BotContext) -> None:
    """Erase what is kept of her here. Nothing of this reply is remembered either."""
    told = "efface" if await context.erase() else "efface_echec"
    await tell(update, context, context.texts.telegram[told])


async def digest(update: Update, context: BotContext) -> None:
    """The digest of the week, for those whom ADMIN_IDS names, alone; to others, help."""
    services = context.services
    if not edits(update, context):
        await answer(update, context, part=Part("help"))
        return
    served = services.assistant.served
    made = await make_digest(services.database, services.asked, served, WEEK)
    await tell(update, context, in_words(made, served, short=True))


async def editing(update: Update, context: BotContext) -> None:
    """An address that opens the editors' page once, for those whom ADMIN_IDS names, alone."""
    services = context.services
    if not edits(update, context):
        await answer(update, context, part=Part("help"))
        return
    link = admin_link(services.pseudonym_key, services.address, dt.datetime.now(dt.UTC))
    told = context.texts.telegram["redaction"].format(adresse=link, minutes=LINK_MINUTES)
    await tell(update, context, told)


def asking(action: str) -> Callable[[Update, BotContext], Coroutine[Any, Any, None]]:
    """A command that does what a button with this action would."""

    async def ask(update: Update, context: BotContext) -> None:
        await answer(update, context, part=Part(action))

    return ask
