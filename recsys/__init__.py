"""Marquee: two-tower recommenders in numpy, published as a static site.

Load ratings, hide the newest of each user, train, measure and recommend:

>>> import recsys
>>> dataset = recsys.load_dataset("sample")  # or the path of a table of ratings
>>> dataset
<Dataset 'Sample': 36,909 ratings, 600 users, 515 items>
>>> parts = recsys.split(dataset, holdout=0.2)
>>> fitted = recsys.fit(parts.train, model="deep", config=recsys.TrainConfig(epochs=5))
>>> report = recsys.evaluate(fitted, parts.train, parts.test)
>>> popularity = recsys.evaluate(recsys.Popularity(parts.train), parts.train, parts.test)
>>> report.mean["ndcg"] > popularity.mean["ndcg"]
True
>>> items, scores = recsys.top_k(fitted, k=10, exclude=dataset)
>>> items.shape  # ten items for each user: indices into dataset.item_ids and dataset.titles
(600, 10)

Or do all of that and write the pages::

    recsys.build_site(dataset, "site")

Public names: :func:`load_dataset`, :class:`Dataset` and :func:`split` for ratings; :func:`fit`, :class:`Fitted` and
:func:`load_fitted` for models; :class:`Popularity`, :class:`ItemKNN`, :class:`EASE` and :class:`ALS` to compare them
with; :func:`top_k` and :func:`evaluate` for both; :func:`build_site`, :class:`BuildConfig` and :class:`TrainConfig`
for sites. Every expected failure is a :class:`RecsysError`, whose text is a sentence for the user.
"""

from importlib import import_module

TYPE_CHECKING = False  # type checkers take it as true; to import typing takes longer than all the rest here
if TYPE_CHECKING:
    from recsys.api import *  # noqa: F403
    from recsys.api import __all__ as __all__


def __getattr__(name: str) -> object:
    """Import the public names when the first of them is used.

    The command first imports only a part of this package, so that it can handle Ctrl-C while numpy and pandas are
    imported, which takes a while.
    """
    api = import_module("recsys.api")
    if name == "__all__" or name in api.__all__:
        return getattr(api, name)
    if name in globals():  # a module of this package, imported by those names
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the names that are imported late, too."""
    return sorted({*globals(), *import_module("recsys.api").__all__})
