"""Spreadsheet files: .xlsx and .csv, from bytes to sheets of cells and back."""

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.knowledge.columns import ENTRIES, SAID, TABLES, Cell, Odd, Shown
from bot.knowledge.importing import Sheet, letter, titles
from bot.knowledge.objects import rows
from bot.knowledge.problem import Problem
from bot.storage.knowledge_files import KnowledgeError

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FORMATS = (".xlsx", ".csv")
#: What a cell of Excel may hold, and how large the parts of a file may be once unpacked, in bytes.
_CELL_LENGTH, _UNPACKED = 32_767, 200_000_000
#: What a spreadsheet would take for a formula; as it is told that it is a text.
_LIKE_FORMULA = re.compile(r"'*[=+\-@\t]")
_TOLD_TEXT = re.compile(r"'+[=+\-@\t]")
#: Formats that show a number as it is.
_PLAIN = re.compile(r"General|@|[#0,. ]+", re.IGNORECASE)
#: How files begin that people give instead.
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "C’est un ancien fichier Excel (.xls), ou un mot de passe le protège."),
    (b"%PDF", "C’est un PDF."),
    (b"{\\rtf", "C’est un texte de traitement de texte."),
    (b"<", "C’est une page web ou du XML."),
)
_SAVE_AGAIN = "Ouvrez-le dans un tableur, et enregistrez-le en .xlsx, sans mot de passe."


class SpreadsheetError(KnowledgeError):
    """A spreadsheet can't be read or written; the message, in French, says what to do."""


def spreadsheet(files: Mapping[str, str], suffix: str) -> bytes:
    """The knowledge as a spreadsheet: all its tables in .xlsx, its answers alone in .csv."""
    if suffix == ".csv":
        return _csv(rows(files, ENTRIES))
    return _xlsx({table.sheet: list(rows(files, table)) for table in TABLES})


def read_sheets(name: str, data: bytes) -> list[Sheet]:
    """The sheets of a file. Raises SpreadsheetError where it is none, or is damaged."""
    for start, what in _OTHERS:
        if data.lstrip()[: len(start)] == start:
            raise SpreadsheetError(f"{name} : {what} {_SAVE_AGAIN}")
    return _read_xlsx(name, data) if data.startswith(b"PK") else [_read_csv(name, data)]


def _csv(lines: Iterable[Sequence[Shown]]) -> bytes:
    """As Excel reads it in French: semicolons, UTF-8 that says so."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows(
        [f"{cell:%d/%m/%Y}" if isinstance(cell, dt.date) else _as_text(cell or "") for cell in line]
        for line in lines
    )
    return out.getvalue().encode("utf-8-sig")


def _as_text(text: str) -> str:
    return f"'{text}" if _LIKE_FORMULA.match(text) else text


def _xlsx(tables: Mapping[str, Sequence[Sequence[Shown]]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    book.remove(book.worksheets[0])
    for table in TABLES:
        sheet = book.create_sheet(table.sheet)
        for number, line in enumerate(tables[table.sheet], 1):
            for at, value in enumerate(line, 1):
                if value is None or value == "":
                    continue
                cell = sheet.cell(number, at)
                if isinstance(value, str):
                    if len(value) > _CELL_LENGTH:
                        raise SpreadsheetError(
                            f"Un texte de {line[0]} est trop long pour une case d’Excel "
                            f"({len(value)} caractères). Choisissez un fichier .csv."
                        )
                    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                    cell.data_type = "s"
                    cell.quotePrefix = bool(_LIKE_FORMULA.match(value))
                    cell.number_format = "@"
                else:
                    cell.value, cell.number_format = value, "DD/MM/YYYY"
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                if number == 1:
                    cell.font = Font(bold=True)
        for at, column in enumerate(table.columns):
            sheet.column_dimensions[letter(at)].width = column.width
        sheet.freeze_panes = "C2" if table is ENTRIES else "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _read_xlsx(name: str, data: bytes) -> list[Sheet]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _UNPACKED:
                raise SpreadsheetError(f"{name} : ce fichier est trop grand.")
            if "xl/workbook.xml" not in parts.namelist():
                what = "Ce n’est pas un fichier Excel (.xlsx)."
                raise SpreadsheetError(f"{name} : {what} {_SAVE_AGAIN}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it does not keep, as drop-down lists
            book = load_workbook(io.BytesIO(data))
        return [
            Sheet(sheet.title, f"feuille {sheet.title}", _cells(sheet))
            for sheet in book.worksheets
            if sheet.sheet_state == "visible"
        ]
    except SpreadsheetError:
        raise
    except Exception as error:  # whatever a damaged file makes the library meet
        raise SpreadsheetError(f"{name} : ce fichier est abîmé. {_SAVE_AGAIN}") from error


def _cells(sheet: "Worksheet") -> list[list[Cell]]:
    cells = [[_value(cell) for cell in row] for row in sheet.iter_rows()]
    for merged in sheet.merged_cells.ranges:
        for row, column in merged.cells:
            cells[row - 1][column - 1] = Odd.MERGED
    return cells


def _value(cell: Any) -> Cell:
    if cell.data_type == "f":
        return Odd.FORMULA
    if cell.data_type == "e":
        return Odd.ERROR
    value: Cell = cell.value
    if cell.data_type == "n" and value is not None and not _PLAIN.fullmatch(cell.number_format):
        return Odd.DRESSED
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _read_csv(name: str, data: bytes) -> Sheet:
    text = _decoded(name, data)
    # Excel's own first line that names what separates.
    said = re.match(r"sep=(.)\r?\n", text)
    separators = [said[1]] if said else [";", "\t", ","]
    if said:
        text = "\n" + text[said.end() :]
    ways = [Sheet("", name, _split(text, one)) for one in separators]
    even = (way for way in ways if len({len(row) for row in way.rows if row} - {1}) == 1)
    sheet = next((way for way in ways if titles(way, ENTRIES)), None) or next(even, ways[0])
    _refuse_open_quote(text, separators[ways.index(sheet)], sheet)
    return sheet


def _decoded(name: str, data: bytes) -> str:
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise SpreadsheetError(f"{name} : ce n’est pas un tableau. {_SAVE_AGAIN}")


def _split(text: str, separator: str) -> list[list[Cell]]:
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:  # a text of more than 128 kB: a quote is open
        return []
    return [[cell[1:] if _TOLD_TEXT.match(cell) else cell for cell in row] for row in found]


def _refuse_open_quote(text: str, separator: str, sheet: Sheet) -> None:
    """Tell the row where a quote is opened that none ends, or the next one does."""
    strict = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    done = 0
    try:
        for _ in strict:
            done += 1
    except csv.Error:
        row = [str(cell) for cell in sheet.rows[done]] if done < len(sheet.rows) else [""]
        at = next((n for n, cell in enumerate(row) if "\n" in cell), len(row) - 1)
        message, hint = SAID["guillemet"]
        wrong = Problem(
            done + 1, None, "error", "guillemet", message, hint, sheet.place, column=letter(at)
        )
        raise SpreadsheetError(str(wrong)) from None


def suffix_of(file: Path) -> str:
    """The format that a file's name tells. Raises SpreadsheetError for any other."""
    if (suffix := file.suffix.lower()) not in FORMATS:
        raise SpreadsheetError(f"{file} : choisissez un nom en .xlsx ou en .csv.")
    return suffix
