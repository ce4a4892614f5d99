"""The learner answers messages while it works: what it sends, in which order, and how long the page must wait."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.playground.test_learner import N_ITEMS, N_USERS, random_log

SETTINGS = {
    **{"dim": 4, "epochs": 3, "batchSize": 100, "learningRate": 0.05, "optimiser": "adam", "initialScale": 0.1},
    "l2": 0.01,
    **{"temperature": 1, "similarity": "dot", "loss": "softmax", "logQ": True, "masked": True, "mlp": True},
    **{"genres": True, "closedForm": False, "distillation": 1, "holdout": 0.2, "seed": 0},
}
RUN = """async ([log, settings]) => {
  const server = parts.serve();
  server.post({ type: "load", log });
  server.post({ type: "reset", settings, run: 7 });
  server.post({ type: "train" });
  await server.next(({ type, state }) => state === "finished" || type === "problem");
  return server.messages.map((message) => ({ ...message, points: message.points && [...message.points] }));
}"""


def run(learner: Any, log: dict[str, Any] | None = None, **changes: Any) -> list[dict[str, Any]]:
    """All messages of a run."""
    messages = learner.evaluate(RUN, [log or random_log(0)[1], {**SETTINGS, **changes}])
    assert {message["run"] for message in messages} == {7}
    return list(messages)


def evaluations(messages: list[dict[str, Any]]) -> list[tuple[int, dict[str, float]]]:
    return [(message["step"], message["ndcg"]) for message in messages if message.get("ndcg")]


def test_a_run_is_evaluated_at_the_start_and_after_every_epoch(learner: Any) -> None:
    messages = run(learner)
    facts = next(message["facts"] for message in messages if message["type"] == "ready")
    per_epoch = facts["stepsPerEpoch"]
    assert [step for step, _ in evaluations(messages)] == [0, per_epoch, 2 * per_epoch, 3 * per_epoch]
    assert facts["nSteps"] == 3 * per_epoch
    assert facts["nTrain"] + facts["nHeldOut"] == facts["nRatings"]
    assert facts["parameters"]["base"] == 4 * (N_USERS + N_ITEMS) + N_ITEMS
    assert messages[-1]["state"] == "finished"
    assert len(messages[-1]["points"]) == 2 * N_ITEMS


@pytest.mark.parametrize("loss", ["softmax", "sampled", "bpr"])
@pytest.mark.parametrize("similarity", ["dot", "cosine"])
@pytest.mark.parametrize("closed", [False, True])
def test_whatever_is_chosen_numbers_stay_finite_and_losses_fall(
    learner: Any, loss: str, similarity: str, closed: bool
) -> None:
    messages = run(learner, loss=loss, similarity=similarity, closedForm=closed, epochs=12)
    losses = [message["loss"] for message in messages if message.get("loss")]
    assert not [message for message in messages if message["type"] == "problem"]
    assert losses[-1]["base"] < losses[0]["base"]
    for _, ndcg in evaluations(messages):
        assert 0 <= ndcg["base"] <= 1
        assert 0 <= ndcg["deep"] <= 1


def test_equal_settings_give_equal_numbers_and_another_seed_others(learner: Any) -> None:
    ends = [evaluations(run(learner, seed=seed)) for seed in (3, 3, 4)]
    assert ends[0] == ends[1]
    assert ends[0] != ends[2]


def test_without_genres_or_mlp_deep_has_no_such_parameters(learner: Any) -> None:
    def n_parameters(**changes: Any) -> int:
        messages = run(learner, epochs=1, **changes)
        return int(next(message["facts"] for message in messages if message["type"] == "ready")["parameters"]["deep"])

    plain = 2 * 4 * N_ITEMS + N_ITEMS
    assert n_parameters(mlp=False) == plain
    two_mlps = 2 * (4 * 8 + 8 + 8 * 4 + 4)
    assert n_parameters(genres=False) == plain + two_mlps
    assert n_parameters() == plain + two_mlps + 4 * 8  # three genres and the year


def test_a_closed_form_start_is_good_before_any_step(learner: Any) -> None:
    noise, closed = (evaluations(run(learner, closedForm=closed, dim=16, epochs=1))[0][1] for closed in (False, True))
    for model in ("base", "deep"):
        assert closed[model] != noise[model]


def test_a_learning_rate_beyond_reason_is_said_to_diverge(learner: Any) -> None:
    messages = run(learner, optimiser="sgd", learningRate=1e6)
    problem = messages[-1]
    assert problem["type"] == "problem"
    assert problem["code"] == "diverged"
    assert problem["model"] in ("base", "deep")


def test_where_nothing_is_held_out_towers_learn_and_it_is_said(learner: Any) -> None:
    _, log = random_log(0)
    first = {user: n for n, user in reversed(list(enumerate(log["user"])))}  # one rating of each user
    only = [first[user] for user in sorted(first)]
    log = {**log, **{name: [log[name][n] for n in only] for name in ("user", "item", "rating", "time")}}
    messages = run(learner, log)
    assert [message["code"] for message in messages if message["type"] == "problem"] == ["noHeldOut"]


def test_pause_and_step_stop_where_they_say(learner: Any) -> None:
    states = learner.evaluate(
        """async ([log, settings]) => {
          const server = parts.serve();
          const isPaused = ({ type, state }) => type === "progress" && state === "paused";
          server.post({ type: "load", log });
          server.post({ type: "reset", settings, run: 1 });
          await server.next(isPaused);
          const answers = [];
          for (let n = 0; n < 3; n++) {
            server.post({ type: "step" });
            answers.push((await server.next(isPaused)).step);
          }
          server.post({ type: "train" });
          await server.next(({ state }) => state === "learning");
          server.post({ type: "pause" });
          const { step } = await server.next(isPaused);
          await new Promise((resolve) => setTimeout(resolve, 200));
          return { answers, step, last: server.messages.at(-1).step };
        }""",
        [random_log(0)[1], {**SETTINGS, "epochs": 10_000}],
    )
    assert states["answers"] == [1, 2, 3]
    assert states["last"] == states["step"]


def test_lists_hold_unseen_items_with_scores_in_order_and_pairs_add_up(learner: Any) -> None:
    _, log = random_log(0)
    answers = learner.evaluate(
        """async ([log, settings]) => {
          const server = parts.serve();
          server.post({ type: "load", log });
          server.post({ type: "reset", settings, run: 1 });
          server.post({ type: "watch", map: "base", user: 3, item: 5 });
          server.post({ type: "train" });
          const { pair } = await server.next(({ state }) => state === "finished");
          server.post({ type: "test", user: 3 });
          return { pair, lists: await server.next(({ type }) => type === "lists") };
        }""",
        [log, SETTINGS],
    )
    lists, pair = answers["lists"], answers["pair"]
    rated = {item for user, item in zip(log["user"], log["item"], strict=True) if user == 3}
    for model in ("base", "deep"):
        entries = lists[model]
        scores = [entry["score"] for entry in entries]
        assert scores == sorted(scores, reverse=True)
        for entry in entries:
            assert entry["isHit"] == (entry["item"] in lists["heldOut"])
            assert entry["item"] not in rated - set(lists["heldOut"])
            if entry["item"] == 5:
                assert entry["score"] == pytest.approx(pair[model]["score"])
        products = sum(a * b for a, b in zip(pair[model]["user"], pair[model]["item"], strict=True))
        assert pair[model]["score"] == pytest.approx(products + pair[model]["bias"])
    ratings = [entry["rating"] for entry in lists["rated"]]
    assert ratings == sorted(ratings, reverse=True)


def test_a_reset_in_the_middle_of_a_run_answers_for_the_new_run_alone(learner: Any) -> None:
    runs = learner.evaluate(
        """async ([log, settings]) => {
          const server = parts.serve();
          server.post({ type: "load", log });
          server.post({ type: "reset", settings: { ...settings, epochs: 1000 }, run: 1 });
          server.post({ type: "train" });
          await server.next(({ step }) => step > 2);
          const before = server.messages.length;
          server.post({ type: "reset", settings, run: 2 });
          server.post({ type: "train" });
          const { step } = await server.next(({ run, state }) => run === 2 && state === "finished");
          return { step, runs: server.messages.slice(before).map(({ run }) => run) };
        }""",
        [random_log(0)[1], SETTINGS],
    )
    assert set(runs["runs"]) == {2}
    assert runs["step"] == 3 * round(runs["step"] / 3)


SECOND_LOG = """async ([first, second, settings]) => {
  const server = parts.serve();
  server.post({ type: "load", log: first });
  server.post({ type: "reset", settings, run: 1 });
  server.post({ type: "watch", map: "base", user: first.nUsers - 1, item: first.nItems - 1 });
  await server.next(({ pair }) => pair);
  server.post({ type: "load", log: second });
  server.post({ type: "reset", settings, run: 2 });
  const { pair } = await server.next(({ type, run }) => type === "progress" && run === 2);
  return pair;
}"""


def test_a_pair_of_one_log_is_not_looked_up_in_the_next(learner: Any) -> None:
    first = random_log(0)[1]
    second = {
        **{"nUsers": 3, "nItems": 4, "user": [0, 0, 1, 1, 2, 2], "item": [0, 1, 1, 2, 2, 3], "rating": None},
        **{"time": None, "genres": None, "years": None},
    }
    assert learner.evaluate(SECOND_LOG, [first, second, SETTINGS]) is None
