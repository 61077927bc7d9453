"""What the terminal shows a person: replies, explanations and reports, by rich."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.communes.commune import Commune
from bot.conversation import places
from bot.conversation.assistant import Explanation
from bot.conversation.markup import plain
from bot.conversation.reply import Reply
from bot.evaluation import Report, Verdict
from bot.knowledge.grounds import Ground
from bot.knowledge.model import Entry, KnowledgeBase
from bot.knowledge.problem import Problem, in_words
from bot.language.typography import long_date, typeset


class _Screen(Console):
    """Rich's console; where a pipe is closed, Rich would end the program as failed."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


_out = _Screen(highlight=False)


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
    for column in ("", "entrée", "probabilité", "façon de demander la plus proche"):
        table.add_column(column)
    for rank, found in enumerate(explanation.candidates, 1):
        table.add_row(str(rank), found.entry, f"{found.score:.2f}", Text(found.phrasing))
    _out.print(table)
    table = Table(title="Signaux de chaque candidat", title_justify="left")
    table.add_column("signal")
    for rank in range(1, len(explanation.candidates) + 1):
        table.add_column(str(rank), justify="right")
    for name in explanation.candidates[0].parts if explanation.candidates else ():
        values = (found.parts[name] for found in explanation.candidates)
        table.add_row(name, *(f"{value:.2f}" for value in values))
    _out.print(table)
    _out.print(typeset(f"Probabilité qu’une entrée convienne : {explanation.in_scope:.2f}"))
    for one in explanation.because[:-1]:
        _out.print(typeset(f"{one.step.capitalize()} : {one.facts}"))
    given = f" ({', '.join(explanation.entries)})" if explanation.entries else ""
    _out.print(typeset(f"Décision : {explanation.outcome}{given}. {explanation.rule}"))


def show_communes(communes: Sequence[Commune]) -> None:
    """The communes found with what is known of each, or that there is none."""
    if not communes:
        _out.print("Aucune commune n’est reconnue dans ce texte.")
    for commune in communes:
        _out.print(f"[bold]{commune.name}[/bold] ({', '.join(commune.postcodes)})")
        if len(communes) == 1:
            _out.print(typeset(places.commune_status(commune)))
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


def show_details(report: Report) -> None:
    """By kind of question, predicted against observed, and the confusions."""
    if report.by_kind:
        table = Table(title="Par sorte de question", title_justify="left")
        names = sorted({name for counts in report.by_kind.values() for name in counts})
        for column in ("sorte", *(_VERDICTS.get(name, name) for name in names)):
            table.add_column(column, justify="right" if column != "sorte" else "left")
        for kind, counts in report.by_kind.items():
            table.add_row(kind, *(str(counts.get(name, 0)) for name in names))
        _out.print(table)
    table = Table(title="Probabilité annoncée et part juste", title_justify="left")
    for column in ("de", "à", "questions", "annoncée", "observée"):
        table.add_column(column, justify="right")
    for one in report.reliability:
        table.add_row(
            f"{one.low:.1f}", f"{one.high:.1f}", str(one.n), f"{one.predicted:.2f}",
            f"{one.observed:.2f}",
        )  # fmt: skip
    _out.print(table)
    if report.confusions:
        table = Table(title="Confusions", title_justify="left")
        for column in ("attendue", "venue en tête", "fois"):
            table.add_column(column)
        for confusion in report.confusions[:SHOWN_CONFUSIONS]:
            table.add_row(confusion.expected, confusion.first, str(confusion.n))
        _out.print(table)


def show_dialogues(report: Mapping[str, Mapping[str, int]]) -> None:
    """Counts and shares of conversations' turns, a line for each kind of want."""
    table = Table(title="Tours de conversation", title_justify="left")
    table.add_column("attendu")
    for column in ("tours", "juste", "proposé", "faux", "manqué"):
        table.add_column(column, justify="right")
    for kind, counts in report.items():
        shown = ("correct", "suggested", "wrong", "missed")
        table.add_row(
            _KINDS[kind], str(counts["n"]), *(_share(counts[name], counts["n"]) for name in shown)
        )
    _out.print(table)


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


def show_changes(other: Report, changed: Sequence[tuple[Verdict, Verdict]]) -> None:
    """The other version's figures, and the questions whose verdict differs."""
    _out.print("\nAutre version (--against)")
    show_report(other)
    table = Table(title=f"Questions qui changent : {len(changed)}", title_justify="left")
    for column in ("question", "autre version", "cette version"):
        table.add_column(column)
    for old, new in changed:
        table.add_row(Text(new.case.question), _VERDICTS[old.verdict], _VERDICTS[new.verdict])
    _out.print(table)


_VERDICTS = {
    "correct": "juste",
    "suggested": "proposée",
    "wrong": "fausse",
    "missed": "manquée",
    "false_answer": "réponse à tort",
    "refused": "refusée",
}
SHOWN_CONFUSIONS = 10


def _share(count: int, total: int) -> str:
    return f"{count} ({count / total:.1%})" if total else "0"
