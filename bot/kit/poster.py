"""The poster of a town hall: one A4 page in black and white, read at three metres.

Its libraries are imported with it: whoever makes no poster does not load them.
"""

import io

import pydyf
import svgelements as svg

from bot.kit.kit import Kit
from bot.kit.pdf import HEIGHT, LEADING, MM, WIDTH, Page, font
from bot.kit.qr import qr
from bot.language.typography import long_date

_LEFT = 18 * MM
_WIDE = WIDTH - 2 * _LEFT
_QR = 62 * MM
_GREY = 0.35


def poster(kit: Kit) -> bytes:
    """The poster as a PDF file."""
    texts = kit.texts.mairie
    heading = kit.place or kit.texts["nom"]
    page = Page(texts["affiche_titre"].format(lieu=heading), "fr")
    bold, regular = font("bold"), font("regular")

    size = bold.fit(heading, _WIDE, 24 * MM, (30, 26, 22, 18))
    y = page.text("P", bold.wrap(heading, size, _WIDE), _LEFT, HEIGHT - 16 * MM, size, "bold")
    page.ornament(lambda stream: _rule(stream, y - 2 * MM))

    # From the bottom up: the phone, the code, what the service is. The question has what is left.
    address, called = kit.shown_address, kit.desk and kit.desk.phone
    beside, room = _LEFT + _QR + 10 * MM, _WIDE - _QR - 10 * MM
    narrow = bold.fit(address, room, 40, (26, 24, 22, 20, 18, 16))
    # Under the code where it is too long for the room beside it: an address is never cut.
    under = bold.width(address, narrow) > room
    code = (68 if called else 30) * MM + (10 * MM if under else 0) + _QR
    told = regular.wrap(texts["affiche_presentation"], 19, _WIDE)
    presented = code + 12 * MM + len(told) * 19 * LEADING

    asked, height = texts["affiche_question"], y - presented - 14 * MM
    size = bold.fit(asked, _WIDE, height, range(84, 30, -2))
    page.text("H1", bold.wrap(asked, size, _WIDE), _LEFT, y - 8 * MM, size, "bold")
    page.text("P", told, _LEFT, presented, 19, "regular")
    page.figure(
        texts["affiche_code"].format(adresse=address),
        (_LEFT, code - _QR, _LEFT + _QR, code),
        lambda stream: _code(stream, kit.link("affiche"), _LEFT, code),
    )
    scan = regular.wrap(texts["affiche_scannez"], 19, room)
    y = page.text("P", scan, beside, code - 3 * MM, 19, "regular")
    y = page.text("P", [texts["affiche_tapez"]], beside, y - 5 * MM, 19, "regular")
    if under:
        size = bold.fit(address, _WIDE, 40, (26, 22, 18, 15, 12, 10, 8))
        page.text("P", [address], _LEFT, code - _QR - 5 * MM, size, "bold")
    else:
        page.text("P", [address], beside, y - 1 * MM, narrow, "bold")
    if kit.desk and kit.desk.phone:
        y = page.text("P", [texts["affiche_sans_smartphone"]], _LEFT, 60 * MM, 20, "regular")
        y = page.text("P", [kit.desk.phone], _LEFT, y + 1 * MM, 44, "bold")
        page.text("P", regular.wrap(kit.desk.name, 18, _WIDE)[:1], _LEFT, y, 18, "regular")

    if drawn := kit.drawings.get("horizon"):
        page.ornament(lambda stream: _drawing(stream, drawn, WIDTH - _LEFT - 46 * MM, 17 * MM))
    page.ornament(lambda stream: _rule(stream, 17 * MM))
    dated = texts["affiche_date"].format(date=long_date(kit.today))
    page.text("P", [dated], _LEFT, 15 * MM, 12, "regular")
    return page.finish()


def _rule(stream: pydyf.Stream, y: float) -> None:
    stream.set_line_width(1)
    stream.move_to(_LEFT, y)
    stream.line_to(WIDTH - _LEFT, y)
    stream.stroke()


def _code(stream: pydyf.Stream, address: str, left: float, top: float) -> None:
    """The dark squares alone: around them the page is white, wider than the 4 that a code needs."""
    rows = tuple(qr(address).matrix)
    side = _QR / len(rows)
    for down, row in enumerate(rows, 1):
        for along, dark in enumerate(row):
            if dark:
                stream.rectangle(left + along * side, top - down * side, side, side)
    # In one go: side by side, squares would show hairlines between them.
    stream.fill()


def _drawing(stream: pydyf.Stream, drawn: str, left: float, bottom: float) -> None:
    """An SVG's lines and shapes in grey, 46 mm wide and standing on `bottom`."""
    picture = svg.SVG.parse(io.StringIO(drawn))
    scale = 46 * MM / float(picture.width)

    def to(at: svg.Point) -> tuple[float, float]:
        return left + at.x * scale, bottom + (float(picture.height) - at.y) * scale

    stream.push_state()
    stream.set_color_rgb(_GREY, _GREY, _GREY)
    stream.set_color_rgb(_GREY, _GREY, _GREY, stroke=True)
    stream.set_line_cap(1)
    for shape in picture.elements(lambda one: isinstance(one, svg.Shape)):
        path = abs(svg.Path(shape))
        path.approximate_arcs_with_cubics()
        for part in path:
            match part:
                case svg.Move():
                    stream.move_to(*to(part.end))
                case svg.Close():
                    stream.close()
                case svg.Line():
                    stream.line_to(*to(part.end))
                case svg.QuadraticBezier():
                    near = part.start + (part.control - part.start) * (2 / 3)
                    far = part.end + (part.control - part.end) * (2 / 3)
                    stream.curve_to(*to(near), *to(far), *to(part.end))
                case svg.CubicBezier():
                    stream.curve_to(*to(part.control1), *to(part.control2), *to(part.end))
        if shape.fill.value is None:
            stream.set_line_width(float(shape.stroke_width) * scale)
            stream.stroke()
        else:
            stream.fill()
    stream.pop_state()
