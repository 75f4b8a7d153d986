"""What people take home of their giveaways: JSON for programs, CSV for spreadsheets."""

import asyncio
import csv
import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from guildwright.cli import app
from guildwright.platform.database.engine import transaction
from guildwright_bot.features.giveaways import export, service
from guildwright_bot.features.giveaways.domain import Giveaway
from tests.fakes.bot import GUILD
from tests.fakes.postgres_server import PostgresServer
from tests.giveaways.conftest import HOST, Hall

pytestmark = pytest.mark.integration


async def lived(hall: Hall, **terms: Any) -> Giveaway:
    """A giveaway from the start to the claim."""
    giveaway = await hall.started(**terms)
    for member in (1, 2, 3):
        await hall.click(giveaway, member)
    await hall.pass_time(11)
    await hall.claim(giveaway, hall.announcements[-1].pings[0])
    await hall.pass_time(1)
    return giveaway


async def as_csv(number: int | None = None) -> list[list[str]]:
    """The rows of the CSV."""
    out = io.StringIO(newline="")
    await export.write_csv(export.exported(GUILD, number), out)
    return list(csv.reader(io.StringIO(out.getvalue(), newline="")))


async def as_json(number: int | None = None) -> list[dict[str, Any]]:
    """The giveaways of the JSON."""
    out = io.StringIO()
    count = await export.write_json(GUILD, export.exported(GUILD, number), out)
    document = json.loads(out.getvalue())
    assert document["guild"] == str(GUILD)
    assert len(document["giveaways"]) == count
    found: list[dict[str, Any]] = document["giveaways"]
    return found


async def test_json_says_who_did_what_when_with_ids_as_text(hall: Hall) -> None:
    giveaway = await lived(hall, winners=2)
    [found] = await as_json()
    assert (found["number"], found["host"], found["entries"]) == (1, str(HOST), 3)
    assert found["terms"]["winners"] == 2
    assert {claim["state"] for claim in found["claims"]} == {"open", "claimed"}
    [claimed] = [line for line in found["record"] if line["what"] == "claimed"]
    assert claimed["who"] in {claim["member"] for claim in found["claims"]}
    assert claimed["at"].endswith("+00:00")
    assert [line["what"] for line in found["record"]][:2] == ["started", "posted"]
    assert found["message"] == str((await hall.now(giveaway)).message_id)


async def test_csv_has_a_line_for_each_line_of_the_history(hall: Hall) -> None:
    await lived(hall)
    header, *rows = await as_csv()
    assert tuple(header) == export.COLUMNS
    [found] = await as_json()
    assert [row[4] for row in rows] == [line["what"] for line in found["record"]]
    assert {tuple(row[:2]) for row in rows} == {("1", "Oak chair")}


async def test_many_giveaways_come_page_by_page_in_the_order_of_their_numbers(hall: Hall) -> None:
    for source in range(1, 5):
        giveaway = await hall.started(source_id=source)
        async with transaction():
            await service.delete(GUILD, giveaway.id, now=hall.clock.now(), actor_id=HOST)
    assert [found["number"] for found in await as_json()] == [1, 2, 3, 4]
    paged = [found.giveaway.number async for found in export.exported(GUILD, at_once=3)]
    assert paged == [1, 2, 3, 4]
    assert [found["number"] for found in await as_json(3)] == [3]
    assert await as_json(9) == []


async def test_another_guilds_giveaways_stay_there(hall: Hall) -> None:
    await hall.started()
    assert [found async for found in export.exported(GUILD + 1)] == []
    assert [found async for found in export.exported(GUILD + 1, 1)] == []


@pytest.mark.parametrize(
    "prize",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", '=HYPERLINK("https://example.org","x")', "|calc", "%0A"],
)  # fmt: skip
async def test_no_prize_is_a_formula_in_a_spreadsheet(hall: Hall, prize: str) -> None:
    await hall.started(prize=prize)
    _, *rows = await as_csv()
    assert {row[1] for row in rows} == {f"'{prize}"}


@pytest.mark.parametrize("cell", ["Oak chair", "1+1=2", "a@b", '{"x": 1}', "", "2026-01-01T12:00:00+00:00"])
def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    assert export.safe(cell) == cell


async def run(url: str, folder: Path, *args: object, stdout: int = subprocess.PIPE) -> tuple[int, str, str]:
    """`guildwright giveaway export …` as a process of its own: exit code, output, complaint."""
    env = {**os.environ, "DATABASE_URL": url, "GUILDWRIGHT_DATA": str(folder)}
    command = [sys.executable, "-m", "guildwright", "giveaway", "export", *map(str, args)]
    done = await asyncio.to_thread(
        subprocess.run, command, env=env, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


async def test_the_command_writes_a_file_and_replaces_none_unless_told(
    hall: Hall, postgres: PostgresServer, tmp_path: Path
) -> None:
    await hall.started()
    target = tmp_path / "out.csv"
    asked = (postgres.url, tmp_path, "--guild", GUILD, "--format", "csv", "--output", target)
    code, _, said = await run(*asked)
    assert (code, "wrote 1 giveaway of guild" in said) == (0, True)
    assert target.read_bytes().startswith("\ufeffgiveaway,prize".encode())
    code, _, said = await run(*asked)
    assert (code, "is there already" in said) == (2, True)
    assert (await run(*asked, "--force"))[0] == 0
    assert [path for path in tmp_path.iterdir() if path.suffix == ".part"] == []
    assert "is a directory" in (await run(*asked[:-1], tmp_path, "--force"))[2]


async def test_the_command_writes_into_a_pipe_or_a_device_and_never_replaces_it(
    hall: Hall, postgres: PostgresServer, tmp_path: Path
) -> None:
    await hall.started()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        asked = ("--guild", GUILD, "--format", "csv", "--force", "--output")
        code, _, said = await run(postgres.url, tmp_path, *asked, pipe)
        assert (code, pipe.is_fifo(), os.read(reader, 100)[:8]) == (0, True, b"giveaway"), said
    finally:
        os.close(reader)
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        code, _, said = await run(postgres.url, tmp_path, "--guild", GUILD, stdout=full)
    finally:
        os.close(full)
    assert (code, said) == (2, "cannot write: No space left on device\n")


async def test_the_command_prints_json_where_no_file_is_named(
    hall: Hall, postgres: PostgresServer, tmp_path: Path
) -> None:
    await hall.started()
    code, out, _ = await run(postgres.url, tmp_path, "--guild", GUILD)
    assert code == 0
    assert [found["number"] for found in json.loads(out)["giveaways"]] == [1]
    code, out, said = await run(postgres.url, tmp_path, "--guild", GUILD, 7)
    assert (code, out) == (1, "")
    assert "has no giveaway 7" in said


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--guild", "oak"), "is no guild: give its id"),
        (("--guild", GUILD, "--format", "xml"), "allowed: json, csv"),
        (("--guild", GUILD, "--format", "csv", "--output", "/no/such/folder/x.csv"), "cannot write"),
        (("--guild", GUILD, "--output", "HERE/socket"), "cannot write"),
        (("--guild", GUILD, "--output", "HERE/socket/x.json"), "cannot write"),
        (("--guild", GUILD), "PostgreSQL does not answer"),
    ],
)
def test_a_mistake_is_said_in_a_line(tmp_path: Path, args: tuple[object, ...], words: str) -> None:
    env = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "GUILDWRIGHT_DATA": str(tmp_path)}
    asked = [str(arg).replace("HERE", str(tmp_path)) for arg in args]
    with socket.socket(socket.AF_UNIX) as known:
        known.bind(str(tmp_path / "socket"))
        result = CliRunner().invoke(app, ["giveaway", "export", *asked], env=env)
    assert (result.exit_code, result.stdout.partition("{")[0]) == (2, "")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
