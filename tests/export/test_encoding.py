import base64

import numpy as np
import pytest

from recsys.errors import OutputError
from recsys.export.encoding import encode_array, encode_bits, padded


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        ("uint8", [[0, 255], [1, 2]], "00ff0102"),
        ("int8", [-100, 100], "9c64"),
        ("uint16", [258, 65535], "0201ffff"),
        ("uint32", [258, 4294967295], "02010000ffffffff"),
        ("float16", [[1.0, -2.0]], "003c00c0"),
        ("float16", [65519.0], "ff7b"),  # rounds down to the largest, 65504
        ("uint16", [], ""),
    ],
)
def test_numbers_are_little_endian_row_by_row(dtype, values, expected):
    assert base64.b64decode(encode_array(np.array(values), dtype, "x.js")) == bytes.fromhex(expected)


def test_a_transposed_array_is_written_row_by_row():
    assert base64.b64decode(encode_array(np.arange(4).reshape(2, 2).T, "uint8", "x.js")) == bytes([0, 2, 1, 3])


@pytest.mark.parametrize(
    ("dtype", "value", "message"),
    [
        ("float16", -65520.0, "x.js: 65520.0 does not fit in float16; expected -65504 to 65504"),
        ("float16", np.nan, "x.js: nan does not fit in float16; expected -65504 to 65504"),
        ("uint16", 65536, "x.js: 65536 does not fit in uint16; expected 0 to 65535"),
        ("uint8", -1, "x.js: 1 does not fit in uint8; expected 0 to 255"),
        ("int8", 128, "x.js: 128 does not fit in int8; expected -128 to 127"),
    ],
)
def test_a_number_out_of_range_is_refused(dtype, value, message):
    with pytest.raises(OutputError) as caught:
        encode_array(np.array([0, value]), dtype, "x.js")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("bits", "codes", "expected"),
    [
        (1, [1, 0, 1], "10100000"),
        (3, [[5, 0], [7, 1]], "10100011" "10010000"),
        (5, [31, 0, 16, 1], "11111000" "00100000" "00010000"),
        (8, [200, 3], "11001000" "00000011"),
        (11, [[1682, 1]], "11010010010" "00000000001" "00"),
        (16, [258, 65535], "00000001" "00000010" "11111111" "11111111"),
        (4, [], ""),
    ],
)  # fmt: skip
def test_integers_of_a_few_bits_are_written_without_gaps(bits, codes, expected):
    content = base64.b64decode(encode_bits(np.array(codes, np.int64), bits))
    assert "".join(f"{byte:08b}" for byte in content) == expected


def test_short_lists_are_padded():
    assert padded([[1, 2], [3], []], 2, 9).tolist() == [[1, 2], [3, 9], [9, 9]]
    assert padded([], 0, 9).shape == (0, 0)
