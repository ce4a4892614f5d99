"""A site in a language that is added."""

from __future__ import annotations

import shutil

import msgspec

from recsys.export.files import write_artefacts
from recsys.site.render import render_site
from tests.site.tiny import TEMPLATES, tiny


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
