"""Typical wrong answers of assignment 10 with the message each must get, and right ones."""

import numpy as np

# 10.1


def shrink(z, a, lam, mu):
    return np.sign(z) * np.maximum(np.abs(a * z) - lam, 0) / (a + mu)


def shrink_in_loops(z, a, lam, mu):
    best = []
    for one in np.asarray(z, float):
        if a * one > lam:
            best.append((a * one - lam) / (a + mu))
        else:
            best.append(min(a * one + lam, 0.0) / (a + mu))
    return best


# 10.2


def step(x, y, w, eta, lam, size=None, n=None, up=1, spare=True):
    moved = w - up * eta * x.T @ (x @ w - y) / (n or len(y))
    size = eta * lam if size is None else size
    after = moved - np.clip(moved, -size, size)
    if spare:
        after[0] = moved[0]
    return after


def step_in_loops(x, y, w, eta, lam):
    residual = [float(row @ w) - target for row, target in zip(x, y)]
    new = []
    for j in range(len(w)):
        z = w[j] - eta * sum(r * row[j] for r, row in zip(residual, x)) / len(y)
        t = 0 if j == 0 else eta * lam
        new.append(z - t if z > t else z + t if z < -t else 0)
    return new


def threshold_first(x, y, w, eta, lam):
    w = np.where(np.arange(len(w)) > 0, w - np.clip(w, -eta * lam, eta * lam), w)
    return w - eta * x.T @ (x @ w - y) / len(y)


def subgradient(x, y, w, eta, lam):
    slope = lam * np.sign(w)
    slope[0] = 0
    return w - eta * (x.T @ (x @ w - y) / len(y) + slope)


# 10.3


def choose(errors, lams, ddof=1, root=True, rule=np.max):
    mean = errors.mean(axis=0)
    best = mean.argmin()
    spread = errors[:, best].std(ddof=ddof) / (len(errors) ** 0.5 if root else 1)
    return rule(lams[mean <= mean[best] + spread])


def choose_in_loops(errors, lams):
    columns = [list(map(float, column)) for column in np.transpose(errors)]
    means = [sum(column) / len(column) for column in columns]
    least = min(means)
    best = columns[means.index(least)]
    n = len(best)
    error = (sum((e - least) ** 2 for e in best) / (n - 1) / n) ** 0.5
    return np.float32(max(lam for lam, mean in zip(lams, means) if mean <= least + error))


# 10.4

LEAKS = ("A", "C", "E")


def folds(source, k):
    return np.unique(source, return_inverse=True)[1] % k


def folds_in_loops(source, k):
    known = {}
    return [known.setdefault(int(s), len(known) % k) for s in source]


def hashed(source, k):
    return np.asarray(source) % k


def lumped(source, k):
    return np.minimum(np.unique(source, return_inverse=True)[1], k - 1)


# 10.5


def stop(errors, patience):
    best = 0
    for epoch in range(len(errors)):
        if errors[epoch] < errors[best]:
            best = epoch
        if epoch - best == patience:
            return best, epoch
    return best, len(errors) - 1


def stop_by_minima(errors, patience):
    for epoch in range(len(errors)):
        best = int(np.argmin(errors[: epoch + 1]))
        if epoch >= best + patience:
            break
    return np.array([best, epoch])


def impatient(errors, patience):
    return stop(errors, 10**6)


def global_minimum(errors, patience):
    return int(np.argmin(errors)), stop(errors, patience)[1]


def late(errors, patience):
    best, stopped = stop(errors, patience)
    return best, min(stopped + 1, len(errors) - 1)


PAIR = ("right", "more weights")


# 10.6


class Net:
    """A stand-in for a trained network."""

    def __init__(self, torque):
        self.torque = torque

    def predict(self, angle, verbose=0):
        return np.asarray(self.torque(np.asarray(angle, float)), "float32")


WRONG = {
    "10.1": [
        ((lambda z, a, lam, mu: shrink(z, a, lam, 0),), "lacks the shrinking by mu"),
        ((lambda z, a, lam, mu: shrink(z, a, 0, mu),), "lacks the threshold"),
        ((lambda z, a, lam, mu: shrink(z, 1, lam, mu),), "leaves the curvature a out"),
        ((lambda z, a, lam, mu: shrink(z, 1, lam, a + mu - 1),), "-a z, not -z"),
        ((lambda z, a, lam, mu: shrink(z, a, a * lam, mu),), "lam / a, not lam"),
        ((lambda z, a, lam, mu: shrink(z, a, lam, 2 * mu),), "not 2 mu w"),
        ((lambda z, a, lam, mu: np.abs(shrink(z, a, lam, mu)),), "the sign of z"),
        ((lambda z, a, lam, mu: (a + mu) * shrink(z, a, lam, mu),), "not yet divided"),
        ((lambda z, a, lam, mu: (a * z - lam) / (a + mu),), "two more cases"),
        ((lambda z, a, lam, mu: np.where(abs(a * z) > lam, a * z / (a + mu), 0),), "hard"),
        ((lambda z, a, lam, mu: shrink(z, a, lam, mu) + 1,), "try a large z"),
    ],
    "10.2": [
        ((lambda *given: step(*given, spare=False),), "shrinks the offset"),
        ((lambda *given: step(*given, size=given[4]),), "the threshold is eta lam"),
        ((lambda *given: step(*given, size=0),), "lacks the threshold"),
        ((lambda *given: step(*given, n=1),), "divide the gradient by n"),
        ((lambda *given: step(*given, n=len(given[1]) / 2),), "has no 2"),
        ((lambda *given: step(*given, up=-1),), "wrong sign"),
        ((threshold_first,), "first the gradient step"),
        ((subgradient,), "no exact zeros"),
        ((lambda *given: step(*given)[1:],), "shape"),
    ],
    "10.3": [
        ((lambda errors, lams: lams[errors.mean(axis=0).argmin()],), "that of the least error"),
        ((lambda errors, lams: choose(errors, lams, root=False),), "not one standard error"),
        ((lambda errors, lams: choose(errors, lams, rule=np.min),), "the smallest within"),
        ((lambda errors, lams: np.flatnonzero(lams == choose(errors, lams))[0],), "a place in the"),
        ((lambda errors, lams: 7.0,), "in any order"),
    ],
    "10.4": [
        ((lambda source, k: np.arange(len(source)) % k, LEAKS), "that is the leak"),
        ((hashed, LEAKS), "only 1 of 3 folds"),
        ((lumped, LEAKS), "may differ by one"),
        ((lambda source, k: 0 * source, LEAKS), "only 1 of 3 folds"),
        ((lambda source, k: folds(source, k) + 1, LEAKS), "0 to 2"),
        ((folds, ("A", "B", "C", "E")), "B does not leak"),
        ((folds, ("A", "C", "D", "E")), "D does not leak"),
        ((folds, ("A", "E")), "1 of the leaking ones"),
        ((folds, "ACE"), "tuple of words"),
        ((folds, ("A", "F")), "one of A, B, C, D, E"),
    ],
    "10.5": [
        ((global_minimum, *PAIR), "minimum of all epochs"),
        ((lambda *given: stop(*given)[::-1], *PAIR), "exchanged"),
        ((lambda *given: (stop(*given)[1],) * 2, *PAIR), "where training stopped"),
        ((lambda *given: np.add(stop(*given), 1), *PAIR), "counted from 0"),
        ((late, *PAIR), "one epoch late"),
        ((impatient, *PAIR), "minimum of all epochs"),
        ((lambda *given: stop(*given)[0], *PAIR), "pair"),
        ((stop, "left", "more weights"), "do not fit the curves"),
        ((stop, "right", "more data"), "do not fit the curves"),
        ((stop, "both", "more data"), "left, right"),
        ((stop, 1, "more data"), "text in quotes"),
    ],
    "10.6": [
        ((3,), "a Keras model"),
        ((Net(lambda angle: 0 * angle),), "is it trained?"),
        ((Net(lambda angle: -angle),), "at positive angles"),
        ((Net(lambda angle: -np.sin(abs(angle))),), "symmetry?"),
        ((Net(lambda angle: np.sin(angle)),), "at positive angles"),
        ((Net(lambda angle: np.repeat(angle, 2)),), "shape"),
    ],
}
RIGHT = {
    "10.1": [(shrink,), (shrink_in_loops,), (lambda *given: np.float32(shrink(*given)),)],
    "10.2": [(step,), (step_in_loops,)],
    "10.3": [(choose,), (choose_in_loops,)],
    "10.4": [(folds, LEAKS), (folds_in_loops, ["e", "c", "a"])],
    "10.5": [(stop, *PAIR), (stop_by_minima, *PAIR)],
    "10.6": [(Net(lambda angle: -np.sin(angle)),), (Net(lambda a: 0.02 - 0.98 * np.sin(a)),)],
}
