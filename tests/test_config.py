from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from recsys.config import BuildConfig, TrainConfig, read_config
from recsys.errors import ConfigError


def toml(folder: Path, text: str | bytes) -> Path:
    path = folder / "settings.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path | None, **options: Any) -> str:
    """The sentence with which settings are refused."""
    with pytest.raises(ConfigError) as caught:
        read_config(path, options)
    return str(caught.value)


def test_without_file_and_options_all_settings_have_their_defaults():
    assert read_config(None, {}) == BuildConfig()
    assert BuildConfig() == BuildConfig(
        holdout=0.2, top_k=10, models=("base", "deep"), site_url=None, train=TrainConfig(seed=0)
    )


def test_options_come_before_the_file_and_the_file_before_the_defaults(tmp_path):
    path = toml(tmp_path, "top_k = 5\nholdout = 0.1\n[train]\ndim = 3\nseed = 7\n")
    config = read_config(path, {"top_k": 6, "dim": 8, "epochs": None, "holdout": None})
    assert (config.top_k, config.holdout, config.models) == (6, 0.1, ("base", "deep"))
    assert (config.train.dim, config.train.seed, config.train.epochs) == (8, 7, TrainConfig().epochs)


def test_an_option_of_zero_is_given_and_one_of_none_is_not(tmp_path):
    path = toml(tmp_path, "holdout = 0.5\n[train]\nseed = 4\n")
    config = read_config(path, {"holdout": 0, "seed": None})
    assert (config.holdout, config.train.seed) == (0, 4)


def test_a_file_may_hold_every_setting(tmp_path):
    path = toml(tmp_path, """
        holdout = 0.3
        top_k = 4
        models = ["deep"]
        site_url = "https://films.example/"
        evaluate_new_users = true
        [train]
        dim = 2
        epochs = 3
        patience = 4
        learning_rate = 1
        l2 = 0
        batch_size = 5
        seed = 6
    """)
    train = TrainConfig(dim=2, epochs=3, patience=4, learning_rate=1.0, l2=0.0, batch_size=5, seed=6)
    assert read_config(path, {}) == BuildConfig(
        holdout=0.3,
        top_k=4,
        models=("deep",),
        site_url="https://films.example/",
        evaluate_new_users=True,
        train=train,
    )


def test_models_of_an_option_may_be_a_list():
    assert read_config(None, {"models": ["deep", "base"]}).models == ("deep", "base")


def test_settings_cannot_be_changed():
    for config in (BuildConfig(), TrainConfig()):
        with pytest.raises(FrozenInstanceError):
            setattr(config, fields(config)[0].name, 1)


@pytest.mark.parametrize(("setting", "value"), [
    ("dim", 0), ("dim", 4097), ("dim", 2.0), ("dim", True), ("dim", "8"),
    ("epochs", 0), ("patience", 0), ("batch_size", 0),
    ("seed", -1), ("seed", 2**63),
    ("learning_rate", 0), ("learning_rate", 11), ("learning_rate", float("nan")), ("learning_rate", float("inf")),
    ("l2", -0.1), ("l2", float("nan")), ("l2", "much"),
])  # fmt: skip
def test_a_training_setting_outside_its_range_is_named_with_value_and_range(setting, value):
    with pytest.raises(ConfigError) as caught:
        TrainConfig(**{setting: value})
    assert str(caught.value).startswith(f"{setting} is {value!r}; expected a ")


@pytest.mark.parametrize(("setting", "value"), [
    ("holdout", 1), ("holdout", -0.1), ("holdout", float("nan")), ("holdout", True),
    ("top_k", 0), ("top_k", 1001), ("top_k", 2.5),
    ("user_pages", -1), ("user_pages", 1.5), ("max_files", 0), ("max_megabytes", True),
    ("evaluate_new_users", 1), ("evaluate_new_users", "yes"), ("evaluate_new_users", None),
    ("site_url", "ftp://films.example"), ("site_url", ""), ("site_url", "javascript:alert(1)"),
    ("site_url", "https://"), ("site_url", "https:///films/"), ("site_url", "https://user:word@films.example/"),
    ("site_url", "https://films.example/?page=1"), ("site_url", "https://films.example/#top"),
    ("site_url", "https://films.example/a b"), ("site_url", 'https://films.example/"><script>'),
    ("site_url", "https://films.example/\nSitemap: x"), ("site_url", "https://films.example\n"),
    ("site_url", "https://filmé.example/"), ("site_url", "https://films.example/%zz"),
])  # fmt: skip
def test_a_build_setting_outside_its_range_is_named_with_what_was_expected(setting, value):
    with pytest.raises(ConfigError) as caught:
        BuildConfig(**{setting: value})
    assert str(caught.value).startswith(f"{setting} is {value!r}; expected a")


@pytest.mark.parametrize("url", [
    "https://films.example", "http://localhost:8000/films", "https://[::1]:8000/", "HTTPS://Films.Example/a/~b/%C3%A9/",
])  # fmt: skip
def test_an_address_of_a_site_may_have_a_port_and_a_path(url):
    assert BuildConfig(site_url=url).site_url == url


@pytest.mark.parametrize("setting", [
    {"dim": 1}, {"dim": 4096}, {"seed": 0}, {"seed": 2**63 - 1}, {"learning_rate": 10}, {"l2": 0}, {"l2": 1000},
])  # fmt: skip
def test_the_ends_of_the_ranges_are_allowed(setting):
    assert getattr(TrainConfig(**setting), next(iter(setting))) == next(iter(setting.values()))
    assert BuildConfig(holdout=0).holdout == 0
    assert BuildConfig(top_k=1000).top_k == 1000


@pytest.mark.parametrize("models", [(), ("base", "base"), ("bass",), ("base", "deep", "wide"), "base"])
def test_models_that_do_not_exist_or_stand_twice_are_refused(models):
    with pytest.raises(ConfigError, match="expected base, deep or both"):
        BuildConfig(models=models)


def test_new_users_cannot_be_measured_without_the_model_that_answers_them(tmp_path):
    path = toml(tmp_path, "evaluate_new_users = true")
    assert read_config(path, {}).evaluate_new_users
    for sentence in (
        refusal(path, models=["base"]),
        refusal(None, models=["base"], evaluate_new_users=True),
        refusal(toml(tmp_path, 'evaluate_new_users = true\nmodels = ["base"]')),
    ):
        assert "evaluate_new_users measures deep" in sentence
        assert "expected deep among the models" in sentence


@pytest.mark.parametrize(("text", "value"), [
    ("[train]\ndim = 'wide'", "'wide'"),
    ("[train]\ndim = 4.5", "4.5"),
    ("[train]\nseed = true", "True"),
    ("holdout = 'much'", "'much'"),
    ("models = 'base'", "'base'"),
    ("models = ['wide']", "'wide'"),
    ("site_url = 5", "5"),
    ("top_k = 0", "0"),
    ("train = 5", "5"),
])  # fmt: skip
def test_a_wrong_value_in_a_file_is_shown_with_file_setting_and_what_was_expected(tmp_path, text, value):
    path = toml(tmp_path, text)
    setting = text.removeprefix("[train]\n").split(" =")[0]
    sentence = refusal(path)
    assert sentence.startswith(f"{path}: ")
    rest = sentence.removeprefix(f"{path}: ")
    assert value in rest
    assert setting.removesuffix("s") in rest
    assert "expected" in rest.lower()


def test_a_wrong_option_is_not_blamed_on_the_file(tmp_path):
    path = toml(tmp_path, "top_k = 5")
    assert refusal(path, dim=0) == "dim is 0; expected a whole number from 1 to 4096"


@pytest.mark.parametrize("models", [["wide"], [""]])
def test_a_wrong_model_on_the_command_line_is_told_which_there_are(models):
    sentence = refusal(None, models=models)
    assert repr(models[0]) in sentence
    assert "expected base, deep or both" in sentence


@pytest.mark.parametrize("text", ["colour = 1", "[train]\ncolour = 1", "[colour]\ndim = 1", "[train.colour]\na = 1"])
def test_an_unknown_setting_in_a_file_is_named_with_those_there_are(tmp_path, text):
    path = toml(tmp_path, text)
    sentence = refusal(path)
    assert sentence.startswith(f"{path}: there is no setting 'colour'")
    for each in (*fields(BuildConfig), *fields(TrainConfig)):
        assert each.name == "train" or each.name in sentence


@pytest.mark.parametrize("text", ["dim = 4", "[train]\ntop_k = 4"])
def test_a_setting_in_the_wrong_place_of_a_file_is_refused(tmp_path, text):
    assert "in this place" in refusal(toml(tmp_path, text))


def test_an_unknown_option_is_not_passed_over():
    assert "colour" in refusal(None, colour=1)


@pytest.mark.parametrize("text", ["top_k = = 3", "top_k", "top_k = 1\ntop_k = 2", b"name = '\xff'"])
def test_a_file_that_is_not_toml_is_named(tmp_path, text):
    path = toml(tmp_path, text)
    sentence = refusal(path)
    assert sentence.startswith(f"{path}: ")
    assert "expected TOML such as top_k = 10" in sentence


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    for path in (tmp_path / "absent.toml", tmp_path):
        sentence = refusal(path)
        assert sentence.startswith(f"{path}: cannot be read")
        assert "expected a TOML file" in sentence


def test_an_empty_file_changes_nothing(tmp_path):
    assert read_config(toml(tmp_path, ""), {}) == BuildConfig()
