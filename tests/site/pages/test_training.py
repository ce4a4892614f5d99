import msgspec

from tests.site.tiny import render_pages, tiny


def figure_of_deep(artefacts, folder) -> str:
    text = (render_pages(artefacts, folder, "training") / "training.html").read_text("utf-8")
    return text.partition('id="curve-deep"')[2].partition("</figure>")[0]


def with_towers(artefacts, n_towers):
    models = {**artefacts.build.models}
    models["deep"] = msgspec.structs.replace(models["deep"], n_towers=n_towers)
    return msgspec.structs.replace(artefacts, build=msgspec.structs.replace(artefacts.build, models=models))


def test_of_a_model_of_two_pairs_of_towers_the_page_says_that_its_loss_is_a_mean(tmp_path):
    assert "mean" not in figure_of_deep(tiny(), tmp_path / "one")
    two = figure_of_deep(with_towers(tiny(), 2), tmp_path / "two")
    assert "scores of 2 pairs of towers" in two
    assert "the training loss is the mean of these, the validation loss" in two


def test_where_nothing_is_held_out_for_validation_no_validation_loss_is_explained(tmp_path):
    artefacts = with_towers(tiny(), 2)
    records = [
        msgspec.structs.replace(record, validation_loss=None, validation_ndcg=None)
        for record in artefacts.loss_history.models["deep"]
    ]
    history = msgspec.structs.replace(
        artefacts.loss_history, models={**artefacts.loss_history.models, "deep": records}
    )
    figure = figure_of_deep(msgspec.structs.replace(artefacts, loss_history=history), tmp_path)
    assert "what is shown is the mean of these losses" in figure and "validation loss" not in figure
