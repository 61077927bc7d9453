"""Fit the weights of bot/matching/fitted.py: python -m tools.fit_fusion

Reads the project's own base and labelled questions (tests/cases/mise_au_point.jsonl) and, beside
the checkout, the evaluation sets (../shared/eval): the even lines of the development questions and
two other FAQs. Needs the `bench` extra (scikit-learn). The odd lines and tests/cases/mesure.jsonl
are only reported on.
"""

import argparse
import datetime as dt
import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from benchmarks.noise import noisy
from bot.encoder import load_encoder
from bot.evaluation import read_cases
from bot.matching import fusion, signals
from bot.matching.decision import POLICY, Answered, NoMatch, Policy, Suggestions, decide
from bot.matching.discriminant import leave_one_out
from bot.matching.encoder import Encoder
from bot.matching.engine import Comparison, Engine, EntryTexts
from bot.matching.fusion import Model
from bot.matching.index import Doubles
from bot.storage.knowledge_files import load

ROOT = Path(__file__).parent.parent
EVAL = ROOT.parent / "shared" / "eval"
CASES = ROOT / "tests" / "cases"
OUT = ROOT / "bot" / "matching" / "fitted.py"
#: How much a question of each kind weighs in the fit. Phrasings left out one by one are many, and
#: harder than real questions (each was written to differ from the rest); real ones count more.
WEIGHT_REAL, WEIGHT_LEFT_OUT, WEIGHT_OTHER_BASE, WEIGHT_UNRELATED = 5.0, 0.3, 0.5, 1.0
#: Other bases' questions asked of ours: one in so many is enough.
EVERY = 4


@dataclass(frozen=True)
class Example:
    """A question compared with a base, and the entries that would be right; empty for none."""

    comparison: Comparison
    expect: frozenset[str]
    weight: float

    @property
    def right(self) -> Doubles:
        return np.array([entry in self.expect for entry in self.comparison.entries], dtype=float)


@dataclass(frozen=True)
class Asked:
    """A labelled question of a file."""

    text: str
    expect: frozenset[str]


OURS = load(ROOT / "knowledge", dt.date.today())


def place_in(text: str) -> str:
    """The words of the text that name a place, as the assistant hands them over."""
    return OURS.gazetteer.find(text).matched


def left_out(engine: Engine, every: int = 1) -> Iterator[Example]:
    """The base's own phrasings and unrelated messages, each asked of a base without it."""
    scores = leave_one_out(engine.features(), engine.owners, engine.groups)
    for row, (phrasing, owner) in enumerate(zip(engine.phrasings, engine.owners, strict=True)):
        if row % every:
            continue
        ours = owner < len(engine.entries)
        first_pass = engine.first_pass(phrasing, place_in(phrasing), left_out=row)
        compared = engine.compare(first_pass, discriminant=scores[row])
        if ours:
            yield Example(compared, frozenset({engine.entries[owner]}), WEIGHT_LEFT_OUT)
        else:
            yield Example(compared, frozenset(), WEIGHT_UNRELATED)


def asked(engine: Engine, questions: Iterable[Asked], weight: float) -> Iterator[Example]:
    for question in questions:
        compared = engine.compare(engine.first_pass(question.text, place_in(question.text)))
        yield Example(compared, question.expect, weight)


def labelled(file: Path) -> list[Asked]:
    """The questions of a file of cases."""
    cases = read_cases(file.read_text("utf-8"))
    return [Asked(case.question, case.expect or frozenset()) for case in cases]


def development() -> tuple[list[Asked], dict[str, list[Asked]]]:
    """(questions to fit; questions to report on, by name): lines are counted from 1."""
    lines = labelled(EVAL / "questions_dev.jsonl")
    to_fit = [*lines[1::2], *labelled(CASES / "mise_au_point.jsonl")]
    return to_fit, {"odd lines": lines[0::2], "our own": labelled(CASES / "mesure.jsonl")}


def other_faq(name: str) -> tuple[dict[str, EntryTexts], list[Asked]]:
    """Another base and its questions, from its file in the evaluation folder."""
    entries: dict[str, EntryTexts] = {}
    questions: list[Asked] = []
    for line in (EVAL / f"faq_{name}.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        if one["type"] == "entry":
            entries[one["faq_id"]] = EntryTexts((one["question"], *one["variants"]), one["answer"])
        elif one["type"] == "query":
            questions.append(Asked(one["query"], frozenset(one["faq_ids"] or ())))
    return entries, questions


def fit(examples: Sequence[Example], calibration: Sequence[Example]) -> Model:
    """Both models, then their temperatures on the calibration examples."""
    reranking = _fit_reranking([one for one in examples if one.right.any()])
    scope, bias = _fit_scope(examples, reranking)
    return _calibrate(Model(tuple(reranking), tuple(scope), bias), calibration)


def _fit_reranking(examples: Sequence[Example], penalty: float = 1e-3) -> Doubles:
    """Conditional logit by maximum likelihood with an L2 penalty, on standardised signals."""
    spread = np.vstack([one.comparison.values for one in examples]).std(axis=0) + 1e-6
    most = max(len(one.comparison.entries) for one in examples)
    values = np.zeros((len(examples), most, len(signals.NAMES)))
    absent = np.full((len(examples), most), -1e9)
    right = np.zeros((len(examples), most))
    weights = np.array([one.weight for one in examples])
    for row, one in enumerate(examples):
        size = len(one.comparison.entries)
        values[row, :size] = one.comparison.values / spread
        absent[row, :size] = 0
        right[row, :size] = one.right

    def loss(coefficients: Doubles) -> tuple[float, Doubles]:
        logits = values @ coefficients + absent
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        given = odds / odds.sum(axis=1, keepdims=True)
        likelihood = np.maximum((given * right).sum(axis=1), 1e-12)
        target = given * right / likelihood[:, None]
        gradient = np.einsum("n,nk,nkd->d", weights, given - target, values) / weights.sum()
        value = -(weights * np.log(likelihood)).sum() / weights.sum()
        return value + penalty * (coefficients**2).sum(), gradient + 2 * penalty * coefficients

    found = minimize(loss, np.zeros(len(signals.NAMES)), jac=True, method="L-BFGS-B")
    coefficients: Doubles = found.x / spread
    return coefficients


def _fit_scope(examples: Sequence[Example], reranking: Doubles) -> tuple[Doubles, float]:
    features = np.array(
        [
            fusion.overall(one.comparison, fusion.shares(one.comparison.values, reranking))
            for one in examples
        ]
    )
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    model = LogisticRegression(C=0.3, max_iter=5000).fit(
        (features - mean) / spread,
        [bool(one.expect) for one in examples],
        sample_weight=[one.weight for one in examples],
    )
    coefficients: Doubles = model.coef_[0] / spread
    return coefficients, float(model.intercept_[0] - mean @ coefficients)


def _calibrate(model: Model, examples: Sequence[Example]) -> Model:
    """Temperature of the shares, then slope and offset of the in_scope probability (Platt, 1999).

    The shares' temperature is applied at run time after `overall`, so it is a number of its own.
    """
    reranking = np.array(model.reranking)
    answerable = [one for one in examples if one.right.any()]

    def share_loss(temperature: Doubles) -> float:
        return -float(
            np.mean(
                [
                    np.log(
                        fusion.shares(one.comparison.values, reranking * temperature[0]) @ one.right
                        + 1e-9
                    )
                    for one in answerable
                ]
            )
        )

    temperature = float(minimize(share_loss, np.array([1.0]), method="Nelder-Mead").x[0])
    logits = np.array(
        [
            fusion.overall(one.comparison, fusion.shares(one.comparison.values, reranking))
            @ np.array(model.scope)
            + model.scope_bias
            for one in examples
        ]
    )
    in_scope = np.array([bool(one.expect) for one in examples])

    def related_loss(line: Doubles) -> float:
        given = 1 / (1 + np.exp(-(line[0] * logits + line[1])))
        likelihood = np.where(in_scope, given, 1 - given)
        # The prior keeps 200 examples from making certainties.
        return -float(np.mean(np.log(likelihood + 1e-9))) + 0.01 * float(
            (line[0] - 1) ** 2 + line[1] ** 2
        )

    slope, offset = minimize(related_loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return Model(
        model.reranking,
        tuple(float(slope) * np.array(model.scope)),
        float(slope) * model.scope_bias + float(offset),
        temperature,
    )


def report(
    model: Model, engine: Engine, questions: Sequence[Asked], policy: Policy = POLICY
) -> dict[str, float]:
    """Shares of the questions, as `evaluate` counts them but for smalltalk and communes."""
    counts = dict.fromkeys(("juste", "proposée", "fausse", "manquée", "1re place"), 0)
    counts |= dict.fromkeys(("hors sujet répondu", "hors sujet proposé"), 0)
    for question in questions:
        first_pass = engine.first_pass(question.text, place_in(question.text))
        ranking = fusion.rank(engine.compare(first_pass), model)
        decision = decide(ranking, policy)
        given = {found.entry for found in ranking.candidates[:1]}
        counts["1re place"] += bool(given & question.expect)
        if isinstance(decision, Answered):
            right = decision.candidate.entry in question.expect
            name = "juste" if right else "fausse" if question.expect else "hors sujet répondu"
        elif isinstance(decision, Suggestions):
            right = bool({found.entry for found in decision.candidates} & question.expect)
            name = "proposée" if right else "manquée" if question.expect else "hors sujet proposé"
        else:
            assert isinstance(decision, NoMatch)
            name = "manquée" if question.expect else ""
        if name:
            counts[name] += 1
    inside = sum(bool(question.expect) for question in questions)
    outside = len(questions) - inside
    return {
        name: round(count / max(outside if "hors" in name else inside, 1), 3)
        for name, count in counts.items()
    }


def gather(
    encoder: Encoder | None, without: str | None = None
) -> tuple[Engine, list[Example], list[Example], dict[str, tuple[Engine, list[Asked]]]]:
    """(our engine, examples to fit, calibration examples, other bases); `without` one of these."""
    base, common = OURS.base, OURS.common
    ours = Engine(
        {key: EntryTexts(one.phrasings, one.answer) for key, one in base.entries.items()},
        base.synonyms,
        (*common, *base.unrelated),
        encoder,
    )
    real, _ = development()
    calibration = list(asked(ours, real, WEIGHT_REAL))
    examples = [*left_out(ours), *calibration]
    others: dict[str, tuple[Engine, list[Asked]]] = {}
    for name in ("sante", "travail"):
        entries, questions = other_faq(name)
        engine = Engine(entries, (), common, encoder)
        others[name] = engine, questions
        if name != without:
            examples += left_out(engine, every=3)
            examples += asked(engine, questions, WEIGHT_OTHER_BASE)
            foreign = [Asked(one.text, frozenset()) for one in questions[::EVERY]]
            examples += asked(ours, foreign, WEIGHT_UNRELATED)
    return ours, examples, calibration, others


def _described(name: str, scores: dict[str, float]) -> list[str]:
    told = ", ".join(f"{kind} {share}" for kind, share in scores.items())
    lines = textwrap.wrap(f"{told}.", width=94)
    return [f"- {name}:", *(f"  {line}" for line in lines)]


def write(models: dict[str, Model], scores: dict[str, dict[str, float]]) -> None:
    """The generated module, with its data, date and scores, ready to be reviewed."""
    lines = [
        '"""Weights fitted by tools/fit_fusion.py. Generated: do not edit.',
        "",
        f"Date: {dt.date.today().isoformat()}. Data: the base's phrasings left out one by one,",
        "its unrelated messages, the even lines of the development questions and our own",
        "(tests/cases/mise_au_point.jsonl), two other FAQs.",
        "Shares on questions never fitted on, smalltalk and communes not counted:",
        "",
        *(line for name, one in scores.items() for line in _described(name, one)),
        '"""',
        "",
        "from bot.matching.fusion import Model",
        "",
        "# fmt: off",
    ]
    for name, model in models.items():
        lines += [f"{name} = Model(", "    reranking=("]
        lines += [
            f"        {value:.4f},  # {signal}"
            for signal, value in zip(signals.NAMES, model.reranking, strict=True)
        ]
        lines += ["    ),", "    scope=("]
        lines += [
            f"        {value:.4f},  # {feature}"
            for feature, value in zip(fusion.FEATURES, model.scope, strict=True)
        ]
        lines += [
            "    ),",
            f"    scope_bias={model.scope_bias:.4f},",
            f"    temperature={model.temperature:.4f},",
            ")",
        ]
    OUT.write_text("\n".join([*lines, "# fmt: on", ""]), encoding="utf-8")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--left-out", action="store_true", help="judge each other base unseen")
    judge = options.parse_args().left_out
    _, reported = development()
    encoder = load_encoder(ROOT / "data" / "cache")
    models: dict[str, Model] = {}
    scores: dict[str, dict[str, float]] = {}
    for name, used in (("WITH_ENCODER", encoder), ("WITHOUT_ENCODER", None)):
        ours, examples, calibration, _ = gather(used)
        models[name] = fit(examples, calibration)
        for source, questions in reported.items():
            scores[f"{name}, {source}"] = report(models[name], ours, questions)
            print(name, source, scores[f"{name}, {source}"])
        for other in ("sante", "travail") if judge else ():
            _, examples, calibration, others = gather(used, without=other)
            model = fit(examples, calibration)
            engine, questions = others[other]
            misspelt = [Asked(noisy(one.text), one.expect) for one in questions]
            for how, asked_of_it, policy in (
                ("unseen", questions, POLICY),
                ("unseen, a wrong answer costing 30 refusals", questions, Policy(wrong=30)),
                ("unseen, heavy typos", misspelt, POLICY),
            ):
                scores[f"{name}, {other} {how}"] = report(model, engine, asked_of_it, policy)
                print(name, other, how, scores[f"{name}, {other} {how}"])
    write(models, scores)


if __name__ == "__main__":
    main()
