"""What a keystroke in the search costs: queries typed letter by letter, as the page of a built site searches them.

``python tests/benchmarks/search.py --site site [--items 10000]`` needs node. Items beyond those of the site are
copies with a number. Milliseconds are those of the processor, so that other programs on the machine count little;
a keystroke's are the median of seven.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from recsys.export.script import json_in

SHARED = Path(__file__).parents[2] / "templates" / "assets" / "shared"
QUERIES = (
    *("godfater", "starwars", "la confidential", "mash", "god father", "terminater 2", "17", "shcindlers list"),
    *("the lord of the rings the felowship of the ring", "eternal sunshine of the spotless mind", "user"),
)
MEASURE = """
import { readFileSync } from "node:fs";
import { createSearchIndex } from "./shared/search_index.js";
const { entries, queries } = JSON.parse(readFileSync(0, "utf8"));
const milliseconds = (run) => {
  const before = process.cpuUsage().user;
  run();
  return (process.cpuUsage().user - before) / 1000;
};
let find;
const index = milliseconds(() => { find = createSearchIndex(entries); });
const times = new Map();
for (let n = 0; n < 7; n++) {
  for (const query of queries) {
    for (let k = 1; k <= query.length; k++) {
      const typed = query.slice(0, k);
      times.set(typed, [...(times.get(typed) ?? []), milliseconds(() => find(typed))]);
    }
  }
}
const medians = [...times].map(([typed, all]) => [all.sort((a, b) => a - b)[all.length >> 1], typed]);
console.log(JSON.stringify([index, medians.sort(([a], [b]) => a - b)]));
"""


def site_entries(site: Path, n_items: int) -> list[dict[str, object]]:
    """The entries of the search of a site with so many items, and with its users."""
    items, facts, users = (
        json.loads(json_in((site / "assets" / f"data-{name}.js").read_text("utf-8")))
        for name in ("items", "search", "users")
    )
    entries: list[dict[str, object]] = []
    for n in range(n_items or len(items)):
        title, year, _ = items[n % len(items)]
        label = title if n < len(items) else f"{title} {n}"
        entries.append({"label": label, "keywords": year or "", "popularity": facts["ratings"][n % len(items)]})
    return entries + [{"label": f"User {id_}", "id": id_} for id_, _ in users]


def main() -> None:
    """Print the time to build the index, that of the median keystroke, and the slowest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=Path("site"))
    parser.add_argument("--items", type=int, default=0, help="0: as many as the site has")
    arguments = parser.parse_args()
    entries = site_entries(arguments.site, arguments.items)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(SHARED, folder / "shared")
        (folder / "package.json").write_text('{"type": "module"}')
        (folder / "measure.js").write_text(MEASURE)
        text = json.dumps({"entries": entries, "queries": QUERIES})
        run = subprocess.run(["node", folder / "measure.js"], input=text, capture_output=True, check=True, text=True)
    index, medians = json.loads(run.stdout)
    print(f"{len(entries):,} entries: index {index:.0f} ms, median keystroke {medians[len(medians) // 2][0]:.1f} ms")
    for milliseconds, typed in medians[:-4:-1]:
        print(f"{milliseconds:6.1f} ms  {typed}")


if __name__ == "__main__":
    main()
