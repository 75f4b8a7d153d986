"""The API server takes what our models refuse, as after an upgrade of one of both; and it dies, and comes back."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path

import pytest
import yaml

from guildwright.platform.config.keys import CONFIG
from guildwright.platform.config.read import ConfigReader, ConfigUnknown
from guildwright_crds.cli import MANIFESTS
from guildwright_crds.schema import CRD_FILE
from tests.cluster.binaries import binaries
from tests.cluster.control_plane import ControlPlane, control_plane, die_with_parent
from tests.cluster.operator.place import OAK_ID, Namespace, eventually, leaders, limit
from tests.fakes.documents import ELM, OAK
from tests.fakes.operator_process import Operators
from tests.fakes.redis_server import RedisServer

pytestmark = [pytest.mark.cluster, pytest.mark.integration]


@pytest.fixture(scope="module")
def loose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """An API server of our own, whose CRD bounds no numbers."""
    crd = yaml.safe_load((MANIFESTS / CRD_FILE).read_text())
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    del schema["giveaways"]["properties"]["rerollLimit"]["maximum"]
    with control_plane(tmp_path_factory.mktemp("loose"), binaries()) as plane:
        path = plane.folder / "crd.yaml"
        path.write_text(yaml.safe_dump(crd))
        assert plane.kubectl("apply", "-f", str(path)).returncode == 0
        established = plane.kubectl("wait", "--for=condition=Established", "--timeout=60s", "-f", str(path))
        assert established.returncode == 0
        yield plane


@pytest.fixture
def place(loose: ControlPlane) -> Namespace:
    return Namespace(loose)


def unknown(reader: ConfigReader) -> bool:
    try:
        reader.get(OAK_ID)
    except ConfigUnknown:
        return True
    return False


async def test_a_document_that_cannot_be_used_leaves_in_force_what_was_before_it_also_over_a_restart(
    place: Namespace, crew: Operators, reader: ConfigReader
) -> None:
    place.apply(rerolls=4)
    first = await crew.start()
    await eventually(lambda: reader.ready and limit(reader) == 4)
    await eventually(place.ready)
    place.apply(rerolls=9999)
    await eventually(lambda: place.condition("Accepted").get("status") == "False")
    assert "spec.giveaways.rerollLimit" in place.status()["lastError"]
    assert place.condition("Stalled")["status"] == "True"
    assert place.condition("Ready")["status"] == "False"
    assert place.condition("Published")["message"] == "generation 1 stays in force"
    assert (place.status()["observedGeneration"], place.status()["publishedGeneration"]) == (2, 1)
    assert limit(reader) == 4
    await eventually(lambda: "Rejected" in dict(place.events(OAK)))
    before = place.get()["metadata"]["resourceVersion"]
    await first.stop()
    await crew.start()
    place.apply(ELM, rerolls=1)
    await eventually(lambda: place.ready(ELM))
    assert limit(reader) == 4
    assert place.get()["metadata"]["resourceVersion"] == before
    place.apply(rerolls=5)
    await eventually(lambda: limit(reader) == 5)
    await eventually(place.ready)
    assert "lastError" not in place.status()
    assert not place.condition("Stalled")
    await eventually(lambda: "Accepted" in dict(place.events(OAK)))


async def test_with_redis_lost_and_the_operator_new_nobody_is_given_the_defaults_for_a_document_that_was_good_once(
    place: Namespace, crew: Operators, reader: ConfigReader, server: RedisServer
) -> None:
    place.apply(rerolls=4)
    first = await crew.start()
    await eventually(lambda: reader.ready and limit(reader) == 4)
    await eventually(place.ready)
    place.apply(rerolls=9999)
    await eventually(lambda: place.condition("Accepted").get("status") == "False")
    first.kill()
    redis = server.client()
    await redis.flushall()
    await crew.start()
    await eventually(lambda: redis.exists("guildwright:config:complete"))
    assert limit(reader) == 4  # in memory since before
    newcomer = ConfigReader(server.client())
    await newcomer.start()
    await newcomer.wait_ready()
    assert unknown(newcomer)
    place.apply(rerolls=6)
    await eventually(lambda: limit(reader) == 6)
    await eventually(lambda: limit(newcomer) == 6)
    await newcomer.stop()
    await redis.aclose()


async def test_a_document_that_never_was_good_leaves_its_guild_on_the_defaults(
    place: Namespace, crew: Operators, reader: ConfigReader, server: RedisServer
) -> None:
    place.apply(rerolls=9999)
    await crew.start()
    await reader.wait_ready()
    await eventually(lambda: place.condition("Accepted").get("status") == "False")
    assert place.condition("Published")["message"] == "the guild runs on the defaults"
    assert not await server.client().hexists(CONFIG, OAK)
    assert not unknown(reader)


async def test_an_api_server_that_dies_stops_nothing_and_edits_arrive_when_it_is_back(
    place: Namespace, crew: Operators, reader: ConfigReader
) -> None:
    place.apply(rerolls=4)
    place.apply(ELM, rerolls=4)
    operator = await crew.start()
    await eventually(lambda: reader.ready and limit(reader) == 4)
    again = kill_api_server(place.plane)
    await eventually(lambda: not operator.leads)
    assert operator.ask("/livez")[0] == 200
    assert limit(reader) == 4
    process = again()
    try:
        await eventually(lambda: is_ready(place.plane), 60)
        place.apply(rerolls=5)
        place.delete(ELM)
        await eventually(lambda: limit(reader) == 5)
        await eventually(lambda: limit(reader, int(ELM)) != 4)
        await eventually(place.ready)
        assert leaders(crew) == [operator]
    finally:
        process.kill()
        process.wait()


def is_ready(plane: ControlPlane) -> bool:
    try:
        return plane.ask("GET", "/readyz").status == 200
    except (OSError, HTTPException):
        return False


def kill_api_server(plane: ControlPlane) -> Callable[[], "subprocess.Popen[bytes]"]:
    """As a power cut would; what is returned starts it again."""
    folder = str(plane.folder / "certs")
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = found.read_bytes().decode(errors="replace").split("\0")[:-1]
        except OSError:
            continue  # it has ended since
        if command and command[0].endswith("kube-apiserver") and any(folder in part for part in command):
            os.kill(int(found.parent.name), signal.SIGKILL)
            plane.close()
            return lambda: subprocess.Popen(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=die_with_parent,  # noqa: PLW1509  tests start it from one thread
            )
    raise AssertionError("no API server runs")
