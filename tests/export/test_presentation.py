from __future__ import annotations

from pathlib import Path

import pytest

from recsys.config import PresentationConfig
from recsys.errors import ConfigError
from recsys.export.presentation import MAX_LOGO_BYTES, make_presentation, read_logo, write_logo
from recsys.schema import DatasetSummary, Label, Noun, Presentation

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SVG = b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
SUMMARY = DatasetSummary(
    name="Club", synthetic=False, n_users=1, n_items=1, n_ratings=1, sha256="", licence=None,
    item=Noun("book", "books", "read", "read"), genre=Label("tag", "tags"), rating_name="pages",
)  # fmt: skip


def noun(setting: object) -> tuple[str, str, str, str]:
    item = make_presentation(PresentationConfig(noun=setting), SUMMARY).item  # type: ignore[arg-type]
    return item.one, item.many, item.do, item.did


def file(folder: Path, content: bytes, name: str = "logo") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_without_settings_the_words_are_those_that_the_data_suggests():
    assert make_presentation(PresentationConfig(), SUMMARY) == Presentation(
        item=SUMMARY.item, genre=SUMMARY.genre, rating_name="pages"
    )


@pytest.mark.parametrize(("setting", "forms"), [
    ("film", ("film", "films", "watch", "watched")),
    ("Films", ("film", "films", "watch", "watched")),
    ("movie", ("movie", "movies", "watch", "watched")),
    ("Movies", ("Movie", "Movies", "watch", "watched")),
    ("series", ("series", "series", "watch", "watched")),
    ("zine", ("zine", "zines", "choose", "rated")),
    ("box", ("box", "boxes", "choose", "rated")),
    ("ferry", ("ferry", "ferries", "choose", "rated")),
    ("board game", ("board game", "board games", "play", "played")),
    (["zine", "zines", "read"], ("zine", "zines", "read", "rated")),
    ({"one": "film", "many": "movies"}, ("film", "movies", "watch", "watched")),
    ({"many": "things"}, ("item", "things", "choose", "rated")),
    ({"one": " a\n b "}, ("a b", "a bs", "choose", "rated")),
])  # fmt: skip
def test_a_noun_has_all_its_forms(setting, forms):
    assert noun(setting) == forms


def test_a_noun_may_have_further_forms_for_a_language():
    config = PresentationConfig(noun={"one": "Buch", "forms": {"genitive": "Buches"}})
    assert make_presentation(config, SUMMARY).item.forms == {"genitive": "Buches"}


@pytest.mark.parametrize(("content", "ending"), [
    (PNG, "png"), (b"\xff\xd8\xff\xe0....", "jpg"), (b"RIFF\n\n\n\nWEBPVP8 ", "webp"), (SVG, "svg"),
    (b"<svg/>".replace(b"/", b" width='1'/"), "svg"), (b"\xef\xbb\xbf <svg></svg>", "svg"),
])  # fmt: skip
def test_a_logo_is_known_by_its_content_and_copied_under_a_name_that_follows_from_it(tmp_path, content, ending):
    path = file(tmp_path, content, "logo.png")
    name, _ = read_logo(path)
    config = PresentationConfig(logo=str(path))
    assert make_presentation(config, SUMMARY).logo == name
    assert name.startswith("logo-") and name.endswith(f".{ending}")
    assert read_logo(file(tmp_path, content + b" "))[0] != name
    (tmp_path / "data").mkdir()
    write_logo(config, tmp_path / "data")
    assert [(copy.name, copy.read_bytes()) for copy in (tmp_path / "data").iterdir()] == [(name, content)]


@pytest.mark.parametrize(("content", "reason"), [
    (b"", "is no picture of a known kind"),
    (b"GIF89a", "is no picture of a known kind"),
    (b"<html><svg></svg>", "is no picture of a known kind"),
    (b"\x89PNG\r\n\x1a\n" + b"\0" * MAX_LOGO_BYTES, "has more than 200 kB"),
    (b"<svg><script>alert(1)</script></svg>", "has scripts, entities or HTML"),
    (b"<svg onload='alert(1)'></svg>", "has scripts, entities or HTML"),
    (b"<svg><a href='JavaScript:alert(1)'/></svg>", "has scripts, entities or HTML"),
    (b"<svg><foreignObject/></svg>", "has scripts, entities or HTML"),
    (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>", "is no picture of a known kind"),
])  # fmt: skip
def test_what_is_no_harmless_picture_is_refused(tmp_path, content, reason):
    with pytest.raises(ConfigError, match=reason):
        read_logo(file(tmp_path, content))


def test_a_logo_that_cannot_be_read_is_refused(tmp_path):
    for path in (tmp_path / "absent.png", tmp_path):
        with pytest.raises(ConfigError, match=r"logo: .*: cannot be read"):
            read_logo(path)
