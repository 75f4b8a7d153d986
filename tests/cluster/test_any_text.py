"""Server-side apply carries any text there is; it is YAML to the API server, which knows no halves of an emoji."""

import pytest

from guildwright.platform.config.cluster import APPLY, connect
from guildwright.platform.settings import Settings
from tests.cluster.control_plane import ControlPlane

pytestmark = pytest.mark.cluster

GUILD = "1101000000000000777"
MANAGER = {"fieldManager": "guildwright-cli"}


async def test_any_text_arrives_as_it_was_written(plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(plane.kubeconfig))
    document = {"apiVersion": "guildwright.dev/v1alpha1", "kind": "GuildConfig", "metadata": {"name": GUILD}}
    error = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA1), 0x2028, 0xFEFF, 0xFFFE, 0x1F389, 0xE0001, 0x10FFFF)))
    spec = {"commands": {"prefix": {"text": "🎉é!"}}}
    async with connect(Settings(namespace="default")) as cluster:
        path = f"{cluster.guild_configs}/{GUILD}"
        await cluster.ask("PATCH", path, MANAGER, document | {"spec": spec}, APPLY)
        await cluster.ask("PATCH", f"{path}/status", MANAGER, document | {"status": {"lastError": error}}, APPLY)

        found = await cluster.ask("GET", path)

        await cluster.ask("DELETE", path)
    assert (found["spec"], found["status"]["lastError"]) == (spec, error)
