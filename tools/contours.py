"""Makes the contours of the map: python -m tools.contours communes_contours.topojson [out.json].

From the open contours of every commune (TopoJSON, one object, « code » in its properties), those
that have a status of their own, with the arcs that neighbours share kept once: drawn to whole
units, simplified alike on both sides, so that no gap opens between two communes.
"""

import datetime as dt
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.knowledge.region import Status
from bot.storage.knowledge_files import load

ROOT = Path(__file__).resolve().parent.parent
CREDIT = "IGN, Admin Express 2018, Licence Ouverte 2.0"
#: Units across the map, its margin, and how far a point may leave its line: 0.2 % of the width.
WIDTH, MARGIN, TOLERANCE = 1000, 20, 1.6

Point = tuple[float, float]


def absolute(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs in degrees, of steps from point to point or of plain positions."""
    if "transform" not in topology:
        return [[(x, y) for x, y in arc] for arc in topology["arcs"]]
    (kx, ky), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * kx + x0, y * ky + y0))
        arcs.append(points)
    return arcs


def rings(geometry: dict[str, Any]) -> Iterator[list[int]]:
    """The rings of a polygon or of several, as numbers of arcs: ~n is n backwards."""
    parts = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in parts:
        yield from polygon


def simplified(points: Sequence[Point], tolerance: float) -> list[Point]:
    """The points without those that lie within `tolerance` of the line (Douglas and Peucker)."""
    if len(points) < 3:
        return list(points)
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = math.hypot(x1 - x0, y1 - y0)

    def away(point: Point) -> float:
        x, y = point
        if not length:
            return math.hypot(x - x0, y - y0)
        return abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length

    far = max(range(1, len(points) - 1), key=lambda at: away(points[at]))
    if away(points[far]) <= tolerance:
        return [points[0], points[-1]]
    return simplified(points[: far + 1], tolerance)[:-1] + simplified(points[far:], tolerance)


def made(topology: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    """The file's content: size, credit, arcs as steps, the wanted communes, the outer border."""
    (found,) = topology["objects"].values()
    geometries = {one["properties"]["code"]: one for one in found["geometries"]}
    arcs = absolute(topology)
    used = Counter(
        at if at >= 0 else ~at for one in geometries.values() for ring in rings(one) for at in ring
    )
    inner = {
        at if at >= 0 else ~at
        for code in sorted(wanted & geometries.keys())
        for ring in rings(geometries[code])
        for at in ring
    }
    points = [point for at in inner for point in arcs[at]]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / ((east - west) * shrink)
    height = round((north - south) * scale + 2 * MARGIN)

    def drawn(at: int) -> list[int]:
        placed = [
            ((x - west) * shrink * scale + MARGIN, (north - y) * scale + MARGIN)
            for x, y in arcs[at]
        ]
        # An arc that closes on itself is cut in two, or nothing would be left of it.
        half = len(placed) // 2
        kept = (
            simplified(placed[: half + 1], TOLERANCE)[:-1] + simplified(placed[half:], TOLERANCE)
            if placed[0] == placed[-1]
            else simplified(placed, TOLERANCE)
        )
        steps: list[int] = []
        x = y = 0
        for here in kept:
            new_x, new_y = round(here[0]), round(here[1])
            if steps and (new_x, new_y) == (x, y):
                continue
            steps += [new_x - x, new_y - y]
            x, y = new_x, new_y
        return steps

    def near(at: int) -> bool:
        return any(
            -MARGIN < (x - west) * shrink * scale < WIDTH and -MARGIN < (north - y) * scale < height
            for x, y in arcs[at]
        )

    border = sorted(at for at, times in used.items() if times == 1 and at not in inner and near(at))
    order = {at: number for number, at in enumerate([*sorted(inner), *border])}

    def numbered(ring: list[int]) -> list[int]:
        return [order[at] if at >= 0 else ~order[~at] for at in ring]

    return {
        "credit": CREDIT,
        "size": [WIDTH, height],
        "arcs": [drawn(at) for at in order],
        "communes": {
            code: [numbered(ring) for ring in rings(geometries[code])]
            for code in sorted(wanted & geometries.keys())
        },
        "border": [order[at] for at in border],
    }


def main() -> None:
    source = Path(sys.argv[1])
    target = (
        Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "knowledge" / "lieux" / "contours.json"
    )
    known = load(ROOT / "knowledge", dt.date.today()).gazetteer.communes
    wanted = {one.code_insee for one in known if one.status is not Status.OUT}
    content = made(json.loads(source.read_text("utf-8")), wanted)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    target.write_text(text.replace('],"', '],\n"') + "\n", encoding="utf-8")
    print(f"{target} : {target.stat().st_size} octets, {len(content['communes'])} communes.")


if __name__ == "__main__":
    main()
