"""What is wrong in a knowledge file, told to an editor who is no programmer."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from bot.language.typography import typeset

#: Where one cause has a thousand effects, who mends it reads a dozen.
TOLD = 12

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct. Errors keep a file from being served; warnings do not."""

    line: int  # counted from 1
    entry: str | None  # id of the entry, where there is one
    level: Level
    code: str  # stable kebab-case name of the rule
    message: str  # French: what is wrong
    hint: str  # French: what to do
    file: str = "faq.yaml"
    key: str = ""  # of the entry or the other thing named there, as « reponse »
    column: str | None = None  # letters, where `file` is a spreadsheet or one of its sheets

    def as_json(self) -> dict[str, str | int | None]:
        """The object that `check --json` prints."""
        told = asdict(self)
        return told if self.column else {key: one for key, one in told.items() if key != "column"}

    def __str__(self) -> str:
        # Nothing is to be looked for in a file that is absent, or that is not read.
        where = self.file if self.code.startswith("fichier-") else f"{self.file}, ligne {self.line}"
        if self.column:
            where += f", colonne {self.column}"
        if self.entry:
            where += f" ({self.entry})"
        kind = "erreur" if self.level == "error" else "attention"
        # One line, whatever was quoted; of the remedy, the spaces are to be typed.
        told = (*f"{where} : {kind} : {self.message}".split(), *self.hint.splitlines())
        return " ".join(told)


def in_words(problems: Sequence[Problem | str]) -> tuple[str, ...]:
    """The problems as they are told everywhere: the first, then how many there are besides."""
    told = tuple(typeset(str(problem)) for problem in problems[:TOLD])
    if (more := len(problems) - TOLD) > 0:
        others = f"{more} autres" if more > 1 else "un autre"
        told += (f"… et {others}, sans doute de la même cause.",)
    return told
