"""Checks of assignment 04: entropy and divergence, softmax, its loss, posteriors, which loss."""

import numpy as np

from utils.checks import exercise
from utils.checks.compare import Shape, compare, compare_function, kind, not_finite, require


@exercise(
    "04.1",
    "Both are sums over the outcomes j: of p_j times a surprise, -ln p_j, or a difference of two.",
    "Select the outcomes with p > 0 first: p[p > 0]; the others contribute nothing.",
)
def entropy_and_divergence(entropy, divergence):
    def cross(p, q):
        return -np.sum(p[p > 0] * np.log(q[p > 0]))

    def apart(p, q):
        return cross(p, q) - cross(p, p)

    def entropy_table(p):
        H, name, zero = cross(p, p), "entropy(p)", (p == 0).any()
        return H, [
            (not_finite if zero else False, f"{name} is not finite where an outcome has p = 0: "
             "0 · ln 0 must count as 0"),
            (-H, f"{name} has the wrong sign: surprises are positive"),
            (H / np.log(2), f"{name} is in bits: take the natural logarithm"),
            (-H / np.log(2), f"{name} has the wrong sign and is in bits, not in nats"),
            (H / np.log(10), f"{name} uses the logarithm of base 10, not the natural"),
            (H / len(p), f"{name} is a mean over the outcomes: it must be their sum, not mean"),
            (zero, f"{name} is off where an outcome has p = 0: it must count as 0"),
            (None, f"{name} is not -Σ p ln p for a distribution of three outcomes"),
        ]  # fmt: skip

    def divergence_table(p, q):
        D, name, zero = apart(p, q), "divergence(p, q)", (p == 0).any()
        excluded = ((q == 0) & (p == 0)).any()
        return D, [
            (np.isinf(D), f"{name} must be infinite where q = 0 and p > 0: q excludes something "
             "that happens"),
            (not_finite if excluded else False, f"{name} is not finite where p = 0 and q = 0: an "
             "outcome that never happens costs nothing"),
            (not_finite if zero else False, f"{name} is not finite where p = 0 and q > 0: such an "
             "outcome costs nothing"),
            (-D, f"{name} has the wrong sign: it is never negative"),
            (apart(q, p), f"{name} has its arguments swapped: the mean is over p"),
            (cross(p, q), f"{name} is the cross-entropy: subtract H(p)"),
            (cross(q, p), f"{name} is a cross-entropy, and swapped"),
            (D / np.log(2), f"{name} is in bits: take the natural logarithm"),
            (D / len(p), f"{name} is a mean over the outcomes: it must be their sum, not mean"),
            (zero, f"{name} is off where p = 0: such an outcome must count as 0"),
            (None, f"{name} is not Σ p ln(p/q) for two distributions of three outcomes"),
        ]  # fmt: skip

    p, q, less = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.2, 0.6]), np.array([0, 0.4, 0.6])
    cases = [(p,), (np.array([0, 0.25, 0.75]),)]
    compare_function("entropy", entropy, entropy_table, cases, what="entropy(p)")
    cases = [(p, q), (less, q), (less, np.array([0, 0.5, 0.5])), (p, less)]
    compare_function("divergence", divergence, divergence_table, cases, what="divergence(p, q)")


@exercise(
    "04.2",
    "Softmax does not change when the same number is subtracted from all scores of a row.",
    "Reduce along the last axis with keepdims=True, so that the result still broadcasts.",
)
def softmax_of_any_size(softmax):
    def soft(z, axis):
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)

    def table(z):
        right, mean, spread = soft(z, 1), z.mean(), np.ptp(z, axis=1).max()
        far, mixed = abs(mean) > 500, np.ptp(z.mean(axis=1)) > 500
        trouble = "overflows" if mean > 0 else "divides 0 by 0"
        off = f"softmax(z) is off for scores near {z.max() if mean > 0 else z.min():.0f}: "
        shifted = z - z.max(axis=1, keepdims=True)
        return right, [
            (not_finite if far else False, f"softmax(z) {trouble} for scores near {mean:.0f}: only "
             "differences may count"),
            *((wrong if case else False, why) for wrong in (True, not_finite) for case, why in (
                (mixed, "softmax(z) fails for rows of very different size: subtract from each row "
                 "its own maximum"),
                (spread > 500, "softmax(z) fails for a row that holds both 1000 and -1000: which "
                 "number must be subtracted, so that no exponential overflows?"),
            )),
            (Shape(z.T.shape), f"softmax(z) has shape {z.T.shape}, the transpose of z: one row for "
             "each example"),
            (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), "softmax(z) returns the "
             "logarithm"),
            (soft(z, 0), "softmax(z) is normalised over the wrong axis: its columns add up to 1, "
             "not its rows"),
            (soft(z, None), "softmax(z) is normalised over all rows together"),
            (1 / (1 + np.exp(-z)), "softmax(z) is the sigmoid of each score by itself"),
            (soft(-z, 1), "softmax(z) has the wrong sign: the largest score gets the smallest "
             "probability"),
            (lambda f: (f < 0).any(), "softmax(z) has negative entries: they must be "
             "probabilities"),
            (lambda f: np.abs(f.sum(axis=1) - 1).max() > 1e-4, "the rows of softmax(z) do not add "
             "up to 1"),
            (far, off + "only differences count"),
            (None, "the ratio of two probabilities is not e^(z_i - z_j)"),
        ]  # fmt: skip

    z = np.array([[0.3, -1.2, 2.0], [1.0, 1.5, -0.5], [0.0, 0.0, 0.7], [-2.0, 0.1, 0.4]])
    near = np.array([[0.0, 1.0, 3.0]])
    cases = [z, near + 1000, near - 1000, np.vstack([near + 1000, near - 1000])]
    cases += [np.array([[1000.0, -1000.0, 0.0], [-1000.0, 999.0, 1000.0]])]
    compare_function("softmax", softmax, table, [(c,) for c in cases], what="softmax(z)")


@exercise(
    "04.3",
    "The loss of a row is ln Σ exp(z_j) - z_y; the gradient in one row is f minus a one-hot row.",
    "f[np.arange(n), y] picks one entry of each row; a mean over n rows has 1/n in its gradient.",
)
def loss_of_scores(loss_and_gradient):
    def table(z, y):
        n, rows, shifted = len(y), np.arange(len(y)), z - z.max(axis=1, keepdims=True)
        log_f = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        f, loss = np.exp(log_f), -log_f[rows, y].mean()
        slope = (f - np.eye(z.shape[1])[y]) / n
        infinite = "loss or gradient is not finite for scores of 1000: never take the logarithm of "
        large = np.abs(z).max() > 500
        return (loss, slope), [
            ((Shape(z.shape), Shape(())), "the pair is in the wrong order: first the loss, then "
             "the gradient"),
            ((Shape((n,)), None), "the loss has one value for each row: return their mean"),
            ((Shape((n, 1)), None), "the loss has one value for each row: return their mean"),
            ((not_finite if large else False, None), infinite + "a softmax"),
            ((None, not_finite if large else False), infinite + "a softmax"),
            ((large, None), "the loss is off for scores of 1000: it must grow with them"),
            ((-loss, None), "the loss has the wrong sign: -ln f is positive"),
            ((n * loss, None), "the loss is the sum over the rows: take their mean"),
            ((loss / np.log(2), None), "the loss is in bits: take the natural logarithm"),
            ((loss / z.shape[1], None), "the loss is divided by the number of classes too: one "
             "entry of each row counts"),
            ((True, None), "the loss is not the mean of -ln f_y over the rows"),
            ((None, -slope), "the gradient has the wrong sign"),
            ((None, n * slope), "the gradient is that of the sum over the rows: the loss is their "
             "mean"),
            ((None, f / n), "the gradient does not know the labels: only the probabilities are in "
             "it"),
            ((None, f), "the gradient does not know the labels: only the probabilities are in it"),
            ((None, True), "the gradient differs from the slope of the mean loss"),
        ]  # fmt: skip

    z = np.array([[0.5, -1.0, 2.0], [1.5, 0.2, -0.3], [0.1, 0.4, 0.2], [-1.0, 0.0, 2.5]])
    far = np.array([[1000.0, 0.0], [0.0, 2000.0]])
    for case in ((z, np.array([0, 0, 1, 2])), (far, np.array([1, 1]))):
        parts = ("loss", "gradient")
        compare_function("loss_and_gradient", loss_and_gradient, table, [case], parts)


@exercise(
    "04.4",
    "Bayes: the posterior odds are the ratio of the densities times the ratio of the priors.",
    "The logarithm of the odds is a sum of three differences; its sigmoid is the answer.",
)
def posterior_of_two(posterior):
    def bayes(x, means, sigmas, priors):
        zipped = zip(means, sigmas, priors)
        log = [np.log(p) - np.log(s) - ((x - m) / s) ** 2 / 2 for m, s, p in zipped]
        return np.exp(log[1] - np.logaddexp(*log))

    def table(x, means, sigmas, priors):
        name, n, far = "posterior(x, ...)", len(x), np.abs(x).max() > 100
        right = bayes(x, means, sigmas, priors)
        joint = priors[1] * np.exp(-(((x - means[1]) / sigmas[1]) ** 2) / 2) / sigmas[1]
        both = f"{name} returns both classes: return that of class 1, shape (n,)"
        undivided = f"{name} is not divided by the sum over both classes"
        return right, [
            (Shape((n, 2)), both),
            (Shape((2, n)), both),
            (1 - right, f"{name} is that of class 0, not of class 1"),
            (bayes(x, means, sigmas, [0.5, 0.5]), f"{name} forgets the priors: it is right for "
             "equal ones only"),
            (bayes(x, means, sigmas, priors[::-1]), f"{name} takes the prior of the other class"),
            (bayes(x, means, sigmas, priors * sigmas), f"{name} forgets the factor 1/σ of a normal "
             "density"),
            (bayes(x, means, np.sqrt(sigmas), priors), f"{name} takes sigma as a variance: it is "
             "the standard deviation"),
            (bayes(x, means, sigmas / np.sqrt(2), priors), f"{name} lacks the factor ½ in the "
             "exponent of the normal density"),
            (joint, undivided),
            (joint / np.sqrt(2 * np.pi), undivided),
            (lambda f: ((f < 0) | (f > 1)).any(), f"{name} leaves the interval from 0 to 1"),
            (not_finite if far else False, f"{name} is not finite far from both "
             "means, where both densities are 0 for the computer: work with their logarithms"),
            (None, f"{name} is off far from both means" if far else f"{name} differs from Bayes' "
             "theorem with normal densities"),
        ]  # fmt: skip

    two = np.array([0.0, 1.5]), np.array([0.8, 1.3]), np.array([0.9, 0.1])
    cases = [(np.array(x), *two) for x in ([-1.0, 0.0, 0.7, 1.5, 3.0], [-400.0, 400.0])]
    compare_function("posterior", posterior, table, cases, what="posterior(x, ...)")


@exercise(
    "04.5",
    "Ask for each: what is the label, and which property of p(y|x) is wanted?",
    "Each of the five losses is used once.",
)
def which_loss(choices):
    questions = {
        "squared": "sums of many events need an estimate without bias: which loss gives the mean?",
        "absolute": "a few wild values must not count by their size: which estimate ignores it?",
        "cross-entropy": "a probability is asked for: which loss is lowest at the posterior?",
        "hinge embedding": "the label says only whether two things are alike or different",
        "margin ranking": "the label says only which of two comes first, not by how much",
    }
    several = isinstance(choices, tuple | list | np.ndarray)
    require(several, f"choices must be a tuple of five names, and it is {kind(choices)}")
    choices = list(choices)
    require(len(choices) == 5, f"choices has {len(choices)} entries: there are five questions")
    for letter, choice, (right, reason) in zip("abcde", choices, questions.items()):
        require(choice is not Ellipsis, f"question ({letter}) has no answer yet")
        text = f"the answer to ({letter}) is {kind(choice)}: write a name in quotes"
        require(isinstance(choice, str), text)
        name = choice.strip().lower()
        known = f"{choice!r} in answer ({letter}) is none of the names {', '.join(questions)}"
        require(name in questions, known)
        require(name == right, f"{name!r} does not answer ({letter}): {reason}")


@exercise(
    "04.6",
    "The odds of the posterior are the odds of the scores times the odds of the priors.",
    "0.9 are odds of 9 to 1, a score of ln 9; shuffled labels leave the entropy of the priors.",
)
def change(p_rare, loss_shuffled, p_doubled):
    def outside(p):
        return not 0 <= p <= 1

    compare("p_rare", p_rare, 1 / 12, [
        (outside, "p_rare is a probability: it lies between 0 and 1"),
        (0.9, "p_rare has not changed, but the priors have"),
        (0.009, "p_rare is not normalised: background is rescaled too"),
        (lambda p: p > 0.9, "p_rare has grown, although signal has become rare"),
        (None, "p_rare is off: what do 9 to 1 become when signal is 99 times rarer?"),
    ], rtol=0.02, atol=0)  # fmt: skip
    nats = -0.01 * np.log(0.01) - 0.99 * np.log(0.99)
    compare("loss_shuffled", loss_shuffled, nats, [
        (lambda h: h < 0, "loss_shuffled is negative: -ln f of a probability is not"),
        (nats / np.log(2), "loss_shuffled is in bits: it must be in nats"),
        (np.log(2), "loss_shuffled is that of equal priors; here 1 : 99"),
        (lambda h: h < 1e-3, "loss_shuffled vanishes only for labels that are certain, and these "
         "are not"),
        (None, "loss_shuffled is off: what can be learned when x is no help?"),
    ], rtol=0.02, atol=0)  # fmt: skip
    compare("p_doubled", p_doubled, 81 / 82, [
        (outside, "p_doubled is a probability: scores are doubled, not probabilities"),
        (0.9, "p_doubled has not changed: a decision does not, this does"),
        (0.81, "p_doubled is squared but not normalised"),
        (None, "p_doubled is off: what happens to the odds when a score is doubled?"),
    ], rtol=0.004, atol=0)  # fmt: skip
