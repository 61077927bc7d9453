"""What Telegram shows of the bot before any message: menus of commands, descriptions, button.

Each is read at start and written only where it differs: Telegram limits how often they change.
"""

from collections.abc import Sequence

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    MenuButtonCommands,
)
from telegram.ext import ExtBot

from bot.handlers.delivery.sending import attempt
from bot.handlers.dialogue import texts
from bot.language.typography import typeset

#: For phones set to French, and for all the others.
_LANGUAGES = ("fr", None)


async def announce(bot: ExtBot[None]) -> None:
    """Bring all of it up to date; what fails is logged, and the rest is done all the same."""
    for scope, listed in (
        (BotCommandScopeAllPrivateChats(), texts.COMMANDS),
        (BotCommandScopeAllGroupChats(), texts.GROUP_COMMANDS),
    ):
        for language in _LANGUAGES:
            await attempt(_commands(bot, scope, language, listed))
    for language in _LANGUAGES:
        await attempt(_description(bot, language))
        await attempt(_short_description(bot, language))
    await attempt(_menu_button(bot))


async def _commands(
    bot: ExtBot[None],
    scope: BotCommandScope,
    language: str | None,
    listed: Sequence[tuple[str, str]],
) -> None:
    menu = tuple(BotCommand(name, typeset(what)) for name, what in listed)
    if await bot.get_my_commands(scope, language) != menu:
        await bot.set_my_commands(menu, scope, language)


async def _description(bot: ExtBot[None], language: str | None) -> None:
    wanted = typeset(texts.DESCRIPTION)
    if (await bot.get_my_description(language)).description != wanted:
        await bot.set_my_description(wanted, language)


async def _short_description(bot: ExtBot[None], language: str | None) -> None:
    wanted = typeset(texts.SHORT_DESCRIPTION)
    if (await bot.get_my_short_description(language)).short_description != wanted:
        await bot.set_my_short_description(wanted, language)


async def _menu_button(bot: ExtBot[None]) -> None:
    if await bot.get_chat_menu_button() != MenuButtonCommands():
        await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
