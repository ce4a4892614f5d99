"""The reference: its gradients are those of the objective as its definition reads, whatever is chosen."""

from dataclasses import replace
from itertools import islice, product

import numpy as np
import pytest

from tests.browser.playground.reference import (
    DISTILLATION,
    EXPERIMENTS,
    L2,
    N_ITEMS,
    N_STEPS,
    OPTIMISERS,
    TEMPERATURE,
    Experiment,
    ReferenceRun,
    fixture,
)
from tests.gradients import LIMIT, STEP

SGD_EXPERIMENTS = [replace(experiment, optimiser="sgd") for experiment in EXPERIMENTS]


def outputs(run: ReferenceRun, step):
    """What the towers end in, for the users of a step and all items, from whole matrices: (U, d) and (n_items, d)."""
    values = {name: parameter.value for name, parameter in run.parameters().items()}
    if run.experiment.tower == "base":
        users, items = values["user.table"][step.users], values["item.table"]
    else:
        history = run.histories.toarray()[step.users]
        if step.hidden is not None:
            hidden = step.pair_user[step.hidden], step.items[step.pair_item[step.hidden]]
            history[hidden] = 0
        users, items = history @ values["pool.table"], values["item.table"]
        if run.experiment.has_mlp:
            users = users + mlp(values, "user_mlp", users)
            items = items + mlp(values, "item_mlp", np.column_stack([items, run.item_features]))
    if run.experiment.similarity == "cosine":
        users, items = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True) for vectors in (users, items))
    return users, items


def mlp(values, name, x):
    hidden = np.maximum(x @ values[f"{name}.inner.weight"] + values[f"{name}.inner.bias"], 0)
    return hidden @ values[f"{name}.outer.weight"] + values[f"{name}.outer.bias"]


def literal_loss(run: ReferenceRun, step, scores):
    """A loop over the positives, and for each over the items of the step."""
    experiment, losses = run.experiment, []
    y = scores - run.log_q[step.items]
    for pair, (u, i) in enumerate(zip(step.pair_user, step.pair_item, strict=True)):
        if step.hidden is not None and not step.hidden[pair]:
            continue
        if step.negative is not None:
            j = step.negative[pair]
            losses.append(0 if j < 0 else np.log(1 + np.exp(scores[u, j] - scores[u, i])))
            continue
        rated = step.pair_item[step.pair_user == u]
        terms = {f: step.counts[f] * np.exp(y[u, f]) for f in np.flatnonzero(step.counts)}
        if experiment.masked:
            terms = {f: term for f, term in terms.items() if f not in rated}
        terms.setdefault(i, np.exp(y[u, i]))
        losses.append(np.log(sum(terms.values())) - y[u, i])
    return np.mean(losses)


def objective(run: ReferenceRun, step):
    """The loss, and the whole objective, as their definitions read."""
    users, items = outputs(run, step)
    items = items[step.items]
    scores = users @ items.T / TEMPERATURE + run.parameters()["bias.table"].value[step.items, 0]
    pairs = step.pair_user, step.pair_item
    weights = run.histories.toarray()[np.ix_(step.users, step.items)]
    if run.experiment.tower == "deep" and run.experiment.similarity == "dot":
        pooled = run.parameters()["pool.table"].value[step.items]
        scores[pairs] -= (weights * (pooled * items).sum(axis=1) / TEMPERATURE)[pairs]
    loss = literal_loss(run, step, scores)
    total = loss + L2 * (run.user_weights[step.users] * (users**2).sum(axis=1)).mean()
    total += L2 * (items**2).sum(axis=1).mean()
    if run.teacher_towers is not None:
        history, teacher_items = run.teacher_towers.history, run.teacher_towers.items[step.items]
        teacher_scores = run.histories.toarray()[step.users] @ history @ teacher_items.T
        teacher_scores[pairs] -= (weights * (history[step.items] * teacher_items).sum(axis=1))[pairs]
        difference = scores - teacher_scores
        difference -= difference.mean(axis=1, keepdims=True)
        total += DISTILLATION * (difference**2).sum() / (2 * len(step.pair_user))
    return loss, total


def slope(run: ReferenceRun, step, parameter, direction):
    """How the objective changes in a direction of one parameter, by central differences."""
    original = parameter.value.copy()
    ends = []
    for sign in (1, -1):
        parameter.value[...] = original + sign * STEP * direction
        ends.append(objective(run, step)[1])
    parameter.value[...] = original
    return (ends[0] - ends[1]) / (2 * STEP)


@pytest.mark.parametrize("experiment", SGD_EXPERIMENTS, ids=str)
def test_loss_and_gradients_are_those_of_the_definition(experiment):
    run, rng = ReferenceRun(experiment), np.random.default_rng(1)
    for step in islice(run.steps, 3):
        loss = run.add_gradients(step)
        assert loss == pytest.approx(objective(run, step)[0], rel=1e-10)
        for name, parameter in run.parameters().items():
            directions = rng.standard_normal((3, *parameter.value.shape))
            slopes = np.array([slope(run, step, parameter, direction) for direction in directions])
            expected = np.array([(parameter.gradient * direction).sum() for direction in directions])
            size = np.linalg.norm(parameter.gradient) * np.linalg.norm(directions) + 1e-3
            assert np.abs(slopes - expected).max() < LIMIT * size, name
            if expected.any():
                assert np.abs(slopes - 1.01 * expected).max() > LIMIT * size, name
        run.optimiser.step(run.learning_rate)


def test_every_choice_is_compared():
    for name, values in {
        "tower": {"base", "deep"},
        "loss": {"softmax", "sampled", "bpr"},
        "similarity": {"dot", "cosine"},
        "optimiser": {"adam", "sgd"},
        **{name: {True, False} for name in ("masked", "uses_log_q", "has_mlp", "has_genres", "has_teacher")},
    }.items():
        assert {getattr(experiment, name) for experiment in EXPERIMENTS} == values
        optimised = {(getattr(experiment, name), experiment.optimiser) for experiment in EXPERIMENTS}
        assert name == "optimiser" or optimised == set(product(values, OPTIMISERS))
    assert len({str(experiment) for experiment in EXPERIMENTS}) == len(EXPERIMENTS)


def test_steps_have_the_cases_in_which_implementations_differ():
    """Such as users who rated every item of a step, positives that were not drawn, and items drawn twice."""
    sampled = Experiment("base", "sampled", False, False, "dot", "sgd")
    steps = list(islice(ReferenceRun(sampled).steps, N_STEPS))
    assert any((step.counts[step.pair_item] == 0).any() and step.counts[step.pair_item].any() for step in steps)
    assert any(set(range(len(step.items))) - set(step.pair_item.tolist()) for step in steps)
    assert any(step.counts.max() > 1 for step in steps)
    assert any(N_ITEMS - 1 in step.items for step in steps)  # which nobody has rated
    softmax = Experiment("base", "softmax", True, True, "dot", "sgd")
    steps = islice(ReferenceRun(softmax).steps, 5)
    assert any((np.bincount(step.pair_user) == len(step.items)).any() for step in steps)
    bpr = Experiment("base", "bpr", False, False, "dot", "sgd")
    negatives = np.concatenate([step.negative for step in islice(ReferenceRun(bpr).steps, 5)])
    assert -1 in negatives
    assert negatives.max() >= 0
    cosine = Experiment("deep", "softmax", True, True, "cosine", "sgd")
    hidden = [step.hidden for step in islice(ReferenceRun(cosine).steps, 5)]
    assert all(step.any() and not step.all() for step in hidden)


def test_a_fixture_is_a_whole_run_of_plain_lists():
    run = fixture(EXPERIMENTS[0])
    assert len(run["steps"]) == N_STEPS
    assert run["parameters"].keys() == run["final"].keys() == run["steps"][0]["gradients"].keys()
    assert all(run["parameters"][name] != run["final"][name] for name in run["parameters"])
    assert all(isinstance(number, float) for number in run["steps"][0]["gradients"]["user.table"])
