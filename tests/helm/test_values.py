"""The chart's values and their schema, without helm: they fit each other and the settings."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tests.helm.settings_schema import SCHEMA, config_schema

VALUES = SCHEMA.parent / "values.yaml"


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads(SCHEMA.read_text())


@pytest.fixture(scope="module")
def values() -> Any:
    return yaml.safe_load(VALUES.read_text())


def objects(schema: dict[str, Any], path: str = "values") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a schema, with where it is."""
    if "properties" in schema:
        yield path, schema
    for key in ("properties", "definitions"):
        for name, inner in schema.get(key, {}).items():
            yield from objects(inner, f"{path}.{name}")


def test_every_host_setting_is_a_value_unless_the_chart_sets_it(schema: Any) -> None:
    """A new setting would else be out of reach; `python -m tests.helm.settings_schema` writes it in."""
    assert schema["properties"]["config"] == config_schema()


def test_the_values_fit_their_schema(schema: Any, values: Any) -> None:
    jsonschema_rs.validate(schema, values)


def test_every_value_has_a_default_to_read(schema: Any, values: Any) -> None:
    """Whoever opens values.yaml sees all there is; a default in `config` would hide the setting's own."""
    resources = {"cpu", "memory", "ephemeral-storage", "requests", "limits"}

    def missing(schema: dict[str, Any], values: dict[str, Any], path: str) -> list[str]:
        absent = []
        for name, inner in schema.get("properties", {}).items():
            if name not in values and name not in resources and name != "global":
                absent.append(path + name)
            elif name != "config" and "properties" in inner:
                absent += missing(inner, values[name], f"{path}{name}.")
        return absent

    assert missing(schema, values, "") == []


def test_no_object_takes_what_nobody_reads(schema: Any) -> None:
    assert [path for path, inner in objects(schema) if inner.get("additionalProperties") is not False] == []


def test_every_value_is_described(schema: Any) -> None:
    assert [
        f"{path}.{name}"
        for path, inner in objects(schema)
        for name, value in inner["properties"].items()
        if "description" not in value and "$ref" not in value
    ] == []
