"""python -m benchmarks [NAME…]: run the named benchmarks, or all, and print their tables."""

import argparse
from collections.abc import Callable

from rich.console import Console

from benchmarks import matching, telegram

#: Each prints its own tables.
BENCHMARKS: dict[str, Callable[[Console], None]] = {
    "matching": matching.run,
    "telegram": telegram.run,
}


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("name", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = options.parse_args().name or list(BENCHMARKS)
    for name in names:
        if name not in BENCHMARKS:
            options.error(f"{name}: the benchmarks are {', '.join(BENCHMARKS)}")
    console = Console()
    for name in names:
        BENCHMARKS[name](console)


if __name__ == "__main__":
    main()
