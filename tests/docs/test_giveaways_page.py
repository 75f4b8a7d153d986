"""docs/giveaways.md tells the truth: what it has people run to check a draw gives what the record says."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from guildwright.platform.settings import Settings, variable
from guildwright_bot.features.giveaways import proof
from guildwright_bot.features.giveaways.verify import verify
from tests.docs.pages import DOCS, blocks

RECORDS = sorted((Path(__file__).parents[1] / "data" / "giveaways").glob("record-*.json"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_the_program_on_the_page_draws_the_same_order(tmp_path: Path, record: Path) -> None:
    [program] = blocks("giveaways.md", "python")
    (tmp_path / "draw.py").write_text(program)
    said = subprocess.run(
        [sys.executable, tmp_path / "draw.py", record], capture_output=True, text=True, check=True
    ).stdout
    assert tuple(said.split()) == verify(proof.read(record.read_bytes())).order


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed here")
@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_the_commands_on_the_page_print_the_hashes_of_the_record_and_what_was_said(
    tmp_path: Path, record: Path
) -> None:
    [commands] = [block for block in blocks("giveaways.md", "sh") if "jq" in block]
    shutil.copy(record, tmp_path / "draw.json")
    said = subprocess.run(["sh", "-c", commands], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    read = json.loads(record.read_text())
    made = read["commitments"][-1]
    expected = [read["list_hash"], made["statement"]["seed_hash"], made["hash"], read["final"]]
    *hashes, last = said.splitlines()
    assert [line.split()[0] for line in hashes] == expected
    assert json.loads(last) == [made["statement"].get(name) for name in ("made_at", "terms", "rules")]


def test_every_setting_of_drand_is_on_the_page() -> None:
    page = (DOCS / "giveaways.md").read_text()
    for name in Settings.model_fields:
        if name.startswith("drand"):
            short = variable(name).replace("GUILDWRIGHT_DRAND", "")
            assert f"`{variable(name)}`" in page or f"`{short}`" in page, name
