"""How networks are trained: what one lecture teaches and others use."""

import keras


def one_cycle(steps, peak=1e-2):
    """Return a learning rate that rises to `peak` in a quarter of the steps, then falls to zero.

    Taught in lecture 08; after L. N. Smith and N. Topin (2017),
    https://doi.org/10.48550/arXiv.1708.07120.

    Parameters
    ----------
    steps : int
        Training steps in all.
    peak : float
        Largest learning rate; the first one is a tenth of it.

    Returns
    -------
    keras.optimizers.schedules.CosineDecay
    """
    warmup = steps // 4
    return keras.optimizers.schedules.CosineDecay(
        peak / 10, decay_steps=steps - warmup, warmup_target=peak, warmup_steps=warmup
    )
