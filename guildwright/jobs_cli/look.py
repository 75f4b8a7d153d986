"""`guildwright jobs list` and `show`."""

import difflib
import json
from collections.abc import Iterator
from datetime import datetime

import typer

from guildwright.jobs_cli.ask import DONE, REFUSED, Wanted, complain
from guildwright.platform.jobs import admin
from guildwright.platform.jobs.admin import Known

_COLUMNS = "{:>9} {:<24} {:<20} {:<17} {:<20} {:>3}  {}"
_WIDEST = 100


async def list_jobs(wanted: Wanted, *, as_json: bool) -> int:
    """Print the jobs that are wanted, and whether there are more."""
    states, guild_id = wanted.checked_states(), wanted.guild_id()
    found = await admin.listed(
        states, outcome=wanted.outcome, kind=wanted.kind, guild_id=guild_id, limit=wanted.limit + 1
    )
    if wanted.kind is not None and not found:
        await _say_unknown(wanted.kind)
    shown, more = found[: wanted.limit], len(found) > wanted.limit
    if as_json:
        typer.echo(json.dumps({"jobs": [_brief(job) for job in shown], "more": more}, indent=2, ensure_ascii=False))
        return DONE
    if not shown:
        typer.echo("no such jobs")
        return DONE
    typer.echo(_COLUMNS.format("job", "kind", "guild", "state", "when", "try", "error"))
    for job in shown:
        guild = str(job.guild_id or "-")
        line = _COLUMNS.format(
            job.id, job.kind, guild, state_of(job), _time(job.when), job.attempt, _last_line(job.error)
        )
        typer.echo(line.rstrip())
    if more:
        typer.echo(f"… and more: --limit, --state, --kind and --guild choose; shown are {wanted.limit}")
    return DONE


async def _say_unknown(kind: str) -> None:
    """A kind that there is not yet is no mistake for certain, so nothing else changes."""
    kinds = await admin.kinds()
    if any(f"{known}.".startswith(f"{kind}.") for known in kinds):
        return
    names = sorted({*kinds, *(known.partition(".")[0] for known in kinds)})
    near = difflib.get_close_matches(kind, names, n=3)
    known = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(kinds) or 'none'}"
    complain(f"--kind {kind!r}: no job has this kind, not even one that is done; {known}")


async def show(job_id: int, *, as_json: bool) -> int:
    """Print one job."""
    job = await admin.get(job_id)
    if job is None:
        return missing(job_id)
    if as_json:
        typer.echo(json.dumps(as_record(job), indent=2, ensure_ascii=False))
    else:
        for line in _lines(job):
            typer.echo(line)
    return DONE


def state_of(job: Known) -> str:
    """For people: `dead (unknown)`, and `done` alone."""
    return f"{job.state} ({job.outcome})" if job.outcome not in ("", job.state) else job.state


def missing(job_id: int) -> int:
    """Say that there is no such job."""
    complain(f"there is no job {job_id}: it may be done and purged, or its guild erased; see `guildwright jobs list`")
    return REFUSED


def as_record(job: Known) -> dict[str, object]:
    """A job for programs: ids of guilds as strings, times in ISO 8601."""
    return {
        "id": job.id,
        "kind": job.kind,
        "guild": str(job.guild_id) if job.guild_id is not None else None,
        "state": job.state,
        "outcome": job.outcome,
        "attempt": job.attempt,
        "deaths": job.deaths or None,
        "due": _time(job.due),
        "next": _time(job.next_at),
        "created": _time(job.created_at),
        "tried": _time(job.tried_at) or None,
        "finished": _time(job.finished_at) or None,
        "worker": job.leased_by if job.state == "running" else None,
        "key": job.dedupe_key,
        "payload": job.payload,
        "error": job.error,
    }


def _brief(job: Known) -> dict[str, object]:
    return as_record(job) | {"error": _last_line(job.error)}


def _lines(job: Known) -> Iterator[str]:
    for name, value in as_record(job).items():
        if name == "error" or value in (None, ""):
            continue
        yield f"{name:<9} {json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value}"
    if job.error:
        yield ""
        yield job.error.rstrip()


def _time(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _last_line(error: str) -> str:
    line = next((line.strip() for line in reversed(error.splitlines()) if line.strip()), "")
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"
