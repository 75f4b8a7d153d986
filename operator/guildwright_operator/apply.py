"""The only writes to the cluster: statuses, Events and the Lease, each refused here where it is not our turn."""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec
import structlog

from guildwright.platform.clock import Clock
from guildwright.platform.config.cluster import APPLY, MERGE, Cluster, ClusterAway, ClusterRefused
from guildwright_crds.guild_config import API_VERSION, KIND
from guildwright_operator.lease import Lease, lease_from
from guildwright_operator.metrics import EVENTS_DROPPED, WRITES
from guildwright_operator.queue import Again
from guildwright_operator.reconcile import Happened, Status

FIELD_MANAGER = "guildwright-operator"
LEASE = "guildwright-operator"
EVENTS_BURST = 100
EVENTS_PER_SECOND = 5.0
NOTE_BYTES = 1024  # the API server refuses an Event whose note is longer; a status counts characters
_NOT_FOUND = 404
_CONFLICT = 409

_log = structlog.get_logger(__name__)


class _Metadata(msgspec.Struct, rename="camel"):
    resource_version: str


class _Written(msgspec.Struct):
    """What is of use in the answer to a write: it holds the whole document, 8 kB of it."""

    metadata: _Metadata


class Writer:
    """Statuses and Events, while `may_write`."""

    def __init__(self, cluster: Cluster, identity: str, clock: Clock, may_write: Callable[[], bool]) -> None:
        self._cluster = cluster
        self._identity = identity
        self._clock = clock
        self._may_write = may_write
        self._tokens = float(EVENTS_BURST)
        self._filled = clock.monotonic()
        self._said: dict[str, tuple[int, str]] = {}

    async def status(self, name: str, uid: str, status: Status) -> int | None:
        """Apply the whole status of the resource `uid`; its new version, None where it is there no more.

        Raises:
            Again: it could not be written now.
        """
        if not self._may_write():
            raise Again("it is not this process's turn to write")
        body = {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "metadata": {"name": name, "namespace": self._cluster.namespace, "uid": uid},
            "status": status,
        }
        path = f"{self._cluster.guild_configs}/{name}/status"
        query = {"fieldManager": FIELD_MANAGER, "force": "true"}
        try:
            written = await self._cluster.ask("PATCH", path, query, body, APPLY, _Written)
        except ClusterRefused as error:
            WRITES.labels("status", "refused").inc()
            if error.status == _NOT_FOUND:
                return None
            if error.status != _CONFLICT:  # many write at once, or another resource stands there now: look again
                self._complain("a status was refused", name, error)
            raise Again(str(error)) from error
        except ClusterAway as error:
            WRITES.labels("status", "away").inc()
            raise Again(str(error)) from error
        WRITES.labels("status", "written").inc()
        self._said.pop("a status was refused", None)
        return int(written.metadata.resource_version)

    async def event(self, name: str, uid: str, generation: int, happened: Happened) -> None:
        """Tell of it beside the document. Never raises: an Event that cannot be written is left out."""
        if not self._may_write() or not self._may_tell():
            EVENTS_DROPPED.inc()
            return
        try:
            await self._cluster.ask(
                "POST",
                f"/apis/events.k8s.io/v1/namespaces/{self._cluster.namespace}/events",
                {"fieldManager": FIELD_MANAGER},
                self._event(name, uid, generation, happened),
            )
            WRITES.labels("event", "written").inc()
            self._said.pop("an event was refused", None)
        except ClusterRefused as error:
            told = error.status == _CONFLICT  # by who led before us
            WRITES.labels("event", "told before" if told else "failed").inc()
            if not told:
                self._complain("an event was refused", name, error)
        except ClusterAway as error:
            WRITES.labels("event", "failed").inc()
            _log.debug("an event could not be written", guild=name, why=str(error))

    def _complain(self, what: str, name: str, error: ClusterRefused) -> None:
        """Once for all guilds: what is missing is missed thousands of times over, and most texts name the object."""
        kind = (error.status, error.reason)
        if self._said.get(what) != kind:
            self._said[what] = kind
            _log.warning(what, guild=name, why=str(error))

    def _event(self, name: str, uid: str, generation: int, happened: Happened) -> dict[str, Any]:
        about = f"{uid}/{generation}/{happened.reason}/{happened.note}"
        digest = hashlib.sha256(about.encode()).hexdigest()[:16]  # the same is told once, whoever tells it
        return {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {"name": f"{name}.{digest}", "namespace": self._cluster.namespace},
            "eventTime": self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "reportingController": "guildwright.dev/operator",
            "reportingInstance": self._identity[:128],
            "action": "Reconcile",
            "reason": str(happened.reason),
            "regarding": {
                "apiVersion": API_VERSION,
                "kind": KIND,
                "name": name,
                "namespace": self._cluster.namespace,
                "uid": uid,
            },
            "note": happened.note.encode()[:NOTE_BYTES].decode(errors="ignore"),
            "type": "Warning" if happened.warning else "Normal",
        }

    def _may_tell(self) -> bool:
        """A bucket of tokens: a thousand new documents are no reason for a thousand Events."""
        now = self._clock.monotonic()
        self._tokens = min(EVENTS_BURST, self._tokens + (now - self._filled) * EVENTS_PER_SECOND)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class ClusterLeases:
    """The Lease in the cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._path = f"/apis/coordination.k8s.io/v1/namespaces/{cluster.namespace}/leases"

    async def read(self) -> Lease:
        """What it says now."""
        try:
            return lease_from(await self._cluster.ask("GET", f"{self._path}/{LEASE}"))
        except ClusterRefused as error:
            if error.object_is_missing:
                return Lease()
            raise

    async def write(self, lease: Lease) -> Lease:
        """Replace it, or create it; refused with 409 where somebody was quicker."""
        metadata = {"name": LEASE, "namespace": self._cluster.namespace}
        spec = {
            "holderIdentity": lease.holder,
            "leaseDurationSeconds": lease.seconds,
            "acquireTime": lease.acquired or None,
            "renewTime": lease.renewed or None,
            "leaseTransitions": lease.transitions,
        }
        body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
        query = {"fieldManager": FIELD_MANAGER}
        if lease.version is None:
            return lease_from(await self._cluster.ask("POST", self._path, query, body))
        # A patch, since whoever made the Lease (the chart) has labels on it.
        metadata["resourceVersion"] = lease.version
        return lease_from(await self._cluster.ask("PATCH", f"{self._path}/{LEASE}", query, body, MERGE))
