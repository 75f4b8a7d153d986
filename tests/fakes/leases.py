"""A Lease as an API server keeps it: whoever names an old version is refused."""

from dataclasses import replace

from guildwright.platform.config.cluster import ClusterAway, ClusterRefused
from guildwright_operator.lease import Lease


class FakeLeases:
    """One Lease for all candidates; `away` and `answers_lost` are its bad days."""

    def __init__(self) -> None:
        self.lease = Lease()
        self.away = False
        self.answers_lost = False
        self.writes: list[Lease] = []
        self._version = 0

    async def read(self) -> Lease:
        if self.away:
            raise ClusterAway("the line is cut")
        return self.lease

    async def write(self, lease: Lease) -> Lease:
        if self.away:
            raise ClusterAway("the line is cut")
        if lease.version != self.lease.version:
            raise ClusterRefused("the object has been modified", 409, "Conflict", "modified")
        self._version += 1
        self.lease = replace(lease, version=str(self._version))
        self.writes.append(self.lease)
        if self.answers_lost:
            raise ClusterAway("the answer was lost")
        return self.lease
