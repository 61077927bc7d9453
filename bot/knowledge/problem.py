"""What is wrong in a knowledge file, told to an editor who is no programmer."""

from dataclasses import asdict, dataclass
from typing import Literal

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

    def as_json(self) -> dict[str, str | int | None]:
        """The object that `check --json` prints."""
        return asdict(self)

    def __str__(self) -> str:
        where = f"{self.file}, ligne {self.line}"
        if self.entry:
            where += f" ({self.entry})"
        kind = "erreur" if self.level == "error" else "attention"
        return f"{where} : {kind} : {self.message} {self.hint}".rstrip()
