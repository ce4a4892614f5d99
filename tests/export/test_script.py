"""JSON inside a classic script."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.export.script import json_in, script_of


@given(st.text(), st.text())
def test_a_script_gives_back_the_text_it_was_made_of(name, text):
    assert json_in(script_of(name, text)) == text


@pytest.mark.parametrize("text", ["\u2028 \u2029", "</script>", '"; alert(1); "', "\\", "\n"])
def test_a_script_is_one_line_that_holds_one_string(text):
    script = script_of("a", json.dumps(text, ensure_ascii=False))
    assert script.splitlines() == [script.rstrip("\n")]  # which splits where JavaScript once did, too
    assert json.loads(json_in(script)) == text


@pytest.mark.parametrize("script", ["", "x", script_of("a", "1")[:-1], script_of("a", "1").replace("parse", "pass")])
def test_any_other_script_is_refused(script):
    with pytest.raises(ValueError, match="no script of data"):
        json_in(script)
