"""YAML with line numbers, and without its traps: what an editor typed is what we read.

YAML quietly turns `01001` into 513, `12:30` into 750 and `non` into false (YAML 1.1, § 2.4 and
the « Norway problem »), and keeps the last of two equal keys. Each of these is refused here.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.knowledge.problem import Problem

Path = tuple[str | int, ...]
_TAB = re.compile(r" *\t")
_ON_TABS = ("La ligne commence par une tabulation.", "Remplacez-la par des espaces.")
# « non » is text for YAML 1.1 and « no » is false: we refuse both, so nobody need know.
_YES_NO = frozenset({"oui", "non", "vrai", "faux"})
#: Keys whose value is a yes or a no; anywhere else such a word would be a text badly read.
_FLAGS = frozenset({"alarme"})
_BOOLEANS = {"true": True, "oui": True, "false": False, "non": False}
_TRAPS = {
    "tag:yaml.org,2002:int": "un nombre",
    "tag:yaml.org,2002:float": "un nombre",
    "tag:yaml.org,2002:bool": "« oui » ou « non »",
}


@dataclass
class Document:
    """A file's content as plain Python values, with the line of each of its parts."""

    file: str
    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of the part at `path`, or of the nearest part around it that has one."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def refuse(self, line: int, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(line, None, "error", code, message, hint, self.file))

    def error(
        self, path: Path, code: str, message: str, hint: str, entry: str | None = None
    ) -> Problem:
        return Problem(self.line(path), entry, "error", code, message, hint, self.file)

    def warning(
        self, path: Path, code: str, message: str, hint: str, entry: str | None = None
    ) -> Problem:
        return Problem(self.line(path), entry, "warning", code, message, hint, self.file)


def read_yaml(text: str, file: str) -> Document:
    """Read one YAML text; what is wrong with its form is in the document's `problems`.

    Empty values are left out, as if their key had not been written.
    """
    document = Document(file)
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + 1
        tabs = [number for number, typed in enumerate(text.splitlines(), 1) if _TAB.match(typed)]
        if tabs and tabs[0] <= line:
            document.refuse(tabs[0], "yaml", *_ON_TABS)
        else:
            document.refuse(line, "yaml", *_explain(error))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        document.refuse(
            line,
            "caractere",
            "Un caractère invisible empêche de lire le fichier.",
            "Effacez-le et retapez le passage à la main.",
        )
    else:
        if root is not None:
            document.value = _build(root, (), document, set())
    return document


def _explain(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    """French message and advice for what libyaml says of a text it can't read."""
    said = f"{error.context or ''} {error.problem or ''}"
    if "mapping values are not allowed" in said:
        return (
            "Un deux-points suivi d’une espace se trouve dans un texte.",
            'Mettez tout le texte entre guillemets doubles : "…".',
        )
    if "cannot start any token" in said:
        return (
            "Une valeur ne peut pas commencer par @, ` ou %.",
            "Mettez le texte entre guillemets.",
        )
    if "quoted scalar" in said:
        return "Un guillemet ouvert n’est pas refermé.", "Ajoutez le guillemet qui manque."
    if "flow sequence" in said or "flow mapping" in said:
        return (
            "Une liste entre crochets ou accolades n’est pas refermée, ou il y manque une virgule.",
            "Vérifiez [ ] et { } ; un texte avec une virgule se met entre guillemets.",
        )
    if any(part in said for part in ("block mapping", "block collection", "simple key")):
        return (
            "L’alignement ou la forme « clé: valeur » n’est pas correcte ici.",
            "Alignez la ligne avec les clés voisines, et mettez une espace après le deux-points.",
        )
    if "undefined alias" in said or "anchor" in said:
        return "Un texte commence par & ou *.", "Mettez-le entre guillemets."
    return "Le fichier n’est pas écrit correctement ici.", "Comparez avec l’entrée précédente."


def _build(node: yaml.Node, path: Path, document: Document, seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    document.lines[path] = line
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, path, line, document)
    if id(node) in seen:
        # Besides being unreadable for an editor, nested aliases can grow without bound.
        document.refuse(
            line,
            "alias",
            "Les raccourcis YAML (& et *) ne sont pas acceptés.",
            "Recopiez le texte en entier.",
        )
        return None
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        items = (
            _build(child, (*path, index), document, seen) for index, child in enumerate(node.value)
        )
        return [item for item in items if item is not None]
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        key_line = key_node.start_mark.line + 1
        if key in mapping or (*path, key) in document.lines:
            document.refuse(
                key_line,
                "cle-double",
                f"La clé « {key} » est déjà écrite ligne {document.line((*path, key))}.",
                "Gardez-en une seule : sinon la première serait perdue.",
            )
            continue
        value = _build(value_node, (*path, key), document, seen)
        document.lines[(*path, key)] = key_line
        if value is not None:
            mapping[key] = value
    return mapping


def _scalar(node: yaml.ScalarNode, path: Path, line: int, document: Document) -> Any:
    value: str = node.value
    if node.tag == "tag:yaml.org,2002:null" and not node.style:
        return None
    if node.tag == "tag:yaml.org,2002:timestamp":
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value  # the model says which date it expected
    if not path:
        return value
    if path == ("version",):
        return int(value) if value.isdecimal() else value
    if path[-1] in _FLAGS and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    trap = _TRAPS.get(node.tag)
    if not node.style and value.lower() in _YES_NO:
        trap = _TRAPS["tag:yaml.org,2002:bool"]
    if trap:
        document.refuse(
            line,
            "piege",
            f"« {value} » peut être lu comme {trap} au lieu d’un texte.",
            f'Mettez des guillemets : "{value}".',
        )
    return value
