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
from bot.knowledge.texts import Sentences

#: For phones set to French, and for all the others.
_LANGUAGES = ("fr", None)


def commands(texts: Sentences, *, places: bool, group: bool = False) -> list[BotCommand]:
    """Telegram's menu of commands, in the order shown; /help is understood too, not listed.

    In a group the bot is only called for something: the rest is for a private chat.
    """
    listed = (
        ("start", texts["commande_start"], not group),
        ("themes", texts["commande_themes"], True),
        ("commune", texts["commande_commune"], places),
        ("contact", texts["commande_contact"], True),
        ("confidentialite", texts["commande_confidentialite"], not group),
        ("effacer", texts["commande_effacer"], not group),
        ("aide", texts["commande_aide"], True),
    )
    return [BotCommand(name, what) for name, what, shown in listed if shown]


async def announce(bot: ExtBot[None], texts: Sentences, *, places: bool) -> None:
    """Bring all of it up to date; what fails is logged, and the rest is done all the same."""
    for language in _LANGUAGES:
        for scope, group in (
            (BotCommandScopeAllPrivateChats(), False),
            (BotCommandScopeAllGroupChats(), True),
        ):
            menu = commands(texts, places=places, group=group)
            await attempt(_commands(bot, scope, language, menu))
        await attempt(_description(bot, language, texts["description"]))
        await attempt(_short_description(bot, language, texts["description_courte"]))
    await attempt(_menu_button(bot))


async def _commands(
    bot: ExtBot[None],
    scope: BotCommandScope,
    language: str | None,
    menu: Sequence[BotCommand],
) -> None:
    if await bot.get_my_commands(scope, language) != tuple(menu):
        await bot.set_my_commands(menu, scope, language)


async def _description(bot: ExtBot[None], language: str | None, wanted: str) -> None:
    if (await bot.get_my_description(language)).description != wanted:
        await bot.set_my_description(wanted, language)


async def _short_description(bot: ExtBot[None], language: str | None, wanted: str) -> None:
    if (await bot.get_my_short_description(language)).short_description != wanted:
        await bot.set_my_short_description(wanted, language)


async def _menu_button(bot: ExtBot[None]) -> None:
    if await bot.get_chat_menu_button() != MenuButtonCommands():
        await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
