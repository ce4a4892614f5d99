"""Three lines that read each exported file, in Python and in JavaScript. Knows the files' shapes, not their numbers.

The tests run every one of them. ``MODEL`` stands for a model that was built.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """How to read one file."""

    python: str
    javascript: str

    def for_model(self, model: str) -> Example:
        """The same with the name of this model."""
        return Example(self.python.replace("MODEL", model), self.javascript.replace("MODEL", model))


def _json(name: str, key: str, python: str, javascript: str) -> Example:
    """Load what is under one key of a JSON file, and run a line that prints some of it."""
    return Example(
        f'import json\n{key} = json.load(open("data/{name}", "rb"))["{key}"]\n{python}',
        f'const answer = await fetch("data/{name}");\nconst {{ {key} }} = await answer.json();\n{javascript}',
    )


EXAMPLES = {
    "recommendations.json": _json(
        *("recommendations.json", "users"),
        'print({user: lists["models"]["MODEL"][:1] for user, lists in users.items()})',
        "for (const user in users) console.log(user, users[user].models.MODEL[0]);",
    ),
    "shown_lists.json": _json(
        *("shown_lists.json", "users"),
        'print({user: lists["models"]["MODEL"][:1] for user, lists in users.items()})',
        "for (const user in users) console.log(user, users[user].models.MODEL[0]);",
    ),
    "items.json": Example(
        """\
import json
items = json.load(open("data/items.json", "rb"))["items"]
print(max(items, key=lambda item: item["n_ratings"])["title"])""",
        """\
const { items } = await (await fetch("data/items.json")).json();
items.sort((a, b) => b.n_ratings - a.n_ratings);
console.log(items[0].title);""",
    ),
    "metrics.json": _json(
        *("metrics.json", "models"),
        'print({name: row["accuracy"]["ndcg"]["mean"] for name, row in models.items()})',
        "for (const name in models) console.log(name, models[name].accuracy.ndcg);",
    ),
    "item_embeddings.json": _json(
        *("item_embeddings.json", "models"),
        'print(models["MODEL"]["item_ids"][0], models["MODEL"]["vectors"][0])',
        "console.log(models.MODEL.item_ids[0], models.MODEL.vectors[0]);",
    ),
    "loss_history.json": _json(
        *("loss_history.json", "models"),
        'print([epoch["train_loss"] for epoch in models["MODEL"]])',
        "console.log(models.MODEL.map((epoch) => epoch.train_loss));",
    ),
    "build.json": _json(
        *("build.json", "dataset"),
        'print(dataset["name"], dataset["n_ratings"], dataset["licence"])',
        "console.log(dataset.name, dataset.n_ratings, dataset.licence);",
    ),
    "deep_tower.js": Example(
        """\
import base64, json, numpy as np
tower = json.loads(json.loads(open("data/deep_tower.js", encoding="utf-8").read().partition("JSON.parse(")[2][:-4]))
print(np.frombuffer(base64.b64decode(tower["item_bias"]), "<f2"))""",
        """\
for (const file of ["./data/deep_tower.js", "./assets/tower.js"]) await import(file);
const tower = marquee.deepTower(marquee.data.get("deep_tower"));
console.log(tower.topK(tower.scores(tower.userVector([[0, 5]])), 10, (row) => row > 0));""",
    ),
    "map_replay.js": Example(
        """\
import base64, json, numpy as np
replay = json.loads(json.loads(open("data/map_replay.js", encoding="utf-8").read().partition("JSON.parse(")[2][:-4]))
print(np.frombuffer(base64.b64decode(replay["models"]["MODEL"]["frames"][-1]), "<u2"))""",
        """\
await import("./data/map_replay.js");
const bytes = [...atob(marquee.data.get("map_replay").models.MODEL.frames.at(-1))].map((c) => c.charCodeAt());
console.log(new Uint16Array(Uint8Array.from(bytes).buffer));""",
    ),
    "recommendations.csv": Example(
        """\
import pandas as pd
lists = pd.read_csv("data/recommendations.csv", dtype={"user": str, "item": str})
print(lists.groupby("model")["held_out"].mean())""",
        """\
const text = await (await fetch("data/recommendations.csv")).text();
const cells = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\\n]*))[,\\n]/g)];
console.log(cells.slice(8, 16).map((cell) => cell[1]?.replaceAll('""', '"') ?? cell[2]));""",
    ),
    "items.csv": Example(
        """\
import pandas as pd
tables = [pd.read_csv(f"data/{name}.csv", dtype={"item": str}) for name in ("recommendations", "items")]
print(tables[0].merge(tables[1], on="item")[["user", "model", "rank", "title"]])""",
        """\
const text = await (await fetch("data/items.csv")).text();
const cells = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\\n]*))[,\\n]/g)];
console.log(cells.slice(7, 14).map((cell) => cell[1]?.replaceAll('""', '"') ?? cell[2]));""",
    ),
    "vectors_MODEL.tsv": Example(
        """\
import numpy as np, pandas as pd
vectors = np.loadtxt("data/vectors_MODEL.tsv")
items = pd.read_csv("data/metadata.tsv", sep="\\t", quoting=3)""",
        """\
const lines = async (answer) => (await (await answer).text()).split("\\n");
const vectors = await lines(fetch("data/vectors_MODEL.tsv"));
const items = await lines(fetch("data/metadata.tsv"));""",
    ),
}
"""By file name."""
