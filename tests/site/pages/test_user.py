from __future__ import annotations

import html
import re

import msgspec
import pytest

from recsys.recommend.explain import MIN_SHARE
from recsys.schema import Artefacts, BaselineRecommendation, HiddenRanks, Recommendation, UserLists
from recsys.site.output.jinja import isolated
from recsys.site.pages.profile import genre_rows, hidden_rows, rank_spans
from recsys.site.pages.user import bar_lengths
from tests.site.tiny import FILM_IDS, HOSTILE, MODELS, TITLES, discovered, render_html, site_data, tiny, users

DEEP = [Recommendation("4", 0.5, False, [("1", 0.25), ("5", 0.125)]), Recommendation("f/2", 0.25, False)]


def with_user(artefacts: Artefacts | None = None, **changes) -> Artefacts:
    """The tiny artefacts, the first user's record changed."""
    full = artefacts or tiny()
    users = dict(full.recommendations.users)
    lists = {name: changes.pop(name) for name in MODELS if name in changes}
    changes["models"] = {**users["1"].models, **lists}
    users["1"] = msgspec.structs.replace(users["1"], **changes)
    return msgspec.structs.replace(full, recommendations=msgspec.structs.replace(full.recommendations, users=users))


def with_catalogue(n_items: int) -> Artefacts:
    """The tiny artefacts with so many items."""
    full = tiny()
    more = [msgspec.structs.replace(full.items.items[0], id=f"x{n}") for n in range(len(full.items.items), n_items)]
    return msgspec.structs.replace(full, items=msgspec.structs.replace(full.items, items=full.items.items + more))


def text_of(artefacts: Artefacts, folder, name: str = "1", *others: str) -> str:
    """The page of a user, on a site with these other pages."""
    site = render_html(artefacts, folder, "users", *others)
    return html.unescape((site / "users" / f"{name}.html").read_text("utf-8"))


def panels(text: str) -> dict[str, str]:
    """The parts of a user's page by their headings."""
    return {re.search("<h2>(.*?)</h2>", part)[1]: part for part in re.findall(r"<section.*?</section>", text, re.S)}


def rows(panel: str) -> list[str]:
    return re.findall(r"^<tr>.*$", panel, re.M)


def test_three_lists_are_side_by_side_with_rank_and_score(tmp_path):
    sections = panels(text_of(tiny(), tmp_path))
    assert list(sections)[:3] == ["Their top 2", "Base recommends", "Deep recommends"]
    base = rows(sections["Base recommends"])
    assert [re.match(r"<tr><td>(\d+)<td>", row)[1] for row in base] == ["1", "2"]
    assert [row.rpartition(">")[2] for row in base] == ["2.50", "1.25"]
    assert [row.rpartition(">")[2] for row in rows(sections["Deep recommends"])] == ["−0.50", "−0.75"]


def test_every_score_has_a_bar_in_per_cent_of_the_best_of_its_list(tmp_path):
    assert bar_lengths([2.0, 1.5, None, 0.5]) == [100, 75, None, 25]
    assert bar_lengths([1.0, 0.001]) == [100, 4]  # it can be seen
    assert bar_lengths([1.0, -1.0, 0.0]) == [100, 4, 50]
    assert bar_lengths([-0.5, -1.0]) == [100, 4]
    assert bar_lengths([]) == []
    base = rows(panels(text_of(tiny(), tmp_path))["Base recommends"])
    assert [re.search(r"<td style=--w:(\d+)>", row)[1] for row in base] == ["100", "50"]


def test_the_numbers_are_explained_in_notes_that_are_shown_with_them(tmp_path):
    text = text_of(with_user(deep=DEEP), tmp_path)
    label = "<label for=numbers>Show the numbers</label>"
    before, box, after = text.partition(f"<input type=checkbox id=numbers> {label}")
    assert box and "desk" not in before
    sections = panels(after)
    match = "Match: how well user and film fit, plus the film’s overall popularity."
    share = f"{MIN_SHARE:.0%} or more of the sum over all their films"
    effect = f"Like their: how far the match falls without that film, if that is {share}."
    assert f"<p class=note>{match} {effect}" in sections["Deep recommends"]
    assert f"<p class=note>{match} Near: cosine similarity, looked up afterwards." in sections["Base recommends"]


def test_a_site_with_discovery_shows_other_lists_and_says_how_they_are_ordered(tmp_path):
    text = text_of(discovered(0.25), tmp_path)
    sections = panels(text)
    for name in ("Base recommends", "Deep recommends"):
        (row,) = rows(sections[name])
        assert TITLES[FILM_IDS.index("5")] in row
        assert row.endswith(">0.12") or row.endswith(">0.13")
    assert "score minus popularity, discovery 0.25" in text
    own = text_of(tiny(), tmp_path / "own")
    assert "discovery" not in own


def test_items_that_both_models_recommend_are_marked_and_hits_are_ticked(tmp_path):
    text = text_of(tiny(), tmp_path)
    sections = panels(text)
    marks = {name: [re.findall(r"</a>(?: \d+)?((?: <[biu]>[\w ]+</[biu]>)*)", row)[0] for row in rows(sections[name])]
             for name in ("Base recommends", "Deep recommends")}  # fmt: skip
    assert marks["Base recommends"] == [" <b>watched later</b>", " <i>both</i>"]
    assert marks["Deep recommends"] == [" <i>both</i>", ""]
    legend = re.search(r'<ul class="legend marks">(.*?)</ul>', text, re.S)[1]
    assert "<i>both</i> in both" in legend
    assert "<b>watched later</b> watched later, in the ratings set aside for testing" in legend


def test_a_film_that_both_models_recommend_under_the_ids_of_twins_is_marked_too(tmp_path):
    artefacts = tiny()
    models = artefacts.recommendations.users["1"].models
    groups = [[models["base"][0].item, models["deep"][1].item]]
    twins = msgspec.structs.replace(artefacts.items, twins=groups)
    sections = panels(text_of(msgspec.structs.replace(artefacts, items=twins), tmp_path))
    for name in ("Base recommends", "Deep recommends"):
        assert ["<i>both</i>" in row for row in rows(sections[name])] == [True, True]


def with_marks(**marks) -> Artefacts:
    """Two hits of base, the first of which has these marks, and one other film."""
    first = Recommendation("f/2", 2.5, True, **marks)
    return with_user(base=[first, Recommendation("4", 2.0, True, liked=marks.get("liked") and False),
                           Recommendation("5", 1.0, False)])  # fmt: skip


def test_a_hit_that_was_liked_has_a_second_mark_and_the_legend_explains_both(tmp_path):
    text = text_of(with_marks(liked=True), tmp_path)
    base = panels(text)["Base recommends"]
    first, second, third = rows(base)
    assert "</a> <b>watched later</b>\u00a0<u>liked</u>" in first
    assert "<b>watched later</b>" in second and "<u>" not in second
    assert "<b>" not in third and "<u>" not in third
    assert "<p>2 watched later, 1 of them liked\n" in base
    assert "<u>liked</u> liked: of these, rated at or above the user’s own mean" in text


def test_what_is_withheld_is_not_among_the_liked_or_not(tmp_path):
    rows_of_base = [Recommendation("f/2", 2.5, True, liked=True), Recommendation(None, None, True)]
    text = text_of(with_user(base=rows_of_base), tmp_path)
    assert "<p>2 watched later, 1 of those named liked\n" in panels(text)["Base recommends"]


def test_where_ratings_do_not_say_what_is_liked_nothing_is_said_of_it(tmp_path):
    text = text_of(with_marks(), tmp_path)
    assert "liked" not in text
    assert "<p>2 watched later\n" in panels(text)["Base recommends"]


def test_hits_that_do_not_count_in_the_metrics_are_told_apart_in_the_count(tmp_path):
    text = text_of(with_marks(relevant=False), tmp_path, "1", "compare")
    assert "<p>2 watched later, 1 counted in the metrics\n" in panels(text)["Base recommends"]
    assert "not everything watched later counts in the metrics: <a href=../compare.html#protocol>" in text


def test_without_times_a_hit_is_not_said_to_be_watched_later(tmp_path):
    artefacts = with_marks(liked=True)
    protocol = msgspec.structs.replace(artefacts.metrics.protocol, split="random")
    metrics = msgspec.structs.replace(artefacts.metrics, protocol=protocol)
    text = text_of(msgspec.structs.replace(artefacts, metrics=metrics), tmp_path)
    assert "watched later" not in text
    assert "<p>2 also watched, 1 of them liked\n" in panels(text)["Base recommends"]


def test_each_recommendation_of_deep_has_its_reasons(tmp_path):
    deep = panels(text_of(with_user(deep=DEEP), tmp_path))["Deep recommends"]
    first, second = rows(deep)
    assert f"<p>{HOSTILE}<small>\u00a0+0.25</small> · p1001<small>\u00a0+0.12</small><td" in first
    assert "<p class=none>popular overall<td" in second


def test_base_names_the_nearest_rated_items_as_a_similarity(tmp_path):
    base = panels(text_of(tiny(), tmp_path))["Base recommends"]
    first, second = rows(base)
    assert f"<p>{HOSTILE}<small>\u00a00.75</small><td" in first
    assert "<p>" not in second
    lists = {"base": [Recommendation("4", 1.0, False)]}
    assert "looked up afterwards" not in text_of(with_user(**lists), tmp_path / "none")


def test_reasons_that_may_not_be_named_are_left_out_and_one_line_says_so(tmp_path):
    deep = [
        Recommendation("4", 0.5, False, [("1", 0.25)], why_withheld=2),
        Recommendation("f/2", 0.25, False, why_withheld=3),
    ]
    text = text_of(with_user(deep=deep, n_train=40), tmp_path)
    first, second = rows(panels(text)["Deep recommends"])
    assert "+0.25</small><td" in first
    assert "<p" not in second  # nor is it said that there is no reason
    private = "at most 30 of the films a user has rated are named, the rest is private"
    assert text.count("private") == 1 and f"<li>{private}" in text
    assert "private" not in text_of(with_user(deep=DEEP), tmp_path / "named")


def test_where_all_may_be_named_and_rated_items_are_hidden_only_hits_are_said_to_be_named(tmp_path):
    text = text_of(with_user(deep=[Recommendation("4", 0.5, False, why_withheld=2)]), tmp_path)
    assert "<li>which films a user has rated is private, but for those watched later<" in text


def test_a_hit_that_may_not_be_named_has_a_row(tmp_path):
    text = text_of(with_user(deep=[Recommendation(None, None, True)], n_train=40), tmp_path)
    (row,) = rows(panels(text)["Deep recommends"])
    assert row == "<tr><td>1<td><em>not named</em> <b>watched later</b><td>–"
    assert "the rest is private" in text


def test_genres_are_counted_over_the_films_that_lists_name():
    recommendations = tiny().recommendations
    genres = {"a": ["Drama"], "b": ["Drama", "War"], "c": []}
    lists = msgspec.structs.replace(
        users(("base", "deep"))["1"],
        genres=[0.25, 0.75],
        models={
            "base": [Recommendation(item, 0.0, False) for item in ("a", "b", "c", None)],
            "deep": [Recommendation(None, 0.0, True)],
        },
    )
    named = msgspec.structs.replace(recommendations, genres=["Drama", "War"])
    assert [(row.name, row.rated, row.recommended) for row in genre_rows(named, lists, genres)] == [
        ("War", 75, (33, None)), ("Drama", 25, (67, None))
    ]  # fmt: skip


def test_a_genre_that_only_a_list_has_is_shown_before_one_that_is_rarer():
    recommendations = msgspec.structs.replace(tiny().recommendations, genres=["Drama", "War"])
    lists = UserLists(n_train=4, n_hidden=0, rated=[], baselines={}, genres=[0.25, 0.0],
                      models={"deep": [Recommendation("a", 0.0, False)]})  # fmt: skip
    assert [(row.name, row.rated, row.recommended) for row in genre_rows(recommendations, lists, {"a": ["War"]})] == [
        ("War", 0, (100,)), ("Drama", 25, (0,))
    ]  # fmt: skip


def test_only_the_six_commonest_genres_of_a_user_are_shown():
    recommendations = msgspec.structs.replace(tiny().recommendations, genres=[str(n) for n in range(12)])
    lists = UserLists(n_train=9, n_hidden=0, rated=[], models={}, baselines={}, genres=[0.0, *[0.5] * 9, 0.75, 0.25])
    assert [row.name for row in genre_rows(recommendations, lists, {})] == ["10", *"12345"]


def test_the_genre_profile_is_a_table_with_bars_to_a_common_scale(tmp_path):
    genres = panels(text_of(tiny(), tmp_path))["Genres"]
    assert "<table class=genres style=--m:100>" in genres
    assert rows(genres) == [
        "<tr><th style=--r:100;--p-base:50;--p-deep:100>Drama<td>100%<td>50%<td>100%",
        "<tr><th style=--r:50;--p-base:50;--p-deep:100><i>Sci-Fi</i><td>50%<td>50%<td>100%",
    ]
    assert "&lt;i&gt;Sci-Fi" in (tmp_path / "users" / "1.html").read_text("utf-8")


def test_the_hidden_films_are_counted_by_rank_in_each_model(tmp_path):
    ranks = {"base": HiddenRanks([1, 0, 2, 3], 60.5), "deep": HiddenRanks([0, 0, 0, 6], 1000.0)}
    artefacts = with_user(with_catalogue(1001), hidden_ranks=ranks, n_hidden=6)
    hidden = panels(text_of(artefacts, tmp_path))["The films set aside"]
    assert re.findall(r"<th>([^<\n]+)", hidden) == ["Rank", "1–10", "11–50", "51–200", "201+", "Median"]
    assert [re.findall(r">([^<>]+)", row) for row in rows(hidden)] == [
        ["Base", "1", "0", "2", "3", "60.5"], ["Deep", "0", "0", "0", "6", "1000"]
    ]  # fmt: skip


def test_ranks_that_no_film_can_have_are_not_shown(tmp_path):
    ranks = {name: HiddenRanks([2, 1, 0, 0], 7.0) for name in MODELS}
    artefacts = with_user(with_catalogue(40), hidden_ranks=ranks, n_hidden=3)
    hidden = panels(text_of(artefacts, tmp_path))["The films set aside"]
    assert re.findall(r"<th>([^<\n]+)", hidden) == ["Rank", "1–10", "11–40", "Median"]
    assert [re.findall(r">([^<>]+)", row) for row in rows(hidden)] == [
        ["Base", "2", "1", "7"], ["Deep", "2", "1", "7"]
    ]  # fmt: skip


@pytest.mark.parametrize(("n_items", "spans"), [
    (1, ("1",)), (2, ("1", "2")), (5, ("1", "2–5")), (6, ("1", "2–5", "6+")), (900, ("1", "2–5", "6+")),
])  # fmt: skip
def test_spans_of_ranks_end_with_the_catalogue(n_items, spans):
    assert rank_spans([1, 5], n_items) == spans


def test_counts_that_do_not_fit_the_spans_are_left_out():
    recommendations = tiny().recommendations
    lists = msgspec.structs.replace(recommendations.users["1"], hidden_ranks={"base": HiddenRanks([1, 0], 2.0)})
    assert hidden_rows(recommendations, lists, site_data(tiny()).catalogue) == ()


def test_hits_of_the_baselines_are_counted_on_one_line(tmp_path):
    lists = {"popularity": [BaselineRecommendation("4", True), BaselineRecommendation("5", True)], "ease": []}
    text = text_of(with_user(baselines=lists), tmp_path)
    assert "Watched later, in the lists of the baselines: Popularity 2, EASE 0\n" in text


def test_where_nothing_is_hidden_there_are_no_ranks_and_no_hits(tmp_path):
    base = [Recommendation("f/2", 2.5, False)]
    text = text_of(with_user(n_train=40, n_hidden=0, hidden_ranks={}, base=base), tmp_path)
    assert list(panels(text)) == ["Their top 2", "Base recommends", "Deep recommends", "Genres"]
    assert "Popularity" not in text and "watched later" not in text


def test_the_page_of_a_user_without_ratings_says_so(tmp_path):
    folder = render_html(tiny(), tmp_path, "users")
    (path,) = folder.glob("users/unal*.html")
    text = path.read_text("utf-8")
    assert "The models saw no rating by this user" in text
    assert text.count("Nothing is left to recommend") == 2
    assert list(panels(text)) == ["Their top rated", "Base recommends", "Deep recommends"]


@pytest.mark.parametrize("name", ["base", "deep"])
def test_one_model_alone_has_its_page_without_marks_of_both(tmp_path, name):
    text = text_of(tiny((name,)), tmp_path)
    assert list(panels(text)) == ["Their top 2", f"{name.capitalize()} recommends", "Genres", "The films set aside"]
    assert "<i>both</i>" not in text


def test_an_export_without_the_newer_fields_still_makes_a_page(tmp_path):
    lists = {name: [Recommendation("4", 1.0, False)] for name in ("base", "deep")}
    text = text_of(with_user(hidden_ranks={}, genres=[], baselines={}, **lists), tmp_path)
    assert list(panels(text)) == ["Their top 2", "Base recommends", "Deep recommends"]


def test_text_from_right_to_left_is_isolated_and_other_text_is_escaped_only():
    assert isolated("Cléo's & <b>") == "Cléo's &amp; &lt;b&gt;"
    assert isolated("مدينة <i>") == "<bdi>مدينة &lt;i&gt;</bdi>"
    assert isolated("a\u202eb") == "<bdi>a\u202eb</bdi>"
