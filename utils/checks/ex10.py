"""Checks of assignment 10: thresholds, an ISTA step, the one-SE rule, leaks, stopping, symmetry."""

import numpy as np

from utils.checks import exercise
from utils.checks.attempt import call, inputs_of, require
from utils.checks.compare import array, compare_function, word, words
from utils.checks.models import answers


@exercise(
    "10.1",
    "Write down the slope of the cost for w > 0 and for w < 0, and see when neither can vanish.",
    "For w > 0 the slope is a (w - z) + lam + mu w: solve for w, and ask when the result is > 0.",
)
def threshold(shrink):
    def table(z, a, lam, mu):
        soft, plain = (np.sign(z) * np.maximum(np.abs(c * z) - lam, 0) for c in (a, 1))
        name = "the best w"
        return soft / (a + mu), [
            (soft / a, f"{name} lacks the shrinking by mu"),
            (a * z / (a + mu), f"{name} lacks the threshold lam"),
            (plain / (1 + mu), f"{name} leaves the curvature a out"),
            (plain / (a + mu), f"{name}: the slope of the first term at w = 0 is -a z, not -z"),
            (plain * a / (a + mu), f"{name}: the threshold for z is lam / a, not lam"),
            (soft / (a + 2 * mu), f"{name}: the slope of mu w^2 / 2 is mu w, not 2 mu w"),
            (soft, f"{name} is not yet divided by the whole curvature"),
            (np.abs(soft) / (a + mu), f"{name} has lost the sign of z"),
            ((a * z - lam) / (a + mu), f"{name} is right for large z alone: two more cases"),
            (np.where(np.abs(a * z) > lam, a * z, 0) / (a + mu),
             f"{name} is a hard threshold: what survives is also shifted by lam"),
            (None, f"{name} is wrong: try a large z, a small one and a negative one"),
        ]  # fmt: skip

    z = np.array([-3.0, -0.4, 0.0, 0.3, 1.1, 2.5])
    compare_function("shrink", shrink, table, [(z, 2.0, 1.5, 0.7), (z, 0.5, 0.2, 3.0)])


@exercise(
    "10.2",
    "First a gradient step on mean((x @ w - y)^2) / 2, then the threshold; column 0 is spared.",
    "w - eta * x.T @ (x @ w - y) / n, then the threshold eta * lam for all weights but w[0].",
)
def ista_step(step):
    def table(x, y, w, eta, lam):
        def made(size=eta * lam, n=None, spare=True, up=1):
            moved = w - up * eta * x.T @ (x @ w - y) / (n or len(y))
            after = np.sign(moved) * np.maximum(np.abs(moved) - size, 0)
            after[0] = moved[0] if spare else after[0]
            return after

        name, first = "the new w", np.sign(w) * np.maximum(np.abs(w) - eta * lam, 0)
        first[0] = w[0]
        return made(), [
            (made(spare=False), f"{name} shrinks the offset w[0], which has no penalty"),
            (made(size=lam), f"{name}: the threshold is eta lam, as the step is eta long"),
            (made(size=0), f"{name} lacks the threshold"),
            (made(n=1), f"{name}: the cost is a mean, divide the gradient by n"),
            (made(n=len(y) / 2), f"{name}: with 1/(2n) in the cost the gradient has no 2"),
            (made(up=-1), f"{name} climbs: the gradient step has the wrong sign"),
            (first - eta * x.T @ (x @ first - y) / len(y),
             f"{name}: first the gradient step, then the threshold"),
            (w - eta * (x.T @ (x @ w - y) / len(y) + lam * np.sign(w) * (np.arange(len(w)) > 0)),
             f"{name} takes the gradient of |w|: that gives no exact zeros"),
            (None, f"{name} is wrong: compute the residual x @ w - y first"),
        ]  # fmt: skip

    rng = np.random.default_rng(102)
    cases = [(rng.normal(size=(12, 5)), rng.normal(size=12), rng.normal(size=5), 0.3, 0.9)]
    cases += [(rng.normal(size=(7, 9)), rng.normal(size=7), rng.normal(size=9), 0.1, 2.5)]
    compare_function("step", step, table, cases)


@exercise(
    "10.3",
    "Mean and standard error are taken over the folds, column by column.",
    "Standard error = standard deviation (ddof=1) / sqrt(folds); of all lambdas within one of it "
    "of the least mean, take the largest, in whatever order they stand.",
)
def one_se(choose):
    def table(errors, lams):
        def within(spread, rule=max):
            return rule(lams[mean <= (mean + spread)[mean.argmin()]])

        n, mean, deviation = len(errors), errors.mean(axis=0), errors.std(axis=0, ddof=1)
        error = deviation / np.sqrt(n)
        right, own = within(error), lams[mean - error <= mean.min()].max()
        return right, [
            (lams[mean.argmin()], "... is that of the least error: now apply the rule"),
            (within(deviation), "...: one standard deviation is not one standard error"),
            (within(error, rule=min),
             "... is the smallest within one standard error: the simplest model has the largest"),
            (within(errors.std(axis=0) / np.sqrt(n)), "...: use ddof=1, there are few folds"),
            (own, "...: the standard error is that of the best one, not each one's own"),
            (np.flatnonzero(lams == right)[0], "... is a place in the list: return its value"),
            (None, "... is wrong: lambdas may stand in any order"),
        ]  # fmt: skip

    noise = np.random.default_rng(3).normal(size=(5, 7))
    noise = (noise - noise.mean(axis=0)) / noise.std(axis=0, ddof=1)
    spreads = np.array([0.9, 0.99, 0.1, 0.6, 0.47, 0.3, 0.9])
    errors = np.array([3.0, 2.42, 2.2, 2.04, 2.0, 2.1, 2.5]) + spreads * noise
    lams, mixed = 10.0 ** -np.arange(7), np.array([3, 0, 6, 4, 1, 5, 2])
    cases = [(errors, lams), (errors[:, mixed], lams[mixed])]
    compare_function("choose", choose, table, cases, what="lambda")


@exercise(
    "10.4",
    "Give each source, not each row, a fold: np.unique(source, return_inverse=True) numbers them.",
    "A pipeline leaks where a number from the test rows, or from their sources, enters training.",
)
def leak(folds, leaking):
    cases = [(np.array([7, 7, 2, 9, 2, 9, 4, 4, 4, 5]), 3), (np.repeat([30, 12, 21], 4), 3)]
    for source, k in inputs_of("folds", cases):
        found = array(call(folds, source, k, name="folds"), source.shape, "the result of folds")
        whole = np.isin(found, np.arange(k)).all()
        require(whole, f"folds must number the folds 0 to {k - 1}, and it gives {np.unique(found)}")
        for one in np.unique(source):
            many = len(set(found[source == one]))
            require(many == 1, f"rows of source {one} stand in {many} folds: that is the leak")
        used = len(np.unique(found))
        require(used == k, f"only {used} of {k} folds are used: spread the sources evenly")
        many = [len(np.unique(source[found == fold])) for fold in range(k)]
        even = max(many) - min(many) <= 1
        require(even, f"the folds hold {many} sources: their numbers may differ by one at most")
    letters = words(leaking, "ABCDE", "leaking")
    for letter in "BD":
        text = f"{letter} does not leak: no number from the test rows enters the training"
        require(letter not in letters, text)
    lost = 3 - len(letters)
    require(not lost, f"{lost} of the leaking ones is missing: where do test rows enter?")


@exercise(
    "10.5",
    "Go through the epochs and keep the best error so far and its epoch.",
    "Stop at the first epoch that lies `patience` epochs after the best; else at the last.",
)
def stopping(stop, over_fitting, remedy):
    def table(errors, patience):
        best = stopped = 0
        for epoch, error in enumerate(errors):
            best = epoch if error < errors[best] else best
            stopped = epoch
            if epoch - best >= patience:
                break
        late = min(stopped + 1, len(errors) - 1)
        return (best, stopped), [
            ((int(np.argmin(errors)), None), "best is the minimum of all epochs: training had "
             "stopped before"),
            ((stopped, best), "best and stopped are exchanged"),
            ((stopped, None), "best is where training stopped: the weights of the best are kept"),
            ((best + 1, stopped + 1), "epochs are counted from 0"),
            ((None, late), "stopped is one epoch late"),
            ((None, len(errors) - 1), "stopped is the last epoch: patience has no effect"),
        ]  # fmt: skip

    cases = [(np.array([9.0, 5, 4, 4.2, 4.1, 3.5, 3.6, 3.7, 3.8, 1.0]), 3)]
    cases += [(np.array([3.0, 2, 2, 2, 1, 0.5]), 5), (np.array([3.0, 2, 2.5, 2, 1, 0.5]), 2)]
    compare_function("stop", stop, table, cases, parts=("best", "stopped"))
    remedies = ("more data", "more weights", "longer training", "stronger penalty")
    side = word(over_fitting, ("left", "right"), "over_fitting")
    right = word(remedy, remedies, "remedy") == "more weights" and side == "right"
    require(right, "the two do not fit the curves: which gap closes with n, and what is left of "
            "the other one when n grows?")  # fmt: skip


@exercise(
    "10.6",
    "The torque is odd: each measurement at theta tells what happens at -theta.",
    "np.concatenate([theta, -theta]) with np.concatenate([torque, -torque]); then fit.",
)
def symmetry(model):
    angle = np.linspace(-2.8, 2.8, 113)
    found = answers(model, angle[:, None].astype("float32"), (113, 1))[:, 0]
    missed = found + np.sin(angle)
    left, right = (np.sqrt(np.mean(missed[side] ** 2)) for side in (angle < 0, angle > 0))
    require(np.std(found) > 0.05, "model predicts nearly the same everywhere: is it trained?")
    require(right < 0.1, f"the rms error at positive angles is {right:.2f}: at most 0.1 is wanted")
    text = f"the rms error at negative angles is {left:.2f}, where nothing was measured: symmetry?"
    require(left < 0.1, text)
