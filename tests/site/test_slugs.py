import re

from hypothesis import given
from hypothesis import strategies as st

from recsys.site import slugs as module
from recsys.site.slugs import slug, slugs

IDS = st.one_of(
    st.text(),
    st.text(alphabet="aAbB1-_. /", max_size=5),
    st.sampled_from(["con", "CON", "nul", "com1", "lpt9", "", ".", "..", "../x", "é", "e\u0301", "a" * 65, "\ud800"]),
)
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")


@given(IDS)
def test_a_slug_is_a_file_name_on_every_system(id_):
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*|-[a-z0-9_-]*", slug(id_))
    assert len(slug(id_)) <= 64
    assert not DEVICES.fullmatch(slug(id_))


@given(st.lists(IDS, unique=True, max_size=30))
def test_two_ids_never_share_a_slug_in_any_case(ids):
    assert len({name.lower() for name in slugs(ids).values()}) == len(ids)
    assert len({slug(id_).lower() for id_ in ids}) == len(ids)


@given(IDS)
def test_an_id_that_looks_like_the_slug_of_another_gets_its_own(id_):
    assert slug(id_) == id_ or slug(slug(id_)) != slug(id_)


def test_good_ids_keep_their_name():
    assert [slug(id_) for id_ in ("1", "toy-story", "0-9", "a" * 64)] == ["1", "toy-story", "0-9", "a" * 64]


def test_other_ids_get_a_readable_prefix_and_eight_digits_of_their_hash():
    assert re.fullmatch(r"amelie-2001_[0-9a-f]{8}", slug("Amélie (2001)"))
    assert re.fullmatch(r"x_[0-9a-f]{8}", slug("../x"))
    assert re.fullmatch(r"con_[0-9a-f]{8}", slug("con"))
    assert slug("") == "id_e3b0c442"  # SHA-256 of nothing
    assert re.fullmatch(r"id_[0-9a-f]{8}", slug("日本"))


def test_ids_whose_hashes_begin_alike_still_differ(monkeypatch):
    monkeypatch.setattr(module, "_digest", lambda id_: "0" * 8 + ("0" if id_ == "A" else "1") + "0" * 55)
    assert slugs(["A", "a!"]) == {"A": "a_00000000", "a!": "a_000000001"}
