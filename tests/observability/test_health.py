"""A process that lives says so whatever its servers do; one that cannot work says why."""

import asyncio
import json
import os
from pathlib import Path

import aiohttp
import pytest

from guildwright.platform import metrics
from guildwright.platform.clock import SystemClock
from guildwright.platform.health import Health, NotReady
from guildwright.platform.settings import Settings


async def _get(health: Health, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{health.port}{path}") as answer:
        return answer.status, await answer.text()


async def _fine() -> str:
    return "answers"


async def _missing() -> str:
    raise NotReady("no complete config yet")


async def _hanging() -> str:
    await asyncio.sleep(60)
    return "never"


async def test_ready_means_that_every_check_passed() -> None:
    health = Health(Settings(), SystemClock(), {"postgres": _fine, "redis": _fine})
    await health.start()
    status, text = await _get(health, "/readyz")
    await health.stop()

    assert status == 200
    assert json.loads(text)["checks"]["redis"]["detail"] == "answers"


async def test_not_ready_says_which_check_failed_and_why() -> None:
    health = Health(Settings(), SystemClock(), {"postgres": _fine, "config": _missing, "redis": _hanging})
    await health.start()
    status, text = await asyncio.wait_for(_get(health, "/readyz"), timeout=4)
    lives, _ = await _get(health, "/livez")
    await health.stop()

    checks = json.loads(text)["checks"]
    assert status == 503
    assert lives == 200
    assert {name: check["ok"] for name, check in checks.items()} == {"postgres": True, "config": False, "redis": False}
    assert checks["config"]["detail"] == "no complete config yet"
    assert "no answer" in checks["redis"]["detail"]


async def test_the_address_is_in_the_file_as_long_as_somebody_listens(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "health.json"
    health = Health(Settings(health_file=file), SystemClock(), {})
    await health.start()
    assert json.loads(file.read_text()) == {"host": "127.0.0.1", "port": health.port, "pid": os.getpid()}
    await health.stop()
    assert not file.exists()


async def test_metrics_are_brought_up_to_date_and_survive_a_failing_measure() -> None:
    async def measure() -> None:
        metrics.JOB_DEPTH.labels("test.kind", "dead").set(3)
        raise ConnectionRefusedError

    health = Health(Settings(), SystemClock(), {}, measure)
    await health.start()
    status, text = await _get(health, "/metrics")
    await health.stop()

    assert status == 200
    assert 'guildwright_job_depth{kind="test.kind",state="dead"} 3.0' in text
    for name in ("guildwright_jobs", "guildwright_job_lateness_seconds", "guildwright_rest_calls"):
        assert f"# HELP {name}" in text


async def test_a_taken_port_is_an_error_at_the_start() -> None:
    first = Health(Settings(), SystemClock(), {})
    await first.start()
    with pytest.raises(OSError, match="address already in use"):
        await Health(Settings(health_port=first.port), SystemClock(), {}).start()
    await first.stop()
