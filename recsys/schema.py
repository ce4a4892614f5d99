"""The exported JSON as types: what ``site/data/*.json`` holds, and how it is written and read back.

It separates computing from rendering: pages show what these types contain and nothing else. So this module must
not know how a number was computed (``recsys.export.assemble``) nor what a page looks like (``recsys.site``). Fields
may be added, but not renamed or removed without raising :data:`SCHEMA`.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta, Struct

SCHEMA = 2
GENERATOR = "marquee"
"""Names this program in ``build.json``: a folder that carries it may be replaced by a later build."""
VERSION = "1.0.0"

UnitInterval = Annotated[float, Meta(ge=0, le=1)]
ItemId = Annotated[str, Meta(description="item id, as the source wrote it")]


class Generator(Struct, frozen=True):
    """The program that wrote the files."""

    name: Annotated[str, Meta(description="always marquee")]
    version: Annotated[str, Meta(description="version of Marquee")]


class RatingsSummary(Struct, frozen=True, kw_only=True):
    """What the ratings were read as, by their distribution."""

    kind: Annotated[
        Literal["scale", "counts", "equal"],
        Meta(description="scale: opinions on a scale; counts: such as plays; equal: all ratings are the same"),
    ]
    low: Annotated[
        float, Meta(description="the lowest rating that is not an outlier; of counts, the lowest above zero")
    ]
    high: Annotated[float, Meta(description="the highest rating that is not an outlier")]
    description: Annotated[str, Meta(description="the same in words")]
    step: Annotated[
        float | None, Meta(description="the smallest difference between two of them; null: unknown, or all are equal")
    ] = None


class Noun(Struct, frozen=True):
    """What the pages call an item, and what users do with it."""

    one: Annotated[str, Meta(description="such as book")] = "item"
    many: Annotated[str, Meta(description="such as books")] = "items"
    do: Annotated[str, Meta(description="such as read: what should you read next?")] = "choose"
    did: Annotated[str, Meta(description="such as read: read later, in the held-out part")] = "rated"
    forms: Annotated[
        dict[str, str], Meta(description="other forms of the noun that the texts of a language ask for, by name")
    ] = {}


class Label(Struct, frozen=True):
    """What pages call a genre: a column of the data may have tags or categories instead."""

    one: Annotated[str, Meta(description="such as tag")] = "genre"
    many: Annotated[str, Meta(description="such as tags")] = "genres"


class DatasetSummary(Struct, frozen=True, kw_only=True):
    """The data set that was read."""

    name: Annotated[str, Meta(description="name of the data set")]
    synthetic: Annotated[bool, Meta(description="true if the ratings are invented")]
    n_users: Annotated[int, Meta(description="number of users")]
    n_items: Annotated[int, Meta(description="number of items in the catalogue")]
    n_ratings: Annotated[int, Meta(description="number of ratings")]
    sha256: Annotated[
        str, Meta(description="SHA-256 over name, source, ids, ratings, times, titles, genres and features")
    ]
    licence: Annotated[str | None, Meta(description="licence of the data; null where the source states none")]
    citation: Annotated[str | None, Meta(description="what to cite")] = None
    url: Annotated[str | None, Meta(description="where the ratings come from")] = None
    ratings: Annotated[RatingsSummary | None, Meta(description="what the ratings were read as")] = None
    item: Annotated[Noun, Meta(description="what an item is called, as far as the data says")] = Noun()
    genre: Annotated[Label, Meta(description="what a genre is called, as far as the data says")] = Label()
    rating_name: Annotated[
        str | None, Meta(description="what a rating that is a count is called, as far as the data tells")
    ] = None


ReasonKind = Literal["effect", "similarity"]
"""What the strength of a reason is: how much the score falls without the rated item, or the cosine of both items."""


class ModelSummary(Struct, frozen=True, kw_only=True):
    """One trained model in a few numbers."""

    best_epoch: Annotated[int, Meta(description="number of epochs for which the served model was trained")]
    dim: Annotated[int, Meta(description="length of the vectors")]
    n_parameters: Annotated[int, Meta(description="number of learned numbers")]
    n_towers: Annotated[
        int, Meta(description="pairs of towers whose scores are added, each trained by a loss of its own", ge=1)
    ] = 1
    description: Annotated[str, Meta(description="the model in one sentence")]
    reasons: Annotated[
        ReasonKind, Meta(description="what the strength of a reason is: see why in recommendations.json")
    ]
    settings: Annotated[
        dict[str, int | float],
        Meta(description="what it was trained with, including what follows from the data"),
    ] = msgspec.field(default_factory=dict)
    shapes: Annotated[
        dict[str, list[int]], Meta(description="shapes of the learned arrays, by name; n_parameters numbers in all")
    ] = msgspec.field(default_factory=dict)


Colour = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$", description="#rrggbb")]


class LegendEntry(Struct, frozen=True, kw_only=True):
    """How pages name and colour one model or baseline."""

    label: Annotated[str, Meta(description="its name on pages")]
    light: Annotated[Colour, Meta(description="its colour on a light background")]
    dark: Annotated[Colour, Meta(description="its colour on a dark background")]


class Presentation(Struct, frozen=True, kw_only=True):
    """How pages present the data: what may change without training."""

    title: Annotated[str | None, Meta(description="title of the site; null: the name of the data set")] = None
    description: Annotated[
        str | None, Meta(description="description of the site, for its front page and search engines")
    ] = None
    item: Annotated[Noun, Meta(description="what an item is called")] = Noun()
    genre: Annotated[Label, Meta(description="what a genre is called")] = Label()
    rating_name: Annotated[
        str | None, Meta(description="what a rating that is a count is called, such as hours")
    ] = None
    language: Annotated[
        str, Meta(pattern="^[a-zA-Z0-9-]{1,35}$", description="of the texts: names a file of templates/strings/")
    ] = "en"
    accent: Annotated[Colour | None, Meta(description="colour of buttons and links; null: the default")] = None
    logo: Annotated[str | None, Meta(description="file in data/ that is shown next to the title; null: none")] = None
    repository: Annotated[str | None, Meta(description="address of the site's source; null: no link to it")] = None
    links: Annotated[
        dict[str, str], Meta(description="addresses of items on other sites, by label, with {id}, {title} or {year}")
    ] = {}
    pages: Annotated[list[str] | None, Meta(description="pages of the site, by name; null: all")] = None


class Build(Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """``build.json``: what was built, from what, by which settings."""

    FILE: ClassVar[str] = "build.json"
    generator: Annotated[Generator, Meta(description="the program that wrote the files")]
    dataset: Annotated[DatasetSummary, Meta(description="the data set that was read")]
    config: Annotated[dict[str, Any], Meta(description="every setting by name, as the command would take it")]
    models: Annotated[dict[str, ModelSummary], Meta(description="by model name")]
    legend: Annotated[
        dict[str, LegendEntry],
        Meta(description="labels and colours of every model and baseline in the files, in the order of display"),
    ]
    presentation: Annotated[Presentation, Meta(description="how pages present the data")] = Presentation()


class EpochRecord(Struct, frozen=True, kw_only=True):
    """The figures of one epoch, which is one pass over the ratings."""

    epoch: Annotated[int, Meta(description="counted from 1")]
    train_loss: Annotated[
        float,
        Meta(
            description="the data term alone (no l2), mean over the epoch's pairs; of a model of several pairs of "
            "towers, which are trained apart, the mean of theirs"
        ),
    ]
    validation_loss: Annotated[
        float | None, Meta(description="that of the model's scores on held-out ratings; null: too few")
    ]
    validation_ndcg: Annotated[
        UnitInterval | None, Meta(description="nDCG@10 on them, the mean over users; null: too few")
    ]
    validation_ndcg_error: Annotated[
        float | None,
        Meta(description="standard error of that mean; null: too few, or an export of an earlier version"),
    ] = None


class LossHistory(Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """``loss_history.json``: the loss curves."""

    FILE: ClassVar[str] = "loss_history.json"
    models: Annotated[dict[str, list[EpochRecord]], Meta(description="by model name, a record for each epoch")]


class Trustworthiness(Struct, frozen=True, kw_only=True):
    """Whether what is near on a map is near by the cosine of the vectors (Venna and Kaski 2001): 1 is best."""

    k: Annotated[int, Meta(description="number of neighbours that are compared")]
    projection: Annotated[UnitInterval, Meta(description="that of the principal components")]
    neighbour_layout: Annotated[UnitInterval, Meta(description="that of the layout by neighbours")]


LayoutPoint = tuple[float, float] | None


class Region(Struct, frozen=True, kw_only=True):
    """A place in the layout by neighbours where many items have something in common."""

    x: Annotated[float, Meta(description="x of its centre, in the units of the layout")]
    y: Annotated[float, Meta(description="y of its centre")]
    genres: Annotated[list[str], Meta(description="genres that are unusually common there")]
    decades: Annotated[list[int], Meta(description="decades that are unusually common there, by their first year")]


class Embedding(Struct, frozen=True, kw_only=True):
    """One model's item side: score = user vector . item vector + bias."""

    dim: Annotated[int, Meta(description="length of each vector")]
    item_ids: Annotated[list[str], Meta(description="which item each row is, in the order of items.json")]
    vectors: Annotated[list[list[float]], Meta(description="a row for each item, 4 decimals")]
    bias: Annotated[list[float], Meta(description="added to the score of each item, for every user")]
    projection: Annotated[list[tuple[float, float]], Meta(description="first two principal components")]
    explained_variance: Annotated[tuple[float, float], Meta(description="share of the variance on each axis")]
    neighbour_layout: Annotated[
        list[LayoutPoint],
        Meta(
            description="where the item lies when its nearest neighbours are put near it, coordinates between -1 and "
            "1; units and directions mean nothing. null: not laid out (of more than 10,000 items only the most rated "
            "are); empty: an export of an earlier version"
        ),
    ] = []
    trustworthiness: Annotated[
        Trustworthiness | None,
        Meta(description="of both maps, over the items that are laid out; null: too few items, or not measured"),
    ] = None
    regions: Annotated[
        list[Region], Meta(description="of the layout by neighbours, the most surprising first; empty: none")
    ] = []


class ItemEmbeddings(Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """``item_embeddings.json``: item vectors and where they lie on the map."""

    FILE: ClassVar[str] = "item_embeddings.json"
    models: Annotated[dict[str, Embedding], Meta(description="by model name")]


Withheld = Annotated[str | None, Meta(description="item id; null: a hit that is counted, but not named")]


Why = tuple[str, float]
"""A rated item, and its strength as a reason for a recommended one."""


class RatedItem(Struct, frozen=True, gc=False):
    """An item the user rated, with their rating."""

    item: ItemId
    rating: Annotated[float, Meta(description="the rating as it was read, with at most the digits of a 32-bit float")]


HeldOut = Annotated[
    bool,
    Meta(
        description="the user really rated it, or an item of the same title and year (twins in items.json), in the "
        "part held out from training"
    ),
]
Relevant = Annotated[
    bool,
    Meta(
        description="false: rated in the held-out part, but no hit to the metrics, see protocol.relevant in "
        "metrics.json; absent: the same as held_out"
    ),
]


class Recommendation(Struct, frozen=True, omit_defaults=True, gc=False):
    """A recommended item; best first in its list."""

    item: Withheld
    score: Annotated[
        float | None,
        Meta(description="dot product plus item bias, not a probability; null: it would reveal the item"),
    ]
    held_out: HeldOut
    why: Annotated[
        list[Why],
        Meta(
            description="[item, strength] of rated items, strongest first; absent: none of more than 0.005. By "
            "models.{name}.reasons in build.json, effect: by how much the score falls when the tower is run again "
            "without that item, 2 % or more of the sum of all that it falls by in this way; these do not add up to "
            "the score. similarity: cosine of the two items, which is not why the model recommends it"
        ),
    ] = []
    why_withheld: Annotated[
        int,
        Meta(description="reasons that are counted but withheld: their strength would reveal the item; absent: 0"),
    ] = 0
    relevant: Relevant = True
    liked: Annotated[
        bool | None,
        Meta(
            description="of a hit: the user's rating of it (of twins, the highest held out) is at or above "
            "the mean of all their ratings; absent: no hit, one that is withheld, or ratings that do not say what is "
            "liked, being all equal or counts"
        ),
    ] = None


class BaselineRecommendation(Struct, frozen=True, omit_defaults=True, gc=False):
    """An item a baseline recommends; best first in its list."""

    item: Withheld
    held_out: HeldOut
    relevant: Relevant = True


class HiddenRanks(Struct, frozen=True, gc=False):
    """Where a model ranks all held-out items of a user, relevant or not, among those not in their training part."""

    counts: Annotated[
        list[int],
        Meta(
            description="held-out items at ranks up to each of rank_ends, then beyond; twins count once, at the rank "
            "of the one that may be listed"
        ),
    ]
    median: Annotated[float, Meta(description="median of the ranks of all these items")]


class UserLists(Struct, frozen=True, kw_only=True, gc=False):
    """One user's tables."""

    n_train: Annotated[int, Meta(description="number of their ratings in the training part")]
    n_hidden: Annotated[int, Meta(description="number of their ratings in the held-out part")]
    n_relevant: Annotated[
        int, Meta(description="how many of these count as relevant: see protocol.relevant in metrics.json")
    ] = 0
    rated: Annotated[
        list[RatedItem],
        Meta(
            description="the ten they rated highest in the training part; ties: the newest first, then in "
            "catalogue order"
        ),
    ]
    models: Annotated[dict[str, list[Recommendation]], Meta(description="by model name")]
    baselines: Annotated[dict[str, list[BaselineRecommendation]], Meta(description="by baseline name, best first")]
    hidden_ranks: Annotated[dict[str, HiddenRanks], Meta(description="by model name; empty: nothing held out")] = {}
    genres: Annotated[
        list[float], Meta(description="share of the training items in each of the file's genres, 2 decimals")
    ] = []


class WorkedScore(Struct, frozen=True, kw_only=True):
    """One score worked through: the products of the first numbers of both vectors, the rest, the bias and the sum."""

    user: Annotated[str, Meta(description="id of the user whose first recommendation it is")]
    item: ItemId
    user_numbers: Annotated[
        list[float], Meta(description="the first numbers of the user's vector, at most half of it; 4 decimals")
    ]
    item_numbers: Annotated[list[float], Meta(description="as many of the item's vector; 4 decimals")]
    products: Annotated[list[float], Meta(description="products of these numbers, one by one; 4 decimals")]
    rest: Annotated[
        float,
        Meta(
            description="sum of all other products, and of what rounding leaves, so that everything adds up to "
            "score"
        ),
    ]
    bias: Annotated[float, Meta(description="bias of the item")]
    score: Annotated[float, Meta(description="score in the user's list")]


class Recommendations(Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """``recommendations.json``: every user's lists."""

    FILE: ClassVar[str] = "recommendations.json"
    k: Annotated[int, Meta(description="length of the lists, unless fewer items are left")]
    users: Annotated[dict[str, UserLists], Meta(description="by user id, in catalogue order")]
    max_named: Annotated[int, Meta(description="maximum number of rated items of a user that the site names")] = 30
    rank_ends: Annotated[
        list[int], Meta(description="the last rank of each count in hidden_ranks, except the last count")
    ] = []
    genres: Annotated[list[str], Meta(description="the genres of users.*.genres, most common first")] = []
    worked_scores: Annotated[
        dict[str, WorkedScore], Meta(description="an example by model name; absent: no first recommendation is named")
    ] = {}


class ShownUser(Struct, frozen=True, gc=False):
    """One user's lists as pages show them."""

    models: Annotated[dict[str, list[Recommendation]], Meta(description="by model name")]


class ShownLists(Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """``shown_lists.json``: what pages show for the models' lists in ``recommendations.json``, re-ranked.

    Only a site whose setting ``discovery`` is above 0 has this file. Scores are those of the model, so they need not
    descend within a list.
    """

    FILE: ClassVar[str] = "shown_lists.json"
    discovery: Annotated[float, Meta(gt=0, le=1, description="how much popularity counts against an item")]
    users: Annotated[dict[str, ShownUser], Meta(description="by user id, in catalogue order")]


class Interval(Struct, frozen=True):
    """A mean over users with its 95 % bootstrap interval."""

    mean: Annotated[float, Meta(description="mean over the users")]
    low: Annotated[float, Meta(description="lower end of the interval")]
    high: Annotated[float, Meta(description="upper end of the interval")]


class Mean(Struct, frozen=True):
    """A figure without an interval."""

    mean: Annotated[float | None, Meta(description="null: it cannot be computed from the data")]


class Trial(Struct, frozen=True):
    """A choice of settings, and nDCG@10 on the validation part with it."""

    settings: Annotated[dict[str, int | float], Meta(description="by name")]
    ndcg: Annotated[UnitInterval, Meta(description="nDCG@10 on the validation part")]


class ModelMetrics(Struct, frozen=True, kw_only=True):
    """One row of the table of results."""

    accuracy: Annotated[dict[str, Interval], Meta(description="by metric: means over the evaluated users")]
    beyond: Annotated[dict[str, Mean], Meta(description="by metric: what all lists are like together")]
    by_activity: Annotated[list[Interval], Meta(description="nDCG in each of groups.activity")] = []
    recommended_popularity: Annotated[
        list[float], Meta(description="mean n_train of what is recommended, in each of groups.taste")
    ] = []
    settings: Annotated[
        dict[str, int | float], Meta(description="settings that were chosen on validation data, or given")
    ] = {}
    trials: Annotated[
        list[Trial], Meta(description="the settings that were compared; empty where there was no choice")
    ] = []


class UserGroup(Struct, frozen=True):
    """A third of the evaluated users, by their number of training ratings."""

    name: Annotated[str, Meta(description="few, some or many")]
    low: Annotated[float, Meta(description="the smallest number of training ratings in the group")]
    high: Annotated[float, Meta(description="the largest")]
    n_users: Annotated[int, Meta(description="number of users in the group")]


class TasteGroup(Struct, frozen=True):
    """A third of the evaluated users, by the mean popularity of what they rated."""

    name: Annotated[str, Meta(description="niche, mixed or mainstream")]
    low: Annotated[float, Meta(description="the smallest mean popularity in the group")]
    high: Annotated[float, Meta(description="the largest")]
    n_users: Annotated[int, Meta(description="number of users in the group")]
    rated_popularity: Annotated[float, Meta(description="mean over its users of the mean n_train of what they rated")]


class Groups(Struct, frozen=True, kw_only=True):
    """Thirds of the evaluated users."""

    activity: Annotated[
        list[UserGroup], Meta(description="thirds of the evaluated users by their number of training ratings")
    ]
    taste: Annotated[
        list[TasteGroup], Meta(description="thirds of the evaluated users by the mean popularity of what they rated")
    ]


class Comparison(Struct, frozen=True):
    """One row against another, user by user."""

    model: Annotated[str, Meta(description="the first of the two")]
    against: Annotated[str, Meta(description="the second")]
    difference: Annotated[Interval, Meta(description="difference of nDCG, above 0 where the first is better")]
    p: Annotated[UnitInterval, Meta(description="p-value of the two-sided Wilcoxon signed-rank test")]
    won: Annotated[int, Meta(description="number of users whose lists by the first are better")]
    tied: Annotated[int, Meta(description="number of users whose lists are equally good")]
    lost: Annotated[int, Meta(description="number of users whose lists by the second are better")]


class Agreement(Struct, frozen=True, kw_only=True):
    """How far the lists of two models are the same, over all users who have both."""

    models: Annotated[tuple[str, str], Meta(description="the two models")]
    n_users: Annotated[int, Meta(description="number of users with lists of both models")]
    overlap: Annotated[list[int], Meta(description="number of users whose lists share 0, 1, ... k items")]
    jaccard: Annotated[Interval, Meta(description="number of shared items / number of items in either list")]
    rbo: Annotated[
        Interval, Meta(description="rank-biased overlap, extrapolated (Webber et al. 2010): 1 is the same list")
    ]
    rbo_p: Annotated[UnitInterval, Meta(description="persistence of rbo: the weight of a rank is rbo_p ** rank")]


class UserDifference(Struct, frozen=True):
    """One user's nDCG by two models."""

    user: Annotated[str, Meta(description="user id")]
    ndcg: Annotated[dict[str, float], Meta(description="by model name")]


class Bootstrap(Struct, frozen=True, kw_only=True):
    """How the intervals were drawn: percentiles of the means of users drawn with replacement."""

    resamples: Annotated[int, Meta(description="how often users were drawn")]
    seed: Annotated[int, Meta(description="seed of the draws")]
    confidence: Annotated[float, Meta(description="share of the means that lie in an interval")]
    method: Annotated[str, Meta(description="how the intervals follow from the means, in words")]


class Protocol(Struct, frozen=True, kw_only=True):
    """Everything needed to measure the same again."""

    split: Annotated[str, Meta(description="temporal, random (without usable times) or none (nothing held out)")]
    holdout: Annotated[float, Meta(description="share of each user's newest ratings that was held out")]
    split_rule: Annotated[str, Meta(description="how each user's ratings were divided, in words")]
    seed: Annotated[
        int | None, Meta(description="seed of what is random in the split; null where nothing is held out")
    ]
    n_evaluated: Annotated[int, Meta(description="number of users whose lists were evaluated")]
    n_not_evaluated: Annotated[
        int, Meta(description="number of users without a held-out rating that counts as relevant")
    ]
    relevant: Annotated[str, Meta(description="which held-out ratings count as relevant, in words")]
    candidates: Annotated[str, Meta(description="which items were ranked, in words")]
    ties: Annotated[str, Meta(description="the order of items with equal scores, in words")]
    metrics: Annotated[dict[str, str], Meta(description="formula of each metric, by its name")]
    labels: Annotated[
        dict[str, str], Meta(description="what pages call each metric of accuracy and beyond, by its name")
    ]
    bootstrap: Annotated[Bootstrap, Meta(description="how the intervals were computed")]
    baselines: Annotated[
        str, Meta(description="what baselines see, and how their settings are chosen, in words")
    ] = ""
    n_cut_in_ties: Annotated[
        int,
        Meta(
            description="number of users split between ratings of the same time, where chance decided which "
            "are held out"
        ),
    ] = 0
    relevant_from: Annotated[
        float | None, Meta(description="the lowest held-out rating that counts as relevant; null: every one does")
    ] = None
    not_measured: Annotated[str | None, Meta(description="why nothing was measured; null: it was")] = None


class DiscoveryPoint(Struct, frozen=True, kw_only=True):
    """What one model's lists are like at one value of the setting ``discovery``."""

    discovery: Annotated[UnitInterval, Meta(description="value of the setting; 0: the model's own lists")]
    ndcg: Annotated[UnitInterval, Meta(description="mean nDCG over the users")]
    novelty: Annotated[float, Meta(description="mean self-information of the items, in bits")]
    coverage: Annotated[UnitInterval, Meta(description="share of the catalogue that is in any list")]


class DiscoveryCurves(Struct, frozen=True, kw_only=True):
    """What re-ranking by score less popularity costs and brings, see protocol.metrics.discovery."""

    n_users: Annotated[
        int, Meta(description="number of evaluated users whose lists these are: all, or a sample if there are many")
    ]
    candidates: Annotated[int, Meta(description="number of items that a list is chosen from")]
    models: Annotated[dict[str, list[DiscoveryPoint]], Meta(description="by model name, discovery ascending")]


class NewUsers(Struct, frozen=True, kw_only=True):
    """How good the lists are for users who were not in training, given a few of the items they rated."""

    protocol: Annotated[str, Meta(description="who counts as new, what they give, and what is chosen how, in words")]
    share: Annotated[
        UnitInterval, Meta(description="share of the users with at least two ratings who are new in each draw")
    ]
    draws: Annotated[int, Meta(description="how often new users were drawn")]
    given: Annotated[list[str], Meta(description="how many items each new user gives: a number, or half")]
    n_users: Annotated[
        list[int], Meta(description="number of new users evaluated, over all draws; one for each of given")
    ]
    models: Annotated[
        dict[str, list[list[UnitInterval]]],
        Meta(description="mean nDCG over the new users, by model: for each of given, a value for each draw"),
    ]
    chosen: Annotated[
        dict[str, list[list[float]]],
        Meta(
            description="the hyperparameter that was chosen on validation data, likewise, for each model that "
            "has one"
        ),
    ] = {}
    skipped: Annotated[dict[str, str], Meta(description="why a model was not computed, by its name")] = {}


class Metrics(Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """``metrics.json``: how good the lists are, models and baselines alike."""

    FILE: ClassVar[str] = "metrics.json"
    protocol: Annotated[Protocol, Meta(description="everything needed to measure the same again")]
    k: Annotated[int, Meta(description="how many items of a list count")]
    models: Annotated[dict[str, ModelMetrics], Meta(description="empty where nothing was held out")]
    groups: Annotated[Groups | None, Meta(description="null where nothing was measured")] = None
    comparisons: Annotated[list[Comparison], Meta(description="the last of the models against each other row")] = []
    skipped: Annotated[dict[str, str], Meta(description="why a baseline was not computed, by its name")] = {}
    agreement: Annotated[Agreement | None, Meta(description="null unless two models were built")] = None
    most_helped: Annotated[
        list[UserDifference],
        Meta(
            description="the users for whom the last model is better than the first by most, at most 10, the "
            "largest gain first"
        ),
    ] = []
    least_helped: Annotated[
        list[UserDifference],
        Meta(description="the users for whom it is worse by most, at most 10, the largest loss first"),
    ] = []
    new_users: Annotated[
        NewUsers | None,
        Meta(description="results for users who were not in training; null: not measured, see --evaluate-new-users"),
    ] = None
    new_users_in_time: Annotated[
        NewUsers | None, Meta(description="the same where they give what they rated first; null also without times")
    ] = None
    discovery: Annotated[DiscoveryCurves | None, Meta(description="null where nothing was measured")] = None


class SimilarItem(Struct, frozen=True, gc=False):
    """A neighbour in a model's embedding space, as far as ratings support it."""

    item: ItemId
    similarity: Annotated[
        float,
        Meta(
            description="cosine of the item vectors times m / (m + shrinkage), m being the smaller n_train of both",
            ge=-1,
            le=1,
        ),
    ]


class Item(Struct, frozen=True, kw_only=True, gc=False):
    """One item."""

    id: ItemId
    title: Annotated[str, Meta(description="the id where there is no title")]
    year: Annotated[int | None, Meta(description="year of release; null: not known")]
    genres: Annotated[list[str], Meta(description="empty: not known")]
    n_ratings: Annotated[int, Meta(description="number of ratings in the whole log")]
    n_train: Annotated[int, Meta(description="number of ratings in the training part")]
    mean_rating: Annotated[float | None, Meta(description="over the whole log; null below 3 ratings")]
    similar: Annotated[dict[str, list[SimilarItem]], Meta(description="by model name, most similar first")]
    histogram: Annotated[
        list[int] | None, Meta(description="ratings in each of the file's bins, over the whole log; null below 3")
    ] = None


class RatingBin(Struct, frozen=True):
    """One bar of a histogram: ratings from ``low`` to ``high``, one value where these are equal."""

    low: Annotated[float, Meta(description="lowest rating that it counts")]
    high: Annotated[float, Meta(description="highest rating that it counts")]


class Items(Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """``items.json``: the catalogue."""

    FILE: ClassVar[str] = "items.json"
    items: Annotated[list[Item], Meta(description="the catalogue, in the order of all files")]
    bins: Annotated[list[RatingBin], Meta(description="the bins of all histograms, lowest first, at most 11")] = []
    twins: Annotated[
        list[list[ItemId]],
        Meta(description="groups of ids of items that have the same title and year: no list names two of a group"),
    ] = []
    shrinkage: Annotated[
        int, Meta(description="number of training ratings with which the cosine of similar items counts half", ge=0)
    ] = 0
    overall_mean: Annotated[float | None, Meta(description="mean of all ratings of the log")] = None
    mean_shrinkage: Annotated[
        int,
        Meta(
            description="ratings of overall_mean that pages add to those of an item where they rank items by the "
            "mean: (n_ratings * mean_rating + mean_shrinkage * overall_mean) / (n_ratings + mean_shrinkage)",
            ge=0,
        ),
    ] = 0


class Replay(Struct, frozen=True, kw_only=True):
    """One model's way to its place on the map, seen along the axes of the served model."""

    epochs: Annotated[
        list[int], Meta(description="the epoch after which each frame was taken, at last that of the served model")
    ]
    low: Annotated[tuple[float, float], Meta(description="x and y that the number 0 stands for")]
    high: Annotated[tuple[float, float], Meta(description="x and y that the number 65535 stands for")]
    frames: Annotated[
        list[str], Meta(description="base64 of little-endian uint16 pairs x, y, a pair for each of item_ids")
    ]


class MapReplay(Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """``map_replay.js``: how items moved while the models learned; at most 12 frames a model.

    A classic script, so that a page opened from disk can load it.
    """

    FILE: ClassVar[str] = "map_replay.js"
    item_ids: Annotated[list[str], Meta(description="which items move: all, or in a large catalogue the most rated")]
    models: Annotated[dict[str, Replay], Meta(description="by model name")]


class TowerMap(Struct, frozen=True, kw_only=True):
    """Where a vector lies on the map of the deep model."""

    centre: Annotated[list[float], Meta(description="(dim,), the mean of all item vectors")]
    axes: Annotated[list[list[float]], Meta(description="(2, dim), of length 1: x and y of a vector less the centre")]
    user_scale: Annotated[
        float,
        Meta(description="what a user vector is multiplied by first: mean length of item vectors / of user vectors"),
    ]


class RoundedTable(Struct, frozen=True, kw_only=True):
    """A table whose numbers are rounded: each is scale * ((2 * code + 1) / 2 ** bits - 1)."""

    bits: Annotated[int, Meta(description="number of bits of each code", ge=1, le=8)]
    columns: Annotated[
        list[int], Meta(description="how many columns each part of a row has; a part has its own scale")
    ]
    codes: Annotated[
        str, Meta(description="base64 of integers of so many bits, row by row without gaps, the high bit first")
    ]
    scales: Annotated[str, Meta(description="float16 (rows, parts), the largest magnitude in each part of each row")]


class DeepTower(Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """``deep_tower.js``: the deep user tower without user features, and the item vectors, for a page to run.

    A classic script, because a page opened from disk can load no other kind of file. It passes one string to
    ``JSON.parse``, and leaves the result under the key ``deep_tower`` of the map ``globalThis.marquee.data``. Arrays
    are base64 of little-endian float16, row by row. Where not all items fit, large arrays are rounded further, so
    that more items do.

        m = number of rated items, n = average_items + m, w = half_star_weights[2 * stars - 1] of each of them
        d = sum of w * (pool[row] - average) / n
        e = sum of (pool[row] - average) / n
        h = sqrt(n) * (average + d + half_faded / (half_faded + m) * sum over orders of
            share * (e @ correction + correction_offset)), where correction is two square blocks: of the first
            refined_dim numbers, and of the others
        share = 1 of a single order, without gates; else 1 - g and g, apart for the first refined_dim numbers and for
            the others: g = 1 / (1 + exp(-gate . (q, q^2, log(1 + m), 1))) with q = n / sqrt(1 + m) * e
        f = h[:refined_dim], c = h[refined_dim:]
        user vector = scales[0] * (f + relu(f @ inner_weight + inner_bias) @ outer_weight + outer_bias),
            followed by scales[1] * c / |c|
        score = items[row] . user vector + item_bias[row]
    """

    FILE: ClassVar[str] = "deep_tower.js"
    dim: Annotated[int, Meta(description="length of vectors")]
    hidden: Annotated[int, Meta(description="width of the hidden layer")]
    refined_dim: Annotated[int, Meta(description="how many of them go through the hidden layer")]
    scales: Annotated[tuple[float, float], Meta(description="factors of the two parts of a user vector")]
    n_items: Annotated[int, Meta(description="number of items in the whole catalogue")]
    item_ids: Annotated[
        list[str], Meta(description="which item each row is: all or the most rated, in the order of items.json")
    ]
    star_weights: Annotated[list[float], Meta(description="weight of an item rated one, two, ... five stars")]
    half_star_weights: Annotated[
        list[float], Meta(description="the same for 0.5, 1, 1.5, ... 5 stars; empty: whole stars only")
    ] = []
    starters: Annotated[
        list[int],
        Meta(description="rows of well-known items that are far apart on the map, best to start from first"),
    ]
    pool: Annotated[
        str | RoundedTable, Meta(description="float16 (items, dim), what an item adds to a history; or rounded")
    ]
    average: Annotated[
        str, Meta(description="float16 (dim,), what an item adds on average: every history has some of these")
    ]
    average_items: Annotated[float, Meta(description="how many of them there are before any item is rated", gt=0)]
    correction: Annotated[
        str,
        Meta(
            description="float16, for each order in which items may be given (at random; the first in time) "
            "(refined_dim, refined_dim), then (dim - refined_dim, dim - refined_dim): what a few rated items say of "
            "the others; empty: nothing"
        ),
    ] = ""
    correction_offset: Annotated[
        str, Meta(description="float16 (orders, dim), what they say in any case; likewise")
    ] = ""
    half_faded: Annotated[
        float, Meta(description="number of rated items at which the correction has half its effect", gt=0)
    ] = 1.0
    gates: Annotated[
        list[list[float]],
        Meta(
            description="of the first refined_dim numbers, and of the others: how the items tell the second order; "
            "empty: there is one order"
        ),
    ] = []
    inner_weight: Annotated[
        str | RoundedTable, Meta(description="float16 (refined_dim, hidden), of the hidden layer; or rounded")
    ]
    inner_bias: Annotated[str, Meta(description="float16 (hidden,), of the hidden layer")]
    outer_weight: Annotated[
        str | RoundedTable, Meta(description="float16 (hidden, refined_dim), from it to the vector; or rounded")
    ]
    outer_bias: Annotated[str, Meta(description="float16 (refined_dim,), of the vector")]
    items: Annotated[str | RoundedTable, Meta(description="float16 (items, dim), item vectors; or rounded")]
    item_bias: Annotated[str, Meta(description="float16 (items,), what is added to each score")]
    map: Annotated[TowerMap, Meta(description="where a vector lies on the map of the deep model")]
    overlap: Annotated[
        float | msgspec.UnsetType,
        Meta(
            description="where numbers are rounded: how many of the ten best items here are the same without, on "
            "average over a sample of users, from what they rated of these items"
        ),
    ] = msgspec.UNSET


class Manifest(Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """``manifest.json``: every file of the site. Written last, when all others are there."""

    FILE: ClassVar[str] = "manifest.json"
    files: Annotated[
        dict[str, str],
        Meta(description="SHA-256 of each file but this one, by its address from the top of the site, sorted"),
    ]


class Artefacts(Struct, frozen=True, kw_only=True):
    """All that a site is rendered from."""

    build: Build
    loss_history: LossHistory
    item_embeddings: ItemEmbeddings
    recommendations: Recommendations
    metrics: Metrics
    items: Items
    map_replay: MapReplay
    deep_tower: DeepTower | None = None
    """None where deep was not built: then there is no such file."""
    shown_lists: ShownLists | None = None
    """None where pages show the models' own lists: then there is no such file."""
