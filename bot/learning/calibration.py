"""How sure to be on the base at hand: « 0.9 » must mean nine in ten at least, whatever the FAQ.

Signals are not worth the same on every base: entries that overlap share their words, few phrasings
make poor neighbours. So the base is asked questions whose answer is known, and the scale is found
that makes its probabilities true (temperature scaling, Guo et al., « On calibration of modern
neural networks », 2017, with an offset for « none »). These are asked:

- its phrasings left out one by one, which an entry answers;
- the same without that entry, which none answers any more: what a neighbour would wrongly get;
- messages to refuse left out, and its own `hors_sujet`;
- its own tests (`essais`), which are never indexed. Phrasings left out are harder than residents'
  questions where a bank was made of phrasings that differ: tests tell by how much.

What a base that says little is worth is known from others (`Model.trust`, tools/fit.py).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.learning.least_squares import LeftOut
from bot.matching.index import Index
from bot.matching.model import Model, Scale, probabilities
from bot.matching.signals import Comparison, compare
from bot.matching.vocabulary import Doubles

#: Phrasings left out at most. With 400, five phrasings added anywhere moved the scale enough to
#: lose three answers in a hundred; with 3,000 it hardly moves. They take 3 s, once for a corpus.
SAMPLE = 3000
#: An entry of fewer phrasings has too few left for one of them to be found again.
ENOUGH = 4
#: Shares of what is calibrated on: answered, of an entry taken away, to be refused.
ANSWERED, TAKEN_AWAY, REFUSED = 0.7, 0.15, 0.15
#: So many phrasings left out weigh as much as what other bases teach.
LEFT_OUT_WORTH = 50
#: How near its start a scale stays, in tests: their number, shared out, is set against this.
CAUTION = 2.0

#: Questions compared with the base, and the entry that answers each, or None.
Asked = Sequence[tuple[Comparison, str | None]]


def asked_again(index: Index, left_out: LeftOut, off_topic: Sequence[str] = ()) -> Asked:
    """The base's phrasings and messages to refuse with the entry that is right, or none."""
    made: list[tuple[Comparison, str | None]] = []
    for row in left_out.rows.tolist():
        group = index.owner(row)
        start, stop = index.bounds[group]
        if group < len(index.entries) and stop - start < ENOUGH:
            continue
        found = compare(index, index.phrasings[row], left_out=(row, left_out.of(row)))
        made.append((found, index.entries[group] if group < len(index.entries) else None))
    return _found(made + [(compare(index, text), None) for text in off_topic])


def asked_first(index: Index, tests: Sequence[tuple[str, str]], off_topic: Sequence[str]) -> Asked:
    """The base's own tests, (question, entry), and its own messages to refuse."""
    every = [*tests, *((text, None) for text in off_topic)]
    return _found([(compare(index, text), entry) for text, entry in every])


def _found(asked: Asked) -> Asked:
    """Those whose entry is a candidate: no scale makes up for one that is not."""
    return [(one, entry) for one, entry in asked if entry is None or entry in one.entries]


def measured(model: Model, asked: Asked, start: Scale) -> Scale:
    """The likeliest scale on these questions, near the start where they are few."""
    gone = [(_without(one, entry), None) for one, entry in asked if entry]
    every = [*asked, *gone]
    if not gone or len(gone) == len(asked):
        return start
    widest = max(len(one.entries) for one, _ in every) + 1
    logits = np.full((len(every), widest), -1e9)
    right = np.zeros((len(every), widest))
    weights = np.full(len(every), TAKEN_AWAY / len(gone))
    for row, (one, entry) in enumerate(every):
        *of_entries, none = model.logits(one)
        logits[row, : len(of_entries)], logits[row, -1] = of_entries, none
        right[row, -1 if entry is None else one.entries.index(entry)] = 1
        if entry:
            weights[row] = ANSWERED / len(gone)
        elif row < len(asked):
            weights[row] = REFUSED / (len(asked) - len(gone))
    return likeliest(logits, right, weights, start, CAUTION / len(gone))


def _without(comparison: Comparison, entry: str) -> Comparison:
    """The same had the base no such entry."""
    kept = [number for number, one in enumerate(comparison.entries) if one != entry]
    return replace(
        comparison,
        entries=tuple(comparison.entries[one] for one in kept),
        values=comparison.values[kept],
    )


def likeliest(
    logits: Doubles, right: Doubles, weights: Doubles, start: Scale, caution: float
) -> Scale:
    """By a grid around the start, then finer ones: two numbers need no optimiser."""
    begun = float(np.log(start.slope)), start.none

    def loss(slope: float, none: float) -> float:
        given = (probabilities(logits, Scale(float(np.exp(slope)), none)) * right).sum(axis=1)
        away = 4 * (slope - begun[0]) ** 2 + (none - begun[1]) ** 2
        return caution * away - float(weights @ np.log(np.maximum(given, 1e-9)))

    best, step = begun, (0.25, 0.75)
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
    model: Model,
    index: Index,
    left_out: LeftOut,
    off_topic: Sequence[str] = (),
    tests: Sequence[tuple[str, str]] = (),
) -> Scale:
    """The scale of a base."""
    again, entries = asked_again(index, left_out, off_topic), len(index.entries)
    scale = followed(model, again, entries, measured(model, again, usual(model, entries)))
    bolder, tested = model.trust[-2:].tolist()
    if tests:
        scale, bolder = measured(model, asked_first(index, tests, off_topic), scale), tested
    # A steeper slope deepens what the logits say for « none » too: where the offset lowers it, half
    # of that is taken back, or a small base would hardly answer or suggest any more.
    none = scale.none * (1 + bolder) / 2 if scale.none < 0 else scale.none
    return Scale(scale.slope * bolder, none)


def usual(model: Model, entries: int) -> Scale:
    """The scale of a base of so many entries that tells nothing of itself."""
    slope, none, by_size, *_ = model.trust.tolist()
    return Scale(float(np.exp(slope)), none + by_size * float(np.log(max(entries, 1))))


def followed(model: Model, again: Asked, entries: int, told: Scale) -> Scale:
    """What real questions want, from what the phrasings left out told and what is usual."""
    slope_more, by_size, none_more = model.trust[3:6].tolist()
    start, count = usual(model, entries), sum(entry is not None for _, entry in again)
    share = count / (count + LEFT_OUT_WORTH)
    slope_more += by_size * float(np.log(max(entries, 1)))
    apart = float(np.log(told.slope / start.slope)) + slope_more
    return Scale(
        start.slope * float(np.exp(share * apart)),
        start.none + share * (told.none + none_more - start.none),
    )
