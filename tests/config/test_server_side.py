"""A writer to a cluster owns what it set and nothing else, and is told whose the rest is."""

import json
from typing import Any

import pytest

from guildwright.platform.config.store import CannotWrite, Owned, StaleWrite, StoreAway
from guildwright.platform.config.stores import DASHBOARD, open_store
from tests.config.homes import HEAD, ClusterHome, says
from tests.fakes.documents import ELM, OAK

pytestmark = pytest.mark.cluster

ROLES = ["400000000000000001", "400000000000000002", "400000000000000003"]
GIT = "argocd-controller"


async def write(home: ClusterHome, patch: dict[str, Any]) -> dict[str, Any]:
    return says(await home.store.write(OAK, patch, (await home.store.read(OAK)).version))


async def refused(home: ClusterHome, patch: dict[str, Any]) -> Owned:
    before = home.get(OAK)
    with pytest.raises(Owned) as error:
        await write(home, patch)
    assert home.get(OAK) == before
    return error.value


async def test_it_owns_exactly_the_fields_that_it_set(cluster_alone: ClusterHome) -> None:
    cluster_alone.apply(GIT, OAK, {"giveaways": {"rerollLimit": 2, "managerRoles": ROLES[:1]}})

    await write(cluster_alone, {"giveaways": {"claimTimeout": "1h", "managerRoles": ROLES[:2], "rerollLimit": 2}})
    await write(cluster_alone, {"general": {"locale": "de"}})

    assert cluster_alone.owners(OAK)["guildwright-cli"] == {
        "f:general": {"f:locale": {}},
        "f:giveaways": {"f:claimTimeout": {}, "f:managerRoles": {f'v:"{ROLES[1]}"': {}}},
    }


async def test_two_writers_keep_out_of_each_others_way(cluster_alone: ClusterHome) -> None:
    async with open_store(cluster_alone.settings, DASHBOARD) as dashboard:
        await write(cluster_alone, {"giveaways": {"rerollLimit": 2}, "general": {"staffRoles": ROLES[:1]}})
        version = (await dashboard.read(OAK)).version
        await dashboard.write(OAK, {"general": {"locale": "de", "staffRoles": ROLES[:2]}}, version)

        assert await write(cluster_alone, {"giveaways": {"rerollLimit": 3}, "general": {"staffRoles": ROLES[1:2]}}) == {
            "giveaways": {"rerollLimit": 3},
            "general": {"locale": "de", "staffRoles": ROLES[1:2]},
        }
        error = await refused(cluster_alone, {"general": {"staffRoles": ROLES[2:]}})
    assert str(error).endswith(f'spec.general.staffRoles: "{ROLES[1]}" is managed by the dashboard ({DASHBOARD})')


async def test_a_field_of_git_is_refused_by_its_owners_name_for_a_change_and_a_removal(
    cluster_alone: ClusterHome,
) -> None:
    cluster_alone.apply(GIT, OAK, {"giveaways": {"rerollLimit": 2, "managerRoles": ROLES[:1]}})

    for patch in ({"giveaways": {"rerollLimit": 3}}, {"giveaways": {"rerollLimit": None}}):
        error = await refused(cluster_alone, patch)
        assert error.owners == {"spec.giveaways.rerollLimit": [GIT]}
        (problem,) = error.problems
        assert (problem.field, problem.message) == ("spec.giveaways.rerollLimit", f"is managed by Argo CD ({GIT})")
        assert problem.hint
        assert "in Git" in problem.hint
    for patch in ({"giveaways": {"managerRoles": []}}, {"giveaways": {"managerRoles": None}}):
        assert (await refused(cluster_alone, patch)).owners == {"spec.giveaways.managerRoles": [GIT]}


async def test_what_two_own_cannot_be_removed_by_one(cluster_alone: ClusterHome) -> None:
    await write(cluster_alone, {"giveaways": {"rerollLimit": 2}, "general": {"locale": "de"}})
    for manager in (GIT, "helm"):
        cluster_alone.apply(manager, OAK, {"giveaways": {"rerollLimit": 2}})

    error = await refused(cluster_alone, {"giveaways": {"rerollLimit": None}})

    assert {name: set(owners) for name, owners in error.owners.items()} == {"spec.giveaways.rerollLimit": {GIT, "helm"}}
    assert "Helm (helm)" in str(error)


async def test_a_rule_that_others_share_is_not_held_in_place(cluster_alone: ClusterHome) -> None:
    cluster_alone.apply(GIT, OAK, {"commands": {"rules": [{"name": "ban", "enabled": False}]}})
    shared = {"name": "ban", "enabled": False, "allowedRoles": ROLES[:1]}
    await write(cluster_alone, {"commands": {"rules": [shared, {"name": "kick"}]}})

    error = await refused(cluster_alone, {"commands": {"rules": [shared | {"enabled": True}, {"name": "kick"}]}})
    assert list(error.owners) == ['spec.commands.rules[name="ban"].enabled']
    await write(cluster_alone, {"commands": {"rules": [{"name": "ban", "enabled": False}, {"name": "kick"}]}})

    (ours,) = cluster_alone.owners(OAK)["guildwright-cli"]["f:commands"]["f:rules"]
    assert ours == 'k:{"name":"kick"}'


@pytest.mark.parametrize("left", [{}, {"giveaways": {"rerollLimit": 2}}])
async def test_the_last_knob_of_a_part_that_another_made_can_be_removed(
    cluster_alone: ClusterHome, left: dict[str, Any]
) -> None:
    document = json.dumps(HEAD | {"metadata": {"name": OAK}, "spec": {"general": {}} | left})
    made = cluster_alone.plane.ask("POST", f"{cluster_alone.path}?fieldManager=kubectl-create", json.loads(document))
    assert made.status == 201, made.message
    await write(cluster_alone, {"general": {"locale": "de"}})

    assert await write(cluster_alone, {"general": None}) == left
    assert await write(cluster_alone, {"general": {"locale": "fr"}}) == left | {"general": {"locale": "fr"}}
    assert await write(cluster_alone, {"general": None, "commands": {"mention": True}}) == left | {
        "commands": {"mention": True}
    }
    assert cluster_alone.owners(OAK)["guildwright-cli"] == {"f:commands": {"f:mention": {}}}


async def test_the_last_knob_of_another_stays_even_where_a_part_would_be_empty(cluster_alone: ClusterHome) -> None:
    cluster_alone.apply(GIT, OAK, {"general": {"locale": "de"}})
    await write(cluster_alone, {"giveaways": {"rerollLimit": 2}})

    error = await refused(cluster_alone, {"giveaways": None, "general": None})

    assert error.owners == {"spec.general.locale": [GIT]}


async def test_labels_that_it_applied_stay_when_a_knob_changes(cluster_alone: ClusterHome) -> None:
    labelled = HEAD | {"metadata": {"name": OAK, "labels": {"team": "oak"}, "annotations": {"note": "x"}}, "spec": {}}
    path = f"{cluster_alone.path}/{OAK}?fieldManager=guildwright-cli"
    assert cluster_alone.plane.ask("PATCH", path, labelled, "application/apply-patch+yaml").status == 201

    await write(cluster_alone, {"giveaways": {"rerollLimit": 2}})

    metadata = cluster_alone.get(OAK)["metadata"]
    assert (metadata["labels"], metadata["annotations"]) == ({"team": "oak"}, {"note": "x"})


async def test_a_status_makes_no_version_stale(cluster_alone: ClusterHome) -> None:
    before = await cluster_alone.store.write(OAK, {"giveaways": {"rerollLimit": 2}}, "")
    status = HEAD | {"metadata": {"name": OAK}, "status": {"observedGeneration": 1}}
    path = f"{cluster_alone.path}/{OAK}/status?fieldManager=guildwright-operator"
    assert cluster_alone.plane.ask("PATCH", path, status, "application/apply-patch+yaml").status == 200

    after = await cluster_alone.store.write(OAK, {"giveaways": {"rerollLimit": 3}}, before.version)

    assert after.generation == 2
    with pytest.raises(StaleWrite):
        await cluster_alone.store.write(OAK, {"giveaways": {"rerollLimit": 4}}, before.version)


async def test_what_only_the_servers_crd_refuses_is_a_problem_with_its_field(cluster_alone: ClusterHome) -> None:
    policy = _policy(cluster_alone.namespace)
    try:
        for resource, body in policy.items():
            made = cluster_alone.plane.ask("POST", f"/apis/admissionregistration.k8s.io/v1/{resource}", body)
            assert made.status == 201, made.message
        for _ in range(200):  # a policy is compiled a moment after it was made
            try:
                await cluster_alone.store.write(ELM, {"giveaways": {"rerollLimit": 7}}, "", dry_run=True)
            except CannotWrite as error:
                (problem,) = error.problems
                assert "no more than four rerolls here" in problem.message
                break
        else:
            pytest.fail("the policy never came into force")
    finally:
        for resource, body in policy.items():
            name = body["metadata"]["name"]
            cluster_alone.plane.ask("DELETE", f"/apis/admissionregistration.k8s.io/v1/{resource}/{name}")


def _policy(namespace: str) -> dict[str, Any]:
    """A house rule of the cluster's admin, in one namespace."""
    rule = {
        "apiGroups": ["guildwright.dev"],
        "apiVersions": ["*"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["guildconfigs"],
    }
    here = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    expression = "object.spec.?giveaways.?rerollLimit.orValue(0) < 5"
    return {
        "validatingadmissionpolicies": {
            "metadata": {"name": "test-rerolls"},
            "spec": {
                "matchConstraints": {"resourceRules": [rule], "namespaceSelector": here},
                "validations": [{"expression": expression, "message": "no more than four rerolls here"}],
            },
        },
        "validatingadmissionpolicybindings": {
            "metadata": {"name": "test-rerolls"},
            "spec": {"policyName": "test-rerolls", "validationActions": ["Deny"]},
        },
    }


async def test_a_missing_namespace_is_named_with_the_way_to_make_it(cluster_alone: ClusterHome) -> None:
    elsewhere = cluster_alone.settings.model_copy(update={"namespace": "nowhere"})
    async with open_store(elsewhere) as store:
        for ask in (store.list(), store.write(OAK, {}, "")):
            with pytest.raises(StoreAway, match='there is no namespace "nowhere": `kubectl create namespace nowhere`'):
                await ask


async def test_a_missing_right_is_named(cluster_alone: ClusterHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service account of a shard, say, that may do nothing."""
    namespace = cluster_alone.namespace
    monkeypatch.setenv("KUBECONFIG", token_of(cluster_alone, "nobody"))
    async with open_store(cluster_alone.settings) as store:
        who = f'"system:serviceaccount:{namespace}:nobody"'
        with pytest.raises(StoreAway, match=f'list guildconfigs in namespace "{namespace}" is missing for {who}'):
            await store.list()
        with pytest.raises(StoreAway, match="the right to get guildconfigs"):
            await store.write(OAK, {}, "")


def token_of(home: ClusterHome, account: str) -> str:
    """A kubeconfig with the token of a new service account."""
    accounts = f"/api/v1/namespaces/{home.namespace}/serviceaccounts"
    assert home.plane.ask("POST", accounts, {"metadata": {"name": account}}).status == 201
    answer = home.plane.ask("POST", f"{accounts}/{account}/token", {"spec": {}})
    assert answer.status == 201, answer.message
    config = json.loads(home.plane.kubeconfig.read_text())
    config["users"][0]["user"]["token"] = answer.body["status"]["token"]
    path = home.plane.folder / f"{home.namespace}-{account}.kubeconfig"
    path.write_text(json.dumps(config))
    return str(path)
