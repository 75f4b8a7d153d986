"""What values.schema.json says under `config`: every host setting that the chart does not set itself, by its variable.

`uv run python -m tests.helm.settings_schema` writes that part again after a setting changed.
"""

import json
from pathlib import Path
from typing import Any

from guildwright.platform.settings import Settings, variable

SCHEMA = Path(__file__).parents[2] / "helm" / "guildwright" / "values.schema.json"
# From Secrets, or because a pod has them in one way only.
OF_THE_CHART = {
    "discord_token", "database_url", "redis_url",
    "data", "guilds", "store", "namespace", "health_host", "health_port", "health_file",
}  # fmt: skip
_KEPT = ("type", "enum", "minimum", "maximum")


def config_schema() -> dict[str, Any]:
    """The JSON Schema of the value `config`."""
    known = Settings.model_json_schema(by_alias=False)["properties"]
    return {
        "type": "object",
        "description": "Host settings by the names of their environment variables, for every process.",
        "additionalProperties": False,
        "properties": {
            variable(name): {**_kind(name, known[name]), "description": field.description}
            for name, field in Settings.model_fields.items()
            if name not in OF_THE_CHART
        },
    }


def _kind(name: str, said: dict[str, Any]) -> dict[str, Any]:
    """What YAML may say for it; a duration or a list of ids is text, as in the environment."""
    if name == "tiers":
        return {"type": "object"}
    if said.get("type") in {"integer", "boolean"} or "enum" in said:
        return {key: said[key] for key in _KEPT if key in said}
    return {"type": "string"}


def main() -> None:
    """Write the part again, and leave the rest."""
    schema = json.loads(SCHEMA.read_text())
    schema["properties"]["config"] = config_schema()
    SCHEMA.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
