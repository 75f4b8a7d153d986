"""The doctor says whether the cluster that holds the guild documents can be used."""

from pathlib import Path

import pytest

from guildwright.doctor import EXAMINATIONS, Finding, Patient
from guildwright.platform.clock import SystemClock
from guildwright.platform.settings import Settings
from tests.config.homes import ClusterHome
from tests.config.test_server_side import token_of
from tests.fakes.documents import ELM, OAK


async def examined(settings: Settings) -> list[Finding]:
    return [finding async for finding in EXAMINATIONS["cluster"](Patient(settings, SystemClock()))]


async def test_of_a_directory_it_says_nothing() -> None:
    assert await examined(Settings(store="directory")) == []


async def test_a_cluster_that_is_not_configured_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/nowhere")

    (finding,) = await examined(Settings(store="kubernetes"))

    assert finding.state == "broken"
    assert "/nowhere does not exist" in finding.found
    assert finding.mend


@pytest.mark.parametrize("content", ["", "# nothing\n", "[]\n"])
async def test_a_kubeconfig_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(content)
    monkeypatch.setenv("KUBECONFIG", str(path))

    (finding,) = await examined(Settings(store="kubernetes"))

    assert finding.state == "broken"
    assert f"{path} is empty, or is no kubeconfig" in finding.found


@pytest.mark.cluster
async def test_a_cluster_that_can_be_used_is_named_with_its_documents(cluster_alone: ClusterHome) -> None:
    for guild_id in (OAK, ELM):
        cluster_alone.put(guild_id, {})

    (finding,) = await examined(cluster_alone.settings)

    assert finding.state == "fine"
    assert finding.found.endswith(f'2 GuildConfigs in namespace "{cluster_alone.namespace}"')
    (missing,) = await examined(cluster_alone.settings.model_copy(update={"namespace": "nowhere"}))
    assert (missing.state, "kubectl create namespace nowhere" in missing.found) == ("broken", True)


@pytest.mark.cluster
async def test_who_may_only_read_is_told(cluster_alone: ClusterHome, monkeypatch: pytest.MonkeyPatch) -> None:
    plane, namespace = cluster_alone.plane, cluster_alone.namespace
    monkeypatch.setenv("KUBECONFIG", token_of(cluster_alone, "reader"))
    rules = [{"apiGroups": ["guildwright.dev"], "resources": ["guildconfigs"], "verbs": ["get", "list", "watch"]}]
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    role = {"metadata": {"name": "reader"}, "rules": rules}
    binding = {
        "metadata": {"name": "reader"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": namespace}],
    }
    (refused,) = await examined(cluster_alone.settings)
    assert "the right to list guildconfigs" in refused.found
    assert plane.ask("POST", f"{rbac}/roles", role).status == 201
    assert plane.ask("POST", f"{rbac}/rolebindings", binding).status == 201

    findings = await examined(cluster_alone.settings)
    for _ in range(200):  # a binding is in force a moment after it was made
        if len(findings) == 2:
            break
        findings = await examined(cluster_alone.settings)

    assert [finding.state for finding in findings] == ["fine", "warning"]
    assert "no right to create and patch" in findings[1].found
