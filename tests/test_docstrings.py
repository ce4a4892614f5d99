"""The examples in the docstrings of public names are true."""

import doctest
import inspect

import pytest

import recsys

PUBLIC = [getattr(recsys, name) for name in recsys.__all__ if not name.startswith("__")]
EXAMPLES = [
    example
    for thing in (recsys, *PUBLIC)
    for example in doctest.DocTestFinder(recurse=inspect.isclass(thing)).find(
        thing, getattr(thing, "__qualname__", thing.__name__), globs={}
    )
    if example.examples
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_example_in_a_docstring_is_true(example):
    output = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=output.append, clear_globs=False)
    assert not output, "".join(output)


def test_every_function_and_every_class_that_one_makes_has_an_example():
    documented = {example.name.split(".")[0] for example in EXAMPLES}
    callables = {thing.__name__ for thing in PUBLIC if callable(thing) and not isinstance(thing, type)}
    assert callables - documented == set()
