"""The playground: both towers learn in the visitor's browser, on the sample or on a file of the visitor's own.

It does not use the data and the models of the site, so that every site has it. The page, whose script is in
``templates/assets/playground``, and the learner in ``templates/assets/learner`` send each other messages, as the
learner runs in a worker where pages come over HTTP. From the page::

    {type: "load", log}                       a log; forgets everything before
    {type: "reset", settings, run}            split, new towers; all answers carry the number ``run``
    {type: "train"} {type: "pause"}
    {type: "step"}                            one batch of both towers, then pause
    {type: "watch", map, user, item}          the model whose map, and the pair whose vectors progress messages hold
    {type: "test", user}                      the lists of one user

From the learner, at most some fifteen a second::

    {type: "starting", share}                 while a closed-form start is computed
    {type: "ready", facts}                    how the log was split, how many steps and parameters there are
    {type: "progress", step, epoch, seconds, ratingsPerSecond, state,   "learning", "paused" or "finished"
        loss: {base, deep} or null            mean over the steps since the last progress
        ndcg: {base, deep} or null            on the held-out ratings, at step 0 and after each epoch
        points, explained                     x and y of each item of the watched model, and the shares of variance
        pair}                                 {user, item, rated, heldOut, base, deep}: vectors, bias, score
    {type: "lists", user, nTrain, nHeldOut, rated, heldOut, base, deep}
    {type: "problem", code, model, epoch}     "diverged", "noHeldOut", "empty"

A log holds typed arrays, one entry a rating: ``{nUsers, nItems, user, item, rating or null, time or null,
genres: {names, ofItem} or null, years or null}``.
"""

from __future__ import annotations

from dataclasses import dataclass

from recsys.site.context import Context, PageHead
from recsys.site.pages.page import Page, SiteData
from recsys.site.reading_rules import reading_rules
from recsys.site.sample_log import sample_log


@dataclass(frozen=True)
class PlaygroundContext(Context):
    """``playground.html``: nothing but what every page is given."""


def playground_context(data: SiteData, page: PageHead) -> PlaygroundContext:
    """The page, whose script uses nothing that the site exports."""
    return PlaygroundContext(data.site, page)


PAGE = Page(
    address="playground.html",
    title="playground.title",
    nav="playground.nav",
    template="playground.html",
    context=playground_context,
    description="playground.description",
    scripts={"sample-log": sample_log, "reading-rules": reading_rules},
)
