"""What happens on each command."""

from dataclasses import replace

from telegram import Update

from bot.conversation.reply import Outcome, Question
from bot.handlers.context import BotContext
from bot.handlers.sending import answer, send

#: What the links of posters and of the web page ask for: t.me/NAME?start=q-ID or c-CODE.
_DEEP_LINKS = {"q-": "entry:", "c-": "commune:"}


async def start(update: Update, context: BotContext) -> None:
    """Begin, always with the line that says a program answers; a link may carry a question."""
    begun = replace(context.conversation, started=False, refusals=0)
    assistant = context.services.assistant
    payload = context.args[0] if context.args else ""
    kind = _DEEP_LINKS.get(payload[:2])
    if kind:
        reply = assistant.reply(Question(action=f"{kind}{payload[2:]}", conversation=begun))
        # A poster outlives the answer that it points to: then, the welcome.
        if reply.outcome in {Outcome.ANSWER, Outcome.COMMUNE}:
            await send(update, context, reply)
            return
    await send(update, context, assistant.reply(Question(action="start", conversation=begun)))


async def commune(update: Update, context: BotContext) -> None:
    """Ask which commune, or look up the one that follows the command."""
    if context.args:
        await answer(update, context, text=" ".join(context.args))
    else:
        await answer(update, context, action="commune")


async def themes(update: Update, context: BotContext) -> None:
    await answer(update, context, action="themes")


async def contact(update: Update, context: BotContext) -> None:
    await answer(update, context, action="contact")


async def privacy(update: Update, context: BotContext) -> None:
    await answer(update, context, action="privacy")


async def help_(update: Update, context: BotContext) -> None:
    """Also the reply to a command that does not exist."""
    await answer(update, context, action="help")
