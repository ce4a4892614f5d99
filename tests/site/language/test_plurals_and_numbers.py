"""Plural forms and the signs of numbers are those of the language."""

from __future__ import annotations

import pytest

from recsys.errors import OutputError

POLISH = """[language]
plurals = ["one", "few", "many"]
plural_rule = "n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2"
thousands = "\u00a0"
decimal = ","
"""


@pytest.mark.parametrize(("n", "text"), [(0, "0 films"), (1, "one film"), (2, "2 films"), (12000, "12,000 films")])
def test_a_number_chooses_a_plural_form(strings, n, text):
    assert strings('[a]\nb = {one = "one {item}", other = "{n} {items}"}')("a.b", n=n) == text


@pytest.mark.parametrize(
    ("n", "text"), [(1, "1 film"), (3, "3 filmy"), (5, "5 filmów"), (22000, "22\u00a0000 filmów")]
)
def test_the_plural_forms_and_numbers_are_those_of_the_language(strings, n, text):
    t = strings('[a]\nb = {one = "{n} film", few = "{n} filmy", many = "{n} filmów"}', language=POLISH)
    assert t("a.b", n=n) == text
    assert t.formatted("{:.2f}".format)(0.5) == "0,50"


def test_prose_has_small_numbers_in_words(strings):
    language = '[language]\nnumber_words = ["zero", "one", "two"]\nthousands = "."\n'
    t = strings('[a]\nb = {one = "{n:words} tower", other = "<b>{n:words}</b> of {all}"}', language=language)
    assert [t("a.b", n=n, all=2) for n in (1, 2, 3, 4000)] == [
        *("one tower", "<b>two</b> of 2", "<b>3</b> of 2", "<b>4.000</b> of 2"),
    ]


def test_a_script_has_no_numbers_in_words(strings):
    t = strings('[a]\nb = "{n:words} towers"')
    with pytest.raises(OutputError, match=r"a\.b is used by a script; expected its numbers in digits"):
        t.for_script({"a.b"})
