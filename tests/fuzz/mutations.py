"""Deterministic mutations of small files: what one seed of a generator makes is the same wherever it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

MAX_SIZE = 1 << 16
"""Bytes of a mutated file: repeated blocks must not make large ones."""

TOKENS: tuple[bytes, ...] = (
    # numbers at and beyond their limits
    *(b"0", b"-1", b"1e400", b"-1e400", b"9" * 40, b"1" + b"0" * 5000, b"NaN", b"Infinity", b"-Infinity"),
    *(b"9223372036854775808", b"-9223372036854775809", b"2147483648", b"0x1F", b"1_000", b"007", b"1,5", b"5e"),
    *(b".5", b"4.", b"1e-400", b"-0", b"0.1e1", b"\xd9\xa3", b"99999", b"-1750"),
    # times
    *(b"1970-01-01", b"0000-00-00", b"9999-12-31T23:59:59Z", b"-0001-01-01", b"2001-13-45", b"12/31/99", b"NaT"),
    # what ends or begins fields, lines and texts
    *(b"", b" ", b",", b";", b"\t", b"|", b"::", b"\x1f", b'"', b'""', b"'", b"\\", b'\\"', b"\n", b"\r", b"\r\n"),
    *(b"\n\n\n", b"\0", b"#", b"sep=,\n", b"%", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x85", b"\xa0"),
    # characters that are no text, or that a terminal or page would obey
    *(b"\x1b[31m", b"\x07", b"\x7f", b"\xc2\x9b", b"\xe2\x80\xae", b"\xe2\x81\xa6", b"\xe2\x80\xa8", b"\xed\xa0\x80"),
    *(b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xff", b"\xf0\x9f\x8e\xac", b"<script>", b"&amp;", b"__proto__", b"=1+1"),
    # JSON and TOML
    *(b"{", b"}", b"[", b"]", b"[" * 2000, b"{" * 500, b'{"a":' * 500, b"null", b"true", b"{}", b"[]", b'"a":1,'),
    *(b"\\ud800", b"\\u0000", b"\\u202e", b"[[a]]\n", b"a.b.c = 1\n", b'"""', b"inf", b"1979-05-27", b"[train]\n"),
    # names of columns
    *(b"user", b"item", b"rating", b"timestamp", b"title", b"year", b"genres", b"movieId", b"userId", b"age", b"id"),
    # how packed files begin
    *(b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh9", b"\xfd7zXZ\0", b"PAR1"),
)  # fmt: skip
"""What a hostile or broken file may hold anywhere."""

Mutation = Callable[[bytearray, Sequence[bytes], np.random.Generator], bytearray]


def mutate(seeds: Sequence[bytes], rng: np.random.Generator) -> bytes:
    """One of the seeds, changed in one to six places.

    Args:
        seeds: contents of sound files, at least one.
        rng: decides everything.
    """
    data = bytearray(seeds[int(rng.integers(len(seeds)))])
    for _ in range(int(rng.integers(1, 7))):
        data = MUTATIONS[int(rng.integers(len(MUTATIONS)))](data, seeds, rng)
    return bytes(data[:MAX_SIZE])


def flip(data: bytearray, seeds: Sequence[bytes], rng: np.random.Generator) -> bytearray:
    """Some bits."""
    for _ in range(int(rng.integers(1, 9))):
        if data:
            data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    return data


def overwrite(data: bytearray, seeds: Sequence[bytes], rng: np.random.Generator) -> bytearray:
    """Some bytes by any others."""
    start = _place(data, rng)
    random = rng.integers(0, 256, int(rng.integers(1, 9)), np.uint8).tobytes()
    data[start : start + len(random)] = random
    return data


def cut(data: bytearray, seeds: Sequence[bytes], rng: np.random.Generator) -> bytearray:
    """The end, anywhere."""
    return data[: _place(data, rng)]


def remove(data: bytearray, seeds: Sequence[bytes], rng: np.random.Generator) -> bytearray:
    """A short part."""
    start = _place(data, rng)
    del data[start : start + int(rng.integers(1, 41))]
    return data


def insert(data: bytearray, seeds: Sequence[bytes], rng: np.random.Generator) -> bytearray:
    """A token, in between."""
    start = _place(data, rng)
    data[start:start] = _token(rng)
    return data


def replace_cell(data: bytearray, seeds: Sequence[bytes], rng: np.random.Generator) -> bytearray:
    """A token, in place of what stands between two separators."""
    start = _place(data, rng)
    end = start
    while end < len(data) and data[end] not in b",;\t|:\n\"{}[]=":
        end += 1
    data[start:end] = _token(rng)
    return data


def splice(data: bytearray, seeds: Sequence[bytes], rng: np.random.Generator) -> bytearray:
    """The beginning of this file and the end of another."""
    other = seeds[int(rng.integers(len(seeds)))]
    return data[: _place(data, rng)] + other[int(rng.integers(len(other) + 1)) :]


def repeat(data: bytearray, seeds: Sequence[bytes], rng: np.random.Generator) -> bytearray:
    """A part, up to 64 times."""
    start = _place(data, rng)
    part = data[start : start + int(rng.integers(1, 65))]
    data[start:start] = part * int(rng.integers(1, 65))
    return data


def swap_lines(data: bytearray, seeds: Sequence[bytes], rng: np.random.Generator) -> bytearray:
    """Two lines with each other."""
    lines = data.split(b"\n")
    first, second = (int(rng.integers(len(lines))) for _ in range(2))
    lines[first], lines[second] = lines[second], lines[first]
    return bytearray(b"\n".join(lines))


MUTATIONS: tuple[Mutation, ...] = (
    flip, overwrite, cut, remove, insert, insert, replace_cell, replace_cell, splice, repeat, swap_lines,
)  # fmt: skip
"""Those that keep most of a file readable stand twice."""


def _place(data: bytearray, rng: np.random.Generator) -> int:
    return int(rng.integers(len(data) + 1))


def _token(rng: np.random.Generator) -> bytes:
    return TOKENS[int(rng.integers(len(TOKENS)))]
