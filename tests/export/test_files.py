from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from recsys import schema as out
from recsys.errors import OutputError
from recsys.export.assemble import assemble
from recsys.export.files import read_artefacts, write_artefact, write_artefacts
from recsys.export.script import json_in, script_of

FILES = ("build", "loss_history", "item_embeddings", "recommendations", "metrics", "items", "map_replay")
HOSTILE = ("__proto__", "a|b", "tab\tand\nbreak", "</script>", "é 🎬 \u2028")


def artefacts() -> out.Artefacts:
    """One user and a few items with hostile ids; deep was not built."""
    interval = out.Interval(0.5, 0.25, 0.75)
    row = out.ModelMetrics(
        accuracy={"ndcg": interval, "recall": interval},
        beyond={"coverage": out.Mean(0.5), "diversity": out.Mean(None)},
        by_activity=[interval],
        recommended_popularity=[2.5],
        settings={"l2": 300},
        trials=[out.Trial({"l2": 300}, 0.5)],
    )
    return out.Artefacts(
        build=out.Build(
            generator=out.Generator("marquee", "1"),
            dataset=out.DatasetSummary(
                name="small", synthetic=True, n_users=1, n_items=5, n_ratings=2, sha256="0" * 64, licence=None
            ),
            config={"dim": 2, "models": ["base"], "site_url": None},
            models={
                "base": out.ModelSummary(
                    best_epoch=1, dim=2, n_parameters=17, description="", reasons="similarity"
                )
            },
            legend={"base": out.LegendEntry(label="Base", light="#000000", dark="#ffffff")},
        ),
        loss_history=out.LossHistory(
            models={"base": [
                out.EpochRecord(epoch=1, train_loss=2.5, validation_loss=None, validation_ndcg=None),
                out.EpochRecord(epoch=2, train_loss=2.25, validation_loss=3.0, validation_ndcg=1.0),
            ]}
        ),
        item_embeddings=out.ItemEmbeddings(
            models={"base": out.Embedding(
                dim=2, item_ids=list(HOSTILE), vectors=[[0.0, 1.5]] * 5, bias=[0.0] * 5,
                projection=[(0.0, 1.0)] * 5, explained_variance=(0.75, 0.25),
            )}
        ),
        recommendations=out.Recommendations(
            k=2,
            users={"__proto__": out.UserLists(
                n_train=1, n_hidden=1, rated=[out.RatedItem("a|b", 5.0)],
                models={"base": [out.Recommendation("__proto__", 1.25, True, [("a|b", 0.5)], 1),
                                 out.Recommendation(None, None, True)]},
                baselines={"popularity": [out.BaselineRecommendation("</script>", False),
                                          out.BaselineRecommendation(None, True)]},
            )},
        ),
        metrics=out.Metrics(
            protocol=out.Protocol(
                split="temporal", holdout=0.2, split_rule="", seed=None, n_evaluated=1, n_not_evaluated=0,
                relevant="", candidates="", ties="", metrics={}, labels={},
                bootstrap=out.Bootstrap(resamples=10, seed=0, confidence=0.95, method=""),
            ),
            k=2,
            models={"base": row, "popularity": row},
            groups=out.Groups(
                activity=[out.UserGroup("few", 1, 2, 1)], taste=[out.TasteGroup("niche", 1.5, 2.5, 1, 2.0)]
            ),
            comparisons=[out.Comparison("base", "popularity", out.Interval(-0.5, -0.75, -0.25), 0.25, 0, 0, 1)],
            skipped={"ease": "too large"},
        ),
        items=out.Items(
            items=[
                out.Item(id=item_id, title=item_id, year=None, genres=[], n_ratings=0, n_train=0, mean_rating=None,
                         similar={"base": [out.SimilarItem("a|b", -1.0)]})
                for item_id in HOSTILE
            ]
        ),
        map_replay=out.MapReplay(
            item_ids=list(HOSTILE),
            models={"base": out.Replay(epochs=[1], low=(-1.0, 0.0), high=(1.0, 0.5), frames=["AAAA"])},
        ),
    )  # fmt: skip


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write_artefacts(artefacts(), tmp_path / "data")
    return tmp_path / "data"


def path_of(folder: Path, name: str) -> Path:
    return folder / f"{name}.{'js' if name in ('map_replay', 'deep_tower') else 'json'}"


def load(folder: Path, name: str) -> Any:
    """What one file says, as JSON or as JSON in a script."""
    path = path_of(folder, name)
    text = path.read_text(encoding="utf-8")
    return json.loads(json_in(text) if path.suffix == ".js" else text)


def rewrite(folder: Path, name: str, changes: dict[str, Any], drop: str = "") -> None:
    """Write one file again with other values at its top level."""
    path = path_of(folder, name)
    content = load(folder, name) | changes
    content.pop(drop, None)
    text = json.dumps(content)
    path.write_text(script_of(name, text) if path.suffix == ".js" else text, encoding="utf-8")


def refusal(folder: Path) -> str:
    with pytest.raises(OutputError) as caught:
        read_artefacts(folder)
    return str(caught.value)


def validator(folder: Path, name: str) -> jsonschema.Draft202012Validator:
    """Of the JSON Schema beside a file."""
    schema = json.loads((folder / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_what_was_written_is_read_again(written):
    assert read_artefacts(written) == artefacts()


def test_the_deep_tower_is_a_script_that_must_be_there_where_deep_was_built(results, tmp_path):
    write_artefacts(assemble(results), tmp_path)
    script = (tmp_path / "deep_tower.js").read_text(encoding="utf-8")
    assert ';((globalThis.marquee ??= {}).data ??= new Map()).set("deep_tower", JSON.parse("{' in script
    assert "__proto__" in load(tmp_path, "deep_tower")["item_ids"]
    (tmp_path / "deep_tower.js").unlink()
    assert "deep_tower.js: not found; build the site once without --render-only" in refusal(tmp_path)


@pytest.mark.parametrize("content", ["", "alert(1)", script_of("map_replay", "1")[:-1], script_of("map_replay", "1")])
def test_a_script_that_was_not_written_here_is_refused_by_name(written, content):
    (written / "map_replay.js").write_text(content)
    assert refusal(written).startswith(f"{written / 'map_replay.js'}: ")


def test_every_file_has_its_schema_beside_it_and_nothing_else_is_written(written):
    expected = {path_of(written, name).name for name in FILES} | {f"{name}.schema.json" for name in FILES}
    assert {path.name for path in written.iterdir()} == expected


def test_keys_are_in_the_order_of_the_types_and_unknown_is_null(written):
    epoch = load(written, "loss_history")["models"]["base"][0]
    assert list(epoch.items()) == [
        ("epoch", 1), ("train_loss", 2.5), ("validation_loss", None), ("validation_ndcg", None),
        ("validation_ndcg_error", None),
    ]  # fmt: skip
    item = load(written, "items")["items"][0]
    assert list(item) == ["id", "title", "year", "genres", "n_ratings", "n_train", "mean_rating", "similar",
                          "histogram"]  # fmt: skip
    assert item["year"] is item["mean_rating"] is None
    for name in FILES:
        assert next(iter(load(written, name).items())) == ("schema", 2)


@pytest.mark.parametrize("name", FILES)
def test_an_absent_file_is_named(written, name):
    path_of(written, name).unlink()
    sentence = refusal(written)
    assert sentence.startswith(f"{path_of(written, name)}: not found")
    assert "build the site once without --render-only" in sentence


@pytest.mark.parametrize("name", ["items", "map_replay"])
@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"{}", b'{"schema": 2}', b"not JSON", b'"\xff"'])
def test_a_file_that_does_not_parse_is_named(written, name, text):
    path_of(written, name).write_bytes(text)
    sentence = refusal(written)
    assert sentence.startswith(f"{path_of(written, name)}: ")
    assert "build the site again" in sentence


def test_a_file_that_is_not_utf_8_is_named(written):
    path = written / "items.json"
    path.write_bytes(path.read_bytes().replace(b"a|b", b"a\xffb"))
    assert refusal(written).startswith(f"{path}: ")


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_schema_is_named_with_both_versions(written, name):
    rewrite(written, name, {"schema": 1})
    sentence = refusal(written)
    assert sentence.startswith(f"{path_of(written, name)}: written in schema 1, this version reads 2")
    assert "build the site again without --render-only" in sentence


def test_another_schema_is_named_also_where_its_fields_differ(written):
    rewrite(written, "items", {"schema": 3, "films": []}, drop="items")
    assert "written in schema 3, this version reads 2" in refusal(written)


def test_fields_that_a_later_version_added_are_ignored(written):
    rewrite(written, "items", {"colour": "red"})
    assert read_artefacts(written) == artefacts()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused_instead_of_written_as_null(tmp_path, value):
    record = out.EpochRecord(epoch=1, train_loss=value, validation_loss=None, validation_ndcg=None)
    broken = msgspec.structs.replace(artefacts(), loss_history=out.LossHistory(models={"base": [record]}))
    with pytest.raises(OutputError, match=r"loss_history.json: models.base.train_loss is (nan|inf); expected a fin"):
        write_artefacts(broken, tmp_path)


def with_one_number_replaced(value: object) -> Iterator[object]:
    """Copies of a tree of exported types, each with another one of its floats made infinite."""
    if isinstance(value, float):
        yield -math.inf
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            for changed in with_one_number_replaced(getattr(value, field)):
                yield msgspec.structs.replace(value, **{field: changed})
    elif isinstance(value, dict):
        for key, element in value.items():
            yield from ({**value, key: changed} for changed in with_one_number_replaced(element))
    elif isinstance(value, list | tuple):
        for place, element in enumerate(value):
            for changed in with_one_number_replaced(element):
                yield type(value)([*value[:place], changed, *value[place + 1 :]])


@pytest.mark.parametrize("name", FILES[1:])
def test_a_number_that_is_not_finite_is_refused_wherever_it_is(tmp_path, name):
    broken = list(with_one_number_replaced(getattr(artefacts(), name)))
    assert broken
    for file in broken:
        with pytest.raises(OutputError, match=r"is -inf; expected a finite number"):
            write_artefact(file, tmp_path)


@pytest.mark.parametrize("name", [*FILES, "deep_tower"])
def test_every_file_obeys_the_schema_beside_it(written, folder, name):
    for data in (written, folder):
        if path_of(data, name).exists():
            validator(data, name).validate(load(data, name))


@pytest.mark.parametrize(("name", "changes"), [
    ("items", {"items": None}),
    ("items", {"items": [{"id": "1"}]}),
    ("metrics", {"k": "ten"}),
    ("metrics", {"models": {"base": {"accuracy": {"ndcg": 0.5}, "beyond": {}}}}),
    ("build", {"generator": "marquee"}),
    ("build", {"legend": {"base": {"label": "Base", "light": "red", "dark": "#ffffff"}}}),
    ("loss_history", {"models": {"base": [
        {"epoch": 1, "train_loss": 1, "validation_loss": None, "validation_ndcg": 1.5}]}}),
    ("recommendations", {"users": []}),
    ("item_embeddings", {"models": {"base": {"dim": 1, "item_ids": [], "vectors": [], "bias": [],
                                             "projection": [[1, 2, 3]], "explained_variance": [0, 1]}}}),
])  # fmt: skip
def test_a_schema_refuses_what_the_reader_refuses(written, name, changes):
    rewrite(written, name, changes)
    assert not validator(written, name).is_valid(load(written, name))
    assert refusal(written).startswith(f"{path_of(written, name)}: ")


@pytest.mark.parametrize("name", FILES)
def test_a_file_without_its_schema_version_is_refused_by_the_schema_and_the_reader(written, name):
    rewrite(written, name, {}, drop="schema")
    assert not validator(written, name).is_valid(load(written, name))
    assert "schema" in refusal(written)
