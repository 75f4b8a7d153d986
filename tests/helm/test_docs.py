"""What docs/kubernetes.md has people type names objects and values that the charts have."""

import re

import pytest
import yaml

from tests.docs.pages import DOCS, blocks
from tests.helm.rendering import CHART, REAL, TRIAL, helm, rendered

pytestmark = pytest.mark.cluster

PAGE = "kubernetes.md"
_OBJECT = re.compile(r"\b(deployment|statefulset|job|service|lease)[/ ](guildwright-[a-z]+)\b")


def test_every_object_that_a_command_names_is_rendered() -> None:
    objects = {
        (each["kind"].lower(), each["metadata"]["name"]) for values in (TRIAL, REAL) for each in rendered(*values)
    }
    named = set(_OBJECT.findall((DOCS / PAGE).read_text()))
    assert len(named) >= 5
    assert named <= objects


def test_the_values_of_the_page_render_an_install_of_the_images_that_it_builds() -> None:
    commands = "\n".join(blocks(PAGE, "sh"))
    built = set(re.findall(r"docker build --target \S+ -t (\S+)", commands))
    images = {
        container["image"]
        for each in rendered(*TRIAL)
        if "template" in each.get("spec", {})
        for container in each["spec"]["template"]["spec"]["containers"]
    }
    assert built == images
    (values,) = [block for block in blocks(PAGE, "yaml") if block.startswith("# values.yaml")]
    said = yaml.safe_load(values)
    assert said.keys() <= yaml.safe_load((CHART / "values.yaml").read_text()).keys()
    assert re.findall(r"--set (\S+)", commands) == [*TRIAL]


def test_a_migration_gives_up_before_helm_does() -> None:
    """Else one that helm called failed, with nothing changed, might still change the tables."""
    (minutes,) = re.findall(r"--timeout duration .*\(default (\d+)m0s\)", helm("install", "--help").stdout)
    (job,) = [each["spec"] for each in rendered(*REAL) if each["kind"] == "Job"]
    ends = job["activeDeadlineSeconds"] + job["template"]["spec"]["terminationGracePeriodSeconds"]
    assert ends < int(minutes) * 60
