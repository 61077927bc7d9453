"""The terminal: `python -m bot COMMAND`, the same answers as everywhere else."""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from bot import console
from bot.logs import start_log
from bot.settings import Settings, WrongSettingError, load_settings, slips

_log = logging.getLogger(__name__)


class RefusedInputError(Exception):
    """What was given can't be used; the message says why in French (exit code 1)."""


_REFUSALS = (RefusedInputError, WrongSettingError)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a command says, to programs and to people, and its exit code."""

    as_json: Any
    show: Callable[[], None]
    code: int = 0


_Command = Callable[[Settings, argparse.Namespace], _Told | None]


class _Parser(argparse.ArgumentParser):
    """argparse in French: its own words for usage errors are English."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"Commande incorrecte. Essayez : {self.prog} --help\n({message})\n")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit: 0 on success, 1 on a refused input, 2 on wrong usage."""
    console.print_what_it_can()
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        start_log(settings.log_level, settings.log_format)
        told = options.run(settings, options)
        code = _tell(told, as_json=options.json) if told else 0
        if sys.stdout:
            sys.stdout.flush()
    except _REFUSALS as error:
        print(error, file=sys.stderr)
        code = 1
    except OSError as error:
        # A pipe that is closed is no failure: whoever read it, as `head -1` does, has seen enough.
        code = 0 if isinstance(error, BrokenPipeError) else 1
        if code:
            which = error.filename or "La sortie"
            print(f"{which} : lecture ou écriture impossible ({error.strerror}).", file=sys.stderr)
        if error.filename is None:
            console.silence()
    sys.exit(code)


def _tell(told: _Told, *, as_json: bool) -> int:
    if as_json:
        # Escaped where the console lacks letters: programs must find them all.
        print(json.dumps(told.as_json, ensure_ascii=not console.has_every_letter(), indent=2))
    else:
        told.show()
    return told.code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m bot",
        description="Galibot répond aux habitants avec les réponses d’un fichier.",
        add_help=False,
    )
    _french_help(parser)
    commands = parser.add_subparsers(
        title="commandes", metavar="COMMANDE", required=True, dest="command"
    )

    def command(name: str, run: _Command, what: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=what, description=what, add_help=False)
        _french_help(made)
        made.set_defaults(run=run, parser=made, json=False)
        return made

    command("serve", _serve, "lance la page web, et Telegram si TELEGRAM_BOT_TOKEN est défini")
    ask = command("ask", _of("asking", "ask"), "répond à une question dans le terminal")
    ask.add_argument("text", metavar="TEXTE", help="la question")
    ask.add_argument("--commune", metavar="CODE", help="code INSEE de la commune de l’habitant")
    command("chat", _chat, "tient une conversation dans le terminal")
    explain = command(
        "explain", _of("asking", "explain"), "dit pourquoi une question reçoit sa réponse"
    )
    explain.add_argument("text", metavar="TEXTE", nargs="?", help="la question")
    explain.add_argument("--entry", metavar="ID", help="une entrée, et les faits qui l’appuient")
    explain.add_argument("--fact", metavar="ID", help="un fait, et les entrées qu’il appuie")
    commune = command("commune", _of("asking", "commune"), "cherche une commune")
    commune.add_argument("text", metavar="TEXTE", help="nom, code postal, code INSEE ou phrase")
    checked = command(
        "check", _of("asking", "check"), "vérifie les fichiers de connaissances du dossier"
    )
    checked.add_argument("file", metavar="FICHIER", nargs="?", type=Path, help="un autre faq.yaml")
    checked.add_argument(
        "--essais", action="store_true", help="pose aussi les questions d’essai (plus long)"
    )
    checked.add_argument(
        "--links", action="store_true", help="ouvre aussi chaque adresse (quelques minutes)"
    )
    measured = command(
        "evaluate",
        _of("measuring", "evaluate"),
        "mesure les réponses sur des questions étiquetées",
    )
    what = measured.add_mutually_exclusive_group(required=True)
    what.add_argument("--cases", metavar="FICHIER.jsonl", type=Path, help="questions isolées")
    what.add_argument(
        "--conversations", metavar="FICHIER.yaml", type=Path, help="conversations entières"
    )
    measured.add_argument("--knowledge", metavar="FICHIER.yaml", type=Path)
    measured.add_argument(
        "--against", metavar="FICHIER.yaml", type=Path, help="une autre version, pour comparer"
    )
    measured.add_argument("--details", metavar="SORTIE.jsonl", type=Path)
    poster = command(
        "poster",
        _of("upkeep", "make_posters"),
        "fait l’affiche d’une commune, de toutes, ou du service",
    )
    which = poster.add_mutually_exclusive_group()
    which.add_argument("--commune", metavar="CODE", help="code INSEE")
    which.add_argument("--all", action="store_true", help="toutes les communes du programme")
    poster.add_argument(
        "--out", metavar="SORTIE", type=Path, required=True, help="fichier PDF ; dossier avec --all"
    )
    digest = command(
        "digest",
        _of("upkeep", "tell_digest"),
        "dit ce qui est resté sans réponse, et de quoi y répondre",
    )
    digest.add_argument("--days", metavar="N", type=_days, default=7, help="jours (7)")
    digest.add_argument("--json", action="store_true", help="sortie JSON pour un programme")
    link = command(
        "admin-link",
        _of("upkeep", "give_link"),
        "donne une adresse qui ouvre une fois la rédaction",
    )
    link.add_argument("--hours", metavar="N", type=_hours, help="heures (sinon 15 minutes)")
    exported = command("export", _of("exchange", "export"), "met les connaissances dans un tableur")
    exported.add_argument("file", metavar="FICHIER", type=Path, help="nom en .xlsx ou en .csv")
    given = command("import", _of("exchange", "bring"), "dit ce que changerait un tableur")
    given.add_argument("file", metavar="FICHIER", type=Path, help=".xlsx, .csv, ou faq.yaml")
    given.add_argument("--out", metavar="DOSSIER", type=Path, help="l’écrit dans ce dossier")
    given.add_argument("--editor", metavar="NOM", default="", help="le met dans ses brouillons")
    given.add_argument("--publish", action="store_true", help="le met en ligne")
    command("purge", _of("upkeep", "purge_now"), "efface ce qui a été gardé assez longtemps")
    command("migrate", _of("upkeep", "migrate"), "met la base de données à jour")
    kept = command(
        "backup", _of("upkeep", "keep"), "met tout dans un fichier : base et connaissances"
    )
    put_back = command(
        "restore", _of("upkeep", "put_back"), "remet en place un fichier de « backup »"
    )
    for made in (kept, put_back):
        made.add_argument("file", metavar="FICHIER", type=Path)
    command(
        "take",
        _of("upkeep", "take"),
        "prend les fichiers tels quels, même s’ils ont perdu du texte",
    )
    command(
        "compile",
        _of("asking", "compile_knowledge"),
        "lit les connaissances d’avance : le premier démarrage est court",
    )
    for made in (ask, explain, commune, checked, measured, given):
        made.add_argument("--json", action="store_true", help="sortie JSON pour un programme")
    return parser


def _french_help(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-h", "--help", action="help", help="affiche cette aide")


# Telegram, the web and the database take longer to load than `check` to check, and the matching
# longer than the port to open: only who needs them imports them.


def _of(room: str, name: str) -> _Command:
    def run(settings: Settings, options: argparse.Namespace) -> _Told | None:
        module = import_module(f"bot.{room}")
        try:
            told = getattr(module, name)(settings, options)
        except module.REFUSALS as error:
            raise RefusedInputError(str(error)) from None
        return _Told(*told) if told else None

    return run


def _serve(settings: Settings, _: argparse.Namespace) -> None:
    from bot.memory import keep_the_heap_small
    from bot.web.door import StartError, opened

    keep_the_heap_small()

    async def run() -> None:
        async with opened(settings.host, settings.port) as door:
            # A second or two of work: the port says meanwhile that the service starts.
            await asyncio.to_thread(import_module, "bot.app")
            from bot.app import serve

            await serve(settings, door)

    for written, ours in slips(os.environ).items():
        _log.warning("La variable %s n’est pas connue. Vouliez-vous dire %s ?", written, ours)
    try:
        asyncio.run(run())
    except StartError as error:
        raise RefusedInputError(str(error)) from None


def _chat(settings: Settings, options: argparse.Namespace) -> None:
    with contextlib.suppress(KeyboardInterrupt):  # while the answers load, too
        _of("asking", "chat")(settings, options)


def _days(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) <= 3650):
        raise argparse.ArgumentTypeError("un nombre de jours")
    return int(text)


def _hours(text: str) -> int:
    from bot.storage.editors import MOST_HOURS

    if not (text.isdecimal() and 0 < int(text) <= MOST_HOURS):
        raise argparse.ArgumentTypeError(f"un nombre d’heures, {MOST_HOURS} au plus")
    return int(text)
