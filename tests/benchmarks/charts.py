"""How long the charts of a built site keep a browser busy, on a processor that is slowed down.

    python tests/benchmarks/charts.py --site SITE

Of each page of the site: the longest task until it is idle, while no chart is near the window. Of each page with
charts: how long BokehJS takes to load, how long the first chart takes from then on until it is painted, and the
longest task of both. Every figure is the smallest of some visits: what else the machine does only ever adds.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.requirements import chromium_path

SLOWDOWN, VISITS = 4, 5
UNSEEN_HEIGHT, HEIGHT = 100, 800
"""Pixels of a window in which no chart is near, and of one that shows charts."""
MAX_TASK, MAX_STEP = 200, 1000
"""Milliseconds: the targets of a task before any chart is near, and of loading BokehJS or drawing the first chart."""
IDLE_MS = 1500
"""Without a task that takes long: the page is idle."""

WATCH = """
  globalThis.seen = { tasks: [], requested: null, loaded: null, painted: null };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) seen.tasks.push([startTime, duration]);
  }).observe({ type: "longtask", buffered: true });
  new MutationObserver((changes) => {
    const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
    if (added.some(({ src }) => src?.includes("bokeh-"))) seen.requested ??= performance.now();
    if (!seen.painted && document.querySelector("[data-drawn]")) {
      seen.painted = -1;
      requestAnimationFrame(() => setTimeout(() => { seen.painted = performance.now(); }));
    }
  }).observe(document, { subtree: true, childList: true, attributeFilter: ["data-drawn"] });
  document.addEventListener("load", ({ target }) => {
    if (target.src?.includes("bokeh-")) seen.loaded ??= performance.now();
  }, true);
"""
PAINTED = """() => new Promise((resolve) => {
  const ask = () => (seen.painted > 0 ? resolve() : setTimeout(ask, 100));
  ask();
})"""
IDLE = """(ms) => new Promise((resolve) => {
  const start = performance.now();
  const ask = () => {
    const last = Math.max(start, ...seen.tasks.map(([from, duration]) => from + duration));
    if (performance.now() - last > ms) resolve(seen);
    else setTimeout(ask, 100);
  };
  ask();
})"""


def visit(chromium: Any, address: str, width: int, height: int, until_painted: bool) -> dict[str, Any]:
    """What a page did from its request until it was idle."""
    page = chromium.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.add_init_script(WATCH)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.goto(address)
    if until_painted:
        page.evaluate("document.querySelector('[data-chart]').scrollIntoView({ block: 'center' })")
        page.evaluate(PAINTED)
    seen: dict[str, Any] = page.evaluate(IDLE, IDLE_MS)
    page.close()
    return seen


def longest(seen: dict[str, Any], start: float = 0.0, end: float = float("inf")) -> float:
    """Milliseconds of the longest task that ended in a span of time; 0 where none took 50."""
    return max((duration for begun, duration in seen["tasks"] if start <= begun + duration <= end), default=0.0)


def report_pages(chromium: Any, site: Path, width: int) -> None:
    """Print the longest task of every page at the top of a site."""
    for path in sorted(site.glob("*.html")):
        if path.name == "map.html":
            continue
        visits = [visit(chromium, path.as_uri(), width, UNSEEN_HEIGHT, False) for _ in range(VISITS)]
        task = min(longest(seen) for seen in visits)
        print(f"{width:5} {path.name:14} longest task {task:5.0f} ms{mark(task, MAX_TASK)}", flush=True)


def report_charts(chromium: Any, site: Path, width: int) -> None:
    """Print what BokehJS and the first chart take."""
    for name in ("compare.html", "training.html"):
        steps = [chart_steps(visit(chromium, (site / name).as_uri(), width, HEIGHT, True)) for _ in range(VISITS)]
        loading, loading_task, drawing, drawing_task = map(min, zip(*steps, strict=True))
        print(
            f"{width:5} {name:14} BokehJS {loading:5.0f} ms{mark(loading, MAX_STEP)} (task {loading_task:.0f})"
            f", first chart {drawing:5.0f} ms{mark(drawing, MAX_STEP)} (task {drawing_task:.0f})",
            flush=True,
        )


def chart_steps(seen: dict[str, Any]) -> tuple[float, float, float, float]:
    """Milliseconds until BokehJS has loaded and run, of the longest task of that; the same of the first chart."""
    # The task in which BokehJS runs ends after it says that it has loaded.
    ends = [start + duration for start, duration in seen["tasks"] if start <= seen["loaded"] <= start + duration]
    ready = max([seen["loaded"], *ends])
    loading_task, drawing_task = longest(seen, seen["requested"], ready), longest(seen, ready + 1, seen["painted"])
    return ready - seen["requested"], loading_task, seen["painted"] - ready, drawing_task


def mark(value: float, target: float) -> str:
    """A sign where a figure misses its target."""
    return " !" if value > target else ""


def main() -> None:
    """Measure a site in Chromium."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, required=True, help="folder of a built site")
    parser.add_argument("--only-charts", action="store_true", help="not what pages do before a chart is near")
    parser.add_argument("--width", type=int, nargs="+", default=[360, 1280], help="of the window, in pixels")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        for width in options.width:
            if not options.only_charts:
                report_pages(chromium, options.site.resolve(), width)
            report_charts(chromium, options.site.resolve(), width)
        chromium.close()


if __name__ == "__main__":
    main()
