"""python -m benchmarks [NAME…]: run the named benchmarks and print their tables.

Without a name, all but those on request, which take minutes and print no ratio.
"""

import argparse
import sys
from collections.abc import Callable

from rich.console import Console

from benchmarks import (
    conversation,
    flood,
    installed,
    matching,
    memory,
    phrasings,
    processes,
    recovery,
    saves,
    telegram,
)

#: Each prints its own tables.
BENCHMARKS: dict[str, Callable[[Console], None]] = {
    "matching": matching.run,
    "phrasings": phrasings.run,
    "conversation": conversation.run,
    "telegram": telegram.run,
}
ON_REQUEST: dict[str, Callable[[Console], None]] = {
    "flood": flood.run,
    "processes": processes.run,
    "memory": memory.run,
    "recovery": recovery.run,
    "saves": saves.run,
    "installed": installed.run,
}


def main() -> None:
    known = {**BENCHMARKS, **ON_REQUEST}
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("name", nargs="*", metavar="NAME", help=", ".join(known))
    names = options.parse_args().name or list(BENCHMARKS)
    for name in names:
        if name not in known:
            options.error(f"{name}: the benchmarks are {', '.join(known)}")
    # Into a file, as wide as the tables are.
    console = Console() if sys.stdout.isatty() else Console(width=120)
    for name in names:
        known[name](console)


if __name__ == "__main__":
    main()
