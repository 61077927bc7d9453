"""The contours of the communes, drawn from arcs that neighbours share (tools/contours.py)."""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.knowledge.files import OUTLINES
from bot.knowledge.problem import Problem

_Ring = Annotated[tuple[int, ...], Field(min_length=1)]


class Outlines(BaseModel):
    """A map: its size, arcs as steps x, y, …, the rings of each commune, and the outer border.

    Arc ~n is arc n backwards.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    credit: str
    size: tuple[int, int]
    arcs: tuple[tuple[int, ...], ...]
    communes: Mapping[str, tuple[_Ring, ...]]
    border: tuple[int, ...]

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """Each commune as the path of an SVG, by INSEE code."""
        return {
            code: "".join(f"{self._line(ring)}z" for ring in rings)
            for code, rings in self.communes.items()
        }

    @cached_property
    def border_path(self) -> str:
        """The outer border as a path."""
        return "".join(self._line((arc,)) for arc in self.border)

    @cached_property
    def _points(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        return tuple(_points(arc) for arc in self.arcs)

    def _line(self, arcs: Iterable[int]) -> str:
        line: list[tuple[int, int]] = []
        for arc in arcs:
            points = self._points[arc] if arc >= 0 else self._points[~arc][::-1]
            line += points[1:] if line else points
        (x, y), steps = line[0], [f"{to[0] - at[0]},{to[1] - at[1]}" for at, to in pairwise(line)]
        return f"M{x},{y}l{' '.join(steps)}" if steps else ""


def read_outlines(
    files: Mapping[str, str], codes: Collection[str], problems: list[Problem]
) -> Outlines | None:
    """The map of the folder, where there is one."""
    text = files.get(OUTLINES)
    if text is None:
        return None
    hint = (
        "Refaites-le avec « python -m tools.contours », ou retirez-le : la carte est facultative."
    )
    try:
        found = Outlines.model_validate_json(text)
    except ValidationError:
        message = "Ces contours ne peuvent pas être lus."
        problems.append(Problem(1, None, "error", "contours", message, hint, OUTLINES))
        return None
    known = range(-len(found.arcs), len(found.arcs))
    rings = [ring for rings in found.communes.values() for ring in rings]
    arcs = {arc for ring in (found.border, *rings) for arc in ring}
    cut = any(not arc or len(arc) % 2 for arc in found.arcs)
    if cut or not arcs <= {*known} or not found.communes.keys() <= {*codes}:
        message = "Ces contours ne vont pas avec communes.csv, ou sont coupés."
        problems.append(Problem(1, None, "error", "contours", message, hint, OUTLINES))
        return None
    return found


def _points(steps: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    points, x, y = [], 0, 0
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x, y))
    return tuple(points)
