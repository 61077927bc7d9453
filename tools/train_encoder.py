"""Trains the tables of bot/language/encoder.py: `make encoder`; docs/encodeur.md tells the rest.

A denoising student: what the encoder makes of a sentence badly written is drawn to where two large
teachers put the sentence well written. The student is linear before its last division, so its
gradient is written out here, and numpy and scipy train it in minutes on one core.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from bot.language.encoder import BUCKETS, WORD, Encoder, Floats, features
from bot.language.words import fold
from tools.encoder_noise import noised
from tools.encoder_teachers import E5, use
from tools.encoder_texts import corpus

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "bot" / "language" / "encoder.npz"
#: Texts drawn in all, and those of them, the first, that both teachers label. e5 takes 7 ms a text;
#: the targets of the others are foreseen from USE alone (cosine 0.96 to the true ones).
TEXTS, BY_BOTH = 200_000, 82_000
RIDGE = np.float32(3)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a training run may be told; the defaults made the tables that ship."""

    size: int = 64
    epochs: int = 3
    own_copies: int = 5  # of the project's own phrasings, an epoch
    batch: int = 1024
    rate: float = 0.01
    warm_up: int = 50
    temperature: float = 0.1
    contrast: float = 0.5  # weight of « near what the target is near » beside « near the target »
    forgotten: float = 0.15  # known words left to their letters
    gathered: float = 0.5  # how far the target of an own phrasing goes to its entry's mean
    seldom: int = 5  # a word in fewer texts has no row of its own
    seed: int = 1


def targets(teachers: Sequence[Floats], size: int) -> Floats:
    """Where the student is to put each text: unit vectors, shape (n, size).

    Each teacher's vectors, shape (n, its size), are centred and normalised; side by side, they are
    turned to their `size` principal axes.
    """
    beside = np.concatenate([unit(one - one.mean(axis=0)) for one in teachers], axis=1)
    _, axes = np.linalg.eigh(beside.T @ beside)
    return unit(beside @ axes[:, ::-1][:, :size])


def foreseen(wanted: Floats, known: Floats, others: Floats) -> Floats:
    """Targets of `others` by one teacher alone, shape (m, its size): ridge regression on it.

    `known` are that teacher's vectors of the texts whose targets are `wanted`.
    """
    mean = known.mean(axis=0)
    seen = unit(known - mean)
    turned = np.linalg.solve(
        seen.T @ seen + RIDGE * np.eye(seen.shape[1], dtype=np.float32), seen.T @ wanted
    )
    return unit(unit(others - mean) @ turned)


def gathered(own: Floats, owners: Sequence[str], share: float) -> Floats:
    """Targets of the own phrasings, drawn by `share` to the mean of their entry's."""
    made = own.copy()
    for owner in sorted(set(owners) - {""}):
        places = [place for place, one in enumerate(owners) if one == owner]
        made[places] += share * unit(own[places].mean(axis=0, keepdims=True))
    return unit(made)


def vocabulary(texts: Sequence[str], seldom: int) -> list[str]:
    """The folded words that stand in `seldom` texts or more, the most frequent first."""
    counts = Counter(word for text in texts for word in set(WORD.findall(fold(text))))
    found = [(word, count) for word, count in counts.items() if count >= seldom and len(word) < 30]
    return [word for word, _ in sorted(found, key=lambda one: (-one[1], one[0]))]


def train(texts: Sequence[str], wanted: Floats, own: int, recipe: Recipe) -> Encoder:
    """The encoder that puts `texts`, misspelt, where `wanted` says; the first `own` are ours."""
    words = vocabulary(texts, recipe.seldom)
    known = {word: row for row, word in enumerate(words)}
    generator = np.random.default_rng(recipe.seed)
    shape = (len(words) + 2 * BUCKETS, recipe.size)
    table = generator.standard_normal(shape, dtype=np.float32) * np.float32(0.02)
    first, second = np.zeros_like(table), np.zeros_like(table)
    each = np.concatenate(
        (np.repeat(np.arange(own), recipe.own_copies), np.arange(own, len(texts)))
    )
    steps = recipe.epochs * (len(each) // recipe.batch)
    step = 0
    for epoch in range(recipe.epochs):
        chance = Random(f"{recipe.seed}:{epoch}")
        order = generator.permutation(each)
        for start in range(0, len(order) - recipe.batch + 1, recipe.batch):
            places = order[start : start + recipe.batch]
            typed = [
                texts[place] if chance.random() < 0.25 else noised(texts[place], chance)
                for place in places.tolist()
            ]
            inside = _matrix(typed, known, len(table), chance, recipe.forgotten)
            slope = inside.T @ _slope(inside @ table, wanted[places], recipe)
            step += 1
            rate = recipe.rate * min(1, step / recipe.warm_up, 1.02 - step / steps)
            _adam(table, slope, first, second, rate, step)
            if step % 100 == 0:
                print(f"{step}/{steps}", flush=True)
    table[~second.any(axis=1)] = 0  # never met: better silent than drawn at random
    scales = np.abs(table).max(axis=1) / 127
    rows = np.rint(table / np.maximum(scales, 1e-12)[:, None]).astype(np.int8)
    return Encoder(words, rows, scales.astype(np.float16).astype(np.float32))


def _matrix(
    texts: Sequence[str], known: dict[str, int], rows: int, chance: Random, forgotten: float
) -> "csr_array[np.float32]":
    """A row a text, its features' weights; some known words are left to their letters."""
    numbers: list[int] = []
    weights: list[float] = []
    ends = [0]
    for text in texts:
        for row, weight in zip(*features(text, known), strict=True):
            if row < len(known) and chance.random() < forgotten:
                continue
            numbers.append(row)
            weights.append(weight)
        ends.append(len(numbers))
    return csr_array(
        (np.array(weights, np.float32), np.array(numbers, np.int32), np.array(ends, np.int32)),
        shape=(len(texts), rows),
    )


def _slope(sums: Floats, wanted: Floats, recipe: Recipe) -> Floats:
    """The loss's slope by the student's sums, both of shape (n, size).

    Loss: 2 (1 - cosine) + `contrast` times the cross-entropy, over the batch, of the student's
    likeness to all targets against its target's own.
    """
    lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    student = sums / lengths
    alike = softmax(student @ wanted.T / recipe.temperature)
    ought = softmax(wanted @ wanted.T / recipe.temperature)
    slope = recipe.contrast / recipe.temperature * ((alike - ought) @ wanted) - 2 * wanted
    slope -= student * (slope * student).sum(axis=1, keepdims=True)
    made: Floats = (slope / lengths / len(sums)).astype(np.float32)
    return made


def _adam(
    table: Floats, slope: Floats, first: Floats, second: Floats, rate: float, step: int
) -> None:
    """One step of Adam (Kingma and Ba, 2015), in place."""
    first *= 0.9
    first += slope * np.float32(0.1)
    second *= 0.999
    slope *= slope
    slope *= np.float32(0.001)
    second += slope
    np.sqrt(second, out=slope)
    slope *= np.float32((1 - 0.999**step) ** -0.5)
    slope += np.float32(1e-8)
    np.divide(first, slope, out=slope)
    slope *= np.float32(rate / (1 - 0.9**step))
    table -= slope


def softmax(scores: Floats) -> Floats:
    made: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    made /= made.sum(axis=1, keepdims=True)
    return made


def unit(vectors: npt.NDArray[np.floating]) -> Floats:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    made: Floats = (vectors / lengths).astype(np.float32)
    return made


def labels(texts: Sequence[str], by_both: int, kept: Path) -> tuple[Floats, Floats]:
    """(e5's vectors of the first `by_both` texts, USE's of all).

    Kept in a folder, which spares a second run the wait.
    """
    file = kept / f"labels-{crc32(chr(10).join(texts).encode()):08x}-{by_both}.npz"
    if not file.exists():
        print(f"e5: {by_both} texts…", flush=True)
        small = E5()(texts[:by_both])
        print(f"USE: {len(texts)} texts…", flush=True)
        np.savez(file, e5=small, use=use()(texts))
    with np.load(file, allow_pickle=False) as read:
        return read["e5"], read["use"]


def main() -> None:
    """Read the archives of tools/encoder_texts.py in a folder, train, write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archives", type=Path)
    parser.add_argument("--out", type=Path, default=TABLES)
    parser.add_argument(
        "--texts", type=int, default=TEXTS, help="how many to learn; a thousand tries every step"
    )
    arguments = parser.parse_args()
    if arguments.texts != TEXTS and arguments.out == TABLES:
        parser.error("a trial needs --out: it is not to replace the tables that ship")
    recipe = Recipe()
    read = corpus(arguments.archives, ROOT / "knowledge")
    public = sorted(read.public)
    Random(recipe.seed).shuffle(public)
    # Of a trial, a third is ours: the rest takes its turn too.
    own = min(len(read.own), max(arguments.texts // 3, 1))
    texts = [*read.own[:own], *read.words, *public][: arguments.texts]
    by_both = min(BY_BOTH, arguments.texts * 2 // 3)
    e5, whole = labels(texts, by_both, arguments.archives)
    wanted = targets((e5, whole[:by_both]), recipe.size)
    wanted = np.concatenate((wanted, foreseen(wanted, whole[:by_both], whole[by_both:])))
    wanted[:own] = gathered(wanted[:own], read.owners[:own], recipe.gathered)
    train(texts, wanted, own, recipe).save(str(arguments.out))


if __name__ == "__main__":
    main()
