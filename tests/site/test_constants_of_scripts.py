"""Numbers and names that Python and the scripts of pages both have, as each needs them where it runs, are equal."""

import re

import pytest

from recsys.data.rating_scale import LIKED_FROM
from recsys.evaluation.reranking import CANDIDATES_PER_PLACE
from recsys.export.map_replay import LEVELS
from recsys.models.cosine import HIDDEN_SHARE
from recsys.recommend.explain import MIN_SHARE
from recsys.site.charts.figures import COLOUR, VARIABLE
from tests.site.tiny import TEMPLATES


@pytest.mark.parametrize(("script", "declaration"), [
    ("rating/scale.js", f"LIKED_FROM = {LIKED_FROM:g};"),
    ("rate/answer.js", f"N_CANDIDATES = {10 * CANDIDATES_PER_PLACE};"),
    ("map/replay.js", f"MAX_STEP = {LEVELS};"),
    ("tower/tower.js", f"MIN_EFFECT = {MIN_SHARE:g};"),
    ("learner/learn/batches.js", f"HIDDEN_SHARE = {HIDDEN_SHARE:g};"),
    ("shared/charts.js", f'[VARIABLE, COLOUR] = ["{VARIABLE}", "{COLOUR}"];'),
])  # fmt: skip
def test_a_constant_of_a_script_is_the_one_of_python(script, declaration):
    text = (TEMPLATES / "assets" / script).read_text("utf-8")
    assert re.search(rf"^const {re.escape(declaration)}", text, re.MULTILINE)
