"""Checks of assignment 04: information, levels, weighted loss, posteriors, a loss, priors."""

import numpy as np
from scipy.special import log_softmax, logsumexp, softmax

from utils.checks import exercise
from utils.checks.attempt import call, inputs_of, note, require
from utils.checks.compare import Shape, compare_function, not_finite, read, words
from utils.checks.models import answers, is_keras


@exercise(
    "04.1",
    "Both are mean surprises, or differences of two; a bit is ln 2 nats.",
    "Select what happens first: p[p > 0]. What x tells about c is D(table || product of its two "
    "margins), and the margins are sums over rows and over columns.",
)
def bits(price, information):
    def cross(p, q):
        return -np.sum(p[p > 0] * np.log2(q[p > 0]))

    def price_table(p, q):
        zero, excluded = (p == 0).any(), ((q == 0) & (p == 0)).any()
        D = cross(p, q) - cross(p, p)
        return D, [
            (np.isinf(D), "... must be infinite where q = 0 < p: q excludes what happens"),
            (excluded and not_finite, "... is not finite where p = q = 0: that costs nothing"),
            (zero and not_finite, "... is not finite where p = 0: that costs nothing"),
            (cross(q, p) - cross(q, q), "... has its arguments swapped: the mean is over p"),
            (cross(p, q), "... is the cross-entropy: subtract H(p)"),
            (cross(q, p), "... is a cross-entropy, and swapped"),
            (D * np.log(2), "... is in nats: in bits it is larger"),
            (D * np.log10(2), "... uses the logarithm of base 10"),
            (D * np.log(2) ** 2, "... is not in bits: one bit is ln 2 nats, so divide"),
            (D / len(p), "... is a mean over the outcomes: it must be their sum, not mean"),
            (zero, "... is off where p = 0: such an outcome must count as 0"),
            (None, "... is not Σ p log2(p/q) for two distributions of three outcomes"),
        ]  # fmt: skip

    def information_table(table):
        of_x, of_c, both = (cross(p, p) for p in (table.sum(1), table.sum(0), table.ravel()))
        rows, zero = [r / r.sum() for r in table if r.any()], (table == 0).any()
        remains, unweighted = both - of_x, np.mean([cross(row, row) for row in rows])
        told = of_c - remains
        return told, [
            (zero and not_finite, "... is not finite where a bin is empty: that adds nothing"),
            (told * np.log(2), "... is in nats: in bits it is larger"),
            (of_c, "... is what is unknown before the measurement: subtract what remains"),
            (remains, "... is what remains unknown: how much was unknown before?"),
            (of_x, "... is the entropy of x, which has no class in it"),
            (both, "... is the entropy of the whole table"),
            (of_c - unweighted, "... counts all bins of x alike: each counts by its probability"),
            (zero, "... is off where a bin of the table is empty: it must count as 0"),
            (None, "... is not H(c) minus the mean entropy of c at given x"),
        ]  # fmt: skip

    p, q, less = np.array([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6], [0, 0.4, 0.6]])
    cases = [(p, q), (less, q), (less, np.array([0, 0.5, 0.5])), (p, less)]
    compare_function("price", price, price_table, cases, what="price(p, q)")
    full = np.array([[0.30, 0.05], [0.10, 0.15], [0.05, 0.35]])
    gaps = np.array([[0.40, 0.00, 0.10], [0.00, 0.00, 0.00], [0.05, 0.25, 0.20]])
    cases, what = [(full,), (gaps,)], "information(table)"
    compare_function("information", information, information_table, cases, what=what)


@exercise(
    "04.2",
    "Boltzmann's factors are a softmax. What are the scores, and which number may be subtracted "
    "from all of a row?",
    "With m the lowest energy of a row, Z = exp(-m/T) times a sum that cannot overflow: take the "
    "logarithm of that product. T[:, None] stands beside each row.",
)
def levels(boltzmann):
    def table(E, T):
        (n, k), z, low = E.shape, -E / T[:, None], E.min(axis=1)
        p, F, far = softmax(z, axis=1), -T * logsumexp(z, axis=1), np.abs(z).max() > 700
        rest, energy = low - F, (p * E).sum(axis=1)  # T ln of the sum that cannot overflow
        lost = "is not finite where |E|/T is large: subtract from each row its own lowest energy"
        return (p, F), [
            ((Shape((n,)), Shape((n, k))), "the pair is in the wrong order: first p, then F"),
            ("p", far and not_finite, f"p {lost}"),
            ("F", far and not_finite, f"F {lost}, and add it again to F"),
            ("p", softmax(-z, axis=1), "p has the wrong sign: the lowest level is the fullest"),
            ("p", softmax(-E, axis=1), "p forgets the temperature"),
            ("p", softmax(-E * T[:, None], axis=1),
             "p multiplies by the temperature: hot systems are spread out"),
            ("p", softmax(z, 0), "p is normalised over the wrong axis: rows must add up to 1"),
            ("p", softmax(z), "p is normalised over all rows together"),
            ("p", log_softmax(z, axis=1), "p is its own logarithm"),
            ("p", lambda p: (p < 0).any(), "p has negative entries: they are probabilities"),
            ("p", lambda p: np.abs(p.sum(axis=1) - 1).max() > 1e-4, "rows do not add up to 1"),
            ("p", far, "p is off where |E|/T is large: only differences of energies count"),
            ("p", None, "the ratio of two p of a row is not exp(-(E_i - E_j)/T)"),
            ("F", Shape((n, 1)), "F is a column: one number for each row, shape (n,)"),
            ("F", Shape(()), "F is one number: each system has its own"),
            ("F", F / T, "F forgets the factor T"),
            ("F", -F / T, "F is ln Z: multiply by -T"),
            ("F", -rest, "F forgets the energy that was subtracted: add it again"),
            ("F", low + rest, "F lies above the lowest level: the sign of ln Z"),
            ("F", energy, "F is the mean energy: it lacks -T times the entropy"),
            ("F", 2 * energy - F, "F has T times the entropy with the wrong sign: F = U - TS"),
            ("F", far, "F is off where |E|/T is large"),
            ("F", None, "F is not -T ln Σ exp(-E/T)"),
        ]  # fmt: skip

    E = np.array([[0.3, -1.2, 2.0], [1.0, 1.5, -0.5], [0.0, 0.0, 0.7], [-2.0, 0.1, 0.4]])
    near, cold = np.array([[0.0, 1.0, 3.0]]), np.array([[1e4, 2e4, -3e4], [5e4, 5e4, 6e4]])
    cases = [(E, np.array([1.0, 0.5, 2.0, 3.0])), (near + 2000, np.array([2.0]))]
    cases += [(near - 2000, np.array([0.5])), (cold, np.array([1.0, 20.0]))]
    compare_function("boltzmann", boltzmann, table, cases, parts=("p", "F"))


@exercise(
    "04.3",
    "The derivative of a weighted mean is the weighted mean of the derivatives; lecture 04 derives "
    "that of one row in three lines.",
    "Row i of the gradient is w_i/Σw times (p_i minus a row that is 1 at y_i and 0 elsewhere).",
)
def weighted_loss(loss_and_gradient):
    def table(z, y, w):
        n, p, lost = len(y), softmax(z, axis=1), -log_softmax(z, axis=1)[np.arange(len(y)), y]
        wide = w[:, None] / w.sum()
        loss, slope = lost @ w / w.sum(), wide * (p - np.eye(z.shape[1])[y])
        large = np.abs(z).max() > 500
        return (loss, slope), [
            ((Shape(z.shape), Shape(())), "the wrong order: first the loss, then the gradient"),
            ("loss", [Shape((n,)), Shape((n, 1))],
             "one loss for each row: return their weighted mean"),
            ([(large and not_finite, None), (None, large and not_finite)], "loss or gradient is "
             "not finite for scores of 1000: never take the logarithm of a softmax"),
            ("loss", large, "the loss is off for scores of 1000: it must grow with them"),
            ("loss", lost.mean(), "the loss does not know the weights"),
            ("loss", lost @ w, "the loss is the weighted sum: divide by the sum of the weights"),
            ("loss", lost @ w / n,
             "divide the loss by the sum of the weights, not the number of rows"),
            ("loss", loss / np.log(2), "the loss is in bits: take the natural logarithm"),
            ("loss", None, "the loss is not the weighted mean of -ln p_y over the rows"),
            ("gradient", w.sum() * slope,
             "... is that of the weighted sum: divide by the sum of the weights"),
            ("gradient", slope / wide, "each row of the gradient must have its weight"),
            ("gradient", slope / wide / n, "the gradient does not know the weights"),
            ("gradient", w.sum() / n * slope,
             "divide the gradient by the sum of the weights, not by n"),
            ("gradient", [wide * p, p], "... does not know the labels: only p is in it"),
            ("gradient", None, "the gradient differs from the slope of the weighted mean loss"),
        ]  # fmt: skip

    z = np.array([[0.5, -1.0, 2.0], [1.5, 0.2, -0.3], [0.1, 0.4, 0.2], [-1.0, 0.0, 2.5]])
    w, far = np.array([0.5, 2.0, 1.0, 4.0]), np.array([[1000.0, 0.0], [0.0, 2000.0]])
    cases = [(z, np.array([0, 0, 1, 2]), w), (far, np.array([1, 1]), np.array([3.0, 1.0]))]
    name, parts = "loss_and_gradient", ("loss", "gradient")
    for case in cases:  # each by itself: a mistake in the first is told before the second is tried
        compare_function(name, loss_and_gradient, table, [case], parts)


@exercise(
    "04.4",
    "Bayes: the posterior odds are the ratio of the densities times the ratio of the priors.",
    "The log-odds are a sum of three differences of logarithms; their sigmoid is the answer.",
)
def posterior_of_two(posterior):
    def table(x, means, widths, priors):
        def logs(widths=widths, priors=priors):
            log = np.log(priors / widths) - ((x[:, None] - means) / widths) ** 2 / 2
            return log.T  # class by class

        def bayes(*changed):
            log = logs(*changed)
            return np.exp(log[1] - np.logaddexp(*log))

        n, far, right, bare = len(x), np.abs(x).max() > 100, bayes(), np.exp(logs()[1])
        return right, [
            ([Shape((n, 2)), Shape((2, n))],
             "... returns both classes: return that of class 1, shape (n,)"),
            (1 - right, "... is that of class 0, not of class 1"),
            (np.diff(logs().T)[:, 0], "... returns the log-odds: their sigmoid is the probability"),
            (bayes(widths, np.array([0.5, 0.5])), "... forgets the priors, as if they were equal"),
            (bayes(widths, priors[::-1]), "... takes the prior of the other class"),
            (bayes(widths, priors * widths), "... forgets the factor 1/s of a density"),
            (bayes(np.sqrt(widths)), "... takes widths as variances: they are standard deviations"),
            (bayes(widths / np.sqrt(2)), "... lacks the factor ½ in the exponent"),
            ([bare, bare / np.sqrt(2 * np.pi)], "... is not divided by the sum over both classes"),
            (lambda p: ((p < 0) | (p > 1)).any(), "... leaves the interval from 0 to 1"),
            (far and not_finite,
             "... is not finite where both densities are 0: take their logarithms"),
            (None, "... is off far from both means" if far else "... differs from Bayes' theorem"),
        ]  # fmt: skip

    two = np.array([0.0, 1.5]), np.array([0.8, 1.3]), np.array([0.9, 0.1])
    cases = [(np.array(x), *two) for x in ([-1.0, 0.0, 0.7, 1.5, 3.0], [-400.0, 400.0])]
    compare_function("posterior", posterior, table, cases, what="posterior(x, ...)")


@exercise(
    "04.5",
    "Write ∫ ∂L/∂ŷ p(y) dy = 0 with one slope where y < ŷ and another where y > ŷ. Which ratio of "
    "the two slopes puts the share a below ŷ?",
    "Where y lies above the guess the slope is -a, where it lies below 1 - a; "
    "keras.ops.maximum(one line, another line) has a kink between the two.",
)
def own_loss(loss, model):
    rng, levels = np.random.default_rng(45), np.linspace(0.02, 0.98, 97)
    samples = rng.exponential(1.0, 999), rng.gamma(3.0, 2.0, 999)
    cases = [(s[:, None].astype("float32"), a) for s in samples for a in (0.9, 0.25)]
    for y, a in inputs_of("loss", cases):
        means = []
        for guess in np.quantile(y, levels).astype(y.dtype):
            found = read(call(loss, y, np.full_like(y, guess), a, name="loss"), "the loss")
            fits = found.size in (1, len(y))
            require(fits, f"the loss has shape {found.shape}: return one for each, or their mean")
            require(not not_finite(found), "the loss contains NaN or infinity")
            means.append(found.mean())
        means = np.array(means)
        require(np.ptp(means) > 1e-6, "the loss does not depend on the guess")
        best = levels[means.argmin()]
        if abs(best - a) < 0.025:
            continue
        begins = f"for a = {a} the loss is lowest where {best:.0%} of the y lie below the guess"
        require(abs(best - (1 - a)) > 0.025, f"{begins}: the two slopes are exchanged")
        inside = levels[0] < best < levels[-1]
        require(inside, f"{begins}, the last guess: a loss must rise to both sides")
        require(abs(best - 0.5) > 0.025, f"{begins}: that is the median, for which a has no effect")
        mean = abs(best - np.mean(y < y.mean())) > 0.025
        require(mean, f"{begins}: that is the mean of y, as of a squared loss")
        require(False, begins)
    note(())  # what fails from here on is no input's fault
    is_keras(model)
    gamma = np.linspace(1.2, 3.8, 14)
    found = answers(model, gamma[:, None].astype("float32"), (14, 1))[:, 0]
    ratio = found / (2.2 * gamma)
    off = np.abs(ratio / np.log(10) - 1)
    if off.max() <= 0.1:
        return
    early = -np.log(0.9)
    for wrong, name in ((1, "mean"), (np.log(2), "median"), (early, "time that 90 % exceed")):
        other = np.abs(ratio / wrong - 1).max() > 0.15
        require(other, f"model returns the {name} at each gamma: which loss was it trained with?")
    steady = np.ptp(found) > 0.2 * found.mean()
    require(steady, "model says nearly the same for every gamma: is it trained?")
    require(False, f"model is off by more than 10 % at gamma = {gamma[off.argmax()]:.1f}: train "
            "longer or with a rate that falls")  # fmt: skip


@exercise(
    "04.6",
    "The odds of the posterior are the odds at equal priors times the odds of the priors.",
    "Scores are logarithms of probabilities, up to a number that cancels; multiply those. To find "
    "what stays, sharpen two events of your own.",
)
def change(share_needed, sharpen, unchanged):
    def share_table(stated, wanted):
        odds, grown = (wanted / (1 - wanted) * r for r in (1 / stated - 1, stated / (1 - stated)))
        share, forward = odds / (1 + odds), grown / (1 + grown)
        return share, [
            (forward, "... goes forward: that is the probability where the share is `wanted`"),
            (1 - share, "... is the share of background"),
            (odds, "... returns odds: a share is odds / (1 + odds)"),
            (grown, "... returns odds, and they grow with the stated probability"),
            (wanted / stated / 2, "... scales the probability: only odds are proportional"),
            (lambda s: ((s < 0) | (s > 1)).any(), "... leaves the interval from 0 to 1"),
            (None, "... is off: correct to that share, and `wanted` must come out"),
        ]  # fmt: skip

    def sharpen_table(p, factor):
        bare = p**factor
        return softmax(factor * np.log(p), axis=1), [
            ((bare.sum(axis=1) == 0).any() and not_finite,
             "sharpen divides 0 by 0: subtract the largest logarithm of each row first"),
            (p, "sharpen has no effect: multiply the scores, not the probabilities"),
            (factor * p, "sharpen multiplies the probabilities: multiply the scores"),
            (bare, "the rows do not add up to 1"),
            (softmax(factor * p, axis=1), "sharpen takes p as scores: take ln p"),
            (lambda f: np.abs(f.sum(axis=1) - 1).max() > 1e-4, "the rows do not add up to 1"),
            (None, "sharpen is not the softmax of factor · ln p"),
        ]  # fmt: skip

    pairs = [(0.9, 0.5), (0.9, 0.99), (0.2, 0.1)]
    compare_function("share_needed", share_needed, share_table, pairs)
    p = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    tries = [(p, 2.0), (p, 0.5), (np.array([[0.5, 0.5], [0.48, 0.52]]), 3000.0)]
    compare_function("sharpen", sharpen, sharpen_table, tries)
    known = ("accuracy", "mean loss", "calibration", "order of classes", "sum over classes")
    right = words(unchanged, known, "unchanged") == {known[0], known[3], known[4]}
    require(right, "unchanged is not exactly what stays: sharpen a few events, look at all five")
