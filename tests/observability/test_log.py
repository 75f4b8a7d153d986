"""Every line says where it belongs, comes out on stderr in the form asked for, and holds no secret."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from guildwright.platform import log
from guildwright.platform.settings import Settings

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.secret.of-a-test-00000000"  # noqa: S105  made up


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    before, level, config = list(root.handlers), root.level, structlog.get_config()
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**config)
    logging.captureWarnings(capture=False)


def _settings(**more: Any) -> Settings:
    return Settings(
        discord_token=TOKEN,
        database_url="postgresql://me:pass%2Fword@db/x",
        redis_url="redis://:redis-password@r",
        **{"log_format": "json", **more},
    )


def _fail(why: str) -> None:
    raise RuntimeError(why)


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    said = capsys.readouterr()
    assert said.out == ""
    return [json.loads(line) for line in said.err.splitlines()]


def test_a_line_carries_process_level_and_the_ids_of_the_work_at_hand(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(_settings(), "worker")
    with bound_contextvars(guild=1, job=7, trace="abc", shard=0):
        structlog.get_logger("guildwright.x").warning("hello", extra_fact=5)

    line = _lines(capsys)[0]
    assert line | {"timestamp": ""} == {
        "event": "hello",
        "level": "warning",
        "logger": "guildwright.x",
        "process": "worker",
        "guild": 1,
        "job": 7,
        "trace": "abc",
        "shard": 0,
        "extra_fact": 5,
        "timestamp": "",
    }


def test_the_libraries_speak_through_the_same_log(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(_settings(), "shard")
    with bound_contextvars(guild=1):
        logging.getLogger("hikari.gateway").warning("closing %s", "now")
        logging.getLogger("faststream").info("callback for Task-12 is being executed...")

    lines = _lines(capsys)
    assert [(line["event"], line["guild"], line["logger"]) for line in lines] == [("closing now", 1, "hikari.gateway")]


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_is_ever_written(capsys: pytest.CaptureFixture[str], form: str) -> None:
    log.configure(_settings(log_format=form), "worker")
    try:
        _fail(f"GET failed with Bot {TOKEN}")
    except RuntimeError:
        structlog.get_logger().exception("at postgresql://me:pass%2Fword@db/x", token=TOKEN)
    logging.getLogger("some.library").error("headers %s, pass/word, redis-password", {"Authorization": TOKEN})

    said = capsys.readouterr().err
    assert "[hidden]" in said
    for secret in (TOKEN, "pass/word", "pass%2Fword", "redis-password"):
        assert secret not in said


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_exception_is_written_with_its_story_and_without_what_its_variables_held(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    log.configure(_settings(log_format=form), "worker")
    ana_to_bo = "see you at " + str(2**40)
    try:
        _fail("the cause")
    except RuntimeError:
        structlog.get_logger().exception("failed")

    said = capsys.readouterr().err
    assert "the cause" in said
    assert "_fail" in said
    assert ana_to_bo not in said


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(_settings(log_level="error"), "worker")
    structlog.get_logger().warning("not this")
    logging.getLogger("library").warning("nor this")
    structlog.get_logger().error("this")

    assert [line["event"] for line in _lines(capsys)] == ["this"]
