"""Texts by key: what becomes of them on a page and in a script, and what is refused."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from recsys.errors import OutputError
from recsys.schema import Presentation
from tests.site.language.sites import texts_of_site


def test_words_are_filled_in_and_may_begin_with_a_capital(strings):
    t = strings('[home]\nrate = "{Items}: rate a {item}"')
    assert t("home.rate") == "Films: rate a film"
    assert t.text("home.rate") == "Films: rate a film"


def test_parameters_are_escaped_and_markup_is_not(strings):
    t = strings('[a]\nb = "<b>{title}</b> {link} {n}"')
    html = t("a.b", title="<i>", link=Markup("<a href=x>y</a>"), n=12345)
    assert isinstance(html, Markup)
    assert html == "<b>&lt;i&gt;</b> <a href=x>y</a> 12,345"


def test_words_and_parameters_are_never_read_as_a_text(strings):
    t = strings('[a]\nb = "{items} {title}"', words={"items": "<b>{title}</b> {0}"})
    assert t("a.b", title="{items}") == "&lt;b&gt;{title}&lt;/b&gt; {0} {items}"
    assert t.text("a.b", title="{items}") == "<b>{title}</b> {0} {items}"


def test_a_key_or_a_parameter_that_does_not_exist_is_an_error(strings):
    t = strings('[a]\nb = "{x}"')
    with pytest.raises(OutputError, match=r"there is no text 'a\.c'; add it"):
        t("a.c")
    with pytest.raises(OutputError, match=r"a\.b has other parameters: given none; expected x"):
        t("a.b")
    with pytest.raises(OutputError, match=r"given x, y; expected x"):
        t("a.b", x=1, y=2)


def test_scripts_get_texts_with_plain_words_and_no_markup(strings):
    text = '[a]\nb = {one = "{item}", other = "{n} {items}"}\nc = "<b>x</b>"'
    t = strings(text, words={"item": "R&B", "items": "R&Bs"})
    assert t.for_script({"a.b"}) == {"a.b": {"one": "R&B", "other": "{n} R&Bs"}}
    with pytest.raises(OutputError, match=r"a\.c is used by a script; expected a text without markup"):
        t.for_script({"a.c"})
    with pytest.raises(OutputError, match=r"a\.c is shown where markup is not"):
        t.text("a.c")


def test_labels_in_sentences_are_small_unless_the_language_says_otherwise(strings):
    assert strings("").in_sentence("Deep") == "deep"
    assert strings("", language='[language]\nlabels_in_sentences = "as they are"\n').in_sentence("Deep") == "Deep"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a", "expected TOML such as"),
        ("[a]\nb = 1", "a.b is 1; expected a text, plural forms"),
        ('[a]\nb = {one = "x"}', "expected a text, plural forms"),
        ('[a]\nb = "{"', "expected parameters such as"),
        ('[a]\nb = "{n.x}"', "is no parameter"),
        ('[a]\nb = "{n:x}"', "is no parameter"),
        ('[words]\nx = "{none}"', "words.x: there is no word {none} before it"),
    ],
)
def test_a_file_that_is_not_one_is_refused_with_a_sentence(strings, text, message):
    with pytest.raises(OutputError, match=r"en\.toml") as caught:
        strings(text)
    assert message in str(caught.value)


def test_a_language_without_a_file_is_refused():
    with pytest.raises(OutputError, match=r"xx\.toml: No such file"):
        texts_of_site(presentation=Presentation(language="xx"))
