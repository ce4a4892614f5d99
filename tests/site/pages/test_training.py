import msgspec
import pytest

from recsys.schema import EpochRecord
from tests.site.tiny import render_html, tiny


def figure_of_deep(artefacts, folder) -> str:
    text = (render_html(artefacts, folder, "training") / "training.html").read_text("utf-8")
    return text.partition('id="curve-deep"')[2].partition("</figure>")[0]


def with_towers(artefacts, n_towers):
    models = {**artefacts.build.models}
    models["deep"] = msgspec.structs.replace(models["deep"], n_towers=n_towers)
    return msgspec.structs.replace(artefacts, build=msgspec.structs.replace(artefacts.build, models=models))


def test_of_a_model_of_two_pairs_of_towers_the_page_says_that_its_loss_is_a_mean(tmp_path):
    assert "mean" not in figure_of_deep(tiny(), tmp_path / "one")
    two = figure_of_deep(with_towers(tiny(), 2), tmp_path / "two")
    assert "scores of 2 pairs of towers" in two
    assert "The training loss is the mean of these, the validation loss" in two


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
    assert "What is shown is the mean of these losses" in figure and "validation loss" not in figure


def with_records(ndcg, error, served):
    """Both models with such curves of validation nDCG, each epoch with the same standard error."""
    artefacts = tiny()
    records = [
        EpochRecord(
            epoch=n, train_loss=1.0, validation_loss=1.0, validation_ndcg=value, validation_ndcg_error=error
        )
        for n, value in enumerate(ndcg, 1)
    ]
    models = {
        name: msgspec.structs.replace(summary, best_epoch=served)
        for name, summary in artefacts.build.models.items()
    }
    return msgspec.structs.replace(
        artefacts,
        build=msgspec.structs.replace(artefacts.build, models=models),
        loss_history=msgspec.structs.replace(
            artefacts.loss_history, models=dict.fromkeys(artefacts.loss_history.models, records)
        ),
    )


def choice_of_deep(artefacts, folder) -> str:
    text = (render_html(artefacts, folder, "training") / "training.html").read_text("utf-8")
    return text.partition('data-chart="deep-ndcg"')[2].partition("</figure>")[0]


@pytest.mark.parametrize(
    ("ndcg", "served", "sentence"),
    [
        ([0.1, 0.3, 0.27, 0.2], 3, "The last of them, epoch 3, is chosen."),
        ([0.1, 0.3, 0.3, 0.2], 3, "The last of them, epoch 3, is chosen."),
        ([0.1, 0.3, 0.2, 0.2], 2, "No later epoch is in the band, so the best one is chosen."),
    ],
)
def test_the_page_says_which_epoch_is_best_what_is_as_good_and_which_is_chosen(tmp_path, ndcg, served, sentence):
    figure = choice_of_deep(with_records(ndcg, 0.05, served), tmp_path)
    assert "It is best at epoch 2: 0.3000, with a standard error of 0.0500 over users." in figure
    assert "the shaded band, from 0.2500 up, count as equally good. " + sentence in figure


def test_of_an_export_without_standard_errors_the_page_shows_no_band(tmp_path):
    figure = choice_of_deep(with_records([0.1, 0.3, 0.27], None, 3), tmp_path)
    assert "nDCG@10 of deep" in figure and "band" not in figure
