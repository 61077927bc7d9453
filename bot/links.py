"""Whether the pages that answers, facts and contacts send to still answer; slowly and politely."""

import asyncio
import datetime as dt
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import aiohttp
from yarl import URL

from bot.knowledge.blocks import blocks
from bot.knowledge.columns import CONTACT, ENTRIES, FACT
from bot.knowledge.objects import objects
from bot.knowledge.problem import Problem

#: Seconds between two requests to a site, to connect, and to answer; sites asked at once.
PAUSE, _CONNECT, _ANSWER, _AT_ONCE = 1.0, 10.0, 20.0, 8
#: Seconds that a site may ask to be left alone for; beyond, it is not asked again.
_LEAST, _MOST = 5.0, 60.0
_HEADERS = {"User-Agent": "Galibot (check --links)", "Accept": "*/*", "Accept-Language": "fr"}
_IN_TEXT = re.compile(r"\]\((https?://[^)\s]+)\)")
#: What a page that is gone answers; any other refusal may be meant for programs.
_GONE = frozenset({404, 410})
#: What a site answers that is asked too often, or has too much to do.
_BUSY = frozenset({429, 503})

_LOOK = "Ouvrez-la dans un navigateur : un site peut refuser les programmes, ou être en panne."
_LATER = "Recommencez un autre jour."
_REPLACE = "Cherchez où la page est passée, ou retirez l’adresse."


@dataclass(frozen=True, slots=True)
class Cited:
    """An address, and where it is first written."""

    url: str
    file: str
    line: int
    key: str
    others: int = 0  # times that it is written besides


def cited(files: Mapping[str, str]) -> list[Cited]:
    """The addresses of the files, each once, in their order."""
    found: dict[str, Cited] = {}
    for table in (ENTRIES, CONTACT, FACT):
        lines: dict[str, int] = {}
        parts = blocks(table.file, files.get(table.file, ""))
        above = 1
        for key, text in parts.items():
            lines[key] = above
            above += text.count("\n")
        for key, one in objects(files, table).items():
            urls = [source.get("url") for source in one.get("sources", ())] + [one.get("url")]
            urls += _IN_TEXT.findall(f"{one.get('reponse')} {one.get('facile')}")
            for url in filter(None, urls):
                if known := found.get(url):
                    found[url] = Cited(url, known.file, known.line, known.key, known.others + 1)
                    continue
                before, _, _ = parts.get(key, "").partition(url)
                line = lines.get(key, 1) + before.count("\n")
                found[url] = Cited(url, table.file, line, key)
    return list(found.values())


async def dead(
    links: Iterable[Cited], wait: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> list[Problem]:
    """What is wrong with these addresses, in their order; `wait` is between requests to a site."""
    links = list(links)
    by_site: dict[str, list[Cited]] = {}
    for one in links:
        by_site.setdefault(URL(one.url).authority, []).append(one)
    told: dict[str, Problem] = {}
    free = asyncio.Semaphore(_AT_ONCE)
    timeout = aiohttp.ClientTimeout(total=_ANSWER, sock_connect=_CONNECT)
    async with aiohttp.ClientSession(headers=_HEADERS, timeout=timeout, trust_env=True) as session:

        async def visit(some: list[Cited]) -> None:
            async with free:
                for number, one in enumerate(some, 1):
                    if not (said := await _asked(session, one.url, wait)):
                        continue
                    code, what, remedy = said
                    if remedy == _LATER and number < len(some):
                        left = len(some) - number
                        what += f", et n’est plus ouvert (adresses qui restent : {left})"
                    told[one.url] = _told(one, code, what, remedy)
                    if remedy == _LATER:
                        break

        await asyncio.gather(*map(visit, by_site.values()))
    if len(links) > 1 and all(
        one.url in told and told[one.url].code == "lien-muet" for one in links
    ):
        message = "Aucune adresse ne répond : cet ordinateur est-il relié à internet ?"
        return [Problem(1, None, "warning", "lien-muet", message, "Recommencez plus tard.")]
    return [told[one.url] for one in links if one.url in told]


async def _asked(
    session: aiohttp.ClientSession, url: str, wait: Callable[[float], Awaitable[object]]
) -> tuple[str, str, str] | None:
    """The code, what is said and the remedy where the page does not answer well."""
    said: tuple[str, str, str] | None = None
    for method in ("HEAD", "GET"):  # many sites answer the first badly
        try:
            async with session.request(method, url, allow_redirects=True) as response:
                status = response.status
                pause = _asked_for(response.headers.get("Retry-After", ""))
            said = _of_status(status) if status >= 400 else None
            if status in _BUSY:
                if method == "GET" or pause > _MOST:
                    return said
                await wait(max(pause, _LEAST))
                continue
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            said = "lien-muet", _of_error(error), _LOOK
        await wait(PAUSE)
        if said is None:
            break
    return said


def _asked_for(header: str) -> float:
    """The seconds that a site asks to be left alone for: a number of them, or a date."""
    if header.strip().isdecimal():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    return (until - dt.datetime.now(until.tzinfo)).total_seconds()


def _of_status(status: int) -> tuple[str, str, str]:
    if status in _BUSY:
        return "lien-refuse", f"le site demande d’attendre ({status})", _LATER
    if status >= 500:
        return "lien-refuse", f"le site est en panne ({status})", _LOOK
    if status in _GONE:
        return "lien-mort", f"la page n’existe plus ({status})", _REPLACE
    return "lien-refuse", f"le site refuse de la montrer ({status})", _LOOK


def _of_error(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "le nom du site n’est pas connu"
    if isinstance(error, aiohttp.ClientSSLError):
        return "le certificat du site n’est pas bon"
    if isinstance(error, aiohttp.TooManyRedirects):
        return "le site renvoie d’une page à l’autre, sans fin"
    if isinstance(error, TimeoutError):
        return "le site ne répond pas à temps"
    return "le site ne répond pas"


def _told(one: Cited, code: str, what: str, remedy: str) -> Problem:
    besides = f", écrite {one.others + 1} fois" if one.others else ""
    message = f"{one.url}{besides} : {what}."
    return Problem(one.line, one.key, "warning", code, message, remedy, one.file)
