"""The settings: knobs, presets, and the address that says how an experiment is set."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.browser.conftest import expose, until
from tests.browser.playground.page import epoch, ready, run_titles, train

MODULE = "playground/settings.js"
NAMES = (
    "CHOICES", "DEFAULTS", "effectiveSettings", "idleSettings", "isSettingsHash", "readSettings", "writeSettings",
)  # fmt: skip
HOSTILE = (
    "#dim=33", "#dim=2.0", "#dim=1e1", "#dim=-2", "#dim=", "#loss=SOFTMAX", "#loss=__proto__", "#logQ=1",
    "#logQ=TRUE", "#seed=-1", "#seed=1.5", "#seed=9999999", "#seed=<img src=x onerror=alert(1)>", "#holdout=0",
    "#epochs=1000000000", "#learningRate=NaN", "#__proto__=1&constructor=2&toString=3", "#%", "#%E0%A4%A", "#&&=&=#",
    "#" + "x" * 100_000,
)  # fmt: skip


@pytest.fixture(scope="module")
def module(chromium, web):
    """A page in which the functions of the settings are global."""
    page = chromium.new_page()
    page.goto(web + "404.html")
    expose(page, MODULE, *NAMES)
    yield page
    page.close()


@pytest.fixture(scope="module")
def choices(module):
    """All values that each setting may have."""
    booleans = {name: [True, False] for name, value in module.evaluate("DEFAULTS").items() if isinstance(value, bool)}
    return {**module.evaluate("CHOICES"), **booleans, "seed": [0, 1, 42, 999_999]}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_address_says_all_settings_and_no_default(module, choices, data):
    defaults = module.evaluate("DEFAULTS")
    assert defaults.keys() == choices.keys()
    chosen = {name: data.draw(st.sampled_from(choices[name]), name) for name in defaults}
    hash_ = module.evaluate("(settings) => writeSettings(settings, '')", chosen)
    assert module.evaluate("readSettings", hash_) == chosen
    named = {part.partition("=")[0] for part in hash_.removeprefix("#").split("&") if part}
    assert named == {name for name in defaults if chosen[name] != defaults[name]}


@pytest.mark.parametrize("hash_", HOSTILE, ids=range(len(HOSTILE)))
def test_what_makes_no_sense_in_an_address_is_the_default(module, hash_):
    assert module.evaluate("readSettings", hash_) == module.evaluate("DEFAULTS")


def test_what_makes_no_sense_does_not_hide_what_does(module):
    read = module.evaluate("readSettings", "#dim=3&loss=bpr&none=1&logQ=false&seed=7")
    assert read == {**module.evaluate("DEFAULTS"), "loss": "bpr", "logQ": False, "seed": 7}


def test_the_step_of_the_lesson_stays_in_the_address_and_leaves_settings_alone(module):
    written = "({ hash, ...changes }) => writeSettings({ ...DEFAULTS, ...changes }, hash)"
    assert module.evaluate(written, {"hash": "#lesson=3&dim=4", "dim": 2}) == "#lesson=3&dim=2"
    assert module.evaluate(written, {"hash": "#lesson"}) == "#lesson"
    assert module.evaluate(written, {"hash": "#lesson=<b>&content"}) == ""
    says = {"": True, "#dim=4": True, "#lesson=3&dim=4": True, "#lesson=3": False, "#content": False}
    assert {hash_: module.evaluate("isSettingsHash", hash_) for hash_ in says} == says


@pytest.mark.parametrize(("changes", "log", "idle"), [
    ({}, {}, ["distillation"]),
    ({"loss": "sampled"}, {}, ["logQ", "masked", "distillation"]),
    ({"loss": "bpr"}, {}, ["logQ", "masked", "distillation"]),
    ({"closedForm": True}, {}, ["initialScale"]),
    ({"closedForm": True}, {"nItems": 1501}, ["closedForm", "distillation"]),
    ({"closedForm": True, "similarity": "cosine"}, {}, ["initialScale", "distillation", "l2"]),
    ({}, {"genres": None}, ["genres", "distillation"]),
])  # fmt: skip
def test_settings_without_effect_are_known_and_do_not_tell_experiments_apart(module, changes, log, idle):
    log = {"nItems": 1500, "genres": {}, **log}
    chosen = {**module.evaluate("DEFAULTS"), **changes}
    without_effect = module.evaluate("([settings, log]) => [...idleSettings(settings, log).keys()]", [chosen, log])
    assert sorted(without_effect) == sorted(idle)
    others = {"logQ": False, "masked": False, "distillation": 10, "l2": 1, "initialScale": 1, "genres": True}
    effective = "([settings, log]) => effectiveSettings(settings, log)"
    same = {**chosen, **{name: value for name, value in others.items() if name in idle}}
    assert module.evaluate(effective, [same, log]) == module.evaluate(effective, [chosen, log])


def settings_of(page):
    """What the knobs show."""
    return page.evaluate("""() => Object.fromEntries([...document.querySelectorAll("[data-knob]")].map((row) => {
      const control = row.querySelector("input, select");
      const shown = row.querySelector("output")?.textContent ?? control.value;
      return [row.dataset.knob, control.type === "checkbox" ? control.checked : shown];
    }))""")


def unfold(page):
    """All groups of knobs, of which one is open at a time."""
    page.evaluate("""() => {
      for (const group of document.querySelectorAll(".knob-group")) {
        group.removeAttribute("name");
        group.open = true;
      }
    }""")


def test_every_setting_has_a_knob_that_says_what_it_does(visit, disk, module):
    page = ready(visit(disk + "playground.html"))
    unfold(page)
    assert settings_of(page).keys() == module.evaluate("DEFAULTS").keys()
    for row in page.locator("[data-knob]").all():
        control = row.locator("input, select")
        name = row.locator("label").inner_text()
        assert page.get_by_label(name, exact=True).count() == 1
        about = page.locator(f"#{control.get_attribute('aria-describedby')}").inner_text()
        assert len(about) > 30 and about.count(". ") <= (1 if control.is_disabled() else 0), about


def test_a_knob_makes_new_towers_and_back_returns_to_the_last_experiment(visit, origin):
    page = ready(visit(origin + "playground.html#epochs=1"))
    train(page)
    knob = page.get_by_role("slider", name="Dimensions")
    knob.focus()
    page.keyboard.press("ArrowLeft")
    until(page, "() => location.hash === '#dim=16&epochs=1'")
    until(page, "() => document.querySelector('[data-clock] b').textContent.startsWith('Epoch 0.0')")
    assert settings_of(page)["dim"] == "16"
    page.get_by_role("combobox", name="Similarity").select_option("cosine")
    until(page, "() => location.hash.includes('similarity=cosine')")
    page.get_by_role("checkbox", name="MLP in Deep").uncheck()
    until(page, "() => location.hash.includes('mlp=false')")
    page.go_back()
    page.go_back()
    until(page, "() => location.hash === '#dim=16&epochs=1'")
    until(page, "() => document.querySelector('[data-knob=mlp] input').checked")
    assert settings_of(page)["similarity"] == "dot"


def test_only_a_whole_number_is_a_seed(visit, disk):
    page = ready(visit(disk + "playground.html"))
    unfold(page)
    seed = page.get_by_role("spinbutton", name="Seed")
    for text, shown in (("12", "12"), ("-3", "12"), ("1.5", "12"), ("", "12"), ("0", "0")):
        seed.fill(text)
        seed.press("Enter")
        seed.blur()
        assert seed.input_value() == shown
    assert page.evaluate("location.hash") == ""


def test_an_address_sets_the_experiment_and_text_in_it_does_nothing(visit, origin):
    page = ready(visit(origin + "playground.html#dim=2&loss=bpr&seed=<img src=x onerror=alert(1)>&masked=false"))
    unfold(page)
    shown = settings_of(page)
    assert (shown["dim"], shown["loss"], shown["seed"], shown["masked"]) == ("2", "bpr", "0", False)
    masked = page.locator("[data-knob=masked]")
    assert masked.get_by_role("checkbox").is_disabled()
    assert "Off: with this loss" in masked.inner_text()
    page.evaluate("location.hash = '#dim=4'")
    until(page, "() => document.querySelector('[data-knob=dim] output').textContent === '4'")
    assert not masked.get_by_role("checkbox").is_disabled()
    page.evaluate("location.hash = '#content'")
    page.wait_for_timeout(100)
    assert settings_of(page)["dim"] == "4"


def test_a_preset_sets_every_knob_and_says_what_to_watch(visit, disk):
    page = ready(visit(disk + "playground.html#seed=3"))
    chips = page.get_by_role("group", name="Experiments to try").get_by_role("button")
    advice = page.locator(".playground-advice")
    assert chips.count() == 5
    assert page.locator(".playground-chip[aria-pressed=true]").count() == 0
    texts = {advice.inner_text()}
    for chip in chips.all():
        chip.click()
        until(page, "(chip) => chip.ariaPressed === 'true'", chip.element_handle())
        texts.add(advice.inner_text())
        assert "seed" not in page.evaluate("location.hash")
    assert len(texts) == 6


def test_the_legend_says_how_a_run_differs_from_the_defaults(visit, disk):
    page = ready(visit(disk + "playground.html#epochs=1&l2=0&closedForm=false&loss=bpr&logQ=false"))
    train(page)
    assert run_titles(page) == ["Run 1 Epochs: 1 · Regularisation (l2): 0 · Loss: BPR"]
    assert epoch(page) == "Epoch 1.0 of 1"
    assert "logQ=false" in page.evaluate("location.hash")  # it has an effect with another loss
