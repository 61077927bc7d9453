"""One A4 page in PDF with a structure that screen readers follow (PDF/UA-1), and its own fonts."""

import io
import struct
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar
from xml.sax.saxutils import escape

import pydyf

_Made = TypeVar("_Made", bound=pydyf.Object)

#: A4, in points of 1/72 inch.
WIDTH, HEIGHT = 595.28, 841.89
MM = 72 / 25.4
#: From a line to the next, in ems.
LEADING = 1.15
#: Fonts hold the letters of this encoding, which is PDF's WinAnsiEncoding.
_LETTERS = "cp1252"
_FIRST, _LAST = 32, 255
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{lang}</rdf:li></rdf:Bag></dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


class Font:
    """A TrueType font of the cp1252 letters, 1000 units to the em."""

    def __init__(self, name: str, ttf: bytes) -> None:
        self.name = name
        self.ttf = ttf
        count = struct.unpack_from(">H", ttf, 4)[0]
        tables = {
            ttf[at : at + 4]: struct.unpack_from(">L", ttf, at + 8)[0]
            for at in range(12, 12 + 16 * count, 16)
        }
        self.box = struct.unpack_from(">4h", ttf, tables[b"head"] + 36)
        self.ascent, self.descent = struct.unpack_from(">2h", ttf, tables[b"hhea"] + 4)
        measured = struct.unpack_from(">H", ttf, tables[b"hhea"] + 34)[0]
        glyphs = dict(_glyphs(ttf, tables[b"cmap"]))
        self.widths: list[int] = []
        for code in range(_FIRST, _LAST + 1):
            letter = bytes([code]).decode(_LETTERS, "ignore")
            glyph = glyphs.get(ord(letter), 0) if letter else 0
            at = tables[b"hmtx"] + 4 * min(glyph, measured - 1)
            self.widths.append(struct.unpack_from(">H", ttf, at)[0])

    def width(self, text: str, size: float) -> float:
        """How wide a line of text is, in points."""
        return sum(self.widths[code - _FIRST] for code in encoded(text)) * size / 1000

    def wrap(self, text: str, size: float, width: float) -> list[str]:
        """The text in lines of this width at most, but for a word that is longer."""
        lines: list[str] = []
        for word in text.replace("\n", " ").split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(longer, size) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def fit(self, text: str, width: float, height: float, sizes: Sequence[float]) -> float:
        """The first of these sizes at which the text is within that room, else the last."""
        for size in sizes:
            lines = self.wrap(text, size, width)
            widest = max(self.width(line, size) for line in lines)
            if len(lines) * size * LEADING <= height and widest <= width:
                return size
        return sizes[-1]


def _glyphs(ttf: bytes, cmap: int) -> Iterator[tuple[int, int]]:
    """The glyph of each letter, of the Windows table in format 4 (OpenType, « cmap »)."""
    for record in range(struct.unpack_from(">H", ttf, cmap + 2)[0]):
        platform, _, offset = struct.unpack_from(">HHL", ttf, cmap + 4 + 8 * record)
        if platform == 3:
            table = cmap + offset
    double = struct.unpack_from(">H", ttf, table + 6)[0]
    for segment in range(0, double, 2):
        end = struct.unpack_from(">H", ttf, table + 14 + segment)[0]
        start, delta, far = (
            struct.unpack_from(">H", ttf, table + 16 + segment + part * double)[0]
            for part in (1, 2, 3)
        )
        for letter in range(start, min(end, 0xFFFE) + 1):
            if not far:
                yield letter, (letter + delta) & 0xFFFF
                continue
            at = table + 16 + segment + 3 * double + far + 2 * (letter - start)
            glyph = struct.unpack_from(">H", ttf, at)[0]
            yield letter, (glyph + delta) & 0xFFFF if glyph else 0


@cache
def font(name: str) -> Font:
    """« regular » or « bold », as shipped."""
    return Font(f"Atkinson-{name}", (files("bot") / f"kit/fonts/{name}.ttf").read_bytes())


def encoded(text: str) -> bytes:
    """The text as the fonts have it; a letter that they lack loses its accent, or is left out."""
    letters = (
        letter if letter.encode(_LETTERS, "ignore") else unicodedata.normalize("NFKD", letter)
        for letter in text.replace("\u202f", "\u00a0")
    )
    return "".join(letters).encode(_LETTERS, "ignore")


class Page:
    """A page being drawn, in reading order; positions in points from the bottom left."""

    def __init__(self, title: str, lang: str) -> None:
        self._pdf = pydyf.PDF()
        self._title, self._lang = title, lang
        self._stream = pydyf.Stream(compress=True)
        self._fonts: dict[str, pydyf.Dictionary] = {}
        self._page = self._add(pydyf.Dictionary())
        self._root = self._add(pydyf.Dictionary({"Type": "/StructTreeRoot"}))
        self._document = self._add(
            pydyf.Dictionary({"Type": "/StructElem", "S": "/Document", "P": self._root.reference})
        )
        self._read: list[pydyf.Dictionary] = []

    def text(
        self, tag: str, lines: Sequence[str], x: float, y: float, size: float, weight: str
    ) -> float:
        """Write lines under `y` as one element, H1 or P. Gives the bottom of the last."""
        self._begin(tag)
        self._font(weight)
        self._stream.begin_text()
        self._stream.set_font_size(weight, size)
        for number, line in enumerate(lines, 1):
            y -= size * (0.95 if number == 1 else LEADING)
            self._stream.set_text_matrix(1, 0, 0, 1, x, y)
            # A space ends a line that goes on: read aloud, its last word is not the next one's.
            said = encoded(line if number == len(lines) else f"{line} ")
            self._stream.stream.append(b"<" + said.hex().encode() + b"> Tj")
        self._stream.end_text()
        self._stream.end_marked_content()
        return y - size * 0.25

    def figure(
        self, alt: str, box: tuple[float, float, float, float], draw: Callable[[pydyf.Stream], None]
    ) -> None:
        """What is drawn within (left, bottom, right, top), and what it is in words."""
        place = pydyf.Dictionary({"O": "/Layout", "Placement": "/Block", "BBox": pydyf.Array(box)})
        self._begin("Figure", {"Alt": pydyf.String(alt), "A": place})
        draw(self._stream)
        self._stream.end_marked_content()

    def ornament(self, draw: Callable[[pydyf.Stream], None]) -> None:
        """What is only for the eye."""
        self._stream.begin_marked_content("Artifact")
        draw(self._stream)
        self._stream.end_marked_content()

    def finish(self) -> bytes:
        """The whole file."""
        pdf = self._pdf
        self._add(self._stream)
        self._page.update(
            {
                "Type": "/Page",
                "Parent": pdf.pages.reference,
                "MediaBox": pydyf.Array((0, 0, WIDTH, HEIGHT)),
                "Contents": self._stream.reference,
                "StructParents": 0,
                "Tabs": "/S",
                "Resources": pydyf.Dictionary(
                    {
                        "Font": pydyf.Dictionary(
                            {name: one.reference for name, one in self._fonts.items()}
                        )
                    }
                ),
            }
        )
        pdf.pages["Count"] = 1
        pdf.pages["Kids"] = pydyf.Array((self._page.reference,))
        elements = pydyf.Array(one.reference for one in self._read)
        self._document["K"] = elements
        self._root["K"] = self._document.reference
        self._root["ParentTree"] = self._add(
            pydyf.Dictionary({"Nums": pydyf.Array((0, elements))})
        ).reference
        told = _XMP.format(title=escape(self._title), lang=self._lang).encode()
        metadata = self._add(pydyf.Stream([told], {"Type": "/Metadata", "Subtype": "/XML"}))
        pdf.info["Title"] = pydyf.String(self._title)
        pdf.catalog.update(
            {
                "Lang": pydyf.String(self._lang),
                "MarkInfo": pydyf.Dictionary({"Marked": "true"}),
                "ViewerPreferences": pydyf.Dictionary({"DisplayDocTitle": "true"}),
                "StructTreeRoot": self._root.reference,
                "Metadata": metadata.reference,
            }
        )
        written = io.BytesIO()
        pdf.write(written, identifier=True)
        return written.getvalue()

    def _add(self, made: _Made) -> _Made:
        self._pdf.add_object(made)
        return made

    def _begin(self, tag: str, more: dict[str, Any] | None = None) -> None:
        mark = len(self._read)
        element = pydyf.Dictionary(
            {
                "Type": "/StructElem",
                "S": f"/{tag}",
                "P": self._document.reference,
                "Pg": self._page.reference,
                "K": mark,
                **(more or {}),
            }
        )
        self._read.append(self._add(element))
        self._stream.begin_marked_content(tag, pydyf.Dictionary({"MCID": mark}))

    def _font(self, weight: str) -> None:
        """Embed a font the first time it is used."""
        if weight in self._fonts:
            return
        used = font(weight)
        name = f"/{used.name}"
        file = self._add(pydyf.Stream([used.ttf], {"Length1": len(used.ttf)}, compress=True))
        described = self._add(
            pydyf.Dictionary(
                {
                    "Type": "/FontDescriptor",
                    "FontName": name,
                    "Flags": 32,  # its letters are those of the encoding
                    "FontBBox": pydyf.Array(used.box),
                    "ItalicAngle": 0,
                    "Ascent": used.ascent,
                    "Descent": used.descent,
                    "CapHeight": 668,
                    "StemV": 150 if weight == "bold" else 90,
                    "FontFile2": file.reference,
                }
            )
        )
        self._fonts[weight] = self._add(
            pydyf.Dictionary(
                {
                    "Type": "/Font",
                    "Subtype": "/TrueType",
                    "BaseFont": name,
                    "Encoding": "/WinAnsiEncoding",
                    "FirstChar": _FIRST,
                    "LastChar": _LAST,
                    "Widths": pydyf.Array(used.widths),
                    "FontDescriptor": described.reference,
                }
            )
        )
