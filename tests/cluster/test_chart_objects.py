"""The chart before a real API server: its objects are taken, its pods are restricted, its rights are exactly these."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.helm.rendering import EVERYTHING, NAMESPACE, WAYS, Object, rendered, templates

pytestmark = pytest.mark.cluster

ELSEWHERE = "elsewhere"
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
DOCUMENTS = "get list watch create patch"
# Account: (group, resource, name) to the verbs that it may use; whatever is not here, it may not.
RIGHTS: dict[str, dict[tuple[str, str, str], str]] = {
    "guildwright-operator": {
        ("guildwright.dev", "guildconfigs", ""): "get list watch",
        ("guildwright.dev", "guildconfigs/status", ""): "patch",
        ("coordination.k8s.io", "leases", ""): "create",
        ("coordination.k8s.io", "leases", "guildwright-operator"): "get create patch",
        ("coordination.k8s.io", "leases", "somebody-elses"): "create",
        ("events.k8s.io", "events", ""): "create",
    },
    "guildwright-worker": {("guildwright.dev", "guildconfigs", ""): DOCUMENTS},
    "guildwright-dashboard": {("guildwright.dev", "guildconfigs", ""): DOCUMENTS},
    "default": {},  # shards, migrations, and what a trial adds
}
ASKED = sorted(
    {
        *(cell for rights in RIGHTS.values() for cell in rights),
        ("", "events", ""),
        ("", "secrets", ""),
        ("", "configmaps", ""),
        ("", "pods", ""),
        ("", "pods/exec", ""),
        ("", "serviceaccounts/token", ""),
        ("apps", "deployments", ""),
        ("guildwright.dev", "guildconfigs/finalizers", ""),
        ("rbac.authorization.k8s.io", "roles", ""),
        ("rbac.authorization.k8s.io", "rolebindings", ""),
    }
)
# Of the whole cluster.
BEYOND = (("", "namespaces"), ("", "nodes"), ("apiextensions.k8s.io", "customresourcedefinitions"))


@pytest.fixture(scope="module")
def home(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The namespace, with restricted Pod Security and the rights of a release in it."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted"}
    for name in (NAMESPACE, ELSEWHERE):
        made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        assert plane.ask("POST", "/api/v1/namespaces", made).status == 201
    rights = [each for each in rendered(*EVERYTHING) if each["kind"] in {"Role", "RoleBinding", "ServiceAccount"}]
    applied = plane.kubectl("apply", "--server-side", "-f", listed(tmp_path_factory.mktemp("rights"), rights))
    assert applied.returncode == 0, applied.stderr
    yield NAMESPACE
    for name in (NAMESPACE, ELSEWHERE):
        plane.ask("DELETE", f"/api/v1/namespaces/{name}")


def listed(folder: Path, objects: Sequence[Object]) -> str:
    """A file with these objects."""
    path = folder / "objects.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))
    return str(path)


@pytest.mark.parametrize("values", WAYS.values(), ids=WAYS)
def test_the_api_server_takes_every_object_without_a_warning(
    plane: ControlPlane, home: str, tmp_path: Path, values: tuple[str, ...]
) -> None:
    objects = rendered(*values)
    done = plane.kubectl(
        *("apply", "--server-side", "--dry-run=server", "--validate=strict", "-n", home),
        *("-f", listed(tmp_path, objects)),
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == len(objects)


@pytest.mark.parametrize("values", WAYS.values(), ids=WAYS)
def test_restricted_pod_security_lets_every_pod_in(plane: ControlPlane, home: str, values: tuple[str, ...]) -> None:
    for name, template in templates(rendered(*values)):
        pod = {"apiVersion": "v1", "kind": "Pod", **template, "metadata": {**template["metadata"], "name": name}}
        answer = plane.ask("POST", f"/api/v1/namespaces/{home}/pods?dryRun=All&fieldValidation=Strict", pod)
        assert answer.status == 201, answer.message


def test_restricted_pod_security_is_on(plane: ControlPlane, home: str) -> None:
    container = {"name": "loose", "image": "any"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "loose"}, "spec": {"containers": [container]}}
    answer = plane.ask("POST", f"/api/v1/namespaces/{home}/pods?dryRun=All", pod)
    assert answer.status == 403
    assert 'violates PodSecurity "restricted' in answer.message


def allowed(plane: ControlPlane, account: str, verb: str, where: dict[str, str]) -> bool:
    """What `kubectl auth can-i --as=…` asks: whether an account may."""
    asked = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": f"system:serviceaccount:{NAMESPACE}:{account}",
            "groups": ["system:serviceaccounts", f"system:serviceaccounts:{NAMESPACE}", "system:authenticated"],
            "resourceAttributes": {"verb": verb, **where},
        },
    }
    answer = plane.ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", asked)
    assert answer.status == 201, answer.message
    return bool(answer.body["status"]["allowed"])


def attributes(cell: tuple[str, str, str], namespace: str) -> dict[str, str]:
    group, resource, name = cell
    resource, _, part = resource.partition("/")
    return {"group": group, "resource": resource, "subresource": part, "name": name, "namespace": namespace}


@pytest.mark.parametrize("account", RIGHTS)
def test_an_account_may_do_this_and_nothing_else(plane: ControlPlane, home: str, account: str) -> None:
    found = {
        cell: " ".join(verb for verb in VERBS if allowed(plane, account, verb, attributes(cell, home)))
        for cell in ASKED
    }
    assert {cell: verbs for cell, verbs in found.items() if verbs} == RIGHTS[account]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("account", RIGHTS)
def test_no_account_may_do_anything_in_another_namespace_or_of_the_whole_cluster(
    plane: ControlPlane, account: str
) -> None:
    cells = [attributes(cell, ELSEWHERE) for cell in ASKED]
    cells += [{"group": group, "resource": resource} for group, resource in BEYOND]
    assert [(verb, cell) for cell in cells for verb in VERBS if allowed(plane, account, verb, cell)] == []


def test_kubectl_says_the_same_to_a_person_who_asks(plane: ControlPlane, home: str) -> None:
    def says(account: str, *asked: str) -> str:
        user = f"--as=system:serviceaccount:{home}:{account}"
        return plane.kubectl("auth", "can-i", *asked, "-n", home, user).stdout.strip()

    assert says("guildwright-operator", "patch", "guildconfigs", "--subresource=status") == "yes"
    assert says("guildwright-operator", "patch", "guildconfigs") == "no"
    assert says("guildwright-operator", "patch", "leases/guildwright-operator") == "yes"
    assert says("guildwright-operator", "patch", "leases/another") == "no"
    assert says("guildwright-worker", "patch", "guildconfigs") == "yes"
    assert says("default", "get", "guildconfigs") == "no"
