"""What a status says, as pairs: the files of tests/data/reconcile are named by the sentence that they prove."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from guildwright.platform.config.keys import InMemory
from guildwright_crds.conditions import MAX_MESSAGE
from guildwright_crds.guild_config import GuildConfigStatus
from guildwright_crds.problems import Problem
from guildwright_operator.reconcile import Facts, Plan, reconcile

CASES = sorted((Path(__file__).parents[1] / "data" / "reconcile").glob("*.yaml"))
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def facts_from(said: dict[str, Any]) -> Facts:
    problems = [Problem("", 0, 0, **(one | {"allowed": tuple(one["allowed"])})) for one in said.get("problems", ())]
    published = tuple(said["published"]) if "published" in said else None
    live = InMemory(*said["live"]) if "live" in said else None
    return Facts(
        said["uid"],
        said["generation"],
        problems,
        published,
        said.get("trouble", ""),
        live,
        said.get("live_known", False),
    )


def told(plan: Plan) -> list[str]:
    return [f"{'Warning' if one.warning else 'Normal'} {one.reason} {one.note}" for one in plan.events]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem.replace("-", " "))
def test_a_status(path: Path) -> None:
    case = yaml.safe_load(path.read_text())
    facts = facts_from(case["facts"])
    plan = reconcile(facts, case.get("said") or {}, NOON)
    assert plan.status == case.get("status")
    assert told(plan) == case.get("events", [])
    if plan.status is not None:
        GuildConfigStatus.model_validate(plan.status, by_name=False)
        assert reconcile(facts, plan.status, datetime(2027, 1, 1, tzinfo=UTC)) == Plan(None)


def test_a_long_error_is_cut_to_what_the_server_takes() -> None:
    problems = [Problem("", 0, 0, f"spec.field{number}", "x" * 100) for number in range(50)]
    plan = reconcile(Facts("oak", 1, problems, None), {}, NOON)
    assert plan.status is not None
    assert len(plan.status["lastError"]) == MAX_MESSAGE
    assert all(len(one["message"]) <= MAX_MESSAGE for one in plan.status["conditions"])
    assert all(len(one.note) <= MAX_MESSAGE for one in plan.events)
