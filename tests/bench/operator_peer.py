"""The operator that one would write with kopf's own means, to compare ours with: a handler for create and update.

It does the same work: checks and compiles the document, publishes it to Redis so that a shard takes it, and says so in
the status. kopf does the rest its way: it keeps the last handled document in an annotation and patches the status.
"""

import asyncio
import json
import logging
import os
from datetime import UTC, datetime
from typing import Any

import kopf
from redis.asyncio import Redis

from guildwright.platform.config.keys import CHANGED, COMPLETE, CONFIG, Marker
from guildwright_crds.compile import compile_config
from guildwright_crds.guild_config import GROUP, VERSION, GuildConfigSpec

_published: dict[str, int] = {}
_turn = asyncio.Lock()  # or the count of an older transaction could be written last
_redis = Redis.from_url(os.environ["REDIS_URL"])


@kopf.on.startup()
def configure(settings: kopf.OperatorSettings, **_: Any) -> None:
    """Like ours where it costs it nothing: one namespace, no Events."""
    settings.scanning.disabled = True
    settings.posting.enabled = False


@kopf.on.create(GROUP, VERSION, "guildconfigs")
@kopf.on.update(GROUP, VERSION, "guildconfigs")
@kopf.on.resume(GROUP, VERSION, "guildconfigs")
async def publish(name: str, uid: str, meta: Any, spec: Any, patch: kopf.Patch, **_: Any) -> None:
    """Publish, then say so."""
    generation = int(meta["generation"])
    record = compile_config(name, GuildConfigSpec.model_validate(dict(spec), by_name=False), uid, generation).to_json()
    _published[name] = generation
    now = datetime.now(UTC)  # noqa: TID251 - a peer has no clock of ours
    async with _turn, _redis.pipeline(transaction=True) as pipe:
        pipe.hset(CONFIG, name, record.decode())
        pipe.set(COMPLETE, Marker(now.isoformat(), len(_published), "peer", sum(_published.values())).to_json())
        pipe.publish(CHANGED, json.dumps({"guild": name, "generation": generation, "uid": uid}))
        await pipe.execute()
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    patch.status["observedGeneration"] = patch.status["publishedGeneration"] = generation
    patch.status["conditions"] = [_condition(kind, generation, stamp) for kind in ("Accepted", "Published", "Ready")]


def _condition(kind: str, generation: int, stamp: str) -> dict[str, Any]:
    return {
        "type": kind,
        "status": "True",
        "reason": "Valid" if kind == "Accepted" else "Published",
        "message": "the document keeps every rule" if kind == "Accepted" else f"generation {generation} is in force",
        "observedGeneration": generation,
        "lastTransitionTime": stamp,
    }


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(kopf.operator(standalone=True, namespaces=[os.environ["GUILDWRIGHT_NAMESPACE"]]))
