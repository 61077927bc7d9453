"""The command `evaluate`: labelled questions and conversations, asked and judged."""

import argparse
import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import evaluation, terminal
from bot.answering import assistant_of
from bot.settings import Settings
from bot.storage.knowledge_files import KnowledgeError, load_base


class UnreadableError(Exception):
    """A file that can't be read; the message says which, in French."""


REFUSALS = (UnreadableError, KnowledgeError, evaluation.WrongCasesError)


def evaluate(
    settings: Settings, options: argparse.Namespace
) -> tuple[Mapping[str, Any], Callable[[], None]]:
    """The report, and how to show it to people."""
    if options.conversations:
        return _of_conversations(settings, options)
    cases = evaluation.read_cases(_read(options.cases))
    verdicts = _judged(settings, options.knowledge or settings.knowledge_dir, cases)
    report = evaluation.report(verdicts)
    _write_details(options.details, verdicts)
    changed: tuple[tuple[evaluation.Verdict, evaluation.Verdict], ...] = ()
    if options.against:
        other = _judged(settings, options.against, cases)
        changed = evaluation.changes(other, verdicts)
        report["against"] = evaluation.report(other)
        report["changes"] = [
            {"question": new.case.question, "before": old.verdict, "after": new.verdict}
            for old, new in changed
        ]

    def show() -> None:
        terminal.show_report(report)
        terminal.show_details(report)
        if options.against:
            terminal.show_changes(report["against"], changed)

    return report, show


def _of_conversations(
    settings: Settings, options: argparse.Namespace
) -> tuple[Mapping[str, Any], Callable[[], None]]:
    dialogues = evaluation.read_dialogues(_read(options.conversations))
    base = load_base(options.knowledge or settings.knowledge_dir, dt.date.today())
    assistant = assistant_of(settings, base)
    verdicts = [one for dialogue in dialogues for one in evaluation.play(assistant, dialogue)]
    report = evaluation.dialogue_report(verdicts)
    _write_details(options.details, verdicts)
    return report, lambda: terminal.show_dialogues(report)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnreadableError(f"Le fichier {file} ne peut pas être lu.") from None


def _write_details(
    file: Path | None, verdicts: Sequence[evaluation.Verdict] | Sequence[evaluation.TurnVerdict]
) -> None:
    if file:
        lines = (json.dumps(one.as_json(), ensure_ascii=False) for one in verdicts)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _judged(
    settings: Settings, path: Path, cases: Sequence[evaluation.Case]
) -> tuple[evaluation.Verdict, ...]:
    assistant = assistant_of(settings, load_base(path, dt.date.today()))
    return tuple(evaluation.judge(assistant, case) for case in cases)
