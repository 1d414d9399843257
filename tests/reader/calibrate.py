"""Fits `extractors/model/confidence.json`: how likely a record is right, from records that the readers had not seen."""

import json

import numpy as np

from extractors import confidence

GOLD_WEIGHT = 2.0  # a record of a real document counts as two of an invented one
RIDGE = 1.0


def fitted(rows: np.ndarray, right: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weights of a logistic regression with a ridge (Newton's method)."""
    w = np.zeros(rows.shape[1])
    ridge = RIDGE * np.eye(rows.shape[1])
    ridge[0, 0] = 1e-3
    for _ in range(30):
        p = 1 / (1 + np.exp(-rows @ w))
        slope = rows.T @ (weight * (right - p)) - ridge @ w
        bend = (rows * (weight * p * (1 - p))[:, None]).T @ rows + ridge
        w = w + np.linalg.solve(bend, slope)
    return w


def table(parts: list) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, rightness and weight of the records of some foldings; each record also counts, lighter, as one read by the rules alone."""
    rows, right, weight = [], [], []
    for gold, invented in parts:
        for share, records in ((GOLD_WEIGHT, gold), (1.0, invented)):
            for target, good in records:
                seen = confidence.features(target)
                rows += [seen, [*seen[: -len(confidence.READERS)], 0.0, 0.0, 1.0]]
                right += [good, good]
                weight += [share, share / 2]
    return np.array(rows), np.array(right, dtype=float), np.array(weight)


def rates(states: list) -> list[float]:
    """The share of states and milestones that are right, smoothed: of those of mere direction, and of the others."""
    shares = []
    for firm in (False, True):
        mine = [good for target, good in states if (target.confidence >= confidence.FIRM) == firm]
        shares.append(round((sum(mine) + 1) / (len(mine) + 2), 4))
    return shares


def fit(parts: list, states: list) -> str:
    """Write the file; returns the reliability on held-out foldings (Brier score, against always saying the share of right ones; bins)."""
    guesses, truth = [], []
    for i in range(len(parts)):
        w = fitted(*table(parts[:i] + parts[i + 1 :]))
        for target, good in [*parts[i][0], *parts[i][1]]:
            guesses.append(float(1 / (1 + np.exp(-np.array(confidence.features(target)) @ w))))
            truth.append(float(good))
    weights = fitted(*table(parts))
    confidence.FILE.write_text(json.dumps({"weights": [round(float(x), 4) for x in weights], "states": rates(states)}, indent=1) + "\n", "utf-8")
    p, y = np.array(guesses), np.array(truth)
    lines = [f"confidence out of fold: Brier {np.mean((p - y) ** 2):.4f} (always {y.mean():.3f}: {y.mean() * (1 - y.mean()):.4f}), {len(y)} records"]
    for low, high in ((0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.98), (0.98, 1.01)):
        inside = (p >= low) & (p < high)
        if inside.any():
            lines.append(f"  said {p[inside].mean():.3f}  were right {y[inside].mean():.3f}  of {inside.sum()}")
    return "\n".join(lines)
