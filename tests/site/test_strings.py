"""The texts of the interface: what a file of them may say, and what becomes of it on a page and in a script."""

from __future__ import annotations

import re
import shutil

import msgspec
import pytest
from markupsafe import Markup

from recsys.errors import OutputError
from recsys.export.files import write_artefacts
from recsys.schema import Label, Noun, Presentation, RatingsSummary
from recsys.site.render import render_site
from recsys.site.strings import Strings, site_strings, title_of
from tests.site.tiny import TEMPLATES, tiny

WORDS = {"item": "film", "items": "films", "did": "watched"}
ENGLISH = '[language]\nplurals = ["one", "other"]\nplural_rule = "n != 1"\n'
POLISH = """[language]
plurals = ["one", "few", "many"]
plural_rule = "n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2"
thousands = "\u00a0"
decimal = ","
"""


@pytest.fixture
def strings(tmp_path):
    def write(text, words=WORDS, conditions=(), noun="film", language=ENGLISH, forms=None):
        path = tmp_path / "en.toml"
        path.write_text(language + text, encoding="utf-8")
        return Strings(path, words, conditions, noun, forms)

    return write


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


def test_a_variant_is_chosen_by_what_holds_for_the_site(strings):
    text = '[a]\nb = {counts = "most {did}", equal = {one = "1", other = "{n}"}, any = "best"}'
    assert strings(text)("a.b") == "best"
    assert strings(text, conditions=["counts"])("a.b") == "most watched"
    assert strings(text, conditions=["equal"])("a.b", n=3) == "3"


def test_words_may_be_made_of_others_and_of_a_table_for_the_noun(strings):
    text = '[words]\nhit = {temporal = "{did} later", any = "also {did}"}\n[nouns.mouse]\nitems = "mice"\n'
    text += '[a]\nb = "{Hit}: {items}"'
    assert strings(text)("a.b") == "Also watched: films"
    assert strings(text, conditions=["temporal"], noun="mouse")("a.b") == "Watched later: mice"


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


def presented(**options):
    artefacts = tiny()
    ratings = options.pop("ratings", artefacts.build.dataset.ratings)
    dataset = msgspec.structs.replace(artefacts.build.dataset, ratings=ratings)
    build = msgspec.structs.replace(artefacts.build, dataset=dataset, presentation=Presentation(**options))
    return site_strings(TEMPLATES, msgspec.structs.replace(artefacts, build=build))


@pytest.mark.parametrize(("title", "name", "shown"), [
    (None, "book_ratings", "Book ratings"),
    (None, "movietweetings", "Movietweetings"),
    (None, "ratings-2024__final", "Ratings 2024 final"),
    (None, "MovieLens 100K", "MovieLens 100K"),
    (None, "my MOVIES_1", "my MOVIES_1"),
    (None, "LastFM-1k", "LastFM-1k"),
    (None, "--", "--"),
    ("book_ratings", "u", "book_ratings"),
])  # fmt: skip
def test_a_data_set_without_a_title_is_called_by_its_file_as_people_write_it(title, name, shown):
    build = tiny().build
    presentation = msgspec.structs.replace(build.presentation, title=title)
    dataset = msgspec.structs.replace(build.dataset, name=name)
    assert title_of(msgspec.structs.replace(build, presentation=presentation, dataset=dataset)) == shown


def test_a_site_has_the_words_of_its_data():
    counts = RatingsSummary(kind="counts", low=1, high=9, description="hours")
    words = presented(item=Noun("game", "games", "play", "played"), ratings=counts).word
    assert [words(name) for name in ("an_item", "rated", "ratings", "hit")] == [
        *("a game", "played", "interactions", "played later"),
    ]
    words = presented(item=Noun("article", "articles", "read", "read"), genre=Label("tag", "tags")).word
    assert [words(name) for name in ("an_item", "rated", "Ratings", "Genres")] == [
        *("an article", "rated", "Ratings", "Tags"),
    ]


@pytest.mark.parametrize(
    "phrase",
    ["an hour", "a unicorn", "a user", "an unopened box", "an umbrella", "a UFO", "an LP", "an MP3"],
)
def test_the_article_of_a_noun_follows_its_sound(phrase):
    noun = phrase.partition(" ")[2]
    assert presented(item=Noun(noun, f"{noun}s", "choose", "chosen")).word("an_item") == phrase


def test_visitors_of_a_site_without_a_scale_answer():
    likes = presented(ratings=RatingsSummary(kind="equal", low=1, high=1, description=""))
    assert (likes.text("rate.yourRatings"), likes.text("rate.ratings", n=1)) == ("Your answers", "1 answer")
    assert likes.text("rate.ratingOf", title="Momo") == "Your answer on Momo"
    stars = presented()
    assert (stars.text("rate.yourRatings"), stars.text("rate.ratings", n=1)) == ("Your ratings", "1 rating")


@pytest.mark.parametrize("kind", ["scale", "equal"])
def test_ten_recommendations_are_promised_where_there_are_as_many(kind):
    artefacts = tiny()
    dataset = msgspec.structs.replace(
        artefacts.build.dataset, ratings=RatingsSummary(kind=kind, low=1, high=5, description="")
    )
    build = msgspec.structs.replace(artefacts.build, dataset=dataset)
    keys = ("rate.page.ledeLikes", "rate.waitingForLikes") if kind == "equal" else ("rate.page.lede", "rate.waiting")
    for n_items in (8, 100):
        tower = msgspec.structs.replace(artefacts.deep_tower, item_ids=[str(item) for item in range(n_items)])
        texts = site_strings(TEMPLATES, msgspec.structs.replace(artefacts, build=build, deep_tower=tower))
        assert [bool(re.search(r"\bten\b", texts.text(key))) for key in keys] == [n_items == 100] * 2


def test_in_another_language_words_follow_from_those_in_english(strings):
    text = '[nouns.game]\nitem = "Spiel"\nitems = "Spiele"\nverb = "play"\n[from_english.verbs]\n'
    text += 'play = {do = "spielen"}\nchoose = {do = "wählen"}\n[from_english.genres]\n'
    text += 'tag = {genres = "Schlagwörter"}\n[from_english.values]\nhours = {value = "Stunden"}\n'
    text += '[words]\nto_items = {e_el_er = "{items}n", any = "{items}"}\n'
    text += '[a]\nb = "{item}, {items}, {to_items}, {do}, {genres}, {value}"'

    language = f'{ENGLISH}noun_endings = {{e_el_er = ["e", "el", "er"]}}\n'

    def shown(noun, plural, do, forms=None):
        words = {"item": noun, "items": plural, "do": do, "genre": "tag", "genres": "tags", "value": "hours"}
        values = {**words, **(forms or {})}
        return str(strings(text, words=values, noun=noun, language=language, forms=forms)("a.b"))

    end = "Schlagwörter, Stunden"
    assert shown("game", "games", "play") == f"Spiel, Spiele, Spielen, spielen, {end}"
    assert shown("Spiel", "Spiel", "choose") == f"Spiel, Spiele, Spielen, spielen, {end}"
    assert shown("Brettspiel", "Brettspiel", "choose") == f"Brettspiel, Brettspiele, Brettspielen, spielen, {end}"
    assert shown("Heft", "Hefte", "tauschen") == f"Heft, Hefte, Heften, tauschen, {end}"
    assert shown("Zine", "Zines", "choose") == f"Zine, Zines, Zines, wählen, {end}"
    assert shown("Spiel", "Spielchen", "play") == f"Spiel, Spielchen, Spielchen, spielen, {end}"
    forms = {"to_items": "Manga"}
    assert shown("Comic", "Mangae", "lesen", forms) == f"Comic, Mangae, Manga, lesen, {end}"


def test_texts_of_exported_files_are_translated_and_others_stay(strings):
    text = '[from_english.texts]\n"Popularity" = "Beliebtheit"\n'
    text += '"rated {low} or higher: {rest}" = "ab {low}, {rest}: {items}"\n'
    text += '"rated {low} or higher: {rest}, {more}" = "{more}"'
    t = strings(text, language='[language]\ndecimal = ","\nthousands = "."\npercent = " %"\n')
    assert t.exported("Popularity") == "Beliebtheit"
    assert t.exported("rated 3.5 or higher: Popularity") == "ab 3,5, Beliebtheit: films"
    assert t.exported("rated 1 or higher: x, 12,000") == "12.000"  # what says more of the text comes first
    assert t.exported("rated {0} or higher: 10%") == "ab {0}, 10 %: films"
    assert t.exported("A metric of their own, 1.5") == "A metric of their own, 1.5"


def test_labels_in_sentences_are_small_unless_the_language_says_otherwise(strings):
    assert strings("").in_sentence("Deep") == "deep"
    assert strings("", language='[language]\nlabels_in_sentences = "as they are"\n').in_sentence("Deep") == "Deep"


def test_a_language_without_a_file_is_refused():
    with pytest.raises(OutputError, match=r"xx\.toml: No such file"):
        presented(language="xx")


def with_settings(**settings):
    artefacts = tiny()
    build = msgspec.structs.replace(artefacts.build, config={**artefacts.build.config, **settings})
    return site_strings(TEMPLATES, msgspec.structs.replace(artefacts, build=build))


def test_what_is_said_to_be_published_follows_the_settings_of_privacy():
    published = with_settings()("about.privacy_user")
    assert "the id as the source wrote it, up to ten films rated highest" in published
    hidden = with_settings(hide_rated=True, hash_users=True)("about.privacy_user")
    assert "a keyed hash of their id, the lists, whether" in hidden
    assert "at most 90 films of a user" in with_settings(named_items="all")("about.privacy_named", max_named=90)


def test_a_translation_is_one_more_file(tmp_path):
    templates = shutil.copytree(TEMPLATES, tmp_path / "templates")
    text = (TEMPLATES / "strings" / "en.toml").read_text(encoding="utf-8")
    for english, german in {
        'code = "en"': 'code = "de"',
        'thousands = ","': 'thousands = "."',
        'decimal = "."': 'decimal = ","',
        "[nouns.film]": '[nouns.film]\nitem = "Film"\nitems = "Filme"\nto_items = "Filmen"',
        'heading = "What should you {do} next?"': 'heading = "Welche {items} als Nächstes?"',
        'rate = "{Rate} a few {items}"': 'rate = "Gib ein paar {to_items} Sterne"',
    }.items():
        assert english in text
        text = text.replace(english, german)
    (templates / "strings" / "de.toml").write_text(text, encoding="utf-8")
    artefacts = tiny()
    presentation = msgspec.structs.replace(artefacts.build.presentation, language="de")
    build = msgspec.structs.replace(artefacts.build, presentation=presentation)
    artefacts = msgspec.structs.replace(artefacts, build=build)
    (tmp_path / "site").mkdir()
    write_artefacts(artefacts, tmp_path / "site" / "data")
    render_site(artefacts, templates, tmp_path / "site")
    page = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert "<html lang=de " in page and "<h1>Welche Filme als Nächstes?</h1>" in page
    assert "Gib ein paar Filmen Sterne" in page and "<b>0,200</b>" in page
