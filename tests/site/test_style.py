"""The tokens of the style sheets: each colour once, for both themes; text can be read on every background."""

import re
from itertools import product

import pytest

from recsys.errors import OutputError
from recsys.schema import LegendEntry
from recsys.site.output.legend import legend_css, words_css
from recsys.site.pages.wanted import OPTIONAL_PAGES
from tests.site.tiny import MODELS, STRINGS, TEMPLATES, legend, render_html, render_pages, tiny

CSS = "".join(path.read_text("utf-8") for path in sorted((TEMPLATES / "assets").rglob("*.css")))
CSS += legend_css(legend(), MODELS) + words_css(STRINGS)
THEMES = ("light", "dark")
PAIRS = {
    name: dict(zip(THEMES, colours, strict=True))
    for name, *colours in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", CSS)
}


def luminance(colour):
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(colour, other):
    low, high = sorted((luminance(colour), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_definition():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read_on_every_ground(theme):
    grounds, texts = ("bg", "surface", "sunken"), ("ink", "ink-2", "accent", "hit", "gold")
    pairs = [*product(texts, grounds), ("accent", "accent-soft"), ("ink", "hit-soft"), ("hit", "hit-soft")]
    weak = {pair: contrast(*(PAIRS[name][theme] for name in pair)) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_curves_and_bars_stand_out_from_their_background(theme):
    names = ("neutral", "train", "validation", *(f"m-{name}" for name in legend()))
    assert all(contrast(PAIRS[name][theme], PAIRS["surface"][theme]) >= 3 for name in names)


def test_every_model_and_baseline_has_its_colour_in_the_style_sheet_of_every_page(tmp_path):
    style = (render_pages(tiny(), tmp_path) / "assets" / "style.css").read_text("utf-8")
    for name, entry in legend().items():
        assert f"--m-{name}: light-dark({entry.light}, {entry.dark});" in style
        assert f".m-{name} {{ --model: var(--m-{name}); }}" in style
    assert {name for name in legend() if f"map-{name}.png" in style} == set(MODELS)


@pytest.mark.parametrize(
    ("name", "light", "message"),
    [
        ("x { color: red } y", "#123456", "expected a name of a-z"),
        ("Base", "#123456", "expected a name of a-z"),
        ("", "#123456", "expected a name of a-z"),
        ("x", "red", "expected #rrggbb"),
        ("x", "#123456; } * { display: none", "expected #rrggbb"),
        ("x", "#123456\n", "expected #rrggbb"),
    ],
)
def test_a_legend_cannot_bring_other_css_into_the_style_sheet(name, light, message):
    with pytest.raises(OutputError, match=message):
        legend_css({name: LegendEntry(label="X", light=light, dark="#123456")}, [])


def test_a_model_without_a_legend_is_refused():
    with pytest.raises(OutputError, match="legend lacks deep"):
        legend_css({}, ["deep"])


def test_each_model_has_a_thin_bar_in_the_table_of_genres_over_the_broad_one():
    entries = dict.fromkeys(("one", "two", "three"), legend()["base"])
    bars = re.search(r"\.genres tbody th \{ (.*) \}", legend_css(entries, entries))[1]
    layers = re.findall(r"var\(--([\w-]+)\) 0 0\) 0 calc\(100% - (\d+)px\) .*? (\d+)px no-repeat", bars)
    assert layers == [("m-one", "17", "3"), ("m-two", "12", "3"), ("m-three", "7", "3"), ("rated", "5", "17")]


def test_every_token_that_is_used_is_declared():
    used = set(re.findall(r"var\((--[\w-]+)\)", CSS))
    declared = set(re.findall(r"(?:^|[\s{;])(--[\w-]+):", CSS)) | set(re.findall(r"@property (--[\w-]+)", CSS))
    set_in_pages = {
        name for path in TEMPLATES.glob("*.html") for name in re.findall(r"--[\w-]+", path.read_text("utf-8"))
    }
    assert used - declared - set_in_pages == set()


def test_every_token_that_is_declared_is_used():
    own = re.sub(r"\.bk-Tooltip \{.*?\}", "", CSS, flags=re.DOTALL)  # BokehJS reads those of its tooltips
    declared = {name for name in re.findall(r"(?:^|[\s{;])(--[\w-]+):", own) if not name.startswith("--bokeh-")}
    scripts = "".join(path.read_text("utf-8") for path in (TEMPLATES / "assets").rglob("*.js"))
    sources = scripts + "".join(path.read_text("utf-8") for path in TEMPLATES.glob("*.html"))
    assert {name for name in declared if f"var({name}" not in CSS and name not in sources} == set()


def test_the_404_page_has_the_style_it_uses_and_little_else(tmp_path):
    text = (render_html(tiny(), tmp_path) / "404.html").read_text("utf-8")
    style, body = text[text.index("<style>") : text.index("</style>")], text[text.index("<body>") :]
    used = {name for names in re.findall(r'class="([^"]+)"', body) for name in names.split()}
    assert {name for name in used if not re.search(rf"\.{name}\b", style)} == set()
    assert len(text.encode()) <= 10_000


def test_every_colour_of_the_charts_is_a_token():
    for name in (*(f"m-{name}" for name in legend()), "train", "validation", "gold", "line", "ink-2"):
        assert name in PAIRS


def test_the_frame_of_a_page_is_light(tmp_path):
    folder = render_html(tiny(), tmp_path, *OPTIONAL_PAGES)
    page = (folder / "users" / "1.html").read_text("utf-8")
    frame = page[: page.index("<main")] + page[page.index("<footer") :]
    assert len(frame.encode()) <= 1500


def test_the_theme_is_set_before_the_first_paint_and_all_else_later(tmp_path):
    for path in render_html(tiny(), tmp_path, *OPTIONAL_PAGES).rglob("*.html"):
        scripts = re.findall(r"<script (?!type)([^>]*)>", path.read_text("utf-8"))
        early = [script for script in scripts if "defer" not in script and "lost.js" not in script]
        assert len(early) == (path.name != "404.html"), path
        assert all("assets/theme.js?v=" in script for script in early), path
