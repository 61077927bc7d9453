"""What a turn costs with what was said before, beside a single question and the same words alone.

On the conversations of tests/cases: first turns are single questions; of the others, those that
were read with what precedes are shown apart. None was asked before, in either way. Processor time,
so that what else the machine does changes little.
"""

import datetime as dt
import statistics
import time
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation, Question
from bot.evaluation import read_dialogues
from bot.storage.knowledge_files import load

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases" / "conversations.yaml"
RUNS = 5


@dataclass(frozen=True, slots=True)
class Turn:
    """Milliseconds of the same words, alone and after what was said before."""

    alone: float
    after: float
    first: bool
    read_with_before: bool


def measure(assistant: Assistant) -> list[Turn]:
    """Every turn."""
    turns = []
    for dialogue in read_dialogues(CASES.read_text("utf-8")):
        conversation = Conversation()
        for turn in dialogue.turns:
            alone = Question(turn.say, conversation=Conversation(started=True))
            after = replace(alone, conversation=conversation)
            reply = assistant.reply(after)
            times = [_milliseconds(assistant, one) for one in (alone, after)]
            first, understood = not conversation.started, reply.understood is not None
            turns.append(Turn(times[0], times[1], first, understood))
            conversation = reply.conversation
    return turns


def _milliseconds(assistant: Assistant, question: Question) -> float:
    times = []
    for _ in range(RUNS):
        assistant.served.matcher.forget()
        start = time.process_time()
        assistant.reply(question)
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def run(console: Console) -> None:
    """Print the table."""
    known = load(ROOT / "knowledge", dt.date.today())
    turns = measure(Assistant(known.base, known.gazetteer, unrelated=known.common))
    table = Table(title="A turn with context, beside a single question", title_justify="left")
    for column in ("turns", "n", "ms", "beside a single one", "beside the same words alone"):
        table.add_column(column, justify="left" if column == "turns" else "right")
    shown = {
        "single questions": [turn for turn in turns if turn.first],
        "all that come after another": [turn for turn in turns if not turn.first],
        "read with what was said": [turn for turn in turns if turn.read_with_before],
    }
    single = statistics.mean(turn.alone for turn in shown["single questions"])
    for name, some in shown.items():
        after = statistics.mean(turn.after for turn in some)
        alone = statistics.mean(turn.alone for turn in some)
        ratios = f"{after / single:.2f}", f"{after / alone:.2f}"
        table.add_row(name, str(len(some)), f"{after:.2f}", *ratios)
    console.print(table)
    console.print("[dim]Wanted, beside a single question: under 2.[/dim]")
