"""How sure to be on the base at hand: « 0.9 » must mean nine in ten, whatever the FAQ.

Signals are not worth the same on every base: entries that overlap share their words, few phrasings
make poor neighbours. So the base's own phrasings, left out one by one, and messages to refuse are
asked of it, and the scale is found that makes its probabilities true (temperature scaling, Guo et
al., « On calibration of modern neural networks », 2017, with an offset for « none »).

Phrasings left out are harder than real questions, each having been written to differ from the rest.
How far to follow the scale that they give was measured on bases of all kinds where real questions
are known (`Model.trust`, tools/fit.py).
"""

from collections.abc import Sequence

import numpy as np

from bot.matching.classifier import LeftOut
from bot.matching.index import Index
from bot.matching.model import Model, Scale, probabilities
from bot.matching.rows import Doubles
from bot.matching.signals import Comparison, compare

#: Phrasings left out at most. With 400, five phrasings added anywhere moved the scale enough to
#: lose three answers in a hundred; with 3,000 it hardly moves. They take 3 s, once for a corpus.
SAMPLE = 3000
#: An entry of fewer phrasings has too few left for one of them to be found again.
ENOUGH = 4
#: Share of the questions that are asked to be answered, in what is calibrated on.
ANSWERABLE = 0.6
#: How near the model's own scale that of a base stays where its phrasings tell little.
CAUTION = 0.005


def asked_again(
    index: Index, left_out: LeftOut, off_topic: Sequence[str] = ()
) -> list[tuple[Comparison, str | None]]:
    """The base's phrasings and messages to refuse with the entry that is right, or none."""
    made: list[tuple[Comparison, str | None]] = []
    groups = np.searchsorted(index.starts, left_out.rows, "right") - 1
    sizes = np.diff(index.starts)
    for row, group in zip(left_out.rows.tolist(), groups.tolist(), strict=True):
        if group < len(index.entries) and sizes[group] < ENOUGH:
            continue
        found = compare(index, index.phrasings[row], left_out=(row, left_out.of(row)))
        entry = index.entries[group] if group < len(index.entries) else None
        if entry is None or entry in found.entries:
            made.append((found, entry))
    return made + [(compare(index, text), None) for text in off_topic]


def measured(model: Model, asked: Sequence[tuple[Comparison, str | None]]) -> Scale:
    """The likeliest scale on these questions."""
    answerable = sum(entry is not None for _, entry in asked)
    if not 0 < answerable < len(asked):
        return Scale()
    widest = max(len(one.entries) for one, _ in asked) + 1
    logits = np.full((len(asked), widest), -1e9)
    right = np.zeros((len(asked), widest))
    weights = np.zeros(len(asked))
    for row, (one, entry) in enumerate(asked):
        *of_entries, none = model.logits(one)
        logits[row, : len(of_entries)], logits[row, -1] = of_entries, none
        right[row, -1 if entry is None else one.entries.index(entry)] = 1
        share = ANSWERABLE / answerable
        weights[row] = (1 - ANSWERABLE) / (len(asked) - answerable) if entry is None else share
    return likeliest(logits, right, weights)


def likeliest(logits: Doubles, right: Doubles, weights: Doubles) -> Scale:
    """By a grid, then a finer one: two numbers need no optimiser."""

    def loss(slope: float, none: float) -> float:
        given = (probabilities(logits, Scale(float(np.exp(slope)), none)) * right).sum(axis=1)
        caution = CAUTION * (4 * slope**2 + none**2)
        return caution - float(weights @ np.log(np.maximum(given, 1e-9)))

    best, step = (0.0, 0.0), (0.25, 0.75)
    for _ in range(4):
        around = [
            (best[0] + step[0] * one, best[1] + step[1] * other)
            for one in range(-4, 5)
            for other in range(-4, 5)
        ]
        best = min(around, key=lambda point: loss(*point))
        step = (step[0] / 4, step[1] / 4)
    return Scale(float(np.exp(best[0])), best[1])


def calibrate(
    model: Model, index: Index, left_out: LeftOut, off_topic: Sequence[str] = ()
) -> Scale:
    """The scale of a base."""
    return followed(model.trust, measured(model, asked_again(index, left_out, off_topic)))


def followed(trust: Doubles, scale: Scale) -> Scale:
    """What real questions want, from what the phrasings left out do."""
    slope, slope_from, none, none_from = trust.tolist()
    return Scale(
        float(np.exp(slope_from + slope * np.log(scale.slope))), none_from + none * scale.none
    )
