"""``--verify DIR`` prints what differs, and ends with 1 if anything does."""

import re

import pytest

import build
from tests.site.publish.small_sites import snapshot
from tests.verify.example import write_site


@pytest.fixture
def site(tmp_path):
    return write_site(tmp_path / "site")


def test_a_site_as_it_was_built_ends_with_0_and_is_not_changed(site, capsys):
    before = snapshot(site.parent)
    assert build.main(["--verify", str(site)]) == 0
    assert re.search(r"^verified: \d+ files, \d+ figures of 6 rows$", capsys.readouterr().out, re.MULTILINE)
    assert snapshot(site.parent) == before


def test_differences_are_printed_and_end_with_1(site, capsys):
    (site / "index.html").write_text("FRONT PAGE")
    (site / "users" / "1.html").unlink()
    assert build.main(["--verify", str(site), "--quiet"]) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == ["users/1.html: is missing", "index.html: is not the file that was built"]
    assert printed.err.startswith(f"error: {site}: 2 differences from what was built; build the site again")


def test_a_name_that_would_control_the_terminal_is_printed_as_an_escape(site, capsys):
    (site / "\x1b[31mred\n.html").write_text("")
    assert build.main(["--verify", str(site)]) == 1
    assert r"\x1b[31mred\n.html: is not of the site" in capsys.readouterr().out


def test_many_differences_are_counted(site, capsys):
    for n in range(60):
        (site / f"{n:02}.html").write_text("")
    assert build.main(["--verify", str(site), "--quiet"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[-1]) == (51, "and 10 more")


def test_a_site_whose_build_was_killed_between_two_renames_is_put_back_first(site):
    site.rename(site.with_name(".site.marquee-previous"))
    assert build.main(["--verify", str(site), "--quiet"]) == 0
    assert [path.name for path in site.parent.iterdir()] == ["site"]


@pytest.mark.parametrize("option", ["--publish", "--serve", "--watch", "--no-cache", "--dim=4", "--data=sample"])
def test_an_option_without_effect_is_refused(tmp_path, capsys, option):
    assert build.main(["--verify", str(tmp_path), option]) == 1
    name = option.partition("=")[0]
    assert f"so {name} would have no effect; leave one of them out" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--dry-run", "--init", "--render-only"])
def test_an_operation_of_its_own_does_not_go_with_it(tmp_path, option):
    with pytest.raises(SystemExit) as end:
        build.main(["--verify", str(tmp_path), option])
    assert end.value.code == 2


def test_a_folder_that_is_no_site_is_one_sentence(tmp_path, capsys):
    assert build.main(["--verify", str(tmp_path)]) == 1
    assert capsys.readouterr().err.strip().count("\n") == 0
