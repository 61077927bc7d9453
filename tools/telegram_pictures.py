"""Makes the Telegram pictures of the README: python -m tools.telegram_pictures [folder].

Conversations are played through the real application; the calls that it makes are drawn as a
phone shows them, in a look of our own, and Chromium takes the picture.
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from bot.app import open_services
from bot.services import Services
from bot.settings import Settings
from doubles.telegram import Call, Resident, resident_with
from tools.screenshots import CHROMIUM_ARGS, ROOT, find_chromium

#: A tall phone: an answer with its source and its buttons is seen whole.
WIDTH, HEIGHT, SCALE = 390, 1030, 1.6
POSITION = {"latitude": 50.379, "longitude": 3.217}


@dataclass(frozen=True, slots=True)
class Scene:
    """What a resident does: « /command » or words, « >data » for a button, « @words » inline.

    The picture ends with the last thing that is seen, or `at_top` begins with what she did last.
    """

    file: str
    steps: tuple[str, ...]
    dark: bool = False
    at_top: bool = False


SCENES = (
    Scene(
        "telegram-reponse",
        ("il faudra partir de chez nous pendant les travaux ?", ">vote:demenager-travaux:1"),
    ),
    Scene("telegram-simple", ("c est koi lerbm", ">easy:c-est-quoi-erbm")),
    Scene("telegram-commune", ("/commune", "📍", ">commune:59456"), dark=True, at_top=True),
    Scene("telegram-partage", ("@relogement",)),
)


@dataclass(slots=True)
class Shown:
    """Something on the screen: a bubble, with the buttons under it."""

    html: str
    mine: bool = False
    rows: list[list[dict[str, Any]]] = field(default_factory=list)
    pressed: str | None = None
    number: int = 0  # of the message, where the bot sent it


async def play(scene: Scene, services: Services) -> str:
    """The page of a scene."""
    async with resident_with(services) as resident:
        # The welcome is not part of the picture, but what follows must not say « service
        # automatique » as a first message does.
        await resident.say("/start")
        shown: list[Shown] = []
        for step in scene.steps:
            if step.startswith("@"):
                return await _inline(step.removeprefix("@"), resident, scene)
            before = len(resident.telegram.calls)
            if step.startswith(">"):
                data = step.removeprefix(">")
                if data not in {one.get("callback_data") for row in shown[-1].rows for one in row}:
                    sys.exit(f"{scene.file}: there is no button {data} to press any more")
                shown[-1].pressed = data
                await resident.press(data)
            elif step == "📍":
                shown.append(Shown('<div class="map"><span>📍</span></div>', mine=True))
                await resident.send(location=POSITION)
            else:
                shown.append(Shown(escape(step), mine=True))
                await resident.say(step)
            _apply(resident.telegram.calls[before:], shown)
            sent = resident.telegram.messages
            shown[-1].number = shown[-1].number or max(sent)
            shown = [one for one in shown if one.mine or one.number in sent]
        bubbles = "".join(_bubble(one) for one in shown)
        return _page(bubbles, _keyboard_below(resident.telegram.calls) or _FIELD, scene)


def _apply(calls: list[Call], shown: list[Shown]) -> None:
    """Draw what the bot did."""
    for call in calls:
        rows = call.parameters.get("reply_markup", {}).get("inline_keyboard", [])
        if call.method == "sendMessage":
            shown.append(Shown(call.parameters["text"], rows=rows))
        elif call.method == "editMessageReplyMarkup":
            shown[-1].rows, shown[-1].pressed = rows, None


def _keyboard_below(calls: list[Call]) -> str:
    """The keys in the place of the phone's own, where the last message brought them."""
    last = [call for call in calls if call.method == "sendMessage"][-1]
    rows = last.parameters.get("reply_markup", {}).get("keyboard", [])
    keys = "".join(f'<div class="row">{"".join(map(_button, row))}</div>' for row in rows)
    return f'{_FIELD}<div class="keys">{keys}</div>' if rows else ""


async def _inline(words: str, resident: Resident, scene: Scene) -> str:
    """A talk with a neighbour, and the list that opens above the field."""
    query = {"id": "9", "from": resident.user, "query": words, "offset": ""}
    await resident.update(inline_query=query)
    (answered,) = resident.telegram.made("answerInlineQuery")
    results = "".join(
        f'<div class="result"><div class="letter">{escape(one["title"][0])}</div><div>'
        f"<b>{escape(one['title'])}</b><p>{escape(one['description'])}</p></div></div>"
        for one in answered["results"]
    )
    top = f'<div class="result button">{escape(answered["button"]["text"])}</div>'
    talk = _bubble(Shown("Ils vont refaire ma maison, je dois partir&nbsp;?"))
    typed = f'<div class="field"><div class="typed">@galibot_bot {escape(words)}</div></div>'
    return _page(talk, f'<div class="results">{top}{results}</div>{typed}', scene, name="Marcel")


def _bubble(one: Shown) -> str:
    side = "mine" if one.mine else "theirs"
    rows = "".join(
        f'<div class="row">{"".join(_button(button, one.pressed) for button in row)}</div>'
        for row in one.rows
    )
    text = "".join(_paragraphs(one.html))
    return f'<div class="message {side}"><div class="bubble">{text}</div>{rows}</div>'


def _paragraphs(html: str) -> Iterator[str]:
    """What is folded as it is first seen: its first lines."""
    if html.startswith("<div"):
        yield html
        return
    for part in re.split(r"(<blockquote.*?</blockquote>)", html, flags=re.DOTALL):
        if part.startswith("<blockquote"):
            yield part.replace("\n", "<br>")
        else:
            yield from (f"<p>{told}</p>" for told in part.strip().split("\n\n") if told)


def _button(button: dict[str, Any], pressed: str | None = None) -> str:
    kind = " pressed" if pressed and button.get("callback_data") == pressed else ""
    corner = '<span class="corner">↗</span>' if "url" in button else ""
    return f'<div class="button{kind}">{escape(button["text"])}{corner}</div>'


def _page(talk: str, bottom: str, scene: Scene, name: str = "Galibot") -> str:
    mark = _LAMP if name == "Galibot" else f"<div class='letter'>{name[0]}</div>"
    what = "robot" if name == "Galibot" else "en ligne"
    head = f"<header>{mark}<div><b>{name}</b><p>{what}</p></div></header>"
    theme = "dark" if scene.dark else "light"
    talk = f'<main class="{"top" if scene.at_top else "end"}"><div>{talk}</div></main>'
    body = f'<body class="{theme}">{head}{talk}{bottom}'
    return f'<!doctype html><meta charset="utf-8"><style>{_STYLE}</style>{body}'


_FIELD = '<div class="field"><div class="empty">Message</div></div>'
_LAMP = """<svg viewBox="0 0 40 40" width="40" height="40"><circle cx="20" cy="20" r="20"
fill="#1e1c1a"/><path d="M15 12a5 5 0 0 1 10 0" fill="none" stroke="#f2b705" stroke-width="2"/>
<rect x="13" y="12" width="14" height="4" rx="1" fill="#f2b705"/><rect x="14.5" y="17" width="11"
height="9" rx="2" fill="#f2b705" opacity=".85"/><path d="M20 18.5c2 2 2 5 0 6-2-1-2-4 0-6"
fill="#9c3b24"/><rect x="12.5" y="27" width="15" height="4" rx="1" fill="#f2b705"/></svg>"""
_STYLE = """
* { box-sizing: border-box; margin: 0 }
body { --page:#ece6dd; --panel:#fff; --text:#1e1c1a; --soft:#57524c; --brick:#9c3b24;
  --mine:#dcebdf; --line:#ddd5ca; --key:#fffaf3;
  display:flex; flex-direction:column; height:100vh; overflow:hidden; background:var(--page);
  color:var(--text); font:15px/1.33 "Liberation Sans",Arial,sans-serif }
body.dark { --page:#171614; --panel:#2a2724; --text:#f3efe8; --soft:#b9b1a6; --brick:#f0957c;
  --mine:#24402f; --line:#3a3632; --key:#211f1c }
header { display:flex; gap:12px; align-items:center; padding:10px 16px; background:var(--panel);
  border-bottom:1px solid var(--line); flex:none; z-index:1 }
header p { font-size:13px; color:var(--soft) }
main { flex:1; min-height:0; overflow:hidden; display:flex; flex-direction:column; padding:10px }
main.end { justify-content:flex-end }
main > div { flex:none }
.message { max-width:92%; margin-bottom:10px }
.mine { margin-left:auto; width:fit-content }
.theirs { width:fit-content; min-width:84% }
.bubble { background:var(--panel); border-radius:14px 14px 14px 4px; padding:9px 12px;
  box-shadow:0 1px 1px #0001 }
.mine .bubble { background:var(--mine); border-radius:14px 14px 4px 14px }
blockquote { border-left:3px solid var(--brick); border-radius:4px; padding:4px 22px 4px 9px;
  margin-top:10px; background:#9c3b2414; max-height:68px; overflow:hidden; position:relative }
blockquote::after { content:"⌄"; position:absolute; right:6px; bottom:2px; color:var(--brick) }
p { white-space:pre-line; overflow-wrap:anywhere } .bubble p + p { margin-top:10px }
a { color:var(--brick); text-decoration:none }
.row { display:flex; gap:4px; margin-top:4px }
.button { flex:1 1 0; position:relative; padding:8px 10px; border-radius:10px; text-align:center;
  background:var(--key); border:1px solid var(--line); color:var(--brick); font-size:14px;
  font-weight:600; line-height:1.25; display:flex; align-items:center; justify-content:center }
.pressed { outline:2px solid var(--text); outline-offset:-1px }
.corner { position:absolute; top:2px; right:6px; font-size:10px; opacity:.7 }
.field { flex:none; padding:10px 12px; background:var(--panel); border-top:1px solid var(--line) }
.field div { border:1px solid var(--line); border-radius:20px; padding:8px 14px }
.empty { color:var(--soft) }
.keys { flex:none; padding:4px 8px 12px; background:var(--panel) }
.map { width:210px; height:110px; border-radius:10px; display:grid; place-items:center;
  font-size:32px; background:
  linear-gradient(115deg,#0000 46%,#fff8 46% 52%,#0000 52%),
  linear-gradient(20deg,#0000 60%,#fff6 60% 64%,#0000 64%), #9dbfa3 }
.letter { flex:none; width:40px; height:40px; border-radius:50%; background:var(--brick);
  color:var(--panel); display:grid; place-items:center; font-weight:700 }
.results { flex:none; background:var(--panel); border-top:1px solid var(--line) }
.result { display:flex; gap:12px; padding:9px 14px; border-bottom:1px solid var(--line);
  font-size:15px }
.result p { color:var(--soft); font-size:13px; white-space:normal }
.result.button { border:0; border-bottom:1px solid var(--line); border-radius:0 }
"""


async def picture(browser: Browser, page_html: str, file: Path) -> None:
    page = await browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE, locale="fr-FR"
    )
    await page.set_content(page_html)
    # « Top »: the last thing she did is first seen, as after the answer came.
    await page.evaluate(
        """() => { const main = document.querySelector('main.top');
        const mine = [...document.querySelectorAll('.mine')].pop();
        if (main && mine) main.scrollTop = mine.offsetTop - main.offsetTop - 10; }"""
    )
    await page.screenshot(path=file)
    await page.close()


async def take(folder: Path, chromium: str) -> None:
    with tempfile.TemporaryDirectory() as data:
        url = f"sqlite+aiosqlite:///{Path(data) / 'pictures.sqlite3'}"
        settings = Settings(data_dir=Path(data), database_url=url)
        async with open_services(settings) as services, async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium, args=list(CHROMIUM_ARGS)
            )
            for scene in SCENES:
                await picture(browser, await play(scene, services), folder / f"{scene.file}.png")
            await browser.close()


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(folder, find_chromium()))


if __name__ == "__main__":
    main()
