"""The window encoder of the trained model: what thinc computes, to the last bit, without what only learning needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Layer:
    """A maxout layer over windows of words, with its normalisation; the weights of each piece stand together."""

    ops: Any
    weights: Floats
    bias: Floats
    pieces: int
    gain: Floats
    shift: Floats

    def apply(self, rows: Floats, window: int) -> Floats:
        """The rows, each with what the layer makes of it and its neighbours added."""
        count, width = rows.shape
        padded = np.zeros((count + 2 * window, width), np.float32)
        padded[window : window + count] = rows
        windows = np.ascontiguousarray(as_strided(padded, (count, (2 * window + 1) * width), padded.strides))
        said = self.ops.gemm(windows, self.weights, trans2=True)
        said += self.bias
        best: Floats = said[:, :width]
        for piece in range(1, self.pieces):
            best = np.maximum(best, said[:, piece * width : (piece + 1) * width])
        spread = best.var(axis=1, keepdims=True) + np.float32(1e-8)
        best -= best.mean(axis=1, keepdims=True)
        best *= spread ** np.float32(-0.5)
        best *= self.gain
        best += self.shift
        best += rows
        return best


class Encoder:
    """The encoder of a spaCy model (MaxoutWindowEncoder): for each word a vector that knows its neighbours."""

    def __init__(self, model: Any) -> None:
        nodes = list(model.walk())
        self._pad: int = model.attrs["pad"]  # rows of nothing between two texts, as in learning
        self._window: int = next(node.attrs["window_size"] for node in nodes if node.name == "expand_window")
        maxouts, norms = ([node for node in nodes if node.name == name] for name in ("maxout", "layernorm"))
        self._layers = [_layer(one, norm) for one, norm in zip(maxouts, norms, strict=True)]

    def encode(self, texts: Sequence[Floats]) -> Floats:
        """The vectors of the words of all texts, one text behind the other, from those of the words alone."""
        places = np.cumsum([self._pad, *(len(text) + self._pad for text in texts)])
        rows = np.zeros((int(places[-1]), texts[0].shape[1]), np.float32)
        for start, text in zip(places, texts, strict=False):
            rows[start : start + len(text)] = text
        for layer in self._layers:
            rows = layer.apply(rows, self._window)
        return np.concatenate([rows[start : start + len(text)] for start, text in zip(places, texts, strict=False)])


def _layer(maxout: Any, norm: Any) -> _Layer:
    weights, bias = maxout.get_param("W"), maxout.get_param("b")
    width, pieces, inputs = weights.shape
    together = np.ascontiguousarray(weights.transpose(1, 0, 2).reshape(pieces * width, inputs))
    return _Layer(maxout.ops, together, bias.T.reshape(pieces * width), pieces, norm.get_param("G"), norm.get_param("b"))
