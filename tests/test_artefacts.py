from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from recsys import artefacts as out
from recsys.errors import OutputError

FILES = ("build", "loss_history", "item_embeddings", "recommendations", "metrics", "items")
HOSTILE = ("__proto__", "a|b", "tab\tand\nbreak", "</script>", "é 🎬 \u2028")


def some() -> out.Artefacts:
    """Artefacts of one user and a few films with ids as nasty as they come; deep was not built."""
    interval = out.Interval(0.5, 0.25, 0.75)
    row = out.ModelMetrics(
        ndcg=interval, recall=interval, precision=interval, map=interval, mrr=interval,
        coverage=out.Mean(0.5), novelty=out.Mean(1.5),
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
                base=[out.Recommendation("__proto__", 1.25, True)],
                baselines={"popularity": [out.BaselineRecommendation("</script>", False)]},
            )},
        ),
        metrics=out.Metrics(
            protocol=out.Protocol(
                split="temporal", holdout=0.2, split_rule="", seed=None, n_evaluated=1, n_not_evaluated=0, relevant="",
                candidates="", ties="", metrics={},
                bootstrap=out.Bootstrap(resamples=10, seed=0, confidence=0.95, method=""),
            ),
            k=2,
            models={"base": row, "popularity": row},
        ),
        items=out.Items(
            items=[
                out.Item(id=one, title=one, year=None, genres=[], n_ratings=0, n_train=0, mean_rating=None,
                         similar={"base": [out.SimilarItem("a|b", -1.0)]})
                for one in HOSTILE
            ]
        ),
    )  # fmt: skip


def mend(folder: Path, name: str, change: dict[str, Any], drop: str = "") -> None:
    """Write one file again with other values at its top."""
    path = folder / f"{name}.json"
    content = json.loads(path.read_bytes()) | change
    content.pop(drop, None)
    path.write_text(json.dumps(content))


def refusal(folder: Path) -> str:
    with pytest.raises(OutputError) as caught:
        out.read_artefacts(folder)
    return str(caught.value)


def test_what_was_written_is_read_again(tmp_path):
    out.write_artefacts(some(), tmp_path / "new" / "data")
    assert out.read_artefacts(tmp_path / "new" / "data") == some()


def test_every_file_has_its_schema_beside_it_and_nothing_else_is_written(tmp_path):
    out.write_artefacts(some(), tmp_path)
    expected = {f"{name}{end}" for name in FILES for end in (".json", ".schema.json")}
    assert {path.name for path in tmp_path.iterdir()} == expected


def test_writing_twice_gives_equal_bytes(tmp_path):
    for folder in ("a", "b"):
        out.write_artefacts(some(), tmp_path / folder)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_keys_are_in_the_order_of_the_contract_and_unknown_is_null(tmp_path):
    out.write_artefacts(some(), tmp_path)
    epoch = json.loads((tmp_path / "loss_history.json").read_bytes())["models"]["base"][0]
    assert list(epoch.items()) == [
        ("epoch", 1), ("train_loss", 2.5), ("validation_loss", None), ("validation_ndcg", None)
    ]  # fmt: skip
    film = json.loads((tmp_path / "items.json").read_bytes())["items"][0]
    assert list(film) == ["id", "title", "year", "genres", "n_ratings", "n_train", "mean_rating", "similar"]
    assert film["year"] is film["mean_rating"] is None
    for name in FILES:
        assert next(iter(json.loads((tmp_path / f"{name}.json").read_bytes()).items())) == ("schema", 1)


def test_a_model_that_was_not_built_has_no_key(tmp_path):
    out.write_artefacts(some(), tmp_path)
    user = json.loads((tmp_path / "recommendations.json").read_bytes())["users"]["__proto__"]
    assert list(user) == ["n_train", "n_hidden", "rated", "base", "baselines"]
    assert list(out.read_artefacts(tmp_path).recommendations.users["__proto__"].lists()) == ["base"]


@pytest.mark.parametrize("name", FILES)
def test_an_absent_file_is_named(tmp_path, name):
    out.write_artefacts(some(), tmp_path)
    (tmp_path / f"{name}.json").unlink()
    sentence = refusal(tmp_path)
    assert sentence.startswith(f"{tmp_path / name}.json: not found")
    assert "build the site once without --render-only" in sentence


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"{}", b'{"schema": 1}', b"not JSON", b'"\xff"'])
def test_a_file_that_does_not_parse_is_named(tmp_path, name, text):
    out.write_artefacts(some(), tmp_path)
    (tmp_path / f"{name}.json").write_bytes(text)
    sentence = refusal(tmp_path)
    assert sentence.startswith(f"{tmp_path / name}.json: ")
    assert "build the site again" in sentence


def test_a_file_of_broken_text_is_named(tmp_path):
    out.write_artefacts(some(), tmp_path)
    path = tmp_path / "items.json"
    path.write_bytes(path.read_bytes().replace(b"a|b", b"a\xffb"))
    assert refusal(tmp_path).startswith(f"{path}: ")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("schema", [0, 2, 99])
def test_a_file_of_another_schema_is_named_with_both(tmp_path, name, schema):
    out.write_artefacts(some(), tmp_path)
    mend(tmp_path, name, {"schema": schema})
    sentence = refusal(tmp_path)
    assert sentence.startswith(f"{tmp_path / name}.json: written in schema {schema}, this version reads 1")


def test_another_schema_is_named_also_where_its_fields_are_others(tmp_path):
    out.write_artefacts(some(), tmp_path)
    mend(tmp_path, "items", {"schema": 2, "films": []}, drop="items")
    assert "written in schema 2, this version reads 1" in refusal(tmp_path)


def test_a_file_that_does_not_tell_its_schema_is_refused(tmp_path):
    out.write_artefacts(some(), tmp_path)
    mend(tmp_path, "items", {}, drop="schema")
    assert "schema" in refusal(tmp_path)


def test_fields_that_a_later_version_added_do_no_harm(tmp_path):
    out.write_artefacts(some(), tmp_path)
    mend(tmp_path, "items", {"colour": "red"})
    assert out.read_artefacts(tmp_path) == some()


def test_a_number_that_is_not_finite_is_not_written_as_if_unknown(tmp_path):
    record = out.EpochRecord(epoch=1, train_loss=float("nan"), validation_loss=None, validation_ndcg=None)
    broken = msgspec.structs.replace(some(), loss_history=out.LossHistory(models={"base": [record]}))
    with pytest.raises((OutputError, ValueError), match="finite"):
        out.write_artefacts(broken, tmp_path)


# A reader of JSON Schema, as far as these schemas go; a keyword it does not know is a failure, not a pass.
SILENT = {"title", "description", "default", "$defs"}
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any], where: str = "$") -> list[str]:
    """Where and how ``value`` breaks ``schema``."""
    found: list[str] = []
    for keyword, rule in schema.items():
        if keyword in SILENT or keyword == "items" and rule is False:
            continue
        if keyword == "$ref":
            found += faults(value, root["$defs"][rule.removeprefix("#/$defs/")], root, where)
        elif keyword == "anyOf":
            if all(faults(value, one, root, where) for one in rule):
                found.append(f"{where}: none of {rule}")
        elif keyword == "type":
            kinds = [rule] if isinstance(rule, str) else rule
            allowed = tuple(kind for name in kinds for kind in TYPES[name])
            if not isinstance(value, allowed) or isinstance(value, bool) and bool not in allowed:
                found.append(f"{where}: {value!r} is no {rule}")
        elif keyword == "properties":
            found += [fault for key, one in rule.items() if key in value
                      for fault in faults(value[key], one, root, f"{where}.{key}")]  # fmt: skip
        elif keyword == "required":
            found += [f"{where}: no {key}" for key in rule if key not in value]
        elif keyword == "additionalProperties":
            for key in value.keys() - schema.get("properties", {}).keys():
                found += faults(value[key], rule, root, f"{where}.{key}")
        elif keyword == "items":
            for place, one in enumerate(value):
                found += faults(one, rule, root, f"{where}[{place}]")
        elif keyword == "prefixItems":
            for place, (one, own) in enumerate(zip(value, rule, strict=False)):
                found += faults(one, own, root, f"{where}[{place}]")
        elif keyword in ("minItems", "maxItems"):
            if len(value) < rule if keyword == "minItems" else len(value) > rule:
                found.append(f"{where}: {len(value)} entries, {keyword} {rule}")
        elif keyword in ("minimum", "maximum"):
            if value < rule if keyword == "minimum" else value > rule:
                found.append(f"{where}: {value}, {keyword} {rule}")
        elif keyword in ("enum", "const"):
            if value not in (rule if keyword == "enum" else [rule]):
                found.append(f"{where}: {value!r} is not {rule}")
        else:
            found.append(f"{where}: unknown keyword {keyword}")
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_file_obeys_the_schema_beside_it(tmp_path, name):
    out.write_artefacts(some(), tmp_path)
    schema = msgspec.json.decode((tmp_path / f"{name}.schema.json").read_bytes())
    assert faults(msgspec.json.decode((tmp_path / f"{name}.json").read_bytes()), schema, schema) == []


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
    out.write_artefacts(some(), tmp_path)
    mend(tmp_path, name, change)
    schema = msgspec.json.decode((tmp_path / f"{name}.schema.json").read_bytes())
    assert faults(msgspec.json.decode((tmp_path / f"{name}.json").read_bytes()), schema, schema)
    assert refusal(tmp_path).startswith(f"{tmp_path / name}.json: ")


@pytest.mark.parametrize("name", FILES)
def test_a_schema_demands_that_a_file_tells_its_own(tmp_path, name):
    out.write_artefacts(some(), tmp_path)
    schema = msgspec.json.decode((tmp_path / f"{name}.schema.json").read_bytes())
    top = schema["$defs"][schema["$ref"].removeprefix("#/$defs/")] if "$ref" in schema else schema
    assert "schema" in top["required"]
