"""Without JavaScript, lists and numbers are in the pages themselves."""

import pytest


@pytest.fixture
def read(visit, disk):
    """Opens a page without JavaScript, with all details unfolded."""

    def opened(address):
        page = visit(disk + address, java_script_enabled=False)
        for summary in page.locator("details > summary").locator("visible=true").all():
            summary.click()
        return page

    return opened


def rows(page) -> int:
    """How many rows of tables are visible, without their heads."""
    return page.locator("tbody tr").locator("visible=true").count()


def test_every_user_and_every_item_is_listed(read, exported):
    assert rows(read("users.html")) == len(exported["recommendations"]["users"])
    assert rows(read("items.html")) == len(exported["items"]["items"])


def test_a_user_page_has_the_rated_items_and_both_lists(read, exported):
    lists = exported["recommendations"]["users"]["1"]
    titles = {item["id"]: item["title"] for item in exported["items"]["items"]}
    text = read("users/1.html").locator("main").inner_text()
    for row in [*lists["rated"], *lists["models"]["base"], *lists["models"]["deep"]]:
        assert row["item"] is None or titles[row["item"]] in text
    assert f"{lists['n_train']} training ratings" in text


def test_an_item_page_has_its_neighbours_and_its_number_of_ratings(read, exported):
    shown = next(item for item in exported["items"]["items"] if item["id"] == "5331")
    titles = {item["id"]: item["title"] for item in exported["items"]["items"]}
    text = read("items/5331.html").locator("main").inner_text()
    assert f"{shown['n_ratings']} ratings" in text
    for model in ("base", "deep"):
        for similar in shown["similar"][model]:
            assert titles[similar["item"]] in text


def test_the_map_page_lists_every_item(read, exported):
    assert rows(read("map.html")) == len(exported["items"]["items"])


def test_the_training_page_lists_every_epoch_of_both_models(read, exported):
    assert rows(read("training.html")) >= sum(len(epochs) for epochs in exported["loss_history"]["models"].values())


def test_the_compare_page_has_a_row_for_every_model_and_baseline(read, exported):
    page = read("compare.html")
    assert rows(page) >= len(exported["metrics"]["models"])
    ndcg = exported["metrics"]["models"]["deep"]["accuracy"]["ndcg"]["mean"]
    assert f"{ndcg:.3f}" in page.locator("main").inner_text()


def test_the_data_page_links_to_every_file(read, site):
    links = {link.get_attribute("href") for link in read("data.html").locator("main a").all()}
    assert {f"data/{path.name}" for path in (site / "data").iterdir()} <= links
