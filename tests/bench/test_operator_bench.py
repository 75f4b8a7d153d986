"""The operator's benchmark in small: what it counts is right. How fast it is, nobody asserts on a shared machine."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from guildwright_crds.guild_config import GuildConfigSpec
from tests.bench.operator import Order, measure
from tests.bench.operator_documents import documents, edited, json_bytes
from tests.bench.operator_process import OURS, PEER
from tests.bench.operator_report import report


def test_a_seed_names_the_documents_and_the_models_take_them() -> None:
    some = list(documents(50, seed=1))

    assert some == list(documents(50, seed=1))
    assert some[0]["spec"] != next(documents(1, seed=2))["spec"]
    assert all(GuildConfigSpec.model_validate(one["spec"], by_name=False) for one in some)
    assert 2500 < sum(json_bytes(one) for one in some) / len(some) < 3500


def test_every_edit_is_another_document() -> None:
    (first,) = documents(1)

    texts = [str(edited(first, turn)) for turn in range(10_007)]

    assert len({str(first), *texts}) == 10_008


@pytest.mark.cluster
@pytest.mark.parametrize(("name", "argv"), [("guildwright", OURS), ("kopf", PEER)])
def test_every_document_and_every_edit_reaches_status_and_shard(tmp_path: Path, name: str, argv: Sequence[str]) -> None:
    found = measure(name, argv, tmp_path / name, Order(guilds=100, size=3000, rates=(25,), seconds=4, seed=0))

    assert (found.lost, found.wrong, found.bursts[0][0].failed) == (0, [], [])
    assert [len(times) for times in (found.bursts[0][0].answers, *found.bursts[0][1:])] == [100, 100, 100]
    assert found.stored is not None
    assert found.stored.spec < found.stored.total < 25_000
    assert "edits lost 0, refused 0, guilds with another document 0" in report(found, None)
