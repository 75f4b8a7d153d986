"""What docs/kubernetes.md says of a document's fields and their owners, on a real API server."""

import json
from typing import Any

import pytest
import yaml

from tests.cluster.control_plane import ControlPlane
from tests.docs.pages import blocks

pytestmark = pytest.mark.cluster

GIT, OTHER = "argocd-controller", "guildwright-dashboard"


@pytest.fixture
def document(plane: ControlPlane) -> Any:
    """The page's own document, gone again afterwards."""
    (text,) = [block for block in blocks("kubernetes.md", "yaml") if "kind: GuildConfig\nmeta" in block]
    yield (document := yaml.safe_load(text))
    plane.kubectl("delete", "guildconfig", document["metadata"]["name"], "--ignore-not-found")


def apply(plane: ControlPlane, document: Any, manager: str, *options: str, **spec: Any) -> tuple[bool, str]:
    text = json.dumps(document | {"spec": spec})
    words = ("apply", "--server-side", f"--field-manager={manager}", "--validate=strict", *options, "-f", "-")
    done = plane.kubectl(*words, stdin=text)
    return done.returncode == 0, done.stderr


def spec_of(plane: ControlPlane, document: Any) -> Any:
    done = plane.kubectl("get", "guildconfig", document["metadata"]["name"], "-o", "json")
    return json.loads(done.stdout)["spec"]


def test_git_leaves_others_what_it_does_not_state_and_wins_what_it_does(plane: ControlPlane, document: Any) -> None:
    said = document["spec"]
    (role,) = said["giveaways"]["managerRoles"]
    another = "3456789012345678901"
    assert apply(plane, document, GIT, "--force-conflicts", **said)[0]

    done, why = apply(plane, document, OTHER, giveaways={"claimTimeout": "20m"})
    assert not done
    assert f'conflict with "{GIT}"' in why
    assert ".spec.giveaways.claimTimeout" in why

    assert apply(plane, document, OTHER, general={"locale": "de"}, giveaways={"managerRoles": [another]})[0]
    assert apply(plane, document, GIT, "--force-conflicts", **said)[0]
    found = spec_of(plane, document)
    assert found["general"] == {"locale": "de"}
    assert sorted(found["giveaways"]["managerRoles"]) == sorted([role, another])


def test_what_is_taken_out_of_git_falls_back_to_its_default_and_can_be_set_elsewhere(
    plane: ControlPlane, document: Any
) -> None:
    assert apply(plane, document, GIT, "--force-conflicts", **document["spec"])[0]
    roles = {"managerRoles": document["spec"]["giveaways"]["managerRoles"]}
    assert apply(plane, document, GIT, "--force-conflicts", giveaways=roles)[0]
    assert spec_of(plane, document)["giveaways"] == roles
    assert apply(plane, document, OTHER, giveaways={"claimTimeout": "20m"})[0]
    assert spec_of(plane, document)["giveaways"] == {"claimTimeout": "20m"} | roles


def test_without_server_side_apply_a_list_is_replaced_whole(plane: ControlPlane, document: Any) -> None:
    """What Argo CD does without `ServerSideApply=true`."""
    another = "3456789012345678901"
    assert plane.kubectl("apply", "-f", "-", stdin=json.dumps(document)).returncode == 0
    assert apply(plane, document, OTHER, giveaways={"managerRoles": [another]})[0]
    assert another in spec_of(plane, document)["giveaways"]["managerRoles"]
    document["spec"]["giveaways"]["managerRoles"].append("4567890123456789012")
    assert plane.kubectl("apply", "-f", "-", stdin=json.dumps(document)).returncode == 0
    assert another not in spec_of(plane, document)["giveaways"]["managerRoles"]
