"""The embedded sample: its bytes, its formats, and whether there is anything in it to learn."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sample_films import FILMS, FIRST_ID, GENRES, MOODS
from sample_ratings import FOLDER, N_USERS, SEED, main, sample_files

FILES = {path.name: path.read_bytes() for path in FOLDER.glob("u.*")}
RATINGS = np.array([line.split(b"\t") for line in FILES["u.data"].splitlines()]).astype(np.int64)
USER, ITEM, STARS, TIME = RATINGS[:, 0] - 1, RATINGS[:, 1] - FIRST_ID, RATINGS[:, 2], RATINGS[:, 3]
ITEM_LINES = FILES["u.item"].decode("iso-8859-1").splitlines()


def matrix(user: NDArray[np.int64], item: NDArray[np.int64]) -> NDArray[np.float64]:
    """Who rated what, users by films."""
    rated = np.zeros((N_USERS, len(FILMS)))
    rated[user, item] = 1.0
    return rated


def movielens(name: str) -> list[bytes]:
    """The lines of a file of the real MovieLens 100K, where there is one to compare with."""
    folder = os.environ.get("MOVIELENS_100K")
    if not folder:
        pytest.skip("MOVIELENS_100K does not name a folder with the real data")
    return (Path(folder) / name).read_bytes().splitlines()


# The bytes


def test_the_command_writes_the_committed_files_to_the_folder_it_is_given(tmp_path: Path) -> None:
    main([str(tmp_path / "new" / "folder")])
    written = {path.name: path.read_bytes() for path in (tmp_path / "new" / "folder").iterdir()}
    assert written == FILES


def test_another_seed_gives_other_ratings_of_the_same_films() -> None:
    other = sample_files(SEED + 1)
    assert other["u.data"] != FILES["u.data"]
    assert other["u.item"] == FILES["u.item"]


def test_the_files_stay_under_a_megabyte_and_end_their_lines_as_unix_does() -> None:
    assert sum(map(len, FILES.values())) < 1_000_000
    assert all(content.endswith(b"\n") and b"\r" not in content for content in FILES.values())


# The films


def test_five_hundred_films_most_of_them_newer_than_movielens_100k() -> None:
    assert 500 <= len(FILMS) <= 520
    assert sum(film.year > 1998 for film in FILMS) >= 250
    assert min(film.year for film in FILMS) < 1940


def test_no_film_comes_twice_and_ids_follow_year_and_title() -> None:
    assert len({(film.title, film.year) for film in FILMS}) == len(FILMS)
    assert [film.id for film in FILMS] == list(range(FIRST_ID, FIRST_ID + len(FILMS)))
    assert list(FILMS) == sorted(FILMS, key=lambda film: (film.year, film.title))


def test_every_film_has_known_genres_and_moods_and_grades_from_one_to_five() -> None:
    for film in FILMS:
        assert 1 <= len(set(film.genres)) == len(film.genres) <= 3, film
        assert 1 <= len(set(film.moods)) == len(film.moods) <= 3, film
        assert set(film.genres) <= set(GENRES) and set(film.moods) <= set(MOODS), film
        assert 1 <= film.fame <= 5 and 1 <= film.quality <= 5, film


def test_every_mood_is_shared_by_enough_films_to_be_a_taste() -> None:
    assert min(Counter(mood for film in FILMS for mood in film.moods)[mood] for mood in MOODS) >= 10


def test_titles_are_in_natural_order_and_some_carry_accents() -> None:
    assert not any(film.title.endswith((", The", ", A", ", An", ", La", ", Le", ", Les")) for film in FILMS)
    assert sum(not film.title.isascii() for film in FILMS) >= 15
    assert "8½ (1963)" in FILES["u.item"].decode("iso-8859-1")


# The formats


def test_every_item_line_has_the_fields_of_its_film() -> None:
    for line, film in zip(ITEM_LINES, FILMS, strict=True):
        number, title, released, video, address, *flags = line.split("|")
        assert (number, title) == (str(film.id), f"{film.title} ({film.year})")
        assert (released, video, address) == (f"01-Jan-{film.year}", "", "")
        assert len(flags) == 19 and set(flags) == {"0", "1"}
        assert {genre for genre, flag in zip(GENRES, flags, strict=True) if flag == "1"} == set(film.genres)


def test_the_genre_file_numbers_the_nineteen_genres() -> None:
    assert FILES["u.genre"].decode() == "".join(f"{genre}|{index}\n" for index, genre in enumerate(GENRES))
    assert len(GENRES) == 19 and GENRES[0] == "unknown"


def test_every_user_line_is_a_person_without_an_address() -> None:
    users = [line.split("|") for line in FILES["u.user"].decode().splitlines()]
    assert [user[0] for user in users] == [str(number) for number in range(1, N_USERS + 1)]
    for _, age, gender, occupation, zip_code in users:
        assert 10 <= int(age) <= 90 and gender in "FM" and occupation.isalpha() and zip_code == "00000"


def test_ratings_are_of_known_films_by_known_users_once_each() -> None:
    assert 25_000 <= len(RATINGS) <= 40_000
    assert set(USER.tolist()) == set(range(N_USERS))
    assert set(ITEM.tolist()) == set(range(len(FILMS)))
    assert len(set(zip(USER.tolist(), ITEM.tolist(), strict=True))) == len(RATINGS)


def test_ratings_go_from_one_to_five_and_use_all_five() -> None:
    assert set(STARS.tolist()) == {1, 2, 3, 4, 5}
    assert 3.3 < STARS.mean() < 4.0


def test_ratings_are_in_order_of_time_over_most_of_2023() -> None:
    start, end = 1_672_531_200, 1_704_067_200  # the two New Years, UTC
    assert np.all(np.diff(TIME) >= 0)
    assert start <= TIME[0] and TIME[-1] < end
    assert TIME[-1] - TIME[0] > 300 * 86_400


def test_a_user_comes_back_for_more_than_one_sitting() -> None:
    days = [np.unique(TIME[user == USER] // 86_400).size for user in range(N_USERS)]
    assert np.median(days) >= 3


# Not MovieLens


def test_no_line_is_a_line_of_movielens() -> None:
    assert not set(movielens("u.item")) & set(FILES["u.item"].splitlines())
    assert not set(movielens("u.data")) & set(FILES["u.data"].splitlines())


def test_most_films_are_not_in_movielens_at_all() -> None:
    theirs = {line.split(b"|")[1] for line in movielens("u.item")}
    ours = [line.split("|")[1].encode("iso-8859-1") for line in ITEM_LINES]
    assert sum(title in theirs for title in ours) < 0.25 * len(ours)


# Something to learn


def test_a_fifth_of_the_films_holds_close_to_half_of_the_ratings() -> None:
    counts = np.sort(np.bincount(ITEM, minlength=len(FILMS)))[::-1]
    assert counts[: len(FILMS) // 5].sum() > 0.45 * counts.sum()
    assert counts[-1] >= 2
    assert counts[0] > 20 * counts[-1]


def test_activity_has_a_long_tail_too() -> None:
    counts = np.bincount(USER)
    assert counts.min() == 20 and counts.max() <= 200
    assert np.median(counts) < counts.mean() < counts.max() / 2.5


def test_users_who_like_a_film_of_a_mood_rate_more_films_of_that_mood_than_others() -> None:
    rated, liked = matrix(USER, ITEM), matrix(USER[STARS >= 4], ITEM[STARS >= 4])
    for mood in MOODS:
        films = np.array([mood in film.moods for film in FILMS])
        both = liked[:, films].T @ rated[:, films]
        np.fill_diagonal(both, 0.0)
        share = both.sum() / (liked[:, films].sum() * (films.sum() - 1))
        assert share >= 1.5 * rated[:, films].mean(), mood


def test_better_films_are_rated_higher() -> None:
    quality = np.array([film.quality for film in FILMS])[ITEM]
    assert STARS[quality == 5].mean() > STARS[quality == 3].mean() + 0.5


def newest_hidden() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each user's ratings but the newest fifth, and that fifth."""
    hidden = np.zeros(len(RATINGS), dtype=bool)
    for user in range(N_USERS):
        rows = np.flatnonzero(user == USER)  # already in order of time
        hidden[rows[-(len(rows) // 5) :]] = True
    return matrix(USER[~hidden], ITEM[~hidden]), matrix(USER[hidden], ITEM[hidden])


def ndcg_at_ten(scores: NDArray[np.float64], seen: NDArray[np.float64], hidden: NDArray[np.float64]) -> float:
    """The mean over users, with what they have seen left out of the list."""
    best = np.argsort(-np.where(seen > 0, -np.inf, scores), axis=1, kind="stable")[:, :10]
    discount = 1.0 / np.log2(np.arange(2, 12))
    gain = np.take_along_axis(hidden, best, axis=1) @ discount
    ideal = np.cumsum(discount)[np.minimum(hidden.sum(axis=1).astype(int), 10) - 1]
    return float(np.mean(gain / ideal))


def ease(rated: NDArray[np.float64], penalty: float) -> NDArray[np.float64]:
    """The item weights of EASE in closed form (Steck 2019)."""
    inverse = np.linalg.inv(rated.T @ rated + penalty * np.eye(rated.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return weights


def test_a_personal_model_clearly_beats_popularity() -> None:
    seen, hidden = newest_hidden()
    popular = ndcg_at_ten(np.broadcast_to(seen.sum(axis=0), seen.shape), seen, hidden)
    personal = ndcg_at_ten(seen @ ease(seen, penalty=150.0), seen, hidden)
    assert personal >= 1.6 * popular
    assert popular > 0.1 and personal < 0.5, "the task should be neither hopeless nor trivial"


@pytest.mark.parametrize(
    ("title", "neighbours"),
    [
        ("Toy Story", {"Toy Story 2", "Finding Nemo", "Monsters, Inc."}),
        ("The Matrix", {"Inception", "Terminator 2: Judgment Day"}),
        ("Spirited Away", {"My Neighbour Totoro", "Princess Mononoke"}),
        ("The Godfather", {"The Godfather Part II", "Goodfellas"}),
        ("Unforgiven", {"The Good, the Bad and the Ugly", "Once Upon a Time in the West"}),
    ],
)
def test_the_neighbours_of_a_film_are_those_a_cinemagoer_expects(title: str, neighbours: set[str]) -> None:
    titles = [film.title for film in FILMS]
    weights = ease(matrix(USER, ITEM), penalty=150.0)[titles.index(title)]
    assert neighbours <= {titles[index] for index in np.argsort(-weights)[:12]}
