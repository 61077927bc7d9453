"""What the terminal shows a person: replies, a conversation, explanations and reports, by rich."""

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console, Group
from rich.panel import Panel
from rich.progress import track
from rich.table import Table
from rich.text import Text

from bot.communes.commune import Commune
from bot.conversation import places
from bot.conversation.assistant import Explanation
from bot.conversation.dating import dated, last_looked_at
from bot.conversation.markup import plain
from bot.conversation.reply import Conversation, Question, Reply
from bot.evaluation import Verdict
from bot.knowledge.grounds import Ground
from bot.knowledge.model import Entry, Fact, KnowledgeBase
from bot.knowledge.problem import Problem, in_words
from bot.knowledge.texts import Texts
from bot.language.typography import typeset

if TYPE_CHECKING:
    from bot.storage.proposals import Proposal


class _Screen(Console):
    """Rich's console; where a pipe is closed, Rich would end the program as failed."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


_out = _Screen(highlight=False)


_Done = TypeVar("_Done")


def progress(work: Iterable[_Done], count: int, what: str) -> Iterable[_Done]:
    """The same work, with a bar beside the output; nothing is drawn where nobody looks."""
    bar = _Screen(stderr=True)
    return track(work, what, total=count, console=bar, disable=not bar.is_terminal)


def converse(answer: Callable[[Question], Reply], texts: Texts) -> None:
    """A reply to each line typed or piped in, until there is none, Ctrl+C or « quitter ».

    A number takes the way on that has it in the last reply. Nothing is kept beyond the process.
    """
    if not (sys.stdin and sys.stdout):  # closed: nobody is there
        return
    someone = sys.stdin.isatty() and sys.stdout.isatty()
    if someone:
        with suppress(ImportError):  # Windows has its own history
            importlib.import_module("readline")
        _say("Écrivez votre message, ou le numéro d'un choix. « quitter » termine.")
    conversation, numbered = Conversation(), dict[str, str]()
    with suppress(EOFError, KeyboardInterrupt):
        while (typed := input("> " if someone else "").strip()).casefold() != "quitter":
            if typed:
                action = numbered.get(typed)
                text = "" if action else typed
                reply = answer(Question(text, action, conversation))
                show_reply(reply, texts, numbered=True)
                conversation = reply.conversation
                numbered = {str(n): way.action for n, way in enumerate(reply.actions, 1)}
    if someone:
        _say("\nAu revoir.")


def show_reply(reply: Reply, texts: Texts, *, numbered: bool = False) -> None:
    """The reply as a panel, with its sources, contact and ways on, to be taken by number or not."""
    parts = _opening(reply)
    origin = []
    for source in reply.sources:
        when = dated(source, reply.collected_on, texts)
        origin.append(f"Source : {source.title}{f' ({when})' * bool(when)}")
        if source.url:
            origin.append(f"  {source.url}")
    if looked_at := last_looked_at(reply, texts):
        origin.append(looked_at)
    if origin:
        parts.append(Text("\n".join(origin), style="dim", overflow="fold"))
    if desk := reply.contact:
        known = (desk.name, desk.role, desk.phone, desk.hours, desk.address, desk.url)
        parts.append(Text("Contact : " + " · ".join(one for one in known if one)))
    if reply.actions:
        ways = (f"{n if numbered else '→'} {one.label}" for n, one in enumerate(reply.actions, 1))
        parts.append(Text("\n".join(ways), style="cyan"))
    spaced = Group(*(Text.assemble(part, "\n") for part in parts[:-1]), parts[-1])
    if reply.notice:
        _out.print(Text(reply.notice, style="italic dim"))
    _out.print(Panel(spaced, title=reply.title, title_align="left", width=min(_out.width, 88)))


def _opening(reply: Reply) -> list[Text]:
    """The text after its sentence in short, in bold; what is urgent says first what to do."""
    before, brief, rest = reply.opening
    if reply.urgent:
        brief, _, rest = rest.partition("\n\n")
    parts = [Text(plain(before)), Text(plain(brief), style="bold"), Text(plain(rest))]
    return [part for part in parts if part]


def show_explanation(explanation: Explanation) -> None:
    """Words, candidates with each part of their score, and the rule that decided."""
    _say(f"Mots : {' '.join(explanation.tokens) or 'aucun'}")
    for typed, read in explanation.repairs.items():
        _say(f"« {typed} » est lu « {read} ».")
    _say(f"Commune : {explanation.place or 'aucune'}")
    found = explanation.candidates
    columns = ("", "entrée", "probabilité", "façon de demander la plus proche")
    rows = [(str(n), one.entry, f"{one.score:.2f}", one.phrasing) for n, one in enumerate(found, 1)]
    _show_table("Candidats", columns, rows)
    names = found[0].parts if found else ()
    parts = [(name, *(f"{one.parts[name]:.2f}" for one in found)) for name in names]
    ranks = [row[0] for row in rows]
    _show_table("Signaux de chaque candidat", ("signal", *ranks), parts, numbers=1)
    _say(f"Probabilité qu’une entrée convienne : {explanation.in_scope:.2f}")
    for why in explanation.because[:-1]:
        _say(f"{why.step.capitalize()} : {why.facts}")
    given = f" ({', '.join(explanation.entries)})" if explanation.entries else ""
    _say(f"Décision : {explanation.outcome}{given}. {explanation.rule}")


def show_communes(communes: Sequence[Commune]) -> None:
    """The communes found with what is known of each, or that there is none."""
    if not communes:
        _say("Aucune commune n’est reconnue dans ce texte.")
    for commune in communes:
        _out.print(f"[bold]{commune.name}[/bold] ({', '.join(commune.postcodes)})")
        if len(communes) == 1:
            _say(places.commune_status(commune))
        _out.print(f"INSEE {commune.code_insee}, {commune.epci}", style="dim")


def show_problems(problems: Sequence[Problem], base: KnowledgeBase | None, path: Path) -> None:
    """The problems, a line each, then the sum and what still waits for a person's check."""
    entries = len(base.entries) if base else 0
    for number, told in enumerate(in_words(problems)):
        error = problems[min(number, len(problems) - 1)].level == "error"
        _out.print(Text(told), style="red" if error else "yellow", soft_wrap=True)
    errors = sum(problem.level == "error" for problem in problems)
    _out.print(
        typeset(
            f"{path} : {f'{entries} entrées, ' if entries else ''}{errors} erreur(s), "
            f"{len(problems) - errors} avertissement(s)."
        ),
        soft_wrap=True,
    )
    waiting = sum(one.checked_on is None for one in base.entries.values()) if base else 0
    if waiting:
        _out.print(f"{waiting} entrées attendent d’être vérifiées par une personne (verifie_le).")


def show_links(problems: Sequence[Problem]) -> None:
    """Every address that does not answer well, a line each."""
    for problem in problems:
        _out.print(Text(typeset(str(problem))), style="yellow", soft_wrap=True)
    _say(f"Adresses à revoir : {len(problems)}.")


def show_grounds(entry: Entry, grounds: Sequence[Ground]) -> None:
    """The answer sentence by sentence, beside the facts that bear it and their addresses."""
    table = Table(title=typeset(entry.question), title_justify="left", show_lines=True)
    table.add_column("ce qui est dit", ratio=2)
    table.add_column("ce qui l’appuie", ratio=3)
    for ground in grounds:
        facts = Text()
        for name, fact in ground.facts.items():
            facts.append(f"{name} (confiance {fact.confidence})\n", style="bold")
            facts.append(f"{typeset(fact.statement)}\n{typeset(fact.title)}, {fact.date}\n")
            facts.append(f"{fact.url or 'sans adresse'}\n", style="dim")
        table.add_row(Text(typeset(ground.sentence)), facts)
    _out.print(table)


def show_fact(fact: Fact, entries: Sequence[Entry]) -> None:
    """A fact, and the entries that rest on it."""
    _say(f"{fact.statement}\n{fact.title}, {fact.date}")
    for entry in entries:
        _say(f"→ {entry.id} : {entry.question}")
    if not entries:
        _say("Aucune entrée ne s’appuie sur ce fait.")


def show_proposal(
    proposed: "Proposal", ways: Mapping[str, Sequence[str]], path: Path, done: str
) -> None:
    """What a file would change, what is wrong in it, and what was done of it."""
    for change in proposed.changes[:SHOWN_CHANGES]:
        _say(change)
    if (more := len(proposed.changes) - SHOWN_CHANGES) > 0:
        _say(f"… et {more} autres changements.")
    if not proposed.changes and not proposed.refused:
        _say("Ce fichier ne change rien.")
    for note in proposed.notes:
        _say(note)
    for key, questions in ways.items():
        asked = " ; ".join(questions)
        _say(f"Restées sans réponse, peut-être d’autres façons de demander « {key} » : {asked}")
    show_problems(proposed.problems, None, path)
    if proposed.refused:
        _say("Rien n’est écrit : corrigez ce qui est dit, puis recommencez.")
    elif done:
        _say(done)


def show_report(report: Mapping[str, Any]) -> None:
    """What `evaluation.report` counted, in two tables."""
    for part, title, names in (
        ("in_scope", "Questions qui ont une réponse", ("correct", "suggested", "wrong", "missed")),
        ("off_topic", "Questions hors sujet", ("false_answers", "suggested", "refused")),
    ):
        counts = report[part]
        tops = [name for name in ("top1", "top3") if name in counts]
        columns = [_VERDICTS[name] for name in (*names, *tops)]
        row = [*_shares(counts, names), *(f"{counts[name]:.1%}" for name in tops)]
        _show_table(f"{title} : {counts['n']}", columns, [row], numbers=0)


def show_details(report: Mapping[str, Any]) -> None:
    """By kind of question, predicted against observed, and the confusions."""
    if kinds := report["by_kind"]:
        names = sorted({name for counts in kinds.values() for name in counts})
        columns = ("sorte", *(_VERDICTS[name] for name in names))
        rows = [(kind, *(str(kinds[kind].get(name, 0)) for name in names)) for kind in kinds]
        _show_table("Par sorte de question", columns, rows, numbers=1)
    columns = ("de", "à", "questions", "annoncée", "observée")
    figures = "{low:.1f} {high:.1f} {n} {predicted:.2f} {observed:.2f}"
    rows = [tuple(figures.format(**tenth).split()) for tenth in report["reliability"]]
    _show_table("Probabilité annoncée et part juste", columns, rows, numbers=0)
    if confusions := report["confusions"][:SHOWN_CONFUSIONS]:
        rows = [(one["expected"], one["first"], str(one["n"])) for one in confusions]
        _show_table("Confusions", ("attendue", "venue en tête", "fois"), rows)


def show_dialogues(report: Mapping[str, Mapping[str, int]]) -> None:
    """Counts and shares of conversations' turns, a line for each kind of want."""
    columns = ("attendu", "tours", "juste", "proposé", "faux", "manqué")
    names = ("correct", "suggested", "wrong", "missed")
    rows = [(_KINDS[kind], str(one["n"]), *_shares(one, names)) for kind, one in report.items()]
    _show_table("Tours de conversation", columns, rows, numbers=1)


_KINDS = {
    "answer": "une réponse",
    "easy": "une réponse facile",
    "commune": "une commune",
    "choose": "un choix de communes",
    "social": "une politesse",
    "refuse": "un refus",
    "several": "plusieurs réponses",
    "alarm": "une alarme",
    "later": "tours suivants",
    "all": "en tout",
}


def show_changes(other: Mapping[str, Any], changed: Sequence[tuple[Verdict, Verdict]]) -> None:
    """The other version's figures, and the questions whose verdict differs."""
    _out.print("\nAutre version (--against)")
    show_report(other)
    columns = ("question", "autre version", "cette version")
    rows = [(a.case.question, _VERDICTS[a.verdict], _VERDICTS[b.verdict]) for a, b in changed]
    _show_table(f"Questions qui changent : {len(changed)}", columns, rows)


_VERDICTS = {
    "correct": "juste",
    "suggested": "proposée",
    "wrong": "fausse",
    "missed": "manquée",
    "false_answer": "réponse à tort",
    "false_answers": "réponse à tort",
    "refused": "refusée",
    "top1": "1re place",
    "top3": "3 premières",
}
SHOWN_CONFUSIONS = 10
SHOWN_CHANGES = 40


def _say(sentence: str) -> None:
    _out.print(typeset(sentence))


def _show_table(
    title: str, columns: Iterable[str], rows: Iterable[Sequence[str]], numbers: int = 99
) -> None:
    """A table whose columns are of numbers from that one on, and set to the right."""
    table = Table(title=title, title_justify="left")
    for position, column in enumerate(columns):
        table.add_column(column, justify="right" if position >= numbers else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    _out.print(table)


def _shares(counts: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Each count with its share of n."""
    total = counts["n"]
    return [f"{counts[name]} ({counts[name] / total:.1%})" if total else "0" for name in names]
