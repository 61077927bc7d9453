"""What « 0.9 » is worth: how often the first place is right, by what was given to it.

python -m tools.reliability: ten minutes on one core; needs the extra `bench`.

Each small FAQ of tests/cases is left out in turn: the weights and what they say of scales are
fitted without it. Then the FAQs by others, where they are, which nothing is ever fitted on.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.matching import EVAL, other_faq
from bot.matching.model import Model, rank
from bot.trained import load_encoder, load_model
from tools import fit

#: Questions drawn again with replacement, to tell figures from luck.
DRAWS = 1000
BINS = 10


def main() -> None:
    console = Console()
    encoder, place = load_encoder(), fit.place_finder()
    every = fit.bases()
    small = [base for base in every if base.name.startswith("faq_")]
    asked = [one for base in every for one in fit.examples(base, encoder, place)]

    def left_out() -> Iterator[tuple[str, Model, fit.Base]]:
        for base in small:
            model = fit.fit([one for one in asked if one.base != base.name])
            yield f"{base.name}, laissée de côté", model, base
        for name in ("sante", "travail") if EVAL.is_dir() else ():
            other, questions = other_faq(name)
            theirs = fit.Base(name, other.entries, other.unrelated, questions)
            yield f"une autre FAQ, « {name} »", load_model(), theirs

    pooled: list[tuple[float, bool]] = []
    for title, model, base in left_out():
        found = fit.ask(model, base, encoder, place, base.questions)[0]
        given = []
        for comparison, expect in found.compared:
            first = next(iter(rank(comparison, model, found.scale).candidates), None)
            if first:
                given.append((first.score, first.entry in expect))
        if base in small:
            pooled += given
        else:
            show(console, title, given)
        shares = fit.scores(model, found)
        told = ", ".join(f"{name} {100 * value:.1f} %" for name, value in shares.items())
        console.print(f"{title} : {told}\n")
    show(console, "les petites FAQ, chacune laissée de côté", pooled)


def show(console: Console, title: str, given: Sequence[tuple[float, bool]]) -> None:
    """A table of tenths; of those given 0.9 or more, the share that is right, and its interval."""
    table = Table("donné", "questions", "en moyenne", "juste", title=title)
    for number in range(BINS):
        here = [one for one in given if min(int(one[0] * BINS), BINS - 1) == number]
        if here:
            means = np.array(here, dtype=np.float64).mean(axis=0)
            cells = [f"{100 * value:.0f} %" for value in means]
            table.add_row(
                f"{number / BINS:.1f} à {(number + 1) / BINS:.1f}", str(len(here)), *cells
            )
    console.print(table)
    sure = np.array([right for score, right in given if score >= 0.9])
    if len(sure):
        chance = np.random.default_rng(1)
        drawn = sure[chance.integers(len(sure), size=(DRAWS, len(sure)))].mean(axis=1)
        low, high = np.percentile(drawn, (2.5, 97.5))
        console.print(
            f"À 0,9 et plus : {100 * sure.mean():.1f} % justes "
            f"(de {100 * low:.1f} à {100 * high:.1f} %)"
        )


if __name__ == "__main__":
    main()
