"""What the terminal shows a person: replies, explanations and reports, by rich."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.communes.commune import Commune
from bot.conversation import texts
from bot.conversation.assistant import Explanation
from bot.conversation.markup import plain
from bot.conversation.reply import Reply
from bot.evaluation import Report
from bot.knowledge.checking import Checked
from bot.language.typography import long_date, typeset

_out = Console(highlight=False)


def show_reply(reply: Reply) -> None:
    """The reply as a panel, with its sources, contact and ways on."""
    parts: list[Text] = [Text(plain(reply.text))]
    for source in reply.sources:
        date = f", {long_date(source.date)}" if source.date else ""
        parts.append(Text(f"Source : {source.title}{date}", style="dim"))
        if source.url:
            parts.append(Text(f"  {source.url}", style="dim", overflow="fold"))
    if reply.checked_on:
        parts.append(Text(f"Vérifié le {long_date(reply.checked_on)}", style="dim"))
    elif reply.collected_on:
        parts.append(Text(f"Relevé le {long_date(reply.collected_on)}", style="dim"))
    if reply.contact:
        known = (reply.contact.name, reply.contact.phone, reply.contact.url)
        parts.append(Text("Contact : " + " · ".join(one for one in known if one)))
    if reply.actions:
        parts.append(Text("\n".join(f"→ {way.label}" for way in reply.actions), style="cyan"))
    spaced = Group(*(Text.assemble(part, "\n") for part in parts[:-1]), parts[-1])
    if reply.notice:
        _out.print(Text(reply.notice, style="italic dim"))
    _out.print(Panel(spaced, title=reply.title, title_align="left", width=min(_out.width, 88)))


def show_explanation(explanation: Explanation) -> None:
    """Words, candidates with each part of their score, and the rule that decided."""
    _out.print(typeset(f"Mots : {' '.join(explanation.tokens) or 'aucun'}"))
    for typed, read in explanation.repairs.items():
        _out.print(typeset(f"« {typed} » est lu « {read} »."))
    _out.print(typeset(f"Commune : {explanation.place or 'aucune'}"))
    table = Table(title="Candidats", title_justify="left")
    names = tuple(explanation.candidates[0].parts) if explanation.candidates else ()
    for column in ("entrée", "score", *names, "façon de demander la plus proche"):
        table.add_column(column)
    for found in explanation.candidates:
        parts = (f"{found.parts[name]:.2f}" for name in names)
        table.add_row(found.entry, f"{found.score:.2f}", *parts, found.phrasing)
    _out.print(table)
    _out.print(typeset(f"Décision : {explanation.outcome}. {explanation.rule}"))


def show_communes(communes: Sequence[Commune]) -> None:
    """The communes found with what is known of each, or that there is none."""
    if not communes:
        _out.print("Aucune commune du Nord ni du Pas-de-Calais n’est reconnue dans ce texte.")
    for commune in communes:
        _out.print(f"[bold]{commune.name}[/bold] ({', '.join(commune.postcodes)})")
        if len(communes) == 1:
            _out.print(typeset(texts.commune_status(commune)))
        _out.print(f"INSEE {commune.code_insee}, {commune.epci}", style="dim")


def show_problems(checked: Checked, path: Path) -> None:
    """Every problem, a line each, then the sum."""
    for problem in checked.problems:
        _out.print(typeset(str(problem)), style="red" if problem.level == "error" else "yellow")
    warnings = len(checked.problems) - len(checked.errors)
    entries = f"{len(checked.base.entries)} entrées, " if checked.base else ""
    _out.print(
        typeset(f"{path} : {entries}{len(checked.errors)} erreur(s), {warnings} avertissement(s).")
    )


def show_report(report: Report) -> None:
    """Counts and shares, in two tables."""
    inside, outside = report.in_scope, report.off_topic
    table = Table(title=f"Questions qui ont une réponse : {inside.n}", title_justify="left")
    for column in ("juste", "proposée", "fausse", "manquée", "1re place", "3 premières"):
        table.add_column(column, justify="right")
    counts = (inside.correct, inside.suggested, inside.wrong, inside.missed)
    table.add_row(
        *(_share(count, inside.n) for count in counts),
        f"{inside.top1:.1%}",
        f"{inside.top3:.1%}",
    )
    _out.print(table)
    table = Table(title=f"Questions hors sujet : {outside.n}", title_justify="left")
    for column in ("réponse à tort", "proposée", "refusée"):
        table.add_column(column, justify="right")
    table.add_row(
        *(
            _share(count, outside.n)
            for count in (outside.false_answers, outside.suggested, outside.refused)
        )
    )
    _out.print(table)


def _share(count: int, total: int) -> str:
    return f"{count} ({count / total:.1%})" if total else "0"
