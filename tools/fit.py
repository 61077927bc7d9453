"""Fit bot/matching/weights.json, from files of the project alone: make fit

Fitted on: the project's base, its phrasings left out one by one; labelled questions (the even
lines of tests/cases/questions_dev.jsonl, mise_au_point.jsonl, habitants_reglage.jsonl); the same
base cut short in many ways, where questions about an entry that was cut must be refused, then asked
the phrasings that were cut; five small FAQs on other subjects (tests/cases/faq_*). Reported on: the
odd lines, mesure.jsonl, epreuve.jsonl and habitants_mesure.jsonl.
"""

import datetime as dt
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from bot.conversation.assistant import corpus_of
from bot.evaluation import Case, read_cases
from bot.knowledge.acts import LEARNT
from bot.language.encoder import Encoder
from bot.learning.building import build
from bot.learning.calibration import (
    SAMPLE,
    Asked,
    asked_again,
    calibrate,
    followed,
    measured,
    usual,
)
from bot.learning.corpus import EntryTexts
from bot.matching import signals
from bot.matching.decision import POLICY, Answered, Policy, Suggestions, decide
from bot.matching.model import NONE, TRUST, Model, Scale, none_features, probabilities, rank
from bot.matching.signals import Comparison, compare
from bot.matching.vocabulary import Doubles
from bot.storage.knowledge_files import load, load_base
from bot.trained import load_encoder
from tools.conditional_logit import ABSENT, fitted

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
WEIGHTS = ROOT / "bot" / "matching" / "weights.json"
#: How much a question of each kind weighs: real ones, phrasings left out (many, and harder: each
#: was written to differ from the rest), messages to refuse left out; on our base, then on others.
OURS = (5.0, 0.3, 1.0)
OTHERS = (2.5, 0.15, 0.08)
#: Phrasings that were cut, asked: the encoder was taught them, so they weigh little.
HELD = (0.3, 0.15, 0.08)
#: L2 penalty on standardised features.
PENALTY = 1e-3
#: What `trust` stays near, how much so, and the share of answerable questions it is fitted for.
TRUST_PRIOR, TRUST_PENALTY, ANSWERABLE = np.array([-0.1, -4.0, 0.7, 0.0, 0.0, 0.0]), 0.02, 0.7
#: The slope is so many times the likeliest one: nine in ten of those given 0.9 or more are still
#: right where phrasings that were cut are asked (docs/comprendre.md has the table).
BOLDER = 1.5
#: The same where a base's own tests told its scale, which are asked as residents ask.
BOLDER_TESTED = 1.4
#: (entries, phrasings an entry): how the base is cut, asked the labelled questions; then how it is
#: cut, asked the phrasings that were cut.
CUTS = ((None, 1), (None, 3), (None, 9), (66, 5), (66, 20), (30, 1), (30, 12), (15, 4))
CUTS_HELD = ((15, 1), (15, 10), (40, 4), (40, 10), (90, 4), (90, 6), (None, 1), (None, 6))
#: Questions of each kind asked of those: answered, about an entry that was cut, about nothing.
ASKED_HELD = (200, 60, 60)


@dataclass(frozen=True)
class Base:
    """A base to be asked, its labelled questions, and what no entry of it answers."""

    name: str
    entries: Mapping[str, EntryTexts]
    unrelated: Sequence[str]
    questions: Sequence[Case]
    synonyms: Sequence[Sequence[str]] = ()
    shorthand: Mapping[str, str] | None = None
    every: int = 4  # one phrasing in so many is left out
    off_topic: Sequence[str] = ()  # to calibrate with, never indexed
    tests: Sequence[tuple[str, str]] = ()  # the same


@dataclass(frozen=True)
class Example:
    """A question compared with a base, and the entries that would be right; empty for none."""

    comparison: Comparison
    expect: frozenset[str]
    weight: float
    base: str
    size: int  # entries of the base
    real: bool  # a question, not a phrasing left out


Place = Callable[[str], str]


def place_finder() -> Place:
    """Finds the words of a text that name a place, as the assistant hands them over."""
    gazetteer = load(ROOT / "knowledge", dt.date.today()).gazetteer
    return lambda text: gazetteer.find(text).matched


def labelled(name: str) -> tuple[Case, ...]:
    """The questions of a file of cases."""
    return read_cases((CASES / name).read_text("utf-8"))


def ours() -> Base:
    """The project's own base."""
    knowledge = load(ROOT / "knowledge", dt.date.today())
    base, common = knowledge.base, knowledge.common
    corpus = corpus_of(base, common)
    questions = (
        *labelled("questions_dev.jsonl")[1::2],
        *labelled("mise_au_point.jsonl"),
    )
    return Base(
        "ours",
        corpus.entries,
        corpus.unrelated,
        questions,
        corpus.synonyms,
        corpus.shorthand,
        off_topic=corpus.off_topic,
        tests=corpus.tests,
    )


def cut(base: Base, unrelated: Sequence[str], entries: int | None, size: int, seed: int) -> Base:
    """The base with fewer entries and fewer phrasings."""
    chance = random.Random(seed)
    keys = sorted(base.entries)
    kept = {}
    for key in sorted(chance.sample(keys, entries or len(keys))):
        first, *others = base.entries[key].phrasings
        some = chance.sample(others, min(size - 1, len(others)))
        kept[key] = EntryTexts((first, *some), base.entries[key].answer)
    synonyms = base.synonyms if seed % 2 else ()
    every = max(1, len(kept) * size // 300)
    return Base(
        f"{entries or 'all'}x{size}", kept, unrelated, base.questions, synonyms, None, every
    )


def held(base: Base, common: Sequence[str], entries: int | None, size: int, seed: int) -> Base:
    """The same, asked the phrasings that were cut and messages that it has not."""
    chance = random.Random(seed)
    far = chance.sample(list(common), ASKED_HELD[2])
    left = sorted(set(common) - set(far))
    made = cut(replace(base, synonyms=()), left, entries, size, seed)
    asked, gone = [], []
    for key in sorted(base.entries):
        kept = made.entries[key].phrasings if key in made.entries else ()
        rest = [one for one in base.entries[key].phrasings if one not in kept]
        if kept:
            asked += [Case(one, frozenset({key})) for one in rest]
        else:
            gone += [Case(one, None) for one in rest]
    some = chance.sample(asked, ASKED_HELD[0])
    some += chance.sample(gone, min(ASKED_HELD[1], len(gone))) + [Case(one, None) for one in far]
    return replace(made, name=f"held {made.name}", questions=some)


def others(common: Sequence[str]) -> Iterator[Base]:
    """The small FAQs on other subjects, with their own tests."""
    for folder in sorted(CASES.glob("faq_*")):
        base = load_base(folder, dt.date.today())
        entries = {key: EntryTexts(one.phrasings, one.answer) for key, one in base.entries.items()}
        asked = [
            Case(one, frozenset({key})) for key, of in base.entries.items() for one in of.tests
        ]
        asked += [Case(one, None) for one in base.off_topic]
        yield Base(folder.name, entries, common, asked, every=2)


def bases() -> list[Base]:
    """All that is fitted on."""
    own, common = ours(), load(ROOT / "knowledge", dt.date.today()).common
    entries = {key: one for key, one in own.entries.items() if not key.startswith(LEARNT)}
    whole = replace(own, entries=entries)
    own = replace(own, questions=(*own.questions, *labelled("habitants_reglage.jsonl")))
    cuts = [cut(whole, common, *how, seed) for seed, how in enumerate(CUTS)]
    helds = [held(whole, common, *how, seed) for seed, how in enumerate(CUTS_HELD, 100)]
    return [own, *cuts, *helds, *others(common)]


def examples(base: Base, encoder: Encoder, place: Place) -> Iterator[Example]:
    """The base's questions, and its phrasings left out."""
    kinds = OURS if base.name == "ours" else HELD if base.name.startswith("held") else OTHERS
    real, known, refused = kinds
    index, left_out = build(
        base.entries, base.unrelated, encoder, base.synonyms, base.shorthand, base.every
    )
    size = len(base.entries)
    for found, entry in asked_again(index, left_out, base.off_topic):
        expect = frozenset({entry} if entry else ())
        yield Example(found, expect, known if entry else refused, base.name, size, False)
    for case in base.questions:
        found = compare(index, case.question, place(case.question))
        expect = (case.expect or frozenset()) & base.entries.keys()
        if not expect or expect & set(found.entries):
            yield Example(found, expect, real, base.name, size, True)


def fit(asked: Sequence[Example]) -> Model:
    """The weights, then how far the scale of left-out phrasings is followed."""
    model = Model(*weights(asked), np.append(TRUST_PRIOR, [1.0, 1.0]))
    return replace(model, trust=np.append(_trust(model, asked), [BOLDER, BOLDER_TESTED]))


def weights(asked: Sequence[Example]) -> tuple[Doubles, Doubles]:
    """Of the entries' signals, and of what speaks for « none »."""
    widest = max(len(one.comparison.entries) for one in asked)
    values = np.zeros((len(asked), widest, len(signals.NAMES)))
    absent = np.full((len(asked), widest), ABSENT)
    for row, one in enumerate(asked):
        values[row, : len(one.comparison.entries)] = one.comparison.values
        absent[row, : len(one.comparison.entries)] = 0
    none = np.array([none_features(one.comparison) for one in asked])
    weights = np.array([one.weight for one in asked])
    return fitted(values, absent, none, _right(asked, widest), weights, PENALTY)


def _right(asked: Sequence[Example], widest: int) -> Doubles:
    """One where the choice is right, « none » last; (examples, widest + 1)."""
    right = np.zeros((len(asked), widest + 1))
    for row, one in enumerate(asked):
        for column, entry in enumerate(one.comparison.entries):
            right[row, column] = entry in one.expect
        right[row, -1] = not one.expect
    return right


def _trust(model: Model, asked: Sequence[Example]) -> Doubles:
    """What turns each base's measured scale into the one that its real questions want."""
    kinds: list[tuple[Asked, int, Doubles, Doubles, Doubles]] = []
    for name in dict.fromkeys(one.base for one in asked):
        here = [one for one in asked if one.base == name]
        again = [(one.comparison, min(one.expect, default=None)) for one in here if not one.real]
        real = [one for one in here if one.real]
        widest = max(len(one.comparison.entries) for one in real)
        logits = np.full((len(real), widest + 1), -1e9)
        for row, one in enumerate(real):
            *of_entries, none = model.logits(one.comparison)
            logits[row, : len(of_entries)], logits[row, -1] = of_entries, none
        inside = np.array([bool(one.expect) for one in real])
        # Of a base that was cut, most questions must be refused: both kinds count as usual.
        weights = np.where(inside, ANSWERABLE / inside.sum(), (1 - ANSWERABLE) / (~inside).sum())
        kinds.append((again, here[0].size, logits, _right(real, widest), weights))

    def loss(trust: Doubles, told: Sequence[Scale]) -> float:
        total = TRUST_PENALTY * float(((trust - TRUST_PRIOR) ** 2).sum())
        made = replace(model, trust=np.append(trust, [1.0, 1.0]))
        for scale, (again, size, logits, right, weights) in zip(told, kinds, strict=True):
            given = probabilities(logits, followed(made, again, size, scale))
            total -= float(weights @ np.log(np.maximum((given * right).sum(axis=1), 1e-6)))
        return total

    found = TRUST_PRIOR
    for _ in range(2):  # what is measured starts from what is usual, which is what is sought
        made = replace(model, trust=np.append(found, [1.0, 1.0]))
        told = [measured(made, again, usual(made, size)) for again, size, *_ in kinds]
        found = minimize(loss, found, args=(told,), method="Nelder-Mead").x
    return found


@dataclass(frozen=True)
class Compared:
    """Questions compared with a base, and how sure to be on it."""

    scale: Scale
    compared: Sequence[tuple[Comparison, frozenset[str]]]


def ask(
    model: Model, base: Base, encoder: Encoder, place: Place, *sets: Sequence[Case]
) -> list[Compared]:
    """Each set of questions asked of the base, calibrated as the program does."""
    every = -(-sum(len(one.phrasings) for one in base.entries.values()) // SAMPLE)
    index, left_out = build(
        base.entries, base.unrelated, encoder, base.synonyms, base.shorthand, every
    )
    scale = calibrate(model, index, left_out, base.off_topic, base.tests)
    return [
        Compared(
            scale,
            [
                (compare(index, one.question, place(one.question)), one.expect or frozenset())
                for one in questions
            ],
        )
        for questions in sets
    ]


def scores(model: Model, asked: Compared, policy: Policy = POLICY) -> dict[str, float]:
    """Shares of the questions, as `evaluate` counts them but for smalltalk, alarms and communes."""
    counts = dict.fromkeys(("juste", "proposée", "fausse", "manquée", "1re place"), 0)
    counts |= dict.fromkeys(("hors sujet répondu", "hors sujet proposé"), 0)
    for comparison, expect in asked.compared:
        ranking = rank(comparison, model, asked.scale)
        found = [one.entry for one in ranking.candidates if not one.entry.startswith(LEARNT)]
        ranking = ranking.among(dict.fromkeys(found))
        counts["1re place"] += any(one.entry in expect for one in ranking.candidates[:1])
        match decide(ranking, policy):
            case Answered(candidate):
                right = candidate.entry in expect
                name = "juste" if right else "fausse" if expect else "hors sujet répondu"
            case Suggestions(candidates):
                right = any(one.entry in expect for one in candidates)
                name = "proposée" if right else "manquée" if expect else "hors sujet proposé"
            case _:
                name = "manquée" if expect else ""
        if name:
            counts[name] += 1
    inside = sum(bool(expect) for _, expect in asked.compared)
    outside = len(asked.compared) - inside
    return {
        name: round(count / max(outside if "hors" in name else inside, 1), 3)
        for name, count in counts.items()
    }


def written(model: Model, told: Mapping[str, Mapping[str, float]]) -> str:
    """The text of weights.json, ready to be reviewed."""

    def named(names: Sequence[str], values: Doubles) -> dict[str, float]:
        return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}

    made = {
        "outil": "python -m tools.fit",
        "date": dt.date.today().isoformat(),
        "ajuste sur": " ".join((__doc__ or "").split("\n\n")[1].split()),
        "mesure sur des questions jamais ajustées": told,
        "entree": named(signals.NAMES, model.entry),
        "aucune": named(NONE, model.none),
        "confiance": named(TRUST, model.trust),
    }
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    encoder, place = load_encoder(), place_finder()
    asked = [one for base in bases() for one in examples(base, encoder, place)]
    model = fit(asked)
    own = ours()
    sets = {
        "questions_dev, lignes impaires": labelled("questions_dev.jsonl")[0::2],
        "mesure": labelled("mesure.jsonl"),
        "epreuve": labelled("epreuve.jsonl"),
        "habitants_mesure": labelled("habitants_mesure.jsonl"),
    }
    found = ask(model, own, encoder, place, *sets.values())
    told = {name: scores(model, one) for name, one in zip(sets, found, strict=True)}
    WEIGHTS.write_text(written(model, told), "utf-8")
    for name, one in told.items():
        print(name, one)


if __name__ == "__main__":
    main()
