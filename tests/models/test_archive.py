"""Files of named numbers: what is written is read, and whatever else is read is refused."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from recsys.errors import DataError, OutputError
from recsys.models import archive
from recsys.models.archive import Archive, read, write

ANY_ARRAY = some.arrays(
    st.sampled_from([np.float32, np.float64, np.int32, np.int64, np.uint8, np.bool_]),
    some.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
NAMES = st.text("abc._/", min_size=1, max_size=8)
SMALL = Archive({"a": np.arange(6.0).reshape(2, 3), "b": np.array([1, 2], np.int32)}, '{"says": "é"}')


@given(st.dictionaries(NAMES, ANY_ARRAY, max_size=4), st.text(), st.booleans())
def test_what_is_written_is_read_bit_by_bit_and_in_its_order(tmp_path_factory, arrays, text, turned):
    path = tmp_path_factory.getbasetemp() / "any.npz"
    arrays = {name: np.asfortranarray(array) if turned else array for name, array in arrays.items()}
    write(path, Archive(arrays, text))
    found = read(path)
    assert found.text == text
    assert list(found.arrays) == list(arrays)
    for name, array in arrays.items():
        assert (found.arrays[name].dtype, found.arrays[name].shape) == (array.dtype, array.shape)
        assert found.arrays[name].tobytes() == array.tobytes()


def test_equal_contents_give_equal_bytes_and_the_clock_is_not_in_them(tmp_path):
    write(tmp_path / "one", SMALL)
    write(tmp_path / "other", SMALL)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    with zipfile.ZipFile(tmp_path / "one") as file:
        assert {member.date_time for member in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_numpy_reads_it_too_without_pickles(tmp_path):
    write(tmp_path / "one.npz", SMALL)
    with np.load(tmp_path / "one.npz", allow_pickle=False) as found:
        assert found["b"].tolist() == [1, 2]
        assert found["text"].tobytes().decode() == SMALL.text


def test_a_file_that_cannot_be_finished_leaves_the_one_before_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "one.npz"
    write(path, SMALL)
    before = path.read_bytes()

    def fail(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OutputError, match=r"one\.npz: cannot be written \(No space left on device\); check"):
        write(path, SMALL)
    assert [one.name for one in tmp_path.iterdir()] == ["one.npz"]
    assert path.read_bytes() == before


def test_the_folder_must_be_there_and_the_place_be_none(tmp_path):
    with pytest.raises(OutputError, match=r"there is no folder .*nowhere; make it first"):
        write(tmp_path / "nowhere" / "one.npz", SMALL)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write(tmp_path / "folder", SMALL)
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def header(shape: str, descr: str = "'<f4'", version: int = 1) -> bytes:
    """An array of 16 bytes that says of itself what it likes."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    length = len(text).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length + text.encode() + bytes(16)


def zipped(members: list[tuple[str, bytes]], how: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as file:
        for name, content in members:
            file.writestr(zipfile.ZipInfo(name), content, how)
    return stream.getvalue()


def a_bomb() -> bytes:
    """Many members that all are the same bytes of the file."""
    whole = zipped([("a.npy", npy(np.zeros(1000)))])
    end = whole.rindex(b"PK\x05\x06")
    start = int.from_bytes(whole[end + 16 : end + 20], "little")
    entries = b"".join(whole[start:end].replace(b"a.npy", b"%c.npy" % (97 + i)) for i in range(20))
    tail = bytearray(whole[end:])
    tail[8:12] = (20).to_bytes(2, "little") * 2
    tail[12:16] = len(entries).to_bytes(4, "little")
    return whole[:start] + entries + bytes(tail)


TEXT = ("text.npy", npy(np.zeros(2, np.uint8)))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a zip"),
        (b"PK\x03\x04 and no more", "not a zip"),
        (b"{}" * 100, "not a zip"),
        (zipped([("a.npy", npy(np.zeros(2)))]), "'text'"),
        (zipped([("text.npy", npy(np.array([255], np.uint8)))]), "utf-8"),
        (zipped([TEXT, ("a.npy", npy(np.zeros(2)))], zipfile.ZIP_DEFLATED), "text.npy is compressed"),
        (zipped([TEXT, ("a.npy", npy(np.array([{}])))]), "a.npy is of object, not of numbers"),
        (zipped([TEXT, ("a.npy", npy(np.array(["x"])))]), "a.npy is of <U1, not of numbers"),
        (zipped([TEXT, ("a.npy", header("(4,)", "[('x', '|O')]"))]), "not of numbers"),
        (zipped([TEXT, ("a.npy", header("(4,)", "[('x', '<f4')]"))]), "not of numbers"),
        (zipped([TEXT, ("a.npy", header(f"({10**12},)"))]), "not as large as its shape"),
        (zipped([TEXT, ("a.npy", header(f"({2**62}, 4)"))]), "not as large as its shape"),
        (zipped([TEXT, ("a.npy", header("(-2, -2)"))]), "not as large as its shape"),
        (zipped([TEXT, ("a.npy", header("(3,)"))]), "not as large as its shape"),
        (zipped([TEXT, ("a.npy", header("__import__('os')"))]), ""),
        (zipped([TEXT, ("a.npy", header("(" * 60))]), ""),
        (zipped([TEXT, ("a.npy", header("(4,)", version=2))]), "is of format (2, 0)"),
        (zipped([TEXT, ("a.npy", b"")]), ""),
        (zipped([TEXT, ("a.npy", b"not an array")]), "magic"),
        (zipped([TEXT, ("a.npy", npy(np.zeros(1))), ("b.npy", b"")]).replace(b"b.npy", b"a.npy"), "the same name"),
        (a_bomb(), "declares more than it holds"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(tmp_path, content, says):
    path = tmp_path / "one.npz"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: is damaged or was never ours (")
    assert str(caught.value).endswith("; expected an uncompressed .npz file: make it anew")
    assert says in str(caught.value)


def test_what_is_not_there_or_no_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"one\.npz: cannot be read \(No such file or directory\); expected an \.npz"):
        read(tmp_path / "one.npz")
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path)


def test_a_file_cut_off_anywhere_is_refused(tmp_path):
    path = tmp_path / "one.npz"
    write(path, SMALL)
    whole = path.read_bytes()
    for length in (*range(0, len(whole), 9), len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError):
            read(path)


@pytest.mark.filterwarnings("ignore:Reading `.npy`:UserWarning")
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_file_with_bytes_changed_is_refused_or_what_is_read_is_as_before(tmp_path, changes):
    path = tmp_path / "one.npz"
    write(path, SMALL)
    content = bytearray(path.read_bytes())
    for place, byte in changes:
        content[place % len(content)] = byte
    path.write_bytes(content)
    try:
        found = read(path)
    except DataError:
        return
    assert found.text == SMALL.text
    for name, array in found.arrays.items():  # one may be lost, which whoever needs it will see
        assert array.tobytes() == SMALL.arrays[name].tobytes()


def test_no_part_of_a_name_means_anything_to_the_file_system(tmp_path):
    path = tmp_path / "below" / "one.npz"
    path.parent.mkdir()
    write(path, Archive({"../../evil": np.zeros(1)}, ""))
    assert list(read(path).arrays) == ["../../evil"]
    assert [one.name for one in tmp_path.rglob("*")] == ["below", "one.npz"]


def test_objects_are_never_written(tmp_path):
    with pytest.raises(AssertionError, match="only numbers"):
        write(tmp_path / "one.npz", Archive({"a": np.array([{}])}, ""))
    assert not list(tmp_path.iterdir())
    assert archive.TEXT not in SMALL.arrays
