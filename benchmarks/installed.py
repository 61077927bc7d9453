"""How much disk the service takes once installed as on a host, from the runtime lock alone."""

import os
import subprocess
import tempfile
import venv
from collections import Counter
from importlib.metadata import Distribution, distributions
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.settings import ROOT

#: The project's own folders that are needed to serve.
OURS = ("bot", "knowledge")
#: Packages shown, the heaviest first.
SHOWN = 10
#: MB, as issue 13 asks for.
WANTED = 120


def run(console: Console) -> None:
    """Print the table. Needs the network, as any installation does."""
    with tempfile.TemporaryDirectory(prefix="galibot-installed-") as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        site = next(Path(folder).glob("lib/*/site-packages"))
        pip, bytecode = _size(site), _size(site, "*.pyc")
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--require-hashes", "--requirement", ROOT / "requirements.txt"],
            check=True,
        )  # fmt: skip
        path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(
            ["sh", "bin/post_compile"], cwd=ROOT, env={**os.environ, "PATH": path}, check=True
        )
        packages = Counter(
            {one.metadata["Name"]: _weight(one) for one in distributions(path=[str(site)])}
        )
        del packages["pip"], packages["setuptools"]
        ours = Counter({f"{name}/ (le projet)": _size(ROOT / name) for name in OURS})
        total = _size(site) - pip + ours.total()
        compiled = _size(site, "*.pyc") - bytecode
    table = Table(title=f"Ce que Galibot prend sur le disque : {total / 1e6:.0f} Mo")
    table.add_column("")
    table.add_column("Mo", justify="right")
    for name, size in (ours + packages).most_common(SHOWN + len(OURS)):
        table.add_row(name, f"{size / 1e6:.1f}")
    console.print(table)
    console.print(
        f"{len(packages)} bibliothèques. {compiled / 1e6:.0f} Mo sont leurs .pyc, que pip fait "
        f"pour que le démarrage soit court. pip lui-même, {pip / 1e6:.0f} Mo, n’est pas compté. "
        f"Voulu : {WANTED} Mo."
    )


def _weight(package: Distribution) -> int:
    """Bytes of its files."""
    files = (Path(str(file.locate())) for file in package.files or ())
    return sum(file.stat().st_size for file in files if file.is_file())


def _size(folder: Path, kind: str = "*") -> int:
    return sum(file.stat().st_size for file in set(folder.rglob(kind)) if file.is_file())
