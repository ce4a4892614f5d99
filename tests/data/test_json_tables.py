"""Words and patterns as JSON, for readers in other languages."""

import json
import re

from recsys.data.json_tables import json_pattern, json_words
from recsys.site.reading_rules import all_tables


def test_a_pattern_keeps_its_groups_and_flags():
    pattern = re.compile(r"(?P<hour>\d+)[:h].*", re.IGNORECASE | re.DOTALL)
    assert json_pattern(pattern) == {"source": r"(?<hour>\d+)[:h].*", "flags": "is"}
    assert json_pattern("a") == {"source": "a", "flags": ""}


def test_equal_sets_of_words_are_equal_lists():
    assert json_words({"b", "a"}) == json_words({"a", "b"}) == ["a", "b"]


def test_all_tables_are_json_and_small():
    tables = all_tables()
    assert json.loads(json.dumps(tables)) == tables
    assert len(json.dumps(tables)) < 20_000
