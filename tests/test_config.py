from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from typing import Any

import pytest

from recsys.config import (
    BuildConfig,
    InputConfig,
    PresentationConfig,
    PrivacyConfig,
    ReadConfig,
    TrainConfig,
    read_settings,
)
from recsys.config.settings import MAX_BYTES, TABLES, TOP_LEVEL, default_of, find_settings_file, settings_of
from recsys.errors import ConfigError
from recsys.export.presentation import read_logo


def toml(folder: Path, text: str | bytes) -> Path:
    path = folder / "settings.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path | None, **options: Any) -> str:
    """The message with which settings are refused."""
    with pytest.raises(ConfigError) as caught:
        read_settings(path, options)
    return str(caught.value)


def test_without_file_and_options_all_settings_have_their_defaults(tmp_path):
    assert read_settings(None, {}).build == read_settings(toml(tmp_path, ""), {}).build == BuildConfig()


def test_options_come_before_the_file_and_the_file_before_the_defaults(tmp_path):
    path = toml(tmp_path, "top_k = 5\nholdout = 0.1\n[train]\ndim = 3\nseed = 7\nl2 = 2\n")
    config = read_settings(path, {"top_k": 6, "dim": 8, "epochs": None, "holdout": None, "seed": 0}).build
    assert (config.top_k, config.holdout, config.models) == (6, 0.1, ("base", "deep"))
    assert config.train == TrainConfig(dim=8, seed=0, l2=2)


EVERY_SETTING = """
    data = "ratings.csv"
    items = "books.csv"
    users = "/people.csv"
    duplicates = "mean"
    lenient = true
    title = "Our club"
    description = "What we read\\n and liked"
    noun = { one = "zine", many = "zines" }
    language = "de"
    accent = "#2563b8"
    repository = "https://code.example/club"
    logo = "logo.svg"
    pages = ["map", "rate"]
    holdout = 0.3
    relevant_from = 4
    top_k = 4
    discovery = 0.5
    models = ["deep"]
    site_url = "https://films.example/"
    evaluate_new_users = true
    user_pages = 1
    max_files = 2
    max_megabytes = 3
    [columns]
    item = "ISBN"
    [links]
    Shop = "https://shop.example/?isbn={id}"
    [train]
    dim = 2
    epochs = 3
    patience = 4
    learning_rate = 1
    l2 = 0
    batch_size = 5
    seed = 6
    [privacy]
    named_items = "none"
    hash_users = "pepper"
    hide_rated = true
"""


def test_a_file_may_hold_every_setting(tmp_path):
    settings = read_settings(toml(tmp_path, EVERY_SETTING), {})
    assert settings.input == InputConfig(
        data=str(tmp_path / "ratings.csv"),
        items=str(tmp_path / "books.csv"),
        users="/people.csv",
        read=ReadConfig(columns={"item": "ISBN"}, duplicates="mean", lenient=True),
    )
    assert settings.build == BuildConfig(
        holdout=0.3,
        relevant_from=4.0,
        top_k=4,
        discovery=0.5,
        models=("deep",),
        site_url="https://films.example/",
        evaluate_new_users=True,
        user_pages=1,
        max_files=2,
        max_megabytes=3,
        train=TrainConfig(dim=2, epochs=3, patience=4, learning_rate=1.0, l2=0.0, batch_size=5, seed=6),
        presentation=PresentationConfig(
            title="Our club",
            description="What we read and liked",
            noun={"one": "zine", "many": "zines"},
            language="de",
            accent="#2563b8",
            logo=str(tmp_path / "logo.svg"),
            repository="https://code.example/club",
            pages=("map", "rate"),
            links={"Shop": "https://shop.example/?isbn={id}"},
        ),
        privacy=PrivacyConfig(named_items="none", hash_users="pepper", hide_rated=True),
    )
    names = {setting.name for kind in (*TOP_LEVEL, *TABLES.values()) for setting in settings_of(kind)}
    assert settings.from_file == names
    given = (settings.input, settings.input.read, settings.build, settings.build.presentation)
    for config in (*given, settings.build.train, settings.build.privacy):
        for setting in settings_of(type(config)):
            assert getattr(config, setting.name) != default_of(setting), setting.name


def test_an_empty_text_leaves_a_setting_at_its_default_where_that_is_not_to_be_set(tmp_path):
    path = toml(
        tmp_path, "title = ''\nrelevant_from = ''\ndata = ''\n[columns]\nuser = ''\n[train]\nl2 = ''"
    )
    assert read_settings(path, {}).build == BuildConfig()
    assert read_settings(path, {}).input == InputConfig()
    assert refusal(toml(tmp_path, "top_k = ''")).endswith("top_k is ''; expected a whole number from 1 to 1000")


def test_options_take_precedence_over_a_file_in_tables_too(tmp_path):
    path = toml(tmp_path, "data = 'sample'\nlenient = true\n[train]\ndim = 3\nl2 = 1")
    settings = read_settings(path, {"data": "other.csv", "lenient": False, "dim": 4})
    assert (settings.input.data, settings.input.read.lenient) == ("other.csv", False)
    assert settings.build.train == TrainConfig(dim=4, l2=1)


@pytest.mark.parametrize("name", ["sample", "ml-100k"])
def test_the_name_of_a_data_set_is_no_path(tmp_path, name):
    assert read_settings(toml(tmp_path, f"data = '{name}'"), {}).input.data == name


def test_a_file_in_the_working_folder_is_found_before_one_beside_the_data(tmp_path):
    work, data = tmp_path / "work", tmp_path / "data" / "club"
    for folder in (work, data):
        folder.mkdir(parents=True)
    (data / "ratings.csv").touch()
    assert find_settings_file(str(data), work) == (None, None)
    beside = data.parent / "site.toml"
    beside.touch()
    assert find_settings_file(str(data), work) == (beside, None)
    inside = data / "site.toml"
    inside.touch()
    assert find_settings_file(str(data / "ratings.csv"), work) == (inside, None)
    assert find_settings_file(str(data), work) == (inside, beside)
    here = work / "site.toml"
    here.touch()
    assert find_settings_file(str(data), work) == (here, inside)
    assert find_settings_file("sample", work) == find_settings_file(None, work) == (here, None)
    assert find_settings_file(str(work / "ratings.csv"), work) == (here, None)  # the same file
    assert find_settings_file(str(data), data.parent) == (beside, inside)


def test_settings_cannot_be_changed():
    for config in (BuildConfig(), TrainConfig()):
        with pytest.raises(FrozenInstanceError):
            setattr(config, fields(config)[0].name, 1)


@pytest.mark.parametrize(("config", "setting", "value", "expected"), [
    (TrainConfig(), "dim", 4097, "a whole number from 1 to 4096"),
    (TrainConfig(), "dim", 2.0, "a whole number from 1 to 4096"),
    (TrainConfig(), "epochs", 0, "a whole number from 1 to 100000"),
    (TrainConfig(), "seed", 2**63, "a whole number from 0 to 9223372036854775807"),
    (TrainConfig(), "learning_rate", 0, "a number above 0 to 10"),
    (TrainConfig(), "l2", float("nan"), "a number from 0 to 1000"),
    (BuildConfig(), "holdout", 1, "a number from 0 to below 1"),
    (BuildConfig(), "discovery", -0.1, "a number from 0 to 1"),
    (BuildConfig(), "discovery", 1.5, "a number from 0 to 1"),
    (BuildConfig(), "discovery", "much", "a number from 0 to 1"),
    (BuildConfig(), "top_k", "8", "a whole number from 1 to 1000"),
    (BuildConfig(), "evaluate_new_users", None, "true or false"),
    (BuildConfig(), "models", (), "a list of models, each once"),
    (BuildConfig(), "models", ["base", "base"], "a list of models, each once"),
    (BuildConfig(), "models", "base", "a list of models, each once"),
    (BuildConfig(), "models", [""], "a list of models, each once"),
    (PresentationConfig(), "title", " \n ", "a text of 1 to 200 characters"),
    (BuildConfig(), "presentation", 5, "a PresentationConfig"),
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
    build = BuildConfig(holdout=0, top_k=1000, user_pages=0, discovery=1)
    assert (build.holdout, build.top_k, build.user_pages, build.discovery) == (0, 1000, 0, 1)


def test_models_may_be_a_list_of_any_names_in_any_order():
    assert read_settings(None, {"models": ["wide", "base"]}).build.models == ("wide", "base")


@pytest.mark.parametrize(("text", "message"), [
    ("[train]\ndim = 'wide'", "dim is 'wide'; expected a whole number from 1 to 4096"),
    ("models = 'base'", "models is 'base'; expected a list of models, each once"),
    ("train = 5", "train is 5; expected a table [train] with names such as dim = 64"),
    ("[train.colour]\na = 1", "there is no setting 'colour' here; expected dim, epochs, "),
    ("dim = 4", "there is no setting 'dim' here; did you mean dim in the table [train]? expected data, "),
    ("[train]\ntop_k = 4", "there is no setting 'top_k' here; did you mean top_k above the first table? "),
    ("[privacy]\nhash_user = 'x'", "there is no setting 'hash_user' here; did you mean hash_users? "),
    ("privacy = true", "privacy is a value of the type bool; expected a table [privacy] with names such as "),
    ("[privacy]\nnamed_items = 'some'", "named_items is 'some'; expected a whole number from 0, \"none\" or \"all\""),
    ("[privacy]\nnamed_items = -1", "named_items is -1; expected a whole number from 0"),
    ("duplicates = 'last'", "duplicates is 'last'; expected newest, mean, sum or refuse"),
    ("[columns]\nisbn = 'ISBN'", "columns has 'isbn'; expected user, item, rating"),
    ("[columns]\nusers = 'x'", "columns has 'users'; did you mean user? expected user, item, rating"),
    ("columns = 'user'", "columns is 'user'; expected a table [columns] "),
    ("noun = { plural = 'zines' }", "noun has 'plural'; expected one, many, do, did"),
    ("noun = 5", "noun is 5; expected a noun such as \"book\", or its forms"),
    ("accent = 'red'", "accent is 'red'; expected a colour as #rrggbb"),
    ("pages = ['map', 'map']", "pages is ['map', 'map']; expected a list of pages, each once"),
    (f"title = '{'x' * 50_000}'", f"title is '{'x' * 199} ...; expected a text of 1 to 200 characters"),
    (f"title = {'[' * 5000}{']' * 5000}", "nests tables or lists too deeply"),
    (f"top_k = {'9' * 4000}", f"top_k is {'9' * 200} ...; expected a whole number"),
    ("site_url = 2026-01-01", "site_url is 2026-01-01; expected an address"),
    ("site_url = 12:30:00", "site_url is 12:30:00; expected an address"),
    ("top_k = true", "top_k is true; expected a whole number"),
    ("most_files = 4", "there is no setting 'most_files' here; did you mean max_files? expected data, "),
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


def test_a_file_that_is_too_large_for_settings_is_refused_unread(tmp_path):
    path = toml(tmp_path, b"# " + b"x" * MAX_BYTES)
    assert refusal(path) == f"{path}: has more than 64,000 bytes; expected a file of settings, such as --init writes"


def not_regular(folder: Path) -> Iterator[Path]:
    yield Path("/dev/zero")
    os.mkfifo(folder / "pipe")
    yield folder / "pipe"
    with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(folder):  # macOS takes short addresses alone
        server.bind("socket")
    yield folder / "socket"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and sockets are files of POSIX")
def test_what_is_no_regular_file_is_neither_read_as_settings_nor_as_a_logo(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    for path in not_regular(Path()):
        assert refusal(path) == f"{path}: is a pipe, a socket or a device; expected a TOML file"
        with pytest.raises(ConfigError, match=f"logo: {path}: is a pipe, .*; expected the path of a picture"):
            read_logo(path)


def test_a_home_folder_of_nobody_is_part_of_the_path(tmp_path):
    settings = read_settings(toml(tmp_path, "data = '~nobody-here/x'"), {})
    assert settings.input.data == str(tmp_path / "~nobody-here" / "x")
    assert find_settings_file("~nobody-here/x", tmp_path / "absent") == (None, None)


@pytest.mark.parametrize("text", [
    "title = " + "[" * 30_000 + "]" * 30_000, "[" + ".".join(["a"] * 3_000) + "]", "noun = " + "{a = " * 9_000,
])  # fmt: skip
def test_tables_and_lists_in_thousands_of_others_are_refused(tmp_path, text):
    path = toml(tmp_path, text)
    assert refusal(path).startswith(f"{path}: ")


def test_a_byte_order_mark_is_skipped(tmp_path):
    assert read_settings(toml(tmp_path, "\ufefftop_k = 3"), {}).build.top_k == 3


@pytest.mark.parametrize("pattern", [
    "javascript:alert({id})", "https://shop.example/", "http://{id}.example/", "https://shop.example/{id}/{genre}",
    "https://shop.example/{year}", "https://shop.example/{id", "https://shop.example/{{id}}",
    'https://shop.example/"{id}', "https://shop.example/ {id}", "//shop.example/{id}", "ftp://shop.example/{id}",
    "https://user@shop.example/{id}", "https://{id}", "",
    "https://shop{id}.example/", "HTTPS://shop.example/{id}",
])  # fmt: skip
def test_a_link_is_an_address_on_the_web_with_the_id_or_title_in_it(pattern):
    with pytest.raises(ConfigError, match=r"links\.Shop is .*; expected an address with https://"):
        PresentationConfig(links={"Shop": pattern})


@pytest.mark.parametrize("pattern", [
    "https://shop.example/{id}/{title}", "https://shop.example/?q={title}+{year}", "http://shop.example/#{title}",
])  # fmt: skip
def test_a_link_may_have_the_title_and_the_year(pattern):
    assert PresentationConfig(links={"Shop": pattern}).links == {"Shop": pattern}


@pytest.mark.parametrize("label", ["", " ", "x" * 41])
def test_a_link_has_a_short_label(label):
    with pytest.raises(ConfigError, match=r"links has the label .*; expected 1 to 40 characters"):
        PresentationConfig(links={label: "https://shop.example/{id}"})


def test_texts_are_one_printable_line():
    config = PresentationConfig(title=" Our\n  club ", description="What \ud83c\n\n we read")
    assert (config.title, config.description) == ("Our club", "What \ufffd we read")
    assert PresentationConfig(title="Our\x1b[31m \0 club\x07").title == "Our [31m club"


def test_the_secret_is_in_no_text_of_the_settings():
    assert "pepper" not in repr(BuildConfig(privacy=PrivacyConfig(hash_users="pepper")))


@pytest.mark.parametrize("text", [
    "[privacy]\nhash_users = ['pepper']", f"[privacy]\nhash_users = '{'pepper' * 200}'", "privacy = 'pepper'",
    "[privacy]\nhash_users = { key = 'pepper' }", "[privacy]\nhash_users = 'pepper", "hash_users = 'pepper'",
    "[privacy]\nhash_user = 'pepper'", "[privacy]\nhash_users = pepper", "[[privacy]]\nhash_users = 'pepper'",
])  # fmt: skip
def test_an_error_about_the_secret_does_not_repeat_it(tmp_path, text):
    file = toml(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        read_settings(file, {})
    assert "pepper" not in str(caught.value)


@pytest.mark.parametrize(("value", "kind"), [("", "str"), ("pepper" * 200, "str"), (["pepper"], "list")])
def test_a_secret_of_a_wrong_length_or_type_is_refused_with_what_was_expected(value, kind):
    expected = (
        f"hash_users is a value of the type {kind}; expected a text of 1 to 1,000 characters to hash the users' ids "
        "with, known to you alone"
    )
    with pytest.raises(ConfigError) as caught:
        PrivacyConfig(hash_users=value)
    assert str(caught.value) == expected
    with pytest.raises(ConfigError, match=r"^privacy is a value of the type dict; expected a PrivacyConfig$"):
        BuildConfig(privacy={"hash_users": value})
