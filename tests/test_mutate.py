"""`run.py mutate` changes one thing at a time and says which changes no test noticed."""

import ast

from tools import mutate

SOURCE = """
def f(a: int = 3, b="text"):
    if a < 2 and b:
        a += 0.5
    return a * 4
"""


def test_each_mutant_differs_in_one_place():
    found = list(mutate.mutants(SOURCE, 100, seed=0))
    told = sorted(what for _, what, _ in found)
    assert told == [
        "comparison to LtE", "constant to 1.75", "constant to 4", "constant to 5", "constant to 7",
        "operator to Div", "operator to Or", "operator to Sub", "return None",
    ]  # fmt: skip
    sources = {ast.unparse(ast.parse(SOURCE)), *(text for _, _, text in found)}
    assert len(sources) == 1 + len(found), "each another, none the original"
    few = list(mutate.mutants(SOURCE, 3, seed=1))
    assert len(few) == 3 and few == list(mutate.mutants(SOURCE, 3, seed=1))
