"""Says what is wrong with a giveaway that is over: by its rows, and by the messages that its channel really has."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.chaos.lives import Round, custom_ids, patiently
from tests.chaos.stage import Stage

_DISCORD_EPOCH_MS = 1_420_070_400_000

type Row = Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """What is left of a round. `created` and `deleted` count the bot's messages in its channel."""

    giveaway: Row
    claims: list[Row]
    jobs: list[Row]  # kind, state
    messages: list[Row]
    created: int
    deleted: int


async def gather(stage: Stage, played: Round) -> Evidence:
    """Look at the database and at Discord."""
    own = str(played.giveaway)
    [giveaway] = await stage.rows("SELECT * FROM giveaway WHERE id = $1", played.giveaway)
    claims = await stage.rows("SELECT * FROM giveaway_claim WHERE giveaway_id = $1 ORDER BY round", played.giveaway)
    jobs = await stage.rows(
        "SELECT kind, state, error FROM job WHERE $1 IN (payload->>'giveaway', payload->>'giveaway_id')", own
    )
    # A click that nobody answered in time may have counted later.
    entries = await stage.rows(
        "SELECT member_id FROM giveaway_entry WHERE giveaway_id = $1 AND active AND member_id <> $2",
        played.giveaway,
        int(stage.members["cy"]),
    )
    known = set(played.entered.values())
    played.entered |= {str(e["member_id"]): str(e["member_id"]) for e in entries if str(e["member_id"]) not in known}
    messages: list[Row] = []
    if not played.life.stranded:
        found = await patiently(lambda: stage.control("GET", f"/channels/{played.channel}/messages", limit=200))
        messages = found["messages"]
    effects = await patiently(lambda: stage.control("GET", "/effects"))
    counts = {e["kind"]: e["count"] for e in effects["places"] if e["channel_id"] == played.channel}
    return Evidence(
        giveaway, claims, jobs, messages, counts.get("messages_created", 0), counts.get("messages_deleted", 0)
    )


def violations(played: Round, seen: Evidence, sending: Collection[str]) -> Iterable[str]:
    """Every promise that was broken. `sending` are the kinds of jobs that post one message each."""
    yield from _state(played, seen)
    yield from _winners(played, seen)
    yield from _messages(played, seen, sending)


def _state(played: Round, seen: Evidence) -> Iterable[str]:
    wanted = "deleted" if played.life.deleted else "closed"
    if seen.giveaway["winners"] not in {played.life.winners, played.life.edited}:
        yield f"asks for {seen.giveaway['winners']} winners"
    if seen.giveaway["state"] != wanted:
        yield f"is {seen.giveaway['state']}, not {wanted}"
    for job in seen.jobs:
        if job["state"] != "done":
            yield f"job {job['kind']} is {job['state']}: {str(job.get('error', ''))[-300:]}"
    if seen.giveaway["state"] == "closed" and any(claim["state"] == "open" for claim in seen.claims):
        yield "is closed while a claim is open"


def _winners(played: Round, seen: Evidence) -> Iterable[str]:
    winners = [str(claim["member_id"]) for claim in seen.claims]
    if len(winners) != len(set(winners)):
        yield f"somebody won twice: {winners}"
    if strangers := set(winners) - set(played.entered.values()):
        yield f"won without having entered: {sorted(strangers)}"
    if played.life.stranded or played.life.deleted:
        return
    if gone := set(winners) & set(played.left.values()):
        yield f"had left the guild, and won: {sorted(gone)}"
    asked, eligible = seen.giveaway["winners"], set(played.entered.values()) - set(played.left.values())
    first = [claim for claim in seen.claims if claim["round"] == 0]
    if len(first) != min(asked, len(eligible)):
        yield f"{len(first)} winners of {len(eligible)} who could win, {asked} were asked for"
    if len([claim for claim in seen.claims if claim["state"] in ("open", "claimed")]) > asked:
        yield "more prizes were given than there are"


def _messages(played: Round, seen: Evidence, sending: Collection[str]) -> Iterable[str]:
    names = Counter(name for message in seen.messages for name in custom_ids(message) if _marks(name))
    yield from (f"{count} messages with {name}" for name, count in names.items() if count > 1)
    plain = Counter(message["content"] for message in seen.messages if not custom_ids(message))
    yield from (f"{count} messages {text[:60]!r}" for text, count in plain.items() if count > 1)
    if played.life.stranded:
        return
    if played.life.deleted:
        if seen.messages or seen.created != seen.deleted:
            left = [custom_ids(message) or message["content"][:60] for message in seen.messages]
            yield f"messages are left: {left}; {seen.created} were made, {seen.deleted} deleted"
        return
    jobs = [job["kind"] for job in seen.jobs if job["kind"] in sending]
    if not len(jobs) == len(seen.messages) == seen.created:
        yield f"{len(jobs)} jobs that post ({', '.join(jobs)}), {len(seen.messages)} messages, {seen.created} made"
    yield from _order(played, seen)
    for round_ in {claim["round"] for claim in seen.claims}:
        told = [m for m in seen.messages if f"gw:giveaways:claim:{played.giveaway}:{round_}" in custom_ids(m)]
        won = {str(claim["member_id"]) for claim in seen.claims if claim["round"] == round_}
        untold = [member for member in won if not any(f"<@{member}>" in m["content"] for m in told)]
        if untold:
            yield f"won draw {round_} and were not told: {sorted(untold)}"


def _order(played: Round, seen: Evidence) -> Iterable[str]:
    """The hash of the list is posted, and only then who won, or that nobody did."""
    about = {name: int(message["id"]) for message in seen.messages for name in custom_ids(message)}
    own = {name.split(":")[2]: number for name, number in sorted(about.items()) if str(played.giveaway) in name}
    hash_, told = own.get("ticket"), [number for verb, number in own.items() if verb in ("claim", "over")]
    if hash_ is None or not told:
        yield f"the hash or the winners were not posted: {sorted(about)}"
    elif hash_ > min(told):
        yield "the winners were posted before the hash"


def _marks(name: str) -> bool:
    return name.startswith("gw:giveaways:")


def lateness(played: Round, seen: Evidence) -> float | None:
    """Seconds from the due moment until the first message that says that it is over."""
    if not played.life.ends:
        return None
    later = [m for m in seen.messages if f"gw:giveaways:enter:{played.giveaway}" not in custom_ids(m)]
    if not later:
        return None
    said = min(int(m["id"]) >> 22 for m in later) + _DISCORD_EPOCH_MS
    return float(said / 1000 - seen.giveaway["ends_at"].timestamp())


async def log_violations(stage: Stage, rounds: Iterable[Round]) -> list[str]:
    """What is wrong with the log channel: each thing that happened is one line in it."""
    lines: list[Row] = []
    after = stage.log
    while found := (
        await patiently(
            lambda: stage.control("GET", f"/channels/{stage.log}/messages", limit=200, after=after)  # noqa: B023
        )
    )["messages"]:
        lines += found
        after = found[-1]["id"]
    rows = await stage.rows(
        "SELECT coalesce(payload->>'giveaway_id', payload->>'giveaway') AS giveaway, count(*) AS n FROM job "
        "WHERE kind IN ('giveaways.log', 'giveaways.stopped') GROUP BY 1"
    )
    wanted = {int(row["giveaway"]): row["n"] for row in rows}
    wrong = []
    for played in rounds:
        if played.life.elsewhere:
            continue
        own = [line["content"] for line in lines if played.prize in line["content"]]
        doubled = [text for text, count in Counter(own).items() if count > 1]
        events = wanted.get(played.giveaway, 0)
        if doubled or len(own) != events:
            wrong.append(f"{played}: {len(own)} lines in the log channel for {events} events, doubled: {doubled}")
    return wrong
