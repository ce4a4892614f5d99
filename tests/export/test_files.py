from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from recsys import schema as out
from recsys.errors import OutputError
from recsys.export.files import read_artefacts, write_artefacts
from recsys.export.script import json_in, script_of
from tests.site.tiny import tiny

FILES = ("build", "loss_history", "item_embeddings", "recommendations", "metrics", "items", "map_replay")
HOSTILE = ("__proto__", "a|b", "tab\tand\nbreak", "</script>", "é 🎬 \u2028")


def some() -> out.Artefacts:
    """Artefacts of one user and a few films with ids as nasty as they come; deep was not built."""
    interval = out.Interval(0.5, 0.25, 0.75)
    row = out.ModelMetrics(
        ndcg=interval, recall=interval, precision=interval, map=interval, mrr=interval,
        coverage=out.Mean(0.5), novelty=out.Mean(1.5), diversity=None, by_activity=[interval],
        recommended_popularity=[2.5], settings={"l2": 300}, trials=[out.Trial({"l2": 300}, 0.5)],
    )  # fmt: skip
    return out.Artefacts(
        build=out.Build(
            generator=out.Generator("marquee", "1"),
            dataset=out.DatasetSummary(
                name="tiny", synthetic=True, n_users=1, n_items=5, n_ratings=2, sha256="0" * 64, licence=None
            ),
            config={"dim": 2, "models": ["base"], "site_url": None},
            models={"base": out.ModelSummary(best_epoch=1, dim=2, n_parameters=17)},
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
                base=[out.Recommendation("__proto__", 1.25, True, [("a|b", 0.5)], 1),
                      out.Recommendation(None, None, True)],
                baselines={"popularity": [out.BaselineRecommendation("</script>", False),
                                          out.BaselineRecommendation(None, True)]},
            )},
        ),
        metrics=out.Metrics(
            protocol=out.Protocol(
                split="temporal", holdout=0.2, split_rule="", seed=None, n_evaluated=1, n_not_evaluated=0,
                relevant="", candidates="", ties="", metrics={},
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
                out.Item(id=one, title=one, year=None, genres=[], n_ratings=0, n_train=0, mean_rating=None,
                         similar={"base": [out.SimilarItem("a|b", -1.0)]})
                for one in HOSTILE
            ]
        ),
        map_replay=out.MapReplay(
            item_ids=list(HOSTILE),
            models={"base": out.Replay(epochs=[1], low=(-1.0, 0.0), high=(1.0, 0.5), frames=["AAAA"])},
        ),
    )  # fmt: skip


def path_of(folder: Path, name: str) -> Path:
    return folder / f"{name}.{'js' if name == 'map_replay' else 'json'}"


def load(folder: Path, name: str) -> Any:
    """What one file says, as JSON or as JSON in a script."""
    path = path_of(folder, name)
    text = path.read_text(encoding="utf-8")
    return json.loads(json_in(text) if path.suffix == ".js" else text)


def mend(folder: Path, name: str, change: dict[str, Any], drop: str = "") -> None:
    """Write one file again with other values at its top."""
    path = path_of(folder, name)
    content = load(folder, name) | change
    content.pop(drop, None)
    text = json.dumps(content)
    path.write_text(script_of(name, text) if path.suffix == ".js" else text, encoding="utf-8")


def refusal(folder: Path) -> str:
    with pytest.raises(OutputError) as caught:
        read_artefacts(folder)
    return str(caught.value)


def test_what_was_written_is_read_again(tmp_path):
    write_artefacts(some(), tmp_path / "new" / "data")
    assert read_artefacts(tmp_path / "new" / "data") == some()


def test_the_deep_tower_is_a_script_that_is_there_where_deep_was_built(tmp_path):
    whole = tiny()
    write_artefacts(whole, tmp_path)
    assert read_artefacts(tmp_path) == whole
    script = (tmp_path / "deep_tower.js").read_text(encoding="utf-8")
    assert script.startswith('((globalThis.marquee ??= {}).data ??= new Map()).set("deep_tower", JSON.parse("{')
    told = json.loads(json_in(script))
    assert told["schema"] == 1 and told["item_ids"][2] == "__proto__"
    (tmp_path / "deep_tower.js").unlink()
    assert "deep_tower.js: not found; build the site once without --render-only" in refusal(tmp_path)


@pytest.mark.parametrize("content", ["", "alert(1)", script_of("deep_tower", "1")[:-1], script_of("deep_tower", "1")])
def test_a_script_that_is_not_ours_is_refused_by_name(tmp_path, content):
    write_artefacts(tiny(), tmp_path)
    (tmp_path / "deep_tower.js").write_text(content)
    assert "deep_tower.js: " in refusal(tmp_path)


def test_every_file_has_its_schema_beside_it_and_nothing_else_is_written(tmp_path):
    write_artefacts(some(), tmp_path)
    expected = {path_of(tmp_path, name).name for name in FILES} | {f"{name}.schema.json" for name in FILES}
    assert {path.name for path in tmp_path.iterdir()} == expected


def test_writing_twice_gives_equal_bytes(tmp_path):
    for folder in ("a", "b"):
        write_artefacts(some(), tmp_path / folder)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_keys_are_in_the_order_of_the_contract_and_unknown_is_null(tmp_path):
    write_artefacts(some(), tmp_path)
    epoch = load(tmp_path, "loss_history")["models"]["base"][0]
    assert list(epoch.items()) == [
        ("epoch", 1), ("train_loss", 2.5), ("validation_loss", None), ("validation_ndcg", None)
    ]  # fmt: skip
    film = load(tmp_path, "items")["items"][0]
    assert list(film) == ["id", "title", "year", "genres", "n_ratings", "n_train", "mean_rating", "similar",
                          "histogram"]  # fmt: skip
    assert film["year"] is film["mean_rating"] is None
    for name in FILES:
        assert next(iter(load(tmp_path, name).items())) == ("schema", 1)


def test_a_model_that_was_not_built_has_no_key(tmp_path):
    write_artefacts(some(), tmp_path)
    user = load(tmp_path, "recommendations")["users"]["__proto__"]
    assert list(user) == ["n_train", "n_hidden", "rated", "base", "baselines", "hidden_ranks", "genres"]
    assert list(read_artefacts(tmp_path).recommendations.users["__proto__"].lists()) == ["base"]


@pytest.mark.parametrize("name", FILES)
def test_an_absent_file_is_named(tmp_path, name):
    write_artefacts(some(), tmp_path)
    path_of(tmp_path, name).unlink()
    sentence = refusal(tmp_path)
    assert sentence.startswith(f"{path_of(tmp_path, name)}: not found")
    assert "build the site once without --render-only" in sentence


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"{}", b'{"schema": 1}', b"not JSON", b'"\xff"'])
def test_a_file_that_does_not_parse_is_named(tmp_path, name, text):
    write_artefacts(some(), tmp_path)
    path_of(tmp_path, name).write_bytes(text)
    sentence = refusal(tmp_path)
    assert sentence.startswith(f"{path_of(tmp_path, name)}: ")
    assert "build the site again" in sentence


def test_a_file_of_broken_text_is_named(tmp_path):
    write_artefacts(some(), tmp_path)
    path = tmp_path / "items.json"
    path.write_bytes(path.read_bytes().replace(b"a|b", b"a\xffb"))
    assert refusal(tmp_path).startswith(f"{path}: ")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("schema", [0, 2, 99])
def test_a_file_of_another_schema_is_named_with_both(tmp_path, name, schema):
    write_artefacts(some(), tmp_path)
    mend(tmp_path, name, {"schema": schema})
    sentence = refusal(tmp_path)
    assert sentence.startswith(f"{path_of(tmp_path, name)}: written in schema {schema}, this version reads 1")


def test_another_schema_is_named_also_where_its_fields_are_others(tmp_path):
    write_artefacts(some(), tmp_path)
    mend(tmp_path, "items", {"schema": 2, "films": []}, drop="items")
    assert "written in schema 2, this version reads 1" in refusal(tmp_path)


def test_a_file_that_does_not_tell_its_schema_is_refused(tmp_path):
    write_artefacts(some(), tmp_path)
    mend(tmp_path, "items", {}, drop="schema")
    assert "schema" in refusal(tmp_path)


def test_fields_that_a_later_version_added_do_no_harm(tmp_path):
    write_artefacts(some(), tmp_path)
    mend(tmp_path, "items", {"colour": "red"})
    assert read_artefacts(tmp_path) == some()


def test_a_number_that_is_not_finite_is_not_written_as_if_unknown(tmp_path):
    record = out.EpochRecord(epoch=1, train_loss=float("nan"), validation_loss=None, validation_ndcg=None)
    broken = msgspec.structs.replace(some(), loss_history=out.LossHistory(models={"base": [record]}))
    with pytest.raises((OutputError, ValueError), match="finite"):
        write_artefacts(broken, tmp_path)


# A reader of JSON Schema, as far as these schemas go; a keyword it does not know is a fault, not a pass.
SILENT = {"title", "description", "default", "$defs"}
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip
APPLIES_TO = {
    "properties": "object", "required": "object", "additionalProperties": "object",
    "items": "array", "prefixItems": "array", "minItems": "array", "maxItems": "array",
    "minimum": "number", "maximum": "number",
}  # fmt: skip


def is_a(value: Any, name: str) -> bool:
    """Whether a value is of a type of JSON Schema, in which true is no number."""
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any], where: str = "$") -> list[str]:
    """Where and how ``value`` breaks ``schema``."""
    found = []
    for keyword, rule in schema.items():
        if keyword not in APPLIES_TO or is_a(value, APPLIES_TO[keyword]):
            found += broken(value, keyword, rule, schema, root, where)
    return found


def broken(value: Any, keyword: str, rule: Any, schema: Any, root: dict[str, Any], where: str) -> list[str]:
    """How ``value`` breaks one keyword of ``schema``."""
    parts: list[tuple[Any, Any, str]] = []
    holds = True
    if keyword in SILENT:
        pass
    elif keyword == "$ref":
        parts = [(value, root["$defs"][rule.removeprefix("#/$defs/")], where)]
    elif keyword == "properties":
        parts = [(value[key], one, f"{where}.{key}") for key, one in rule.items() if key in value]
    elif keyword == "additionalProperties":
        others = value.keys() - schema.get("properties", {}).keys()
        parts = [(value[key], rule, f"{where}.{key}") for key in others]
    elif keyword == "items":
        rest = value[len(schema.get("prefixItems", [])) :]
        parts = [(one, rule, f"{where}[]") for one in rest] if rule is not False else []
        holds = rule is not False or not rest
    elif keyword == "prefixItems":
        parts = [(one, own, f"{where}[]") for one, own in zip(value, rule, strict=False)]
    elif keyword == "anyOf":
        holds = any(not faults(value, one, root, where) for one in rule)
    elif keyword == "type":
        holds = any(is_a(value, name) for name in ([rule] if isinstance(rule, str) else rule))
    elif keyword == "required":
        holds = set(rule) <= value.keys()
    elif keyword in ("minItems", "minimum"):
        holds = (len(value) if keyword == "minItems" else value) >= rule
    elif keyword in ("maxItems", "maximum"):
        holds = (len(value) if keyword == "maxItems" else value) <= rule
    elif keyword in ("enum", "const"):
        holds = value in (rule if keyword == "enum" else [rule])
    else:
        holds = False
    own = [] if holds else [f"{where}: {keyword} {rule}"]
    return own + [fault for one, part, place in parts for fault in faults(one, part, root, place)]


@pytest.mark.parametrize("name", FILES)
def test_every_file_obeys_the_schema_beside_it(tmp_path, name):
    write_artefacts(some(), tmp_path)
    schema = msgspec.json.decode((tmp_path / f"{name}.schema.json").read_bytes())
    assert faults(load(tmp_path, name), schema, schema) == []


@pytest.mark.parametrize(("name", "change"), [
    ("items", {"items": None}),
    ("items", {"items": [{"id": "1"}]}),
    ("metrics", {"k": "ten"}),
    ("metrics", {"models": {"base": {"ndcg": 0.5}}}),
    ("build", {"generator": "marquee"}),
    ("loss_history", {"models": {"base": [
        {"epoch": 1, "train_loss": 1, "validation_loss": None, "validation_ndcg": 1.5}]}}),
    ("recommendations", {"users": []}),
    ("item_embeddings", {"models": {"base": {"dim": 1, "item_ids": [], "vectors": [], "bias": [],
                                             "projection": [[1, 2, 3]], "explained_variance": [0, 1]}}}),
])  # fmt: skip
def test_a_schema_refuses_what_the_reader_refuses(tmp_path, name, change):
    write_artefacts(some(), tmp_path)
    mend(tmp_path, name, change)
    schema = msgspec.json.decode((tmp_path / f"{name}.schema.json").read_bytes())
    assert faults(load(tmp_path, name), schema, schema)
    assert refusal(tmp_path).startswith(f"{path_of(tmp_path, name)}: ")


def test_every_schema_demands_that_a_file_tells_its_own(tmp_path):
    write_artefacts(some(), tmp_path)
    for name in FILES:
        schema = msgspec.json.decode((tmp_path / f"{name}.schema.json").read_bytes())
        content = load(tmp_path, name)
        del content["schema"]
        assert faults(content, schema, schema), name
