"""YAML with line numbers, and without its traps: what an editor typed is what we read.

YAML quietly turns `01001` into 513, `12:30` into 750 and `non` into false (YAML 1.1, § 2.4 and
the « Norway problem »), keeps the last of two equal keys, and drops what follows « # ». Each of
these is told here; so is what it refuses, by its cause (`mistyped.py`).
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.knowledge import indents, mending, mistyped
from bot.knowledge.files import FAQ, PHRASINGS
from bot.knowledge.problem import Level, Problem

Path = tuple[str | int, ...]
# « non » is text for YAML 1.1 and « no » is false: we refuse both, so nobody need know.
_YES_NO = frozenset({"oui", "non", "vrai", "faux"})
#: Keys whose value is a yes or a no; anywhere else such a word would be a text badly read.
_FLAGS = frozenset({"alarme", "ecriture", "ouvre", "ferme", "affirme"})
#: Keys whose value is a day.
_DAYS = frozenset({"releve_le", "verifie_le", "revoir_le", "expire_le"})
_BOOLEANS = {"true": True, "oui": True, "false": False, "non": False}
_TRAPS = {
    "tag:yaml.org,2002:int": "un nombre",
    "tag:yaml.org,2002:float": "un nombre",
    "tag:yaml.org,2002:bool": "« oui » ou « non »",
}
_RESOLVER: Any = yaml.resolver.Resolver()
#: More is no file of ours: a text is at most in a list of a list of entries.
_DEEPEST = 20
#: A comment that is rather the end of the text: « fosse #9 », « lot # 9 ».
_LOST = re.compile(r"\s+(#[^\s#].*|# \d.*)")
#: The first piece of a sentence that a comma cuts: neither a sigle nor an end.
_UNENDED = re.compile(r"[^\W\d_a-zß-ÿ](?:[^A-Z].*)?(?<![.?!…»)])")
_GOES_ON = re.compile(r"[a-zß-ÿ]").match
_LIKE_KEY = re.compile(r" *([a-z_]+):(?: |$)")
#: Two paragraphs that YAML makes one.
_FOLDED = re.compile(r"[^\n]\n[^\n ]")


@dataclass(eq=False)  # a reading of a file is itself alone
class Document:
    """A file's content as plain Python values, with the line of each of its parts."""

    file: str
    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: The lines of the text, and one more.
    source: list[str] = field(default_factory=list)
    #: Nothing could be read: what is missing elsewhere is a consequence of this file's problem.
    unread: bool = False

    def line(self, path: Path) -> int:
        """The line of the part at `path`, or of the nearest part around it that has one."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def tell(self, line: int, code: str, *quoted: object, level: Level = "error") -> None:
        """Tell what is wrong in the form of the text."""
        message, hint = (part.format(*quoted) for part in mistyped.SAID[code])
        known, remedy = mending.told(code, self.source, line) or (None, hint)
        self.problems.append(Problem(line, None, level, code, known or message, remedy, self.file))

    def error(
        self, path: Path, code: str, message: str, hint: str, entry: str | None = None
    ) -> Problem:
        line, key = self.line(path), _key(path)
        return Problem(line, entry, "error", code, message, hint, self.file, key=key)

    def warning(
        self, path: Path, code: str, message: str, hint: str, entry: str | None = None
    ) -> Problem:
        line, key = self.line(path), _key(path)
        return Problem(line, entry, "warning", code, message, hint, self.file, key=key)


def _key(path: Path) -> str:
    """The key of what is named at `path`: an item of a list, or what is under a name."""
    inside = path[2:] if len(path) > 1 and isinstance(path[1], int) else path[1:]
    return str(inside[0]) if inside else ""


class _UnreadableError(Exception):
    """What keeps the rest from being read: its arguments are a line, a code, what is quoted."""


def read_yaml(text: str, file: str) -> Document:
    """Read one YAML text; what is wrong with its form is in the document's `problems`.

    Empty values are left out, as if their key had not been written; their lines are known.
    """
    document = Document(file)
    text, unseen = mistyped.settled(text)
    document.source = [*text.split("\n"), ""]
    try:
        _refuse(mistyped.stops(text))
        for char, line in unseen.items():
            level: Level = "error" if char < "\xa0" else "warning"
            document.tell(line, "caractere", f"U+{ord(char):04X}", level=level)
        document.value = _Reader(text, document).read()
    except _UnreadableError as refused:
        document.unread = True
        same = refused.args[0]
        # Most often effects: what follows is not where it should be.
        told = [one for one in document.problems if one.code not in ("vide", "bloc-absent")]
        document.problems = [one for one in told if one.line != same]
        document.tell(*refused.args)
    return document


def _refuse(mistakes: Iterable[mistyped.Mistake]) -> None:
    """Read no further if there is any mistake; the first is told."""
    for mistake in mistakes:
        raise _UnreadableError(*mistake)


class _Reader:
    """Builds plain values from libyaml's events, and looks at the lines that they come from.

    From events, since libyaml's own nodes end the process where they are nested too deep.
    """

    def __init__(self, text: str, document: Document) -> None:
        # libyaml may tell of a line after the last.
        self.text, self.lines, self.document = text, document.source, document
        self.events = yaml.parse(text, Loader=yaml.CSafeLoader)
        self.last: Any = next(self.events)  # the scalar read last
        self.keys: set[str] = set()
        self.doubled: set[Path] = set()  # where a key was told to come twice: others follow
        self.empty: tuple[Path, int] | None = None  # the key read last, if it has no value
        #: Lines of texts that begin as a key would: path of the text, key, line.
        self.like_keys: list[tuple[Path, str, int]] = []

    def read(self) -> dict[str, Any] | None:
        """The value of the only document. Raises _UnreadableError."""
        value = None
        try:
            while not isinstance(event := self.next(), yaml.StreamEndEvent):
                if isinstance(event, yaml.NodeEvent):
                    value = self.value(event, ())
        except yaml.MarkedYAMLError as error:
            _refuse(mistyped.formats(self.text))
            listed = mistyped.LISTED | (self.keys if self.document.file in PHRASINGS else set())
            _refuse(mistyped.causes(error, self.lines, self.last, self.keys, listed))
        seen = {(len(path), path[-1]) for path in self.document.lines if path}
        for path, key, line in self.like_keys:
            if (*path[:-1], key) not in self.document.lines and (len(path), key) in seen:
                raise _UnreadableError(line, "bloc-cle", key)
        if value is not None and not isinstance(value, dict):
            _refuse(mistyped.formats(self.text))
            raise _UnreadableError(1, "forme", "c’est une liste ou un texte")
        return value or None

    def next(self) -> Any:
        event = next(self.events)
        if isinstance(event, yaml.ScalarEvent):
            self.last = event
        return event

    def value(self, event: Any, path: Path) -> Any:
        line = event.start_mark.line + 1
        self.document.lines[path] = line
        # Besides being unreadable for an editor, nested aliases can grow without bound.
        if isinstance(event, yaml.AliasEvent) or event.anchor or event.tag:
            raise _UnreadableError(line, "signe")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, path)
        if len(path) > _DEEPEST:
            raise _UnreadableError(line, "demesure", f"{_DEEPEST} listes ou clés imbriquées")
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, path)
        return self.mapping(event, path)

    def sequence(self, start: Any, path: Path) -> list[Any]:
        items: list[Any] = []
        pieces: list[Any] = []
        told = len(self.document.problems)
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            if self.empty and isinstance(event, yaml.ScalarEvent) and event.value:
                self.outside(path, items, self.last.start_mark.line + 1)
            item = self.value(event, (*path, len(items)))
            if item is None and not event.value and (item := self.lost("error")) is None:
                self.document.tell(event.start_mark.line + 1, "tiret-vide", level="warning")
            if item is not None:
                items.append(item)
            if start.flow_style and isinstance(item, str) and not event.style:
                pieces.append(event)
        texts = [piece.value for piece in pieces]
        if 1 < len(texts) < 5 and _UNENDED.fullmatch(texts[0]) and all(map(_GOES_ON, texts[1:])):
            del self.document.problems[told:]  # « non » in a sentence is no trap
            line = pieces[1].start_mark.line + 1
            self.document.tell(line, "virgule", texts[1], level="warning")
        return items

    def outside(self, path: Path, items: list[Any], line: int) -> None:
        """Refuse the text of a list that is shifted from its key, at the end of an entry."""
        where, above = self.empty or ((), 0)
        if " " in str(where[-1]) or self.lines[above - 1].rstrip().endswith(" :"):
            raise _UnreadableError(above, "deux-points")
        if items and isinstance(items[-1], dict) and where[:-1] == (*path, len(items) - 1):
            if str(where[-1]) in indents.MARGIN:
                name = items[-1].get("id", len(items))
                raise _UnreadableError(above, "place", where[-1], name)
            raise _UnreadableError(line, "alignement")

    def mapping(self, start: Any, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        block = False
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            key = self.key(event)
            end = event.end_mark
            if block and " " in key and self.lines[end.line].startswith(" :", end.column):
                raise _UnreadableError(line, "bloc-decale")
            inner = (*path, key)
            if inner in self.document.lines:
                self.twice(inner, line, mapping)
                self.value(self.next(), (*inner, "?"))
                continue
            held = self.next()
            value = self.value(held, inner)
            self.empty = None
            block = getattr(held, "style", "") in ("|", ">")
            if value is None and not self.last.value:
                mark = self.last.start_mark
                if start.flow_style and not self.lines[mark.line].endswith(":", 0, mark.column):
                    code = "virgule" if mapping else "crochet"
                    raise _UnreadableError(line, "colle" if ":" in key else code, key)
                if (value := self.lost("error")) is None:
                    erased = f"« {key}: »" if start.flow_style else "toute la ligne"
                    if " " in key and self.lines[line - 1].lstrip().startswith("- "):
                        self.document.tell(line, "deux-points")  # the end of a text
                    else:
                        self.document.tell(line, "vide", key, erased, level="warning")
                    self.empty = (inner, line)
            self.document.lines[inner] = line
            if value is not None:
                mapping[key] = value
        return mapping

    def twice(self, inner: Path, line: int, mapping: dict[str, Any]) -> None:
        """Tell of a key that was read, or of what makes it come twice: the start of its part."""
        path, key, first = inner[:-1], inner[-1], self.document.line(inner)
        empty, above = self.empty or ((), 0)
        if empty[:-1] == path != () and empty != inner and above == line - 1:
            raise _UnreadableError(above, "alignement")
        if path and isinstance(path[-1], int) and key == next(iter(mapping)) and line > first + 1:
            raise _UnreadableError(line, "tiret-absent")
        if path not in self.doubled:
            self.document.tell(line, "cle-double", key, first)
        self.doubled.add(path)

    def key(self, event: Any) -> str:
        """A key as it was meant."""
        number, column = event.start_mark.line, event.start_mark.column
        value = event.value if isinstance(event, yaml.ScalarEvent) else None
        if value == "<<":
            raise _UnreadableError(number + 1, "raccourci")
        strange = isinstance(event, yaml.AliasEvent) or event.anchor or event.tag
        if strange or self.lines[number].endswith("? ", 0, column):
            raise _UnreadableError(number + 1, "signe")
        if value is None:
            raise _UnreadableError(number + 1, "crochet")
        if not value.isidentifier():
            _refuse(mistyped.in_lines(self.lines, number, number))
        key: str = value.strip()
        if key != value and not event.style:
            self.document.tell(number + 1, "insecable", level="warning")
        self.keys.add(key)
        return key

    def lost(self, level: Level) -> str | None:
        """What follows the last scalar as a comment, and is plainly a part of it."""
        mark = self.last.end_mark
        match = _LOST.match(self.lines[mark.line], mark.column)
        if match:
            self.document.tell(mark.line + 1, "diese", match[1], level=level)
        return match and match[1]

    def scalar(self, event: Any, path: Path) -> Any:
        value: str = event.value
        tag = ""
        if not event.style:
            tag = _RESOLVER.resolve(yaml.ScalarNode, value, (True, False))
            if tag == "tag:yaml.org,2002:null":
                return None
            if "#" in self.lines[event.end_mark.line]:
                self.lost("warning")
            if value[-1] == '"' and value.count('"') % 2 and not value[-2:-1].isdigit():
                self.document.tell(event.end_mark.line + 1, "guillemet-seul", level="warning")
        if event.style not in ("'", '"'):
            self.several_lines(event, path)
        if tag == "tag:yaml.org,2002:timestamp":
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                return value  # the model says which date it expected
        if not path:
            return value
        if path == ("version",):
            return int(value) if value.isdecimal() else value
        if path[-1] in _FLAGS:
            return _BOOLEANS.get(value.lower(), value)
        if path[-1] in _DAYS or (path[-1] == "date" and self.document.file == FAQ):
            return value  # a year alone is no trap
        trap = _TRAPS.get(tag)
        if not event.style and value.lower() in _YES_NO:
            trap = _TRAPS["tag:yaml.org,2002:bool"]
        if trap:
            self.document.tell(event.start_mark.line + 1, "piege", value, trap)
        return value

    def several_lines(self, event: Any, path: Path) -> None:
        """Look for what a text of several lines loses or swallows."""
        first, last = event.start_mark.line, event.end_mark.line
        own = not event.style and not self.lines[first][: event.start_mark.column].strip(" ")
        if first == last and not own:
            return
        before = self.lines[first][: event.start_mark.column]
        if not event.style and before.count("[") > before.count("]"):
            _refuse(
                (number + 1, "crochet", "")
                for number in range(first, last)
                if re.match(" *- ", self.lines[number + 1])
            )
        below = range(first + 1, last + (not event.style))
        dashes = [number for number in below if self.lines[number].lstrip(" ").startswith("- ")]
        if event.style:
            keys = ((number, _LIKE_KEY.match(self.lines[number])) for number in below)
            self.like_keys += [(path, match[1], number + 1) for number, match in keys if match]
        else:
            item = isinstance((path or ("",))[-1], int)
            if own or item:
                _refuse(mistyped.in_lines(self.lines, first + (not own), last))
            if item:
                _refuse((number + 1, "alignement", "") for number in dashes)
        if event.style == ">" and "\n " in event.value:
            columns = [len(one) - len(one.lstrip(" ")) for one in self.lines[first + 1 : last]]
            right = next((n for n, column in enumerate(columns) if column > columns[0]), 0)
            self.document.tell(first + 2 + right, "bloc-decale", level="warning")
        elif path and event.style != "|" and (dashes or _FOLDED.search(event.value.strip("\n"))):
            self.document.tell(first + 1 - own, "bloc-absent", level="warning")
