"""What a document weighs where it is kept: read from etcd itself, through its own JSON interface."""

import base64
import json
import statistics
import urllib.request
from dataclasses import dataclass
from typing import Any

from guildwright_crds.guild_config import GROUP

type Json = dict[str, Any]
MOST = 500  # objects of a sample


@dataclass(frozen=True)
class Stored:
    """Bytes of a typical object, in all and by part."""

    total: float
    spec: float
    status: float
    annotations: float
    fields_of_writer: float
    fields_of_operator: float


def stored(etcd: str, manager: str) -> Stored:
    """The mean of up to 500 GuildConfigs. `manager` is the field manager of whoever wrote the documents."""
    first = f"/registry/{GROUP}/guildconfigs/"
    asked = {"key": _base64(first), "range_end": _base64(first[:-1] + "0"), "limit": MOST}
    request = urllib.request.Request(f"{etcd}/v3/kv/range", json.dumps(asked).encode(), method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # loopback
        found = json.load(answer)["kvs"]
    values = [base64.b64decode(one["value"]) for one in found]
    objects = [json.loads(value) for value in values]
    fields = [one["metadata"].get("managedFields", []) for one in objects]
    return Stored(
        total=statistics.mean(len(value) for value in values),
        spec=_mean(one["spec"] for one in objects),
        status=_mean(one.get("status", "") for one in objects),
        annotations=_mean(one["metadata"].get("annotations", "") for one in objects),
        fields_of_writer=_mean([one for one in each if one["manager"] == manager] for each in fields),
        fields_of_operator=_mean([one for one in each if one["manager"] != manager] for each in fields),
    )


def _mean(parts: Any) -> float:
    return statistics.mean(len(json.dumps(part, separators=(",", ":"))) for part in parts)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
