"""All GuildConfigs of the namespace, page by page.

kopf reads pages too, but says neither when it has read the last one nor what was deleted while its watch was broken:
so whoever begins to lead, and whenever the watch began anew, reads them here.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from guildwright.platform.config.cluster import Cluster, ClusterRefused

PAGE = 100  # objects; what a page takes in memory is never given back whole
_GONE = 410


class ListExpired(Exception):  # noqa: N818  a state, not a fault
    """The server no longer knows the moment that the first page was about: begin again."""


async def pages(cluster: Cluster, size: int = PAGE) -> AsyncGenerator[tuple[Sequence[Mapping[str, Any]], int]]:
    """The objects of each page, and the version that the whole list is about (the same for all pages).

    Raises:
        ListExpired: see there.
        ClusterAway, ClusterRefused: as the cluster does.
    """
    query: dict[str, str | int] = {"limit": size}
    while True:
        try:
            page = await cluster.ask("GET", cluster.guild_configs, query)
        except ClusterRefused as error:
            if error.status == _GONE:
                raise ListExpired(str(error)) from error
            raise
        yield page["items"], int(page["metadata"]["resourceVersion"])
        token = page["metadata"].get("continue")
        if not token:
            return
        query["continue"] = token
