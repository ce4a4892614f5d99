"""Numbers as scripts write them, run by node: as the pages do, which are written by Python."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from recsys.site.output.jinja import fixed

NODE = shutil.which("node")
SHARED = Path(__file__).parents[2] / "templates" / "assets" / "shared"
NUMBERS = [0.0, -0.0, 0.004, -0.004, -0.0051, 1.005, 2.5, -1.499, 12.346, -0.996]
CALL = """
globalThis.document = { documentElement: { lang: "en" } };
const { formatScore } = await import("./shared/format.js");
console.log(JSON.stringify(JSON.parse(process.argv[2]).map(formatScore)));
"""


@pytest.mark.skipif(NODE is None, reason="no node to run the scripts")
def test_scripts_write_numbers_as_pages_do_and_zero_without_a_sign(tmp_path):
    shutil.copytree(SHARED, tmp_path / "shared")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "call.js").write_text(CALL)
    command = [NODE, tmp_path / "call.js", json.dumps(NUMBERS)]
    run = subprocess.run(command, capture_output=True, check=True, text=True, encoding="utf-8")
    assert json.loads(run.stdout) == [fixed(number) for number in NUMBERS]
    assert json.loads(run.stdout)[:4] == ["0.00"] * 4
