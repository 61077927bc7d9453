"""The map: arcs shared and simplified alike, drawn as they were, and what an editor is told."""

import json

import pytest

from bot.communes.outlines import read_outlines
from bot.knowledge.files import OUTLINES
from bot.knowledge.problem import Problem
from tests.conftest import KNOWLEDGE, OURS
from tools.contours import made, simplified

#: Two squares side by side, a third below the first that is not wanted.
TOPOLOGY = {
    "objects": {
        "communes": {
            "geometries": [
                {"type": "Polygon", "properties": {"code": "A"}, "arcs": [[0, 1, 2]]},
                {"type": "Polygon", "properties": {"code": "B"}, "arcs": [[~1, 3]]},
                {"type": "MultiPolygon", "properties": {"code": "C"}, "arcs": [[[~2, 4]]]},
            ]
        }
    },
    "arcs": [
        [[0, 0], [0, 0.1], [0.05, 0.1001], [0.1, 0.1]],  # with a point that is no corner
        [[0.1, 0.1], [0.1, 0]],
        [[0.1, 0], [0, 0]],
        [[0.1, 0], [0.2, 0], [0.2, 0.1], [0.1, 0.1]],
        [[0, 0], [0, -0.1], [0.1, -0.1], [0.1, 0]],
    ],
}
GOOD = {
    "credit": "IGN",
    "size": [10, 10],
    "arcs": [[0, 0, 5, 0], [5, 0, 0, 5], [5, 5, -5, -5]],
    "communes": {"A": [[0, 1, 2]]},
    "border": [0],
}


def read(text: str, codes: tuple[str, ...] = ("A", "B")) -> tuple[object, list[str]]:
    problems = list[Problem]()
    found = read_outlines({OUTLINES: text}, codes, problems)
    return found, [problem.code for problem in problems]


def test_the_map_keeps_what_is_wanted_and_what_neighbours_share() -> None:
    found = made(TOPOLOGY, {"A", "B"})
    assert found["communes"].keys() == {"A", "B"}
    shared = {at if at >= 0 else ~at for at in found["communes"]["A"][0]} & {
        at if at >= 0 else ~at for at in found["communes"]["B"][0]
    }
    assert len(shared) == 1
    assert len(found["arcs"][0]) == 6, "the point that is no corner is left out"
    outlines, problems = read(json.dumps(found))
    assert problems == []
    assert outlines


def test_a_line_keeps_its_corners() -> None:
    line = [(0.0, 0.0), (1.0, 0.1), (2.0, 0.0), (2.0, 5.0)]
    assert simplified(line, 0.5) == [(0.0, 0.0), (2.0, 0.0), (2.0, 5.0)]
    assert simplified(line, 0.01) == line


def test_a_commune_is_drawn_from_its_arcs() -> None:
    backwards = {**GOOD, "communes": {"A": [[~2, ~1, ~0]]}}
    for content, path in ((GOOD, "M0,0l5,0 0,5 -5,-5z"), (backwards, "M0,0l5,5 0,-5 -5,0z")):
        problems = list[Problem]()
        found = read_outlines({OUTLINES: json.dumps(content)}, ("A",), problems)
        assert found
        assert found.paths == {"A": path}
        assert found.border_path == "M0,0l5,0"


@pytest.mark.parametrize(
    "change",
    [
        {"arcs": [[0, 0, 5], [5, 0, 0, 5], [5, 5, -5, -5]]},
        {"arcs": [[0, 0, 5, 0]]},
        {"border": [3]},
        {"communes": {"Z": [[0]]}},
        {"communes": {"A": [[]]}},
        {"size": [10]},
        {"zoom": 1},
    ],
)
def test_what_an_editor_breaks_is_told(change: dict[str, object]) -> None:
    assert read(json.dumps(GOOD))[1] == []
    assert read(json.dumps({**GOOD, **change})) == (None, ["contours"])


def test_a_file_cut_short_is_told() -> None:
    assert read(json.dumps(GOOD)[:-9]) == (None, ["contours"])
    assert read_outlines({}, ("A",), []) is None


def test_ours_is_light_and_whole() -> None:
    assert (KNOWLEDGE / "lieux" / "contours.json").stat().st_size <= 60_000
    outlines = OURS.gazetteer.outlines
    assert outlines
    assert len(outlines.paths) == 362
    assert all(path.endswith("z") and len(path) > 10 for path in outlines.paths.values())
