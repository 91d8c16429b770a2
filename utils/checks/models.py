"""What several exercises ask of a Keras model: that it is one, its shapes, its answers."""

from utils.checks.attempt import call, kind, require
from utils.checks.compare import array


def answers(model, x, shape=None, name="model"):
    """Return what a student's Keras model, or function, says to the examples x, as float64.

    Parameters
    ----------
    model : object
        A Keras model, anything else with a method `predict`, or a function.
    x : array
    shape : tuple, optional
        The shape that the answers must have.
    name : str
        How messages call the model.

    Raises
    ------
    NotYet
        If it is none of these, raises, or returns something else than finite numbers.
    """
    predict, quiet = getattr(model, "predict", None), {"verbose": 0}
    if predict is None:
        predict, quiet = model, {}
    require(callable(predict), f"{name} must be a Keras model, and it is {kind(model)}")
    return array(call(lambda x: predict(x, **quiet), x, name=name), shape, f"what {name} returns")


def is_keras(model, name="model", takes=None, returns=None):
    """Require a Keras model, which takes examples and returns answers of these shapes.

    Raises
    ------
    NotYet
        If it is none, has no shape yet, or other shapes.
    """
    import keras

    known = isinstance(model, keras.Model)
    require(known, f"{name} must be a Keras model, and it is {kind(model)}")
    if takes is None:
        return
    require(model.built and model.inputs, f"{name} has no input shape: begin with keras.Input")
    for verb, wanted, side in ("takes", takes, model.inputs), ("returns", returns, model.outputs):
        found = tuple(side[0].shape[1:])
        require(found == wanted, f"{name} {verb} {found} for each image: it must be {wanted}")
