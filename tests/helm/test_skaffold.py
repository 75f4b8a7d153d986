"""skaffold.yaml names what there is: targets, charts, values. Whether it fits Skaffold itself, Skaffold says."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helm.settings_schema import SCHEMA

ROOT = Path(__file__).parents[2]
RELEASES = ("guildwright-crds", "guildwright")


@pytest.fixture(scope="module")
def skaffold() -> Any:
    return yaml.safe_load((ROOT / "skaffold.yaml").read_text())


@pytest.fixture(scope="module")
def values() -> Any:
    return yaml.safe_load((SCHEMA.parent / "values.yaml").read_text())


def is_there(values: dict[str, Any], path: str) -> bool:
    head, _, rest = path.partition(".")
    return head in values and (not rest or is_there(values[head], rest))


def test_it_builds_the_dockerfiles_targets(skaffold: Any) -> None:
    assert skaffold["apiVersion"] == "skaffold/v4beta13"
    targets = set(re.findall(r"^FROM \S+ AS (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    for artifact in skaffold["build"]["artifacts"]:
        assert artifact["docker"]["dockerfile"] == "Dockerfile"
        assert artifact["docker"]["target"] in targets


def test_it_deploys_the_definitions_before_what_needs_them(skaffold: Any) -> None:
    releases = skaffold["deploy"]["helm"]["releases"]
    assert tuple(each["name"] for each in releases) == RELEASES
    for each in releases:
        assert yaml.safe_load((ROOT / each["chartPath"] / "Chart.yaml").read_text())["name"] == each["name"]
    assert releases[0]["wait"] is True
    assert releases[1]["dependsOn"] == ["guildwright-crds"]


def test_it_sets_values_that_the_chart_has_to_images_that_it_builds(skaffold: Any, values: Any) -> None:
    release = skaffold["deploy"]["helm"]["releases"][1]
    assert [path for path in (*release["setValues"], *release["setValueTemplates"]) if not is_there(values, path)] == []
    used = set(re.findall(r"\.IMAGE_(?:REPO|TAG)_(\w+)", str(release["setValueTemplates"])))
    assert used == {artifact["image"].replace("-", "_") for artifact in skaffold["build"]["artifacts"]}


def test_its_profiles_change_what_is_there(skaffold: Any, values: Any) -> None:
    for profile in skaffold["profiles"]:
        for patch in profile["patches"]:
            *parents, last = patch["path"].strip("/").split("/")
            place = skaffold
            for part in parents:
                place = place[int(part) if isinstance(place, list) else part]
            if patch["op"] == "add":
                assert is_there(values, last)
            else:
                assert len(place) > int(last)


def test_it_forwards_the_playground(skaffold: Any) -> None:
    (forwarded,) = skaffold["portForward"]
    assert (forwarded["resourceName"], forwarded["port"]) == ("guildwright-playground", 8420)
    assert forwarded["namespace"] == skaffold["deploy"]["helm"]["releases"][1]["namespace"]
