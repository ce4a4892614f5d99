from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
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
    """The message with which settings are refused."""
    with pytest.raises(ConfigError) as caught:
        read_config(path, options)
    return str(caught.value)


def test_without_file_and_options_all_settings_have_their_defaults(tmp_path):
    assert read_config(None, {}) == read_config(toml(tmp_path, ""), {}) == BuildConfig()


def test_options_come_before_the_file_and_the_file_before_the_defaults(tmp_path):
    path = toml(tmp_path, "top_k = 5\nholdout = 0.1\n[train]\ndim = 3\nseed = 7\nl2 = 2\n")
    config = read_config(path, {"top_k": 6, "dim": 8, "epochs": None, "holdout": None, "seed": 0})
    assert (config.top_k, config.holdout, config.models) == (6, 0.1, ("base", "deep"))
    assert config.train == TrainConfig(dim=8, seed=0, l2=2)


def test_a_file_may_hold_every_setting(tmp_path):
    path = toml(tmp_path, """
        holdout = 0.3
        relevant_from = 4
        top_k = 4
        models = ["deep"]
        site_url = "https://films.example/"
        evaluate_new_users = true
        user_pages = 1
        max_files = 2
        max_megabytes = 3
        [train]
        dim = 2
        epochs = 3
        patience = 4
        learning_rate = 1
        l2 = 0
        batch_size = 5
        seed = 6
    """)
    config = read_config(path, {})
    assert config == BuildConfig(
        holdout=0.3,
        relevant_from=4.0,
        top_k=4,
        models=("deep",),
        site_url="https://films.example/",
        evaluate_new_users=True,
        user_pages=1,
        max_files=2,
        max_megabytes=3,
        train=TrainConfig(dim=2, epochs=3, patience=4, learning_rate=1.0, l2=0.0, batch_size=5, seed=6),
    )
    for given, default in ((config, BuildConfig()), (config.train, TrainConfig())):
        assert all(getattr(given, field.name) != getattr(default, field.name) for field in fields(given))


def test_settings_cannot_be_changed():
    for config in (BuildConfig(), TrainConfig()):
        with pytest.raises(FrozenInstanceError):
            setattr(config, fields(config)[0].name, 1)


@pytest.mark.parametrize(("config", "setting", "value", "expected"), [
    (TrainConfig(), "dim", 4097, "a whole number from 1 to 4096"),
    (TrainConfig(), "dim", True, "a whole number from 1 to 4096"),
    (TrainConfig(), "dim", 2.0, "a whole number from 1 to 4096"),
    (TrainConfig(), "epochs", 0, "a whole number from 1 to 100000"),
    (TrainConfig(), "seed", 2**63, "a whole number from 0 to 9223372036854775807"),
    (TrainConfig(), "learning_rate", 0, "a number above 0 to 10"),
    (TrainConfig(), "l2", float("nan"), "a number from 0 to 1000"),
    (BuildConfig(), "holdout", 1, "a number from 0 to below 1"),
    (BuildConfig(), "top_k", "8", "a whole number from 1 to 1000"),
    (BuildConfig(), "evaluate_new_users", None, "true or false"),
    (BuildConfig(), "models", (), "a list of models, each once"),
    (BuildConfig(), "models", ["base", "base"], "a list of models, each once"),
    (BuildConfig(), "models", "base", "a list of models, each once"),
    (BuildConfig(), "models", [""], "a list of models, each once"),
    (BuildConfig(), "train", 5, "a TrainConfig"),
])  # fmt: skip
def test_a_value_outside_its_range_is_named_with_what_was_expected(config, setting, value, expected):
    with pytest.raises(ConfigError) as caught:
        replace(config, **{setting: value})
    assert str(caught.value) == f"{setting} is {value!r}; expected {expected}"


@pytest.mark.parametrize("url", [
    "ftp://films.example", "", "javascript:alert(1)", "https://", "https:///films/",
    "https://user:word@films.example/", "https://films.example/?page=1", "https://films.example/#top",
    "https://films.example/a b", 'https://films.example/"><script>', "https://films.example/\nSitemap: x",
    "https://films.example\n", "https://filmé.example/", "https://films.example/%zz", 5,
])  # fmt: skip
def test_an_address_that_could_break_out_of_a_link_is_refused(url):
    with pytest.raises(ConfigError, match=r"site_url is .*; expected an address that begins with https://"):
        BuildConfig(site_url=url)


@pytest.mark.parametrize("url", [
    "https://films.example", "http://localhost:8000/films", "https://[::1]:8000/", "HTTPS://Films.Example/a/~b/%C3%A9/",
])  # fmt: skip
def test_an_address_of_a_site_may_have_a_port_and_a_path(url):
    assert BuildConfig(site_url=url).site_url == url


def test_the_ends_of_the_ranges_are_allowed():
    train = TrainConfig(dim=4096, seed=2**63 - 1, learning_rate=10, l2=1000)
    assert (train.dim, train.seed, train.learning_rate, train.l2) == (4096, 2**63 - 1, 10, 1000)
    build = BuildConfig(holdout=0, top_k=1000, user_pages=0)
    assert (build.holdout, build.top_k, build.user_pages) == (0, 1000, 0)


def test_models_may_be_a_list_of_any_names_in_any_order():
    assert read_config(None, {"models": ["wide", "base"]}).models == ("wide", "base")


@pytest.mark.parametrize(("text", "message"), [
    ("[train]\ndim = 'wide'", "dim is 'wide'; expected a whole number from 1 to 4096"),
    ("models = 'base'", "models is 'base'; expected a list of models, each once"),
    ("train = 5", "train is 5; expected a table [train] with names such as dim = 64"),
    ("[train.colour]\na = 1", "there is no setting 'colour' in this place; expected holdout, relevant_from, "),
    ("dim = 4", "there is no setting 'dim' in this place"),
    ("[train]\ntop_k = 4", "there is no setting 'top_k' in this place"),
    ("most_files = 4", "there is no setting 'most_files' in this place; did you mean max_files? expected holdout"),
])  # fmt: skip
def test_what_is_wrong_in_a_file_is_named_with_the_file(tmp_path, text, message):
    path = toml(tmp_path, text)
    assert refusal(path).startswith(f"{path}: {message}")


def test_a_wrong_option_is_not_blamed_on_the_file(tmp_path):
    path = toml(tmp_path, "top_k = 5")
    assert refusal(path, dim=0) == "dim is 0; expected a whole number from 1 to 4096"
    assert refusal(path, colour=1).startswith("there is no setting 'colour'")


@pytest.mark.parametrize("text", ["top_k = = 3", "top_k = 1\ntop_k = 2", b"name = '\xff'"])
def test_a_file_that_is_not_toml_is_named(tmp_path, text):
    path = toml(tmp_path, text)
    message = refusal(path)
    assert message.startswith(f"{path}: ")
    assert message.endswith("; expected TOML such as top_k = 10")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    for path in (tmp_path / "absent.toml", tmp_path):
        message = refusal(path)
        assert message.startswith(f"{path}: cannot be read")
        assert "expected a TOML file" in message
