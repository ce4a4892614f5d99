"""The texts in German: complete, as the English ones in what they leave open, and nothing of a site is in English."""

from __future__ import annotations

import html
import itertools
import re
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

import recsys
from recsys.baselines import ease, tuning
from recsys.baselines.registry import BASELINES
from recsys.checks import check_presentation
from recsys.config import PresentationConfig
from recsys.data.column_names import matches_of_name
from recsys.data.nouns import ITEM, noun_of_names
from recsys.errors import ConfigError
from recsys.evaluation import candidates, cold_start, overlap, relevance, reranking, significance, user_groups
from recsys.evaluation.metrics import METRICS
from recsys.export.metrics import SPLIT_RULES
from recsys.export.presentation import make_noun
from recsys.models.registry import MODELS
from recsys.schema import Artefacts, Label, Noun, RatingsSummary
from recsys.site.language.strings import Strings, site_strings
from recsys.site.pages.wanted import OPTIONAL_PAGES
from tests.site.tiny import TEMPLATES, render, render_html, tiny, with_ratings
from tests.small_logs import write_movielens

FOLDER = TEMPLATES / "strings"
WORDS = dict.fromkeys(("item", "items", "do", "did", "genre", "genres", "value", "dataset", "discovery"), "x")
KINDS = [("scale",), ("counts",), ("equal", "likes")]
OTHERS = [
    (), ("temporal", "genres", "years", "discovery"), ("genres", "unmeasured", "hash_users"), ("years", "name_all"),
    ("unmeasured", "agreement"), ("unvalidated",), ("hide_rated", "rated_withheld"), ("name_none", "rated_withheld"),
    ("rated_withheld",),
]  # fmt: skip
INTERNATIONAL = {
    *("Adam", "BPR", "Base", "Deep", "Experiment", "Fair", "Filter", "JSON", "Jaccard", "JavaScript", "Median"),
    *("Pause", "Python", "Relevant", "SGD", "SHA-256", "Score", "Seed", "Start", "Test", "Training", "Zoom"),
    *("Genres in Deep", "MLP in Deep", "Dimension {n}: {a} × {b} = {product}", "k = {k}"),
    "<strong>{name}</strong>: {n_ratings} {of_items} {by_users}.",
    *("nDCG {base} · {deep}", "nDCG@{k}", "Schema:"),
}
"""Texts that are the same in both languages; so are those without a letter outside of parameters."""


def leaves(value: object) -> list[str]:
    """The texts of a table of texts, in order."""
    return [value] if isinstance(value, str) else [leaf for part in value.values() for leaf in leaves(part)]


def texts_of(language: str) -> dict[str, object]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def german(artefacts: Artefacts, **options) -> Artefacts:
    """The same site in German."""
    presentation = msgspec.structs.replace(artefacts.build.presentation, language="de", **options)
    return msgspec.structs.replace(
        artefacts, build=msgspec.structs.replace(artefacts.build, presentation=presentation)
    )


@pytest.mark.parametrize("conditions", [(*kind, *other) for kind, other in itertools.product(KINDS, OTHERS)])
def test_texts_in_german_are_those_in_english_with_the_same_parameters(conditions):
    en, de = (Strings(FOLDER / f"{language}.toml", WORDS, conditions, "film") for language in ("en", "de"))
    assert de.keys == en.keys
    assert {key: de.parameters(key) for key in de.keys} == {key: en.parameters(key) for key in en.keys}


def test_no_text_in_german_is_the_english_one():
    tables, english = texts_of("de"), texts_of("en")
    same = []
    for name in tables.keys() & english.keys() - {"language", "words", "nouns"}:
        same += set(leaves(tables[name])) & set(leaves(english[name]))
    in_words = [text for text in same if re.search("[A-Za-z]{2}", re.sub(r"\{\w+\}", "", text))]
    assert set(in_words) - INTERNATIONAL == set()


def test_texts_in_german_are_set_as_german_is():
    tables = texts_of("de")
    del tables["language"]
    texts = leaves(tables)
    assert [text for text in texts if re.search(r"”|[a-z]'[a-z]|[\d} ]%|\w…", text)] == []
    assert [text for text in texts if text.count("„") != text.count("“")] == []


def test_german_words_for_items_name_columns_of_items_unless_they_also_mean_something_else():
    nouns = texts_of("de")["nouns"].values()
    words = {noun[form] for noun in nouns for form in ("item", "items") if form in noun}
    unknown = {word for word in words if noun_of_names([word]) == ITEM or matches_of_name(word)[0].role != "item"}
    assert unknown == {
        *("Titel", "Seite", "Seiten", "Ort", "Orte", "Kanal", "Kanäle", "Folge", "Folgen", "Geschäft", "Geschäfte")
    }


def english_phrases() -> set[str]:
    """Pieces of several words of the texts in English, between what they leave open."""
    texts = leaves({**texts_of("en"), "language": {}})
    pieces = {piece.strip() for text in texts for piece in re.split(r"<[^>]*>|\{\w+\}", text)}
    return {piece for piece in pieces if piece.count(" ") > 1}


def visible(path: Path) -> str:
    """What people read on a page, without code and what is marked as English."""
    page = path.read_text(encoding="utf-8")
    page = re.sub(r'<table class="fields" lang="en">.*?</table>', "", page, flags=re.DOTALL)
    page = re.sub(r"<(script|style|pre|code)\b.*?</\1>", "", page, flags=re.DOTALL)
    page = re.sub(r'(?:aria-label|placeholder|content)="([^"]*)"', r">\1<", page)
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


@pytest.mark.parametrize("kind", ["scale", "counts", "equal"])
def test_pages_are_german_and_have_no_english_sentence(tmp_path, kind):
    artefacts = tiny(synthetic=True)
    artefacts = with_ratings(artefacts, RatingsSummary(kind=kind, low=1, high=5, description="a scale from 1 to 5"))
    pages = sorted(render_html(german(artefacts), tmp_path / "site", *OPTIONAL_PAGES).rglob("*.html"))
    phrases = english_phrases()
    assert len(phrases) > 500
    assert len(pages) > 15
    for path in pages:
        text = re.sub(r"\s+", " ", visible(path))
        assert re.search(r'<html lang="?de\b', path.read_text(encoding="utf-8")), path
        assert [phrase for phrase in phrases if phrase in text] == [], path.name


def test_numbers_are_written_as_in_german(tmp_path):
    out = render_html(german(tiny()), tmp_path / "site", "compare", "about", "users")
    compare = visible(out / "compare.html")
    assert " 0,200 " in compare and "95\u00a0%" in compare
    assert re.findall(r"\d%|(?<![\d.])\d+\.(?!\d{3}\b)\d+(?![\d.])", compare) == []


def exported_texts() -> set[str]:
    """What the exported files may say in English, and pages show."""
    formulas = {**user_groups.FORMULAS, **significance.FORMULAS, **overlap.FORMULAS, **reranking.FORMULAS}
    rules = [*relevance.EVERY_RATING.values(), *relevance.FROM_A_RATING.values()]
    relevant = [rule.format(relevant_from=3.5) for rule in rules]
    too_large: Any = SimpleNamespace(n_users=10**6, n_items=10**6)
    return {
        *(metric.formula for metric in METRICS.values()), *formulas.values(), *SPLIT_RULES.values(), tuning.PROTOCOL,
        str(ease.skip_reason(too_large)),
        *(spec.description for spec in MODELS.values()), *user_groups.ACTIVITY, *user_groups.TASTE, *SPLIT_RULES,
        *relevant, *(text + relevance.TWINS for text in relevant), candidates.PROTOCOL, cold_start.HALF,
        candidates.PROTOCOL + candidates.TWINS_PROTOCOL,
        *(cold_start.PROTOCOL.format(seed=7, draws=5, share=0.1, k=10, order=order, twins=twins, relevant=relevant[0])
          for order in ("", cold_start.FIRST_IN_TIME.protocol)
          for twins in ("", " and without twins, as protocol.candidates says")),
    }  # fmt: skip


LABELS_KEPT = {"nDCG", "Recall", "Precision", "MAP", "MRR", "EASE", "ALS", "Base", "Deep"}


def test_everything_that_exported_files_say_is_translated():
    strings = site_strings(TEMPLATES, german(tiny()))
    labels = {spec.label for spec in (*METRICS.values(), *BASELINES.values(), *MODELS.values())} - LABELS_KEPT
    kept = {"mainstream"}  # in German with a capital
    left = {text for text in exported_texts() | labels if strings.exported(text) in (text, text.replace(".", ","))}
    assert left - kept == set()
    english = re.compile(r"\b(the|and|of|with|user|users|items|ratings|rated|each)\b")
    for text in exported_texts():
        shown = re.sub(r"items\.json|ratings\.csv", "", strings.exported(text))
        assert not english.search(shown), shown


def test_a_site_of_a_small_log_is_built_in_german(tmp_path):
    log = recsys.load_dataset(write_movielens(tmp_path / "log"))
    config = recsys.BuildConfig(
        train=recsys.TrainConfig(epochs=1, dim=4),
        presentation=PresentationConfig(language="de", noun="Brettspiel", pages=("compare", "about", "users")),
    )
    out = recsys.build_site(log, tmp_path / "site", config)
    compare, home = (visible(out / name) for name in ("compare.html", "index.html"))
    assert "Beliebtheit" in compare and "Popularity" not in compare
    assert "in der Reihenfolge von items.json" in compare
    assert re.findall(r"\b(the|of|and|every|each|held|ratings)\b", compare) == []
    assert "Was willst du als Nächstes spielen?" in home
    assert "aus den Brettspielen Vektoren" in visible(out / "about.html")


@pytest.mark.parametrize(("setting", "phrase"), [
    ("film", "Ähnliche Filme gesehen"), ("Buch", "Ähnliche Bücher gelesen"),
    ("Kochbuch", "Ähnliche Kochbücher gelesen"), ("brettspiel", "Ähnliche Brettspiele gespielt"),
    ("indie-spiel", "Ähnliche Indie-Spiele gespielt"), (["neues heft", "neue hefte"], "Ähnliche neue Hefte gewählt"),
    (["iPad-App", "iPad-Apps"], "Ähnliche iPad-Apps genutzt"),
    (["Antwort", "Antworten"], "Ähnliche Antworten gewählt"),
    ("Indie-Spiel", "Ähnliche Indie-Spiele gespielt"), (["Heft", "Hefte"], "Ähnliche Hefte gewählt"),
    ({"one": "Heft", "many": "Hefte", "do": "tauschen", "did": "getauscht"}, "Ähnliche Hefte getauscht"),
    ({"one": "dish", "many": "dishes", "do": "eat", "did": "eaten"}, "Ähnliche Gerichte gegessen"),
])  # fmt: skip
def test_a_noun_of_the_settings_gives_german_words(setting, phrase):
    check_presentation(PresentationConfig(language="de", noun=setting))
    strings = site_strings(TEMPLATES, german(tiny(), item=make_noun(setting, "de")))
    assert f"{strings.text('item.similar')} {strings.word('did')}" == phrase


@pytest.mark.parametrize("noun", ["Heft", "Antwort"])
def test_a_noun_whose_plural_is_not_known_is_refused_with_a_remedy(noun):
    with pytest.raises(ConfigError, match=rf"noun is '{noun}', and de\.toml has no plural for it; expected"):
        check_presentation(PresentationConfig(language="de", noun=noun))


@pytest.mark.parametrize("noun", ["Brettspiel", "buch", "Künstler"])
def test_a_german_noun_on_an_english_site_is_refused_unless_its_plural_is_given(noun):
    message = rf"noun is '{noun}', which is a word of de\.toml.*expected language = \"de\""
    with pytest.raises(ConfigError, match=message):
        check_presentation(PresentationConfig(noun=noun))
    check_presentation(PresentationConfig(noun=[noun, noun]))


@pytest.mark.parametrize("noun", ["book", "film", "Album", "webcomic", "resort", "zine", "movie"])
def test_an_english_noun_that_resembles_a_german_one_is_accepted(noun):
    check_presentation(PresentationConfig(noun=noun))


def test_words_that_the_data_suggests_in_english_are_german():
    entries = tiny()
    hours = with_ratings(entries, RatingsSummary(kind="counts", low=1, high=9, description=""))
    item, genre = Noun("song", "songs", "listen to", "listened to"), Label("tag", "tags")
    strings = site_strings(TEMPLATES, german(hours, item=item, genre=genre, rating_name="plays"))
    words = [strings.word(word) for word in ("items_dat", "do", "did", "Genres", "value")]
    assert words == ["Songs", "hören", "gehört", "Schlagwörter", "Wiedergaben"]


def test_scripts_of_a_german_site_have_all_their_texts(tmp_path):
    out = render(german(tiny()), tmp_path / "site")
    assert "Nutzer und Filme suchen" in "".join(path.read_text("utf-8") for path in out.glob("assets/site*.js"))
