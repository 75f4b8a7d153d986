"""What the release may do in the cluster, word by word: Roles of one namespace, as little as each process needs."""

import pytest

from guildwright_operator.apply import LEASE
from tests.helm.rendering import EVERYTHING, NAMESPACE, REAL, WAYS, named, rendered

pytestmark = pytest.mark.cluster

ROLES = {
    "guildwright-operator": [
        ("guildwright.dev", "guildconfigs", None, "get list watch"),
        ("guildwright.dev", "guildconfigs/status", None, "patch"),
        ("coordination.k8s.io", "leases", "guildwright-operator", "get patch"),
        ("coordination.k8s.io", "leases", None, "create"),
        ("events.k8s.io", "events", None, "create"),
    ],
    "guildwright-documents": [("guildwright.dev", "guildconfigs", None, "get list watch create patch")],
}
BINDINGS = {"guildwright-operator": "guildwright-operator", "guildwright-worker": "guildwright-documents"}


@pytest.mark.parametrize("values", WAYS.values(), ids=WAYS)
def test_the_roles_allow_this_and_nothing_else(values: tuple[str, ...]) -> None:
    found = {
        each["metadata"]["name"]: [
            (group, resource, name, " ".join(rule["verbs"]))
            for rule in each["rules"]
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for name in rule.get("resourceNames", [None])
        ]
        for each in rendered(*values)
        if each["kind"] == "Role"
    }
    assert found == ROLES


@pytest.mark.parametrize("values", WAYS.values(), ids=WAYS)
def test_each_role_is_bound_to_the_accounts_of_this_namespace(values: tuple[str, ...]) -> None:
    found = {}
    for each in rendered(*values):
        if each["kind"] == "RoleBinding":
            (subject,) = each["subjects"]
            assert (subject["kind"], subject["namespace"]) == ("ServiceAccount", NAMESPACE)
            assert each["roleRef"]["kind"] == "Role"
            found[subject["name"]] = each["roleRef"]["name"]
    dashboard = {"guildwright-dashboard": "guildwright-documents"} if values == EVERYTHING else {}
    assert found == {**BINDINGS, **dashboard}


@pytest.mark.parametrize("values", WAYS.values(), ids=WAYS)
def test_nothing_reaches_beyond_the_namespace(values: tuple[str, ...]) -> None:
    kinds = {each["kind"] for each in rendered(*values)}
    assert not kinds & {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace"}


@pytest.mark.parametrize("values", WAYS.values(), ids=WAYS)
def test_no_account_hands_its_token_to_a_pod_unasked(values: tuple[str, ...]) -> None:
    accounts = [each for each in rendered(*values) if each["kind"] == "ServiceAccount"]
    assert len(accounts) >= 2
    assert all(each["automountServiceAccountToken"] is False for each in accounts)


def test_the_lease_goes_with_the_release_and_what_it_says_is_the_operators() -> None:
    lease = named(rendered(*REAL), "Lease", LEASE)
    assert "spec" not in lease
