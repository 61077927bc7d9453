"""The knowledge folder: read, checked, and written back."""

import codecs
import contextlib
import datetime as dt
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bot.communes.gazetteer import Gazetteer
from bot.communes.tables import read_gazetteer
from bot.knowledge.checking import Checked, check
from bot.knowledge.files import COMMON, EDITED, FAQ, PICTURES, PLACES, SHIPPED, TOWN_HALLS
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.presence import absent, meant
from bot.knowledge.problem import Problem, in_words
from bot.storage.readings import reading

#: What ships with the program: how French people talk, whatever the base.
_DEFAULTS = MappingProxyType(
    {
        key: Path(__file__).parent.parent / "defaults" / key.removeprefix("defauts/")
        for key in SHIPPED.values()
    }
)
#: The folder and those within it that hold files.
_FOLDERS = tuple(dict.fromkeys(("", *(name[: name.find("/") + 1] for name in EDITED))))
#: What editors, systems and version control leave in a folder, and what explains it.
_NOT_OURS = re.compile(
    r"^[.#~]|~$|^4913$|\.(?:sw[a-z]|tmp|part)$|^(?:thumbs\.db|desktop\.ini)$"
    r"|^(?:readme|lisez-?moi|licen[cs]e)\b",
    re.IGNORECASE,
)


class KnowledgeError(Exception):
    """The knowledge can't be served; the message, in French, lists every problem."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that is served of a folder, and what its editor had better know."""

    base: KnowledgeBase
    gazetteer: Gazetteer
    common: tuple[str, ...]  # everyday messages that no FAQ answers
    warnings: tuple[Problem, ...]


def examine(
    files: Mapping[str, str], today: dt.date, *, advice: bool = True
) -> tuple[Knowledge | None, Checked]:
    """Check the texts that `read_files` gives; nothing is served where one problem is an error.

    Without `advice`, only errors are looked for.
    """
    checked = check(files, today, advice=advice, read=reading)
    if (region := checked.region) is None:
        return None, checked
    gazetteer = Gazetteer(region)
    if not files.keys().isdisjoint((*PLACES, TOWN_HALLS)):
        # A territory is whole, or there is none.
        found = list(absent(files, PLACES))
        if not found and not any(problem.file in PLACES for problem in checked.errors):
            gazetteer = read_gazetteer(files, region, found)
        checked = checked.also(found)
    if checked.base is None:
        return None, checked
    lines = (line.strip() for line in files.get(COMMON, "").splitlines() if line[:1] != "#")
    common = tuple(filter(None, lines))
    return Knowledge(checked.base, gazetteer, common, checked.problems), checked


def read_files(path: Path) -> dict[str, str]:
    """The texts to check: `path` is a knowledge folder, or one FAQ file and its neighbours.

    Names of what no one reads are there too, without texts. Raises KnowledgeError where nothing
    is at `path`, or a file can't be read.
    """
    if not path.exists():
        raise KnowledgeError(f"Le fichier {path} n’existe pas.")
    folder = path if path.is_dir() else path.parent
    places = _places(path)
    # Beside one file that is named, anything may lie.
    files = {
        name: ""
        for name, _ in lying_in(folder)
        if name not in (*EDITED, *PICTURES)
        and (folder is path or (meant(name) and name != path.name))
    }
    for name, file in places.items():
        try:
            # Bytes that are not UTF-8 are kept as they are, to be told with their line.
            files[name] = file.read_text(encoding="utf-8-sig", errors="surrogateescape")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise KnowledgeError(f"{name} ne peut pas être lu ({error.strerror}).") from None
    return files | shipped()


def shipped() -> dict[str, str]:
    """The texts that ship with the program."""
    return {
        name: file.read_text(encoding="utf-8") for name, file in _DEFAULTS.items() if file.is_file()
    }


def _places(path: Path) -> dict[str, Path]:
    """Where each file of the editors is."""
    if path.is_dir():
        return {name: path / name for name in EDITED}
    return {name: path.parent / name for name in EDITED} | {FAQ: path}


def write_file(path: Path, name: str, before: str, text: str) -> None:
    """Write one file of the folder, whole or not at all, where it still holds `before`.

    Its mark of order, its ends of lines, its mode and the links to it are kept. Raises OSError.
    """
    file = _places(path)[name].resolve()
    held = file.read_bytes() if file.exists() else b""
    encoding = "utf-8-sig" if held.startswith(codecs.BOM_UTF8) else "utf-8"
    end = "\r\n" if b"\r\n" in held else "\n"
    if held.decode(encoding, "surrogateescape").replace("\r\n", "\n") != before:
        return
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    file.parent.mkdir(exist_ok=True)
    try:
        with draft.open("w", encoding=encoding, newline=end) as opened:
            opened.write(text)
        if held:
            shutil.copymode(file, draft)
            if file.read_bytes() != held:  # saved in this very moment
                return
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def lying_in(folder: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What lies in the folder, named as in FILES, with its size, time and number on the disk.

    The names of folders that should not be there end with « / ». Links are followed.
    """
    for place in _FOLDERS:
        try:
            found = list(os.scandir(folder / place))
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in found:
            name = f"{place}{entry.name}"
            if _NOT_OURS.search(entry.name) or f"{name}/" in _FOLDERS:
                continue
            if entry.is_dir():
                yield f"{name}/", ()
            else:
                with contextlib.suppress(FileNotFoundError):
                    stat = entry.stat()
                    yield name, (stat.st_size, stat.st_mtime_ns, stat.st_ino)


def load(path: Path, today: dt.date, *, advice: bool = True) -> Knowledge:
    """What is served of a folder or file; see `examined`."""
    return examined(read_files(path), today, advice=advice)


def examined(files: Mapping[str, str], today: dt.date, *, advice: bool = True) -> Knowledge:
    """What is served of these texts. Raises KnowledgeError with what is wrong, a line each.

    Without `advice`, nobody reads its warnings.
    """
    knowledge, checked = examine(files, today, advice=advice)
    if knowledge is None:
        raise KnowledgeError("\n".join(in_words(checked.errors)), checked.errors)
    return knowledge


def load_base(path: Path, today: dt.date) -> KnowledgeBase:
    """The base of a folder or file; see `load`."""
    return load(path, today).base
