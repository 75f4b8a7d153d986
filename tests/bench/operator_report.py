"""The figures in a table: ours, the peer's, the ratio, the goal; and where a goal is missed, what limits it."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.operator import Figures

COLD_GOAL = 150.0  # documents per second
ARRIVAL_GOAL = 1.0  # seconds, p99
ARRIVAL_RATE = 10.0  # edits per second that it is promised for
STORED_GOAL = 7000.0  # bytes
MEMORY_GOAL = 60.0  # MiB per 1,000
_LINE = "{:<42} {:>13} {:>13} {:>7}  {}\n"


@dataclass(frozen=True)
class Row:
    """One figure of both. `goal` is what ours should reach, None where nothing is promised; `high`: more is better."""

    what: str
    ours: float
    peers: float | None
    form: str = "{:,.1f}"
    goal: float | None = None
    high: bool = False
    why: Callable[[], str] = str

    @property
    def missed(self) -> bool:
        """Whether ours falls short."""
        return self.goal is not None and (self.ours < self.goal if self.high else self.ours > self.goal)


def at(times: Sequence[float], share: float) -> float:
    """A quantile of sorted times; never an interpolated one, and never better than measured."""
    return times[min(len(times) - 1, int(share * len(times)))] if times else float("inf")


def report(ours: "Figures", peers: "Figures | None") -> str:
    """All of it as text."""
    order, rows = ours.order, list(_rows(ours, peers))
    text = f"{order.guilds:,} GuildConfigs of {order.size:,} bytes, {os.cpu_count()} processors, load average "
    for one in (ours, peers) if peers else (ours,):
        text += f"{one.load[0]:.1f} to {one.load[1]:.1f} ({one.name}) "
    text += "\n" + _LINE.format("", ours.name, peers.name if peers else "", "ratio", "goal")
    for row in rows:
        text += _line(row)
    for row in rows:
        if row.missed:
            text += f"short of the goal: {row.what}: {row.why()}\n"
    for one in (ours, peers) if peers else (ours,):
        failed = [why for burst, _, _ in one.bursts for why in burst.failed]
        text += (
            f"{one.name}: edits lost {one.lost}, refused {len(failed)}, guilds with another document {len(one.wrong)}\n"
        )
        text += "".join(f"  {line}\n" for line in [*failed, *one.wrong][:5])
    return text


def _line(row: Row) -> str:
    goal = "" if row.goal is None else ("≥ " if row.high else "≤ ") + row.form.format(row.goal)
    goal += " MISSED" if row.missed else ""
    if row.peers is None:
        return _LINE.format(row.what, row.form.format(row.ours), "", "", goal)
    ratio = f"{row.ours / row.peers:.2f}" if row.peers else ""
    return _LINE.format(row.what, row.form.format(row.ours), row.form.format(row.peers), ratio, goal)


def _rows(ours: "Figures", peers: "Figures | None") -> Iterator[Row]:
    def row(what: str, of: Callable[["Figures"], float], form: str = "{:,.1f}", **more: object) -> Row:
        return Row(what, of(ours), None if peers is None else of(peers), form, **more)  # type: ignore[arg-type]

    guilds = ours.order.guilds
    yield row(
        "cold: documents/s, start to last status", lambda one: one.rate, goal=COLD_GOAL, high=True, why=_cold(ours)
    )
    yield row("cold: seconds to the first status", lambda one: one.first, "{:.2f}")
    yield row("cold: documents/s from the first status", lambda one: guilds / (one.cold - one.first))
    for who in ("operator", "API server", "etcd"):
        yield row(f"cold: ms of processor each, {who}", lambda one, who=who: one.cpu[who] / guilds * 1e3, "{:.2f}")
    yield row("statuses/s by a client that does only that", lambda one: one.bare)
    for number, (burst, _, _) in enumerate(ours.bursts):
        yield from _burst_rows(row, number, burst.rate)
    each = guilds / 1000
    yield row("MiB resident per 1,000, after cold", lambda one: one.memory / each, goal=MEMORY_GOAL, why=_memory(ours))
    yield row("MiB resident per 1,000, at most", lambda one: one.peak / each)
    yield row("bytes in etcd for each", lambda one: _part(one, "total"), "{:,.0f}", goal=STORED_GOAL, why=_stored(ours))
    for part in ("spec", "status", "annotations", "fields_of_writer", "fields_of_operator"):
        yield row(f"  of these {part.replace('_', ' ')}", lambda one, part=part: _part(one, part), "{:,.0f}")


def _burst_rows(row: Callable[..., Row], number: int, rate: float) -> Iterator[Row]:
    places: tuple[tuple[str, Callable[[Figures], Sequence[float]]], ...] = (
        ("the API server's answer", lambda one: one.bursts[number][0].answers),
        ("status", lambda one: one.bursts[number][1]),
        ("shard", lambda one: one.bursts[number][2]),
    )
    for place, times in places:
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            promised = ARRIVAL_GOAL if (rate, name) == (ARRIVAL_RATE, "p99") and place != places[0][0] else None
            yield row(
                f"{rate:g} edits/s: seconds to {place}, {name}",
                lambda one, times=times, share=share: at(times(one), share),
                "{:.3f}",
                goal=promised,
                why=lambda: "see the API server's own answer above: the rest is the operator's and the watch's",
            )


def _part(one: "Figures", part: str) -> float:
    return float(getattr(one.stored, part))


def _cold(one: "Figures") -> Callable[[], str]:
    def why() -> str:
        guilds, busy = one.order.guilds, {who: seconds / one.cold for who, seconds in one.cpu.items()}
        used = ", ".join(f"{who} {share:.0%}" for who, share in busy.items())
        cost = sum(one.cpu.values()) / guilds
        cores = os.cpu_count() or 1
        return (
            f"each takes {cost * 1e3:.1f} ms of processor in all three processes, so {cores} processors could"
            f" do {cores / cost:.0f}/s at most; of one processor in use: {used}; a bare client's statuses:"
            f" {one.bare:.0f}/s"
        )

    return why


def _memory(one: "Figures") -> Callable[[], str]:
    return lambda: f"{one.memory:.0f} MiB in all, {one.peak:.0f} MiB at most"


def _stored(one: "Figures") -> Callable[[], str]:
    return lambda: (
        "the API server notes the owner of each field beside the document: "
        f"{_part(one, 'fields_of_writer'):,.0f} bytes for the writer (26 for each id in a set), "
        f"{_part(one, 'fields_of_operator'):,.0f} for the operator"
    )
