"""An epoch of base in the playground, compared with the same steps in TensorFlow.js on its CPU backend.

    python tests/benchmarks/playground.py [--rounds 10]

Both run in one page of headless Chromium, in turn, epoch by epoch: the sample's ratings, in the same batches of whole
users, from the same initial arrays, with the grouped in-batch softmax, logQ, output l2 and Adam. Ours computes in
float64 and makes its batches anew in every epoch; TensorFlow.js computes in float32 and is given them as tensors.
Before it is timed, its loss is compared with ours, step by step. Needs npm, which installs TensorFlow.js into a
temporary folder.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import recsys
from recsys.site.output.scripts import join_modules
from tests.requirements import chromium_path

ASSETS = Path(__file__).resolve().parents[2] / "templates" / "assets"
VERSION = "4.22.0"
PACKAGES = [f"@tensorflow/tfjs-core@{VERSION}", f"@tensorflow/tfjs-backend-cpu@{VERSION}", "esbuild@0.25"]
TENSORFLOW = """
export * from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-backend-cpu";
"""
BATCH_SIZE, DIM, LEARNING_RATE, INITIAL_SCALE, L2 = 4096, 32, 0.01, 0.1, 0.05
TARGET_MS = 150
TOLERANCE = 1e-3
"""By how much losses may differ, relatively: one side computes in float32."""

EXPOSE = """
import { inBatchNegatives, makeBatch, usersOfBatches } from "./learner/learn/batches.js";
import { randomMatrix, unchanged } from "./learner/learn/layers.js";
import { maskedSoftmax } from "./learner/learn/losses.js";
import { finish, Matrix } from "./learner/learn/matrix.js";
import { addGradients } from "./learner/learn/objective.js";
import { OPTIMISERS } from "./learner/learn/optimisers.js";
import { createRandom } from "./learner/learn/random.js";
import { countOf, itemsOf, logShares, splitLog } from "./learner/learn/ratings.js";
import { BaseTowers } from "./learner/learn/towers.js";
Object.assign(globalThis, { inBatchNegatives, makeBatch, usersOfBatches, randomMatrix, unchanged, maskedSoftmax });
Object.assign(globalThis, { finish, Matrix, addGradients, OPTIMISERS, createRandom, countOf, itemsOf, logShares });
Object.assign(globalThis, { splitLog, BaseTowers });
"""
"""What of the learner is used here."""

SET_UP = """({ log, batchSize, dim, learningRate, initialScale, l2 }) => {
  const columns = { user: Int32Array.from(log.user), item: Int32Array.from(log.item) };
  const { train } = finish(splitLog({ ...log, ...columns }, 0, createRandom(0, 1)));
  const batches = usersOfBatches(train, batchSize, createRandom(0, 2));
  const logQ = logShares(train);
  const active = Array.from({ length: train.nUsers }, (_, u) => countOf(train, u));
  const mean = train.nRatings / active.filter(Boolean).length;
  const userWeights = Float64Array.from(active, (count) => count / mean);
  const random = createRandom(0, 3);
  const [users, items] = [train.nUsers, train.nItems].map((n) => randomMatrix(n, dim, initialScale, random));
  const batchOf = (users) => makeBatch(train, users, inBatchNegatives(train, users), null, logQ);

  const bias = Float64Array.from(logQ);
  const copyOf = ({ rows, columns, values }) => new Matrix(rows, columns, values.slice());
  const towers = new BaseTowers({ users: copyOf(users), items: copyOf(items), bias: bias.slice() });
  const optimiser = new OPTIMISERS.adam(Object.values(towers.parameters));
  const weights = { temperature: 1, l2, distillation: 0, userWeights };
  const objective = { loss: maskedSoftmax, similarity: unchanged, ...weights };
  const ours = batches.map((users) => () => {
    const loss = finish(addGradients(towers, null, batchOf(users), objective));
    finish(optimiser.step(learningRate));
    return loss;
  });

  const tensorOf = (values, rows, columns) => tf.tensor2d(Float32Array.from(values), [rows, columns]);
  const variableOf = ({ rows, columns, values }) => tf.variable(tensorOf(values, rows, columns));
  const [userTable, itemTable] = [users, items].map(variableOf);
  const biases = tf.variable(tensorOf(bias, train.nItems, 1));
  const adam = tf.train.adam(learningRate, 0.9, 0.999, 1e-8);
  const theirs = batches.map((users) => {
    const batch = batchOf(users);
    const [nUsers, nItems] = [users.length, batch.items.length];
    const isRated = new Float32Array(nUsers * nItems);
    batch.pairItem.forEach((f, n) => { isRated[batch.pairUser[n] * nItems + f] = 1; });
    const rated = tensorOf(isRated, nUsers, nItems);
    const minusLogQ = tensorOf(batch.logQ.map((value) => -value), 1, nItems);
    // Added to the scores of the negatives: the log of their counts, and -1e30 where a user has rated them.
    const offset = tf.add(tf.mul(rated, -1e30), tensorOf(batch.counts.map(Math.log), 1, nItems));
    const weights = tensorOf(Array.from(users, (u) => userWeights[u] / nUsers), nUsers, 1);
    // A product with a 0/1 matrix, whose gradient is eight times as fast here as that of tf.gather.
    const rowsOf = (ids, n) => tf.cast(tf.oneHot(tf.tensor1d(ids, "int32"), n), "float32");
    const [someUsers, someItems] = [rowsOf(users, train.nUsers), rowsOf(batch.items, train.nItems)];
    const objective = (report) => {
      const u = tf.matMul(someUsers, userTable);
      const v = tf.matMul(someItems, itemTable);
      const b = tf.transpose(tf.matMul(someItems, biases));
      const y = tf.add(tf.matMul(u, v, false, true), tf.add(b, minusLogQ)); // (U, F)
      const logTotal = tf.logSumExp(tf.add(y, offset), 1, true); // of the negatives: (U, 1)
      const loss = tf.div(tf.sum(tf.mul(tf.softplus(tf.sub(logTotal, y)), rated)), batch.nPositives);
      report(tf.keep(loss));
      const usersL2 = tf.sum(tf.mul(tf.square(u), weights));
      return tf.add(loss, tf.mul(tf.add(usersL2, tf.div(tf.sum(tf.square(v)), nItems)), l2));
    };
    return () => {
      let loss;
      adam.minimize(() => objective((value) => { loss = value; }), false, [userTable, itemTable, biases]);
      const [value] = loss.dataSync();
      loss.dispose();
      return value;
    };
  });
  globalThis.programs = { ours, theirs };
}"""

EPOCH = """(name) => {
  const start = performance.now();
  const losses = programs[name].map((step) => step());
  return [performance.now() - start, losses];
}"""


def tensorflow(folder: Path) -> str:
    """TensorFlow.js by npm, its core with gradients and its CPU backend, as one script that makes ``tf`` global."""
    options = ["--no-audit", "--no-fund", "--silent", "--prefix", str(folder)]
    subprocess.run(["npm", "install", *options, *PACKAGES], check=True)
    (folder / "entry.js").write_text(TENSORFLOW, encoding="utf-8")
    bundler = str(folder / "node_modules" / ".bin" / "esbuild")
    options = ["--bundle", "--minify", "--format=iife", "--global-name=tf", "--log-level=error"]
    bundle = subprocess.run([bundler, "entry.js", *options], cwd=folder, check=True, capture_output=True, text=True)
    return bundle.stdout


def learner(folder: Path) -> str:
    """The learner's modules as one script that makes the parts used here global."""
    assets = shutil.copytree(ASSETS, folder / "assets")
    (assets / "measured.js").write_text(EXPOSE, encoding="utf-8")
    return join_modules(assets / "measured.js")


def sample_log() -> dict[str, Any]:
    """The whole sample as the learner takes it, without what base does not read."""
    sample = recsys.load_dataset("sample")
    columns = {"user": sample.user.tolist(), "item": sample.item.tolist()}
    return {"nUsers": sample.n_users, "nItems": sample.n_items, **columns, "rating": None, "time": None}


def time_epochs(chromium: Any, scripts: list[str], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each epoch, of both programs in turn."""
    page = chromium.new_page()
    for script in scripts:
        page.add_script_tag(content=script)
    settings = {"batchSize": BATCH_SIZE, "dim": DIM, "learningRate": LEARNING_RATE, "l2": L2}
    page.evaluate(SET_UP, {"log": sample_log(), "initialScale": INITIAL_SCALE, **settings})
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    for number in range(rounds):
        losses = {}
        for name in times:
            milliseconds, losses[name] = page.evaluate(EPOCH, name)
            times[name].append(milliseconds)
        if any(abs(a - b) > TOLERANCE * abs(a) for a, b in zip(*losses.values(), strict=True)):
            raise SystemExit(f"epoch {number + 1}: the losses differ, {losses}")
    page.close()
    return times


def main() -> None:
    """Measure, and print both programs' milliseconds an epoch."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10, help="epochs of each")
    arguments = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        scripts = [tensorflow(folder), learner(folder)]
        flags = ["--no-sandbox", "--disable-gpu"]
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        times = time_epochs(chromium, scripts, arguments.rounds)
        print(f"Chromium {chromium.version}, TensorFlow.js {VERSION}; milliseconds an epoch of base, {DIM} numbers")
        chromium.close()
    for name, label in (("ours", "ours"), ("theirs", "TensorFlow.js")):
        first, *later = times[name]
        print(f"{label:15} first {first:7.0f}   shortest {min(later):7.0f}   median {median(later):7.0f}")
    shortest = min(times["ours"][1:])
    print(f"TensorFlow.js / ours: {min(times['theirs'][1:]) / shortest:.1f}")
    print(f"target {TARGET_MS} ms: {'met' if shortest <= TARGET_MS else 'missed'}")


if __name__ == "__main__":
    main()
