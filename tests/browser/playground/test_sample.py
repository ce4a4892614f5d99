"""The sample as the page decodes it: the data set that Python reads."""

from __future__ import annotations

import numpy as np

import recsys
from recsys.site.sample_log import encode_log
from tests.browser.conftest import expose

DECODE = """(value) => {
  const { log, ...facts } = decodeSample(value);
  const keys = ["user", "item", "rating", "time", "years"];
  const types = Object.fromEntries(keys.map((key) => [key, log[key].constructor.name]));
  for (const key of Object.keys(types)) log[key] = [...log[key]];
  return { log, types, ...facts };
}"""


def test_the_page_decodes_the_sample(chromium):
    page = chromium.new_page()
    page.set_content("<!doctype html><html lang=en><title>Tests</title>")
    expose(page, "playground/sample.js", "decodeSample")
    decoded = page.evaluate(DECODE, encode_log())
    page.close()
    dataset, log = recsys.load_dataset("sample"), decoded["log"]
    assert decoded["types"] == {
        "user": "Int32Array", "item": "Int32Array", "rating": "Float64Array", "time": "Float64Array",
        "years": "Float64Array",
    }  # fmt: skip
    order = np.lexsort((dataset.timestamp, dataset.user))
    assert (log["nUsers"], log["nItems"]) == (dataset.n_users, dataset.n_items)
    assert log["user"] == dataset.user[order].tolist()
    assert log["item"] == dataset.item[order].tolist()
    assert log["rating"] == dataset.rating[order].tolist()
    assert log["time"] == np.unique(dataset.timestamp, return_inverse=True)[1][order].tolist()
    assert log["years"] == dataset.years.tolist()
    assert log["genres"]["names"] == list(dataset.genre_names)
    assert log["genres"]["ofItem"] == [np.flatnonzero(flags).tolist() for flags in dataset.genres]
    assert decoded["titles"] == dataset.titles.tolist()
    assert decoded["itemIds"] == [str(id_) for id_ in dataset.item_ids]
    assert decoded["userIds"] == [str(id_) for id_ in dataset.user_ids]
    assert (decoded["name"], decoded["notes"]) == ("Sample", [])
