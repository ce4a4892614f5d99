"""Licence and citation follow from what files are: a README, the files of an edition, or known items."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from recsys.data.dataset import Source
from recsys.data.load import read_path as read_dataset
from recsys.data.load import sample_folder
from recsys.data.readers import editions
from recsys.data.readers.editions import edition
from recsys.data.readers.files import list_folders
from tests.data.readers.test_movielens import CSV, FILMS, RATINGS, USERS, film, write
from tests.requirements import MOVIELENS, needs_movielens

README = b"""SUMMARY & USAGE LICENSE
MovieLens data sets were collected by the GroupLens Research Project at the University of Minnesota.

Neither the University of Minnesota nor any of the researchers
involved can guarantee the correctness of the data, its suitability
for any particular purpose, or the validity of results based on the
use of the data set.  The data set may be used for any research
purposes under the following conditions:

     * The user may not state or imply any endorsement from the
       University of Minnesota or the GroupLens Research Group.
"""
README_HTML = b"""<h2>Summary</h2><p>Ratings of <a href="x">MovieLens</a>.</p>\n<h2>Usage License</h2><p>Neither the
University of\r\nMinnesota nor any of the researchers involved can guarantee the correctness of the data, its</p>
<ul>\n<li>The user may not state or imply any <em>endorsement</em> from the University of Minnesota or the GroupLens
Research Group.</li></ul>"""
OWN_READMES = [
    b"# My films\nMy own ratings, in the format of MovieLens (GroupLens). License: CC0.\n",
    b"Our club. Format like MovieLens (University of Minnesota).\n## License\nMIT\n",
    b"Collected with the code of the GroupLens Research Group at the University of Minnesota, who made MovieLens.\n"
    b"License: the user may not redistribute the data without separate permission.\n",
]
FILES_100K: dict[str, str | bytes] = {"u.data": RATINGS, "u.item": FILMS, "u.user": USERS}
KNOWN = [(1, "Toy Story (1995)"), (296, "Pulp Fiction (1994)"), (318, "Shawshank Redemption, The (1994)"),
         (356, "Forrest Gump (1994)"), (480, "Jurassic Park (1993)"), (2571, "Matrix, The (1999)")]  # fmt: skip


def movies_csv(titles: list[tuple[int, str]]) -> dict[str, str | bytes]:
    return {
        "ratings.csv": "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n",
        "movies.csv": "movieId,title,genres\n" + "".join(f'{id_},"{title}",Drama\n' for id_, title in titles),
    }


@pytest.mark.parametrize(
    ("files", "page"),
    [
        (FILES_100K | {"README": README}, "100k/"),
        (FILES_100K | {"u.occupation": "artist\n"}, "100k/"),
        (FILES_100K | {"ua.base": ""}, "100k/"),
        (CSV | {"README.txt": README + b"This dataset (ml-25m) describes"}, "25m/"),
        (CSV | {"README.txt": README + b"This dataset (ml-latest-small) describes"}, "latest/"),
        (CSV | {"README.html": README_HTML}, ""),
        (CSV | {"README.md": README.replace(b"\n", b"\n> ").replace(b"     * ", b"- **") + b"**"}, ""),
        (movies_csv(KNOWN), ""),
        (movies_csv([*KNOWN[1:], (1, "Toy Story (1995)"), (110, "Brave Heart (1995)")]), ""),
    ],
)
def test_movielens_is_cited_by_what_its_files_are(tmp_path, files, page):
    dataset = read_dataset(write(tmp_path / "part", files))
    assert dataset.name == "part"
    assert dataset.source == Source(
        licence=editions.LICENCE, citation=editions.CITATION, url=f"https://grouplens.org/datasets/movielens/{page}"
    )


@pytest.mark.parametrize(
    "files",
    [
        FILES_100K,
        *(FILES_100K | {"README.md": readme} for readme in OWN_READMES),
        CSV,
        *(CSV | {"README": readme} for readme in OWN_READMES),
        movies_csv(KNOWN[:4]),
        movies_csv([(id_, "Something else (1990)") for id_, _ in KNOWN]) | {"README.txt": README},
        movies_csv([(id_ + 1000, title) for id_, title in KNOWN] + [(1, "Mine (2020)")]),
        FILES_100K | {"u.item": "".join(film(id_, f"Own film {id_} (2001)") for id_ in range(1, 301)),
                      "u.occupation": ""},
    ],
)  # fmt: skip
def test_own_data_in_the_same_format_has_no_licence(tmp_path, files):
    assert read_dataset(write(tmp_path / "own", files)).source == Source()


@pytest.mark.parametrize(("n_ratings", "n_users", "n_items"), [published[2:] for published in editions.EDITIONS])
def test_own_data_with_the_counts_of_an_edition_has_no_licence(tmp_path, n_ratings, n_users, n_items):
    if n_ratings > 2_000_000:
        pytest.skip("larger tables take longer and show the same")
    ratings = pd.DataFrame({"user": [row % n_users for row in range(n_ratings)]})
    items = pd.DataFrame({"item": range(n_items), "title": "Own film", "year": 2000.0})
    files = list_folders(write(tmp_path / "own", CSV))[0]
    assert edition(files, ratings, items) is None


def test_a_copy_of_the_sample_is_not_movielens(tmp_path):
    shutil.copytree(sample_folder(), tmp_path / "copy", ignore=shutil.ignore_patterns("scripts"))
    assert read_dataset(tmp_path / "copy").source == Source()


def test_a_zip_is_cited_by_its_readme(tmp_path):
    with zipfile.ZipFile(tmp_path / "ml.zip", "w") as target:
        for name, text in (FILES_100K | {"README": README}).items():
            target.writestr(f"ml/{name}", text)
    assert read_dataset(tmp_path / "ml.zip").source.citation == editions.CITATION


@needs_movielens
@pytest.mark.parametrize("names", [("u.data", "u.item"), ("u.data", "u.item", "u.user", "README")])
def test_movielens_100k_less_a_line_is_cited(tmp_path, names):
    for name in names:
        shutil.copyfile(Path(MOVIELENS) / name, tmp_path / name)
    lines = (tmp_path / "u.data").read_bytes().splitlines(keepends=True)
    (tmp_path / "u.data").write_bytes(b"".join(lines[:-1]))
    dataset = read_dataset(tmp_path)
    assert dataset.n_ratings == 99_999
    assert dataset.source.licence == editions.LICENCE
    assert dataset.source.url == "https://grouplens.org/datasets/movielens/100k/"
    assert dataset.name == tmp_path.name
