"""Plural forms and the signs of numbers are those of the language."""

from __future__ import annotations

import pytest

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
