"""What a town hall spreads: posters that phones and screen readers read, and texts to paste."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pypdf
import pypdfium2
import pytest

from bot.communes.commune import Commune
from bot.conversation.action import Ask, Kind
from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation, Question, Reply
from bot.kit.kit import MEDIA, Kit, kits, mailto
from bot.kit.pdf import encoded, font
from bot.kit.poster import poster
from bot.knowledge.region import Status
from bot.storage.database import SOURCE
from tests.conftest import OURS, ROOT, TODAY
from tests.scanning import read_codes

ADDRESS = "https://galibot.example.org"
LONG = "https://www.une-intercommunalite-au-nom-long.example.fr/services/galibot"
GAZETTEER = OURS.gazetteer
#: In the programme: three usual names, an apostrophe and a ligature, the longest of all.
CODES = ("62498", "59456", "62637", "62386")


def kit_of(code: str | None = None, address: str = ADDRESS) -> Kit:
    commune = GAZETTEER.get(code) if code else None
    assert code is None or commune
    return next(kits(OURS.base, GAZETTEER, (commune,), address, TODAY))


def all_kits(address: str = ADDRESS) -> Iterator[Kit]:
    return kits(OURS.base, GAZETTEER, (None, *GAZETTEER.communes), address, TODAY)


def document(kit: Kit) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(poster(kit)), strict=True)


def catalog(reader: pypdf.PdfReader) -> Any:
    return reader.trailer["/Root"]


def tagged(reader: pypdf.PdfReader) -> list[tuple[str, dict[str, Any]]]:
    """The structure in reading order, as (tag, element)."""
    root = catalog(reader)["/StructTreeRoot"]
    whole = root["/K"].get_object()
    assert whole["/S"] == "/Document"
    return [(child.get_object()["/S"], child.get_object()) for child in whole["/K"]]


@pytest.mark.parametrize("code", [None, *CODES])
def test_a_poster_is_tagged_titled_and_in_french(code: str | None) -> None:
    kit = kit_of(code)
    reader = document(kit)
    root = catalog(reader)
    place = kit.place or "Galibot"
    assert len(reader.pages) == 1
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    assert reader.metadata
    assert reader.metadata.title == f"Affiche\u00a0: {place}"
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - PDF's own « true »
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert b"<pdfuaid:part>1<" in root["/Metadata"].get_data()
    tags = tagged(reader)
    assert [tag for tag, _ in tags].count("/H1") == 1
    figures = [element for tag, element in tags if tag == "/Figure"]
    assert [one["/Alt"] for one in figures] == ["Code à scanner, qui mène à galibot.example.org"]


@pytest.mark.parametrize("code", [None, *CODES])
def test_all_that_is_drawn_is_tagged_or_only_for_the_eye(code: str | None) -> None:
    """Each marked part is an element's, found both ways; nothing is drawn outside of one."""
    reader = document(kit_of(code))
    marks = [element["/K"] for _, element in tagged(reader)]
    parents = catalog(reader)["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    assert marks == list(range(len(marks)))
    assert len(parents[1]) == len(marks)
    drawn = reader.pages[0].get_contents()
    assert drawn is not None
    text = drawn.get_data().decode("latin-1")
    assert [int(mark) for mark in re.findall(r"/MCID (\d+)>>\s*BDC", text)] == marks
    outside = re.sub(r"(?s)(?:BDC|BMC)\n.*?EMC", "", text)
    assert not re.search(r"\b(?:Tj|TJ|f|S|B|Do)\b", outside)


@pytest.mark.parametrize("code", [None, *CODES])
def test_a_poster_says_what_it_must(code: str | None) -> None:
    kit = kit_of(code)
    said = " ".join(document(kit).pages[0].extract_text().split())
    assert (kit.place or "Galibot") in said
    assert "Ma maison sera-t-elle rénovée ?" in said
    assert "galibot.example.org" in said
    assert kit.desk
    assert kit.desk.phone
    assert "Sans smartphone : " + " ".join(kit.desk.phone.split()) in said
    assert "28 novembre 2026" in said
    if code:
        commune = GAZETTEER.get(code)
        assert commune
        assert commune.town_hall
        assert kit.desk.phone == commune.town_hall.phone


def test_its_fonts_are_within_the_file_and_have_every_letter_of_the_communes() -> None:
    reader = document(kit_of("62498"))
    page: Any = reader.pages[0]
    fonts = page["/Resources"]["/Font"]
    assert len(fonts) == 2
    for one in fonts.values():
        assert one["/FontDescriptor"]["/FontFile2"].get_data()[:4] == b"\0\1\0\0"
    needed = {letter for one in GAZETTEER.communes for letter in one.name} | set("’«»œŒéàçÊ€…°?!:")
    for name in ("regular", "bold"):
        lacking = {
            letter for letter in needed if not font(name).width(letter, 10) or not encoded(letter)
        }
        assert lacking == set()


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [("Œuf\u202f!", "Œuf\u00a0!"), ("Łódź", "ódz"), ("🏠 oui", " oui"), ("Ŭn", "Un")],
)
def test_a_letter_that_fonts_lack_is_never_another(typed: str, drawn: str) -> None:
    assert encoded(typed) == drawn.encode("cp1252")


@pytest.mark.parametrize("address", [ADDRESS, LONG])
@pytest.mark.parametrize("code", [None, *CODES])
def test_two_readers_find_the_same_address_in_a_code_of_25_mm(
    code: str | None, address: str
) -> None:
    kit = kit_of(code, address)
    wanted = kit.link("affiche")
    # As one scans it where its code of 62 mm is 25 mm wide.
    assert read_codes(poster(kit), 200 / 72 * 25 / 62) == ([wanted], [wanted])


def test_a_poster_is_black_white_and_grey() -> None:
    page = pypdfium2.PdfDocument(poster(kit_of("62498")))[0]
    seen = page.render(scale=1).to_numpy()[..., :3]
    assert (np.ptp(seen, axis=2) == 0).all()
    assert (seen == 0).any()


@pytest.mark.parametrize("address", [ADDRESS, LONG])
def test_nothing_of_a_poster_is_cut_or_written_over(address: str) -> None:
    """Lines of text in their boxes: within the page, and none over another."""
    longest = max(GAZETTEER.communes, key=lambda one: len(one.name))
    for code in (longest.code_insee, "62498"):
        page = pypdfium2.PdfDocument(poster(kit_of(code, address)))[0]
        text = page.get_textpage()
        boxes = [text.get_rect(index) for index in range(text.count_rects())]
        assert all(40 < left < right < 555 and 20 < low < 842 for left, low, right, _ in boxes)
        for at, (left, low, right, high) in enumerate(boxes):
            for other_left, other_low, other_right, other_high in boxes[at + 1 :]:
                apart = other_left >= right or left >= other_right
                assert apart or other_low >= high - 1 or low >= other_high - 1


def test_a_poster_without_phone_drawing_or_commune() -> None:
    kit = kit_of()
    bare = Kit(kit.address, kit.texts, {}, TODAY, None, None)
    said = document(bare).pages[0].extract_text()
    assert "Sans smartphone" not in said
    assert "Galibot" in said


@pytest.mark.parametrize("address", [ADDRESS, "https://" + "a" * 40])
def test_the_texts_of_the_bulletin_have_the_length_asked(address: str) -> None:
    for kit in all_kits(address):
        short, long = kit.bulletins
        assert 250 < len(short) <= 400
        assert 700 < len(long) <= 1000
        for text in (short, long):
            assert kit.shown_address in text
            assert kit.desk
            assert str(kit.desk.phone) in text.replace("\u00a0", " ")


def test_links_say_where_they_were_found_and_whose_they_are() -> None:
    for medium in MEDIA:
        query = parse_qs(urlsplit(kit_of("62498").link(medium, "loyer")).query)
        assert query == {"c": ["62498"], "s": [f"{medium}-62498"]}
        assert re.fullmatch(SOURCE, query["s"][0])
    assert kit_of().link("affiche") == f"{ADDRESS}/?s=affiche"
    assert kit_of("62498", LONG).link("mail", "loyer").startswith(f"{LONG}/q/loyer?")


def every_answer(assistant: Assistant, commune: Commune) -> Iterator[Reply]:
    known = Conversation(commune=commune.code_insee, started=True)
    for key in assistant.served.entries:
        yield assistant.reply(Question(action=str(Ask(Kind.ENTRY, key)), conversation=known))


def test_any_answer_is_ready_to_be_sent(assistant: Assistant) -> None:
    kit = kit_of("62498")
    assert kit.commune
    count = 0
    for reply in every_answer(assistant, kit.commune):
        subject, body = kit.mail(reply)
        assert reply.title
        assert reply.title in subject
        assert "](" not in body
        assert "(/" not in body
        assert kit.link("mail", reply.entry) in body
        opened = urlsplit(mailto(subject, body))
        told = parse_qs(opened.query)
        assert told["subject"] == [subject]
        assert told["body"][0].replace("\r\n", "\n") == body
        sms = kit.sms(reply)
        assert sms.endswith(kit.link("sms", reply.entry))
        assert not set(sms) & set("’\u00a0\u202f…")
        assert len(sms) < 400
        count += 1
    assert count > 100


def test_a_commune_named_by_a_script_stays_a_text() -> None:
    kit = kit_of("62498", 'https://x.example/"><script>')
    assert all(line.count("<script>") == 0 for line in kit.widgets)


def test_the_programme_has_as_many_as_its_sources_say() -> None:
    assert sum(one.status is not Status.OUT for one in GAZETTEER.communes) == 362


def test_a_service_that_makes_no_poster_loads_none_of_its_libraries() -> None:
    told = "import bot.app, sys; print({'segno', 'pydyf', 'svgelements'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "set()\n", done.stderr
