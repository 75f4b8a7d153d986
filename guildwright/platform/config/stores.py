"""Which source of guild documents an install has; the rest of the code knows `ConfigStore` alone."""

import contextlib
from collections.abc import AsyncIterator

from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.store import ConfigStore, StoreAway
from guildwright.platform.settings import Settings

CLI, DASHBOARD, WORKER = "guildwright-cli", "guildwright-dashboard", "guildwright-worker"
"""The field managers: who wrote what stands in a resource's `managedFields`."""


@contextlib.asynccontextmanager
async def open_store(settings: Settings, manager: str = CLI) -> AsyncIterator[ConfigStore]:
    """The store that GUILDWRIGHT_STORE names; `manager` is who writes to it.

    Raises:
        StoreAway: no cluster is configured.
    """
    if settings.store == "directory":
        yield DirectoryStore(settings.guilds, settings.data / "config")
        return
    try:  # a second and tens of megabytes that only an install in a cluster is to pay
        from guildwright.platform.config.cluster import connect  # noqa: PLC0415
        from guildwright.platform.config.kubernetes_store import KubernetesStore  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise StoreAway(
            f"GUILDWRIGHT_STORE=kubernetes needs {error.name}: `uv pip install 'guildwright[operator]'`"
        ) from error
    async with connect(settings) as cluster:
        yield KubernetesStore(cluster, manager)
