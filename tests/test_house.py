"""The house: imports run one way, and the core touches neither network nor disk."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BOT = ROOT / "bot"
#: Floors from the ground up. A module may import its own floor and those below.
FLOORS = (
    ("core", ("language", "knowledge", "matching", "learning", "communes")),
    (
        "services",
        (
            "conversation", "kit", "storage", "services", "trained", "pauses", "logs",
            "limits", "evaluation", "digest", "links",
        ),
    ),
    ("channels", ("handlers", "web", "terminal", "console")),
    (
        "entry",
        ("settings", "app", "answering", "asking", "exchange", "measuring", "memory", "upkeep",
         "cli", "__main__", "__init__"),
    ),
)  # fmt: skip
FLOOR_OF = {name: level for level, (_, names) in enumerate(FLOORS) for name in names}
#: Within the core: language is below all, and the others do not know one another,
#: except that learning makes what matching asks, and communes read their region's entries.
CORE_MAY_IMPORT = {
    "language": set(),
    "knowledge": {"language"},
    "communes": {"language", "knowledge"},
    "matching": {"language"},
    "learning": {"language", "matching"},
}
NOT_IN_CORE = {
    "telegram", "aiohttp", "sqlalchemy", "alembic", "jinja2", "rich", "httpx",
    "asyncio", "socket", "os", "pathlib", "subprocess", "logging",
}  # fmt: skip

MODULES = sorted(BOT.rglob("*.py"))
CORE = [path for path in MODULES if path.relative_to(BOT).parts[0] in CORE_MAY_IMPORT]
#: What only the territory's own files may say.
OF_ONE_TERRITORY = re.compile(
    r"erbm|minier|mining|terril|\bbud\b|\bnord\b|calais|\b(?:59|62)\b", re.IGNORECASE
)


def room(path: Path) -> str:
    return path.relative_to(BOT).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            if node.module == "bot":
                yield from (f"bot.{alias.name}" for alias in node.names)
            else:
                yield node.module


def test_the_walk_sees_the_modules() -> None:
    assert len(MODULES) > 20
    assert {room(path) for path in CORE} == set(CORE_MAY_IMPORT)
    assert "bot.language.words" in set(imports(BOT / "matching" / "index.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(BOT)))
def test_no_arrow_goes_up(path: Path) -> None:
    if "migrations" in path.parts:
        return
    here = room(path)
    for name in imports(path):
        if name.startswith("bot."):
            there = name.split(".")[1]
            assert FLOOR_OF[there] <= FLOOR_OF[here], f"{here} imports {name}"


def test_delivery_knows_nothing_of_what_is_said() -> None:
    """Of the two rooms of handlers, dialogue rests on delivery."""
    delivery = sorted((BOT / "handlers" / "delivery").glob("*.py"))
    assert len(delivery) > 5
    for path in delivery:
        found = {name for name in imports(path) if name.startswith("bot.")}
        assert not {name for name in found if name.startswith("bot.handlers.dialogue")}, path
        assert not {"bot.handlers", "bot.conversation"} & found, path


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(BOT)))
def test_the_core_is_pure(path: Path) -> None:
    for name in imports(path):
        top = name.split(".")[0]
        assert top not in NOT_IN_CORE, f"{path} imports {name}"
        if top == "bot":
            there = name.split(".")[1]
            assert there == room(path) or there in CORE_MAY_IMPORT[room(path)], name
    calls = [
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert "open" not in calls
    assert "print" not in calls


#: The folders beside bot/, and which of one another each may import.
BESIDE: dict[str, set[str]] = {
    "doubles": set(),
    "tests": {"doubles", "tools"},
    "benchmarks": {"doubles"},
    "tools": {"doubles", "benchmarks"},
}


@pytest.mark.parametrize(
    "path",
    [path for folder in BESIDE for path in sorted((ROOT / folder).rglob("*.py"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_what_stands_beside_rests_on_no_test(path: Path) -> None:
    here = path.relative_to(ROOT).parts[0]
    for name in imports(path):
        there, _, module = name.partition(".")
        if there == here == "tests":
            assert not module.startswith("test_"), f"{path} imports {name}"
        elif there in BESIDE:
            assert there in {here, *BESIDE[here]}, f"{path} imports {name}"


@pytest.mark.parametrize(
    "path", sorted((BOT / "communes").glob("*.py")), ids=lambda path: path.name
)
def test_the_communes_are_those_of_no_territory(path: Path) -> None:
    assert OF_ONE_TERRITORY.findall(path.read_text(encoding="utf-8")) == []
