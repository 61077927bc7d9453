"""Known weaknesses of the locked packages: `python -m tools.audit LOCK…`.

Exit code 1 where one is known. Where the advisory service can't be reached, or does not know a
version, that is said, and is no failure: a build must not depend on it.
"""

import json
import subprocess
import sys
from collections.abc import Sequence

_OPTIONS = ("--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off")


def found(report: str) -> tuple[list[str], int, int]:
    """Weaknesses in words, how many packages were looked up, and how many could not be.

    `report` is what pip-audit prints: nothing, where it could ask nobody.
    """
    try:
        packages = json.loads(report)["dependencies"]
    except ValueError:
        return [], 0, 0
    weak = [
        f"{one['name']} {one['version']}: {each['id']}, mended in {each['fix_versions'] or 'none'}"
        for one in packages
        for each in one.get("vulns", ())
    ]
    skipped = sum("skip_reason" in one for one in packages)
    return weak, len(packages) - skipped, skipped


def main(locks: Sequence[str]) -> int:
    """Audit each of these files; the exit code."""
    code = 0
    for lock in locks:
        command = (sys.executable, "-m", "pip_audit", "--requirement", lock, *_OPTIONS)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        weak, known, unknown = found(done.stdout)
        print(f"{lock}: {len(weak)} known weaknesses; {known} packages looked up, {unknown} not.")
        if not known:
            print("The advisory service did not answer: nothing was checked.")
        for one in weak:
            print(f"  {one}")
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
