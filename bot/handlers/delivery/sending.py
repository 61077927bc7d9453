"""Sends replies: the only place that calls Telegram to send or edit a message.

Telegram's failures are dealt with as the table of `errors.py` says. Where a reply could not be
delivered for all that, `undelivered` is set: whoever gives updates to the application sets it to
False before `process_update` and reads it after, in the same task. The update is then still to be
answered: it must not be acknowledged.
"""

from asyncio import Task, create_task, get_running_loop, sleep
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from telegram import Update
from telegram.constants import ChatAction, ParseMode
from telegram.error import ChatMigrated, RetryAfter, TelegramError

from bot.conversation.reply import Question, Reply
from bot.handlers.context import BotContext, ChatData
from bot.handlers.delivery.errors import Remedy, UndeliveredError, remedy, report
from bot.handlers.dialogue.keyboard import keyboard
from bot.handlers.dialogue.position import position_keyboard
from bot.handlers.dialogue.rendering import plain, render
from bot.knowledge.texts import Texts

#: Set where a reply should have been delivered and was not: the update is not acknowledged then.
undelivered: ContextVar[bool] = ContextVar("undelivered", default=False)

#: Seconds between tries while Telegram can't be reached or fails.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
#: Seconds that Telegram may ask us to wait, all in all; more, and the reply is left for later.
PATIENCE = 30.0
#: Replies kept as they were rendered: the usual ones come again and again.
_RENDERED = 2048

Json = dict[str, Any]
_WITHOUT_APOLOGY = frozenset({Remedy.IGNORE, Remedy.COUNT_AS_SENT, Remedy.REMEMBER})


@dataclass(frozen=True, slots=True)
class _Message:
    """A message as it is to be sent, or to replace one that was."""

    chat: int
    text: str
    markup: Json | None = None
    html: bool = True
    topic: int | None = None
    quoted: int | None = None
    edited: int | None = None

    def call(self) -> tuple[str, Json]:
        """The method and its parameters."""
        parameters: Json = {
            "chat_id": self.chat,
            "text": self.text,
            "link_preview_options": {"is_disabled": True},
        }
        if self.html:
            parameters["parse_mode"] = ParseMode.HTML.value
        if self.markup:
            parameters["reply_markup"] = self.markup
        if self.edited is not None:
            parameters["message_id"] = self.edited
            return "editMessageText", parameters
        if self.topic is not None:
            parameters["message_thread_id"] = self.topic
        if self.quoted is not None:
            parameters["reply_parameters"] = {
                "message_id": self.quoted,
                "allow_sending_without_reply": True,
            }
        return "sendMessage", parameters

    def after(self, error: TelegramError) -> "_Message | None":
        """The message changed so that Telegram takes it; None where it can't be any more."""
        match remedy(error):
            case Remedy.SEND_PLAIN if self.html:
                return replace(self, text=plain(self.text), html=False)
            case Remedy.SEND_LOOSE if self.quoted or self.topic:
                return replace(self, quoted=None, topic=None)
            case Remedy.SEND_ANEW if self.edited:
                return replace(self, edited=None)
            case Remedy.SEND_THERE if isinstance(error, ChatMigrated):
                moved = replace(self, chat=error.new_chat_id)
                return moved if moved != self else None
        return None


async def answer(
    update: Update, context: BotContext, *, text: str = "", action: str | None = None
) -> None:
    """Ask the assistant and send what it replies to where the update comes from."""
    question = Question(text, action, context.conversation)
    typing: list[Task[None]] = []

    def begin_typing() -> None:
        typing.append(create_task(_show_typing(update, context)))

    timer = get_running_loop().call_later(context.bot_data.typing_after, begin_typing)
    try:
        reply = await context.services.assistant.ask(question)
    finally:
        timer.cancel()
        for task in typing:
            task.cancel()
    await send(update, context, reply)


async def send(update: Update, context: BotContext, reply: Reply) -> None:
    """Send the reply; to a message that was edited, change the reply that it got.

    Once it's sent, the chat remembers its conversation. Raises UndeliveredError.
    """
    chat = update.effective_chat
    if chat is None:
        return
    asked = update.message or update.edited_message
    text, markup = _rendered(reply, context.texts, context.bot.username)
    edited = quoted = None
    if update.edited_message and context.chat_data:
        edited = context.chat_data.answers.get(update.edited_message.message_id)
    # In a group, several people write at once: say which message is answered. An edited one is
    # further up.
    if asked and (chat.type in {chat.GROUP, chat.SUPERGROUP} or asked is update.edited_message):
        quoted = asked.message_id
    # Telegram has no other keyboard change a message that was sent.
    asks_position = reply.wants_place and chat.type == chat.PRIVATE and edited is None
    if asks_position:
        markup = position_keyboard(context.texts).to_dict()
    to_send: _Message | None = _Message(
        chat.id,
        text,
        markup,
        topic=_topic(update),
        quoted=quoted,
        edited=edited,
    )
    while to_send:
        try:
            sent = await _post(context, to_send)
        except TelegramError as error:
            to_send = to_send.after(error)
            if to_send is None:
                raise
            report(error)
        else:
            break
    context.conversation = reply.conversation
    if sent is None or context.chat_data is None:
        return
    if asked and not asks_position:
        context.chat_data.remember_answer(asked.message_id, sent)
    await _put_keyboard_away(context, context.chat_data, chat.id)
    context.chat_data.position_prompt = sent if asks_position else None


async def _put_keyboard_away(context: BotContext, chat_data: ChatData, chat_id: int) -> None:
    """Delete the message that asked for a position: its keyboard goes with it.

    The other way, to send another message that removes the keyboard, would leave that one without
    buttons: Telegram lets nobody add them afterwards.
    """
    if chat_data.position_prompt:
        await attempt(context.bot.delete_message(chat_id, chat_data.position_prompt))


async def attempt(call: Awaitable[object]) -> None:
    """Make a call that the resident can do without: its failure must not cost her the answer."""
    try:
        await call
    except TelegramError as error:
        report(error)


async def on_error(update: object, context: BotContext) -> None:
    """The application's error handler. It never raises: there is nobody left to tell."""
    if context.error is None:
        return
    try:
        report(context.error)
        chat = update.effective_chat if isinstance(update, Update) else None
        if chat and remedy(context.error) not in _WITHOUT_APOLOGY:
            await _post(context, _Message(chat.id, context.texts.telegram.apology, html=False))
    except Exception as error:
        report(error)


async def _post(context: BotContext, message: _Message) -> int | None:
    """Deliver the message; gives its number, None where that is not known.

    By the bot's own way under `send_message`, which spends five times as much on objects that
    nobody reads.
    """
    method, parameters = message.call()
    result = await _deliver(lambda: context.bot._post(method, dict(parameters)))
    return result["message_id"] if isinstance(result, dict) else None


async def _deliver(call: Callable[[], Coroutine[Any, Any, object]]) -> object:
    """Make the call until Telegram takes it; None where it may have, or wants no more of it.

    Raises the errors that call for another message, and UndeliveredError.
    """
    waited = 0.0
    pauses: Iterator[float] = iter(PAUSES)
    told = once_more = False
    while True:
        try:
            return await call()
        except TelegramError as error:
            what = remedy(error)
            if what is Remedy.IGNORE:
                return None
            if what is Remedy.COUNT_AS_SENT:
                report(error)
                return None
            if what is Remedy.WAIT and isinstance(error, RetryAfter):
                pause = _seconds(error)
            elif what is Remedy.RETRY or (what is Remedy.ONCE_MORE and once_more):
                pause = next(pauses, PATIENCE)
            elif what is Remedy.ONCE_MORE:
                pause, once_more = 0.0, True
            else:
                raise
            waited += pause
            if not told:
                report(error)
                told = True
            if waited > PATIENCE:
                undelivered.set(True)
                raise UndeliveredError from error
        await sleep(pause)


def _seconds(error: RetryAfter) -> float:
    """Read so because `retry_after` warns that its type will change."""
    return error._retry_after.total_seconds()


@lru_cache(maxsize=_RENDERED)
def _rendered(reply: Reply, texts: Texts, bot: str) -> tuple[str, Json | None]:
    """The HTML, and the buttons as Telegram takes them; `bot` is the bot's name."""
    markup = keyboard(reply, texts, bot)
    return render(reply, texts.telegram), markup.to_dict() if markup else None


async def _show_typing(update: Update, context: BotContext) -> None:
    """Show in the chat that an answer is being prepared."""
    if update.effective_chat:
        await attempt(
            context.bot.send_chat_action(
                update.effective_chat.id, ChatAction.TYPING, message_thread_id=_topic(update)
            )
        )


def _topic(update: Update) -> int | None:
    message = update.effective_message
    return message.message_thread_id if message and message.is_topic_message else None
