"""Lists and numbers stand in the pages themselves."""

import json

import pytest


@pytest.fixture(scope="module")
def data(site):
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (site / "data").glob("*.json")}


@pytest.fixture
def read(visit, disk):
    """Opens a page without JavaScript, all its details unfolded."""

    def opened(address):
        page = visit(disk + address, java_script_enabled=False)
        for summary in page.locator("details > summary").locator("visible=true").all():
            summary.click()
        return page

    return opened


def rows(page) -> int:
    """How many rows of bodies of tables are seen."""
    return page.locator("tbody tr").locator("visible=true").count()


def test_every_user_and_every_film_is_listed(read, data):
    assert rows(read("users.html")) == len(data["recommendations"]["users"])
    assert rows(read("films.html")) == len(data["items"]["items"])


def test_a_user_page_has_what_they_rated_and_both_lists(read, data):
    lists = data["recommendations"]["users"]["1"]
    titles = {item["id"]: item["title"] for item in data["items"]["items"]}
    text = read("users/1.html").locator("main").inner_text()
    for row in [*lists["rated"], *lists["models"]["base"], *lists["models"]["deep"]]:
        assert row["item"] is None or titles[row["item"]] in text
    assert f"{lists['n_train']} ratings" in text


def test_a_film_page_has_its_neighbours_and_its_ratings(read, data):
    film = next(item for item in data["items"]["items"] if item["id"] == "5331")
    titles = {item["id"]: item["title"] for item in data["items"]["items"]}
    text = read("films/5331.html").locator("main").inner_text()
    assert f"{film['n_ratings']} ratings" in text
    for model in ("base", "deep"):
        for one in film["similar"][model]:
            assert titles[one["item"]] in text


def test_the_map_has_the_place_of_every_film(read, data):
    assert rows(read("map.html")) == len(data["items"]["items"])


def test_the_training_has_every_epoch_of_both_models(read, data):
    assert rows(read("training.html")) >= sum(len(epochs) for epochs in data["loss_history"]["models"].values())


def test_the_comparison_has_a_row_for_every_method(read, data):
    page = read("compare.html")
    assert rows(page) >= len(data["metrics"]["models"])
    ndcg = data["metrics"]["models"]["deep"]["accuracy"]["ndcg"]["mean"]
    assert f"{ndcg:.3f}" in page.locator("main").inner_text()


def test_the_data_page_links_every_file(read, site):
    links = {link.get_attribute("href") for link in read("data.html").locator("main a").all()}
    assert {f"data/{path.name}" for path in (site / "data").iterdir()} <= links
