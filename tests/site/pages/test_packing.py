import base64

from recsys.site.pages.packing import packed


def test_an_entry_is_its_row_little_endian_and_its_number_and_what_is_left_over_is_none():
    text = packed([[(258, 7), (3, 255)], [(0, 1)], []], places=2, width=2, none=(9, 4))
    assert list(base64.b64decode(text)) == [2, 1, 7, 3, 0, 255, 0, 0, 1, 9, 0, 4, 9, 0, 4, 9, 0, 4]


def test_rows_may_take_more_bytes():
    assert list(base64.b64decode(packed([[(70_000, 5)]], places=1, width=3, none=(0, 0)))) == [112, 17, 1, 5]


def test_no_lists_are_no_text():
    assert packed([], places=3, width=2, none=(0, 0)) == ""
