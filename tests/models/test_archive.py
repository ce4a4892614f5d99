"""Files of named arrays: what is written is read back, and anything else is refused."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hypothesis_numpy

from recsys.errors import DataError, OutputError
from recsys.models import archive
from recsys.models.archive import Archive, read, write

ANY_ARRAY = hypothesis_numpy.arrays(
    st.sampled_from([np.float32, np.float64, np.int32, np.int64, np.uint8, np.bool_]),
    hypothesis_numpy.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
NAMES = st.text("abc._/", min_size=1, max_size=8)
SMALL = Archive({"a": np.arange(6.0).reshape(2, 3), "b": np.array([1, 2], np.int32)}, '{"says": "é"}')


@settings(deadline=None)
@given(st.dictionaries(NAMES, ANY_ARRAY, max_size=4), st.text(), st.booleans())
def test_arrays_are_read_back_bit_by_bit_and_in_order(tmp_path_factory, arrays, text, fortran_order):
    path = tmp_path_factory.getbasetemp() / "any.npz"
    arrays = {name: np.asfortranarray(array) if fortran_order else array for name, array in arrays.items()}
    write(path, Archive(arrays, text))
    loaded = read(path)
    assert loaded.text == text
    assert list(loaded.arrays) == list(arrays)
    for name, array in arrays.items():
        assert (loaded.arrays[name].dtype, loaded.arrays[name].shape) == (array.dtype, array.shape)
        assert loaded.arrays[name].tobytes() == array.tobytes()


def test_equal_contents_give_equal_bytes_whatever_the_clock_says(tmp_path):
    write(tmp_path / "first", SMALL)
    write(tmp_path / "second", SMALL)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    with zipfile.ZipFile(tmp_path / "first") as file:
        assert {member.date_time for member in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_numpy_reads_it_too_without_pickles(tmp_path):
    write(tmp_path / "file.npz", SMALL)
    with np.load(tmp_path / "file.npz", allow_pickle=False) as arrays:
        assert arrays["b"].tolist() == [1, 2]
        assert arrays["text"].tobytes().decode() == SMALL.text


def test_a_failed_write_leaves_the_earlier_file_and_no_partial_one(tmp_path, monkeypatch):
    path = tmp_path / "file.npz"
    write(path, SMALL)
    before = path.read_bytes()

    def fail(member, array, **options):
        member.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", fail)
    with pytest.raises(OutputError, match=r"file\.npz: cannot be written \(No space left on device\); check"):
        write(path, SMALL)
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.npz"]
    assert path.read_bytes() == before


def test_the_folder_must_exist_and_the_path_must_not_be_a_folder(tmp_path):
    with pytest.raises(OutputError, match=r"there is no folder .*nowhere; make it first"):
        write(tmp_path / "nowhere" / "file.npz", SMALL)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write(tmp_path / "folder", SMALL)
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def header(shape: str, descr: str = "'<f4'", version: int = 1) -> bytes:
    """An .npy file with any header before 16 bytes of numbers."""
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
    """Many members that all point at the same bytes of the file."""
    content = zipped([("a.npy", npy(np.zeros(1000)))])
    end = content.rindex(b"PK\x05\x06")
    start = int.from_bytes(content[end + 16 : end + 20], "little")
    entries = b"".join(content[start:end].replace(b"a.npy", b"%c.npy" % (97 + i)) for i in range(20))
    tail = bytearray(content[end:])
    tail[8:12] = (20).to_bytes(2, "little") * 2
    tail[12:16] = len(entries).to_bytes(4, "little")
    return content[:start] + entries + bytes(tail)


TEXT = ("text.npy", npy(np.zeros(2, np.uint8)))


@pytest.mark.parametrize(
    ("content", "message"),
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
def test_a_file_of_another_kind_is_refused(tmp_path, content, message):
    path = tmp_path / "file.npz"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: is damaged or was not written by this program (")
    assert str(caught.value).endswith("; expected an uncompressed .npz file: save it again")
    assert message in str(caught.value)


def test_a_missing_file_or_a_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"file\.npz: cannot be read \(No such file or directory\); expected an"):
        read(tmp_path / "file.npz")
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path)


def test_a_file_cut_off_anywhere_is_refused(tmp_path):
    path = tmp_path / "file.npz"
    write(path, SMALL)
    content = path.read_bytes()
    for length in (*range(0, len(content), 9), len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(DataError):
            read(path)


@pytest.mark.filterwarnings("ignore:Reading `.npy`:UserWarning")
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_file_with_changed_bytes_is_refused_or_gives_the_same_numbers(tmp_path, changes):
    path = tmp_path / "file.npz"
    write(path, SMALL)
    content = bytearray(path.read_bytes())
    for position, byte in changes:
        content[position % len(content)] = byte
    path.write_bytes(content)
    try:
        loaded = read(path)
    except DataError:
        return
    assert loaded.text == SMALL.text
    for name, array in loaded.arrays.items():  # one may be missing, which require_array refuses
        assert array.tobytes() == SMALL.arrays[name].tobytes()


def test_the_name_of_an_array_is_never_used_as_a_path(tmp_path):
    path = tmp_path / "below" / "file.npz"
    path.parent.mkdir()
    write(path, Archive({"../../evil": np.zeros(1)}, ""))
    assert list(read(path).arrays) == ["../../evil"]
    assert [entry.name for entry in tmp_path.rglob("*")] == ["below", "file.npz"]


def test_objects_are_never_written(tmp_path):
    with pytest.raises(TypeError, match="only arrays of numbers"):
        write(tmp_path / "file.npz", Archive({"a": np.array([{}])}, ""))
    assert not list(tmp_path.iterdir())
    assert archive.TEXT not in SMALL.arrays
