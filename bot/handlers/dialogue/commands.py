"""What happens on each command."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from telegram import Update

from bot.conversation.action import Ask, Kind
from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation, Outcome, Question, Reply
from bot.digest import in_words, make_digest
from bot.handlers.context import CHANNEL, BotContext
from bot.handlers.delivery.errors import report
from bot.handlers.delivery.patience import soon
from bot.handlers.delivery.sending import Message, deliver
from bot.handlers.dialogue.keyboard import Part
from bot.handlers.dialogue.links import StartLink
from bot.handlers.dialogue.replying import answer, send

#: Days of a digest; characters of a message (Bot API).
WEEK, LONGEST = 7, 4096


async def start(update: Update, context: BotContext) -> None:
    """Begin, always with the line that says a program answers; a link may carry a question."""
    begun = replace(context.conversation, started=False, refusals=0)
    link = StartLink.parse(context.args[0] if context.args else "")
    await send(update, context, _linked(link, begun, context.services.assistant))
    if link.source:
        await _count(link.source, context)


def _linked(link: StartLink, begun: Conversation, assistant: Assistant) -> Reply:
    """What the link asks for. A poster outlives the answer that it points to: then, the welcome."""
    if assistant.gazetteer.get(link.commune):
        begun = replace(begun, commune=link.commune)
    for ask in (Ask(Kind.ENTRY, link.entry), Ask(Kind.COMMUNE, link.commune)):
        reply = assistant.reply(Question(action=str(ask), conversation=begun))
        if reply.outcome in {Outcome.ANSWER, Outcome.COMMUNE}:
            return reply
    return assistant.reply(Question(action="start", conversation=begun))


async def _count(source: str, context: BotContext) -> None:
    """Count where links are followed from. She has her answer: a failure here is only logged."""
    services = context.services
    try:
        await soon(services.database.add_arrival(source, CHANNEL, services.assistant.today()))
    except Exception as error:
        report(error)


async def commune(update: Update, context: BotContext) -> None:
    """Ask which commune, or look up the one that follows the command."""
    if context.args:
        await answer(update, context, text=" ".join(context.args))
    else:
        await answer(update, context, part=Part("commune"))


async def erase(update: Update, context: BotContext) -> None:
    """Erase what is kept of her here. Nothing of this reply is remembered either."""
    told = context.texts.telegram["efface"]
    try:
        if not await soon(context.erase()):
            told = context.texts.telegram["efface_echec"]
    except Exception as error:
        report(error)
        told = context.texts.telegram["efface_echec"]
    await _tell(update, context, told)


async def digest(update: Update, context: BotContext) -> None:
    """The digest of the week, for those whom ADMIN_IDS names, alone; to others, help."""
    services, chat, user = context.services, update.effective_chat, update.effective_user
    if not (chat and user and chat.type == chat.PRIVATE and user.id in services.admin_ids):
        await answer(update, context, part=Part("help"))
        return
    served = services.assistant.served
    made = await make_digest(services.database, services.asked, served, WEEK)
    await _tell(update, context, in_words(made, served, short=True)[:LONGEST])


async def _tell(update: Update, context: BotContext, text: str) -> None:
    if update.effective_chat:
        chat = update.effective_chat.id
        await deliver(context.bot, Message(chat, text, html=False, topic=context.topic))


def asking(action: str) -> Callable[[Update, BotContext], Coroutine[Any, Any, None]]:
    """A command that does what a button with this action would."""

    async def ask(update: Update, context: BotContext) -> None:
        await answer(update, context, part=Part(action))

    return ask
