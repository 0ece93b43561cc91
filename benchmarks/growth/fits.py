"""Fits of times and memory, and what they say of larger data."""
import itertools

import numpy as np


def slope(pairs):
    """Slope of log y against log x; None for fewer than two different x."""
    pairs = [(x, y) for x, y in pairs if x > 0 and y > 0]
    if len({x for x, _ in pairs}) < 2:
        return None
    x, y = np.log(np.array(pairs, float)).T
    return float(np.polyfit(x, y, 1)[0])


def nonnegative(columns, values):
    """Least squares of the relative errors with coefficients of at least nought, by trying every set of terms."""
    a, y = np.array(columns, float).T, np.array(values, float)
    a, y = a / y[:, None], np.ones_like(y)
    best = (np.inf, np.zeros(a.shape[1]))
    for count in range(1, a.shape[1] + 1):
        for terms in itertools.combinations(range(a.shape[1]), count):
            if count > len(y):
                continue
            c = np.linalg.lstsq(a[:, terms], y, rcond=None)[0]
            error = float(((a[:, terms] @ c - y) ** 2).sum())
            if (c >= 0).all() and error < best[0] - 1e-12:
                whole = np.zeros(a.shape[1])
                whole[list(terms)] = c
                best = (error, whole)
    return best[1]


def phase_models(images, boxes, base_box):
    """For each phase (name, c, a, p) of seconds = (c + a * images) * (box / base_box)^p.

    c and a come from the points in images, p from those in box. Both lists hold (images, box, phases) of equal threads.
    """
    names = list(dict.fromkeys(n for _, _, phases in images + boxes for n in phases))
    out = []
    for name in names:
        line = [(n, phases[name]) for n, _, phases in images if phases.get(name, 0) > 0]
        if not line:
            continue
        counts, seconds = zip(*line)
        c, a = nonnegative([np.ones(len(counts)), counts], seconds) if len(set(counts)) > 1 else (0.0, seconds[0] / counts[0])
        p = slope([(b, phases[name]) for _, b, phases in boxes if phases.get(name, 0) > 0])
        # A phase that works at a fixed box gets no smaller with the box; noise must not make it so.
        out.append((name, float(c), float(a), max(0.0, p) if p is not None else 3.0))
    return out


def memory_model(points):
    """(m0, m1, m2) of bytes = m0 + m1 * images * box^2 + m2 * box^3, from (images, box, bytes)."""
    n, b, y = (np.array(v, float) for v in zip(*points))
    return nonnegative([np.ones_like(n), n * b**2, b**3], y)
