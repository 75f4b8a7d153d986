"""`guildwright jobs retry` and `cancel`."""

import json

import typer

from guildwright.jobs_cli.ask import DONE, REFUSED, complain
from guildwright.jobs_cli.look import as_record, missing, state_of
from guildwright.platform.jobs import admin
from guildwright.platform.jobs.admin import Known
from guildwright.platform.jobs.tables import JobState, Outcome


async def retry(job_id: int, *, even_if_done: bool, as_json: bool) -> int:
    """Let a dead letter run again."""
    if await admin.retry(job_id, even_if_done=even_if_done):
        return await _told(job_id, "runs again as soon as a worker takes it", as_json=as_json)
    job = await admin.get(job_id)
    if job is None:
        return missing(job_id)
    if job.state == JobState.DEAD and job.outcome == Outcome.UNKNOWN:
        complain(
            f"job {job_id} ({job.kind}): nobody can tell whether its effect is there, so it may happen twice. "
            f"Why: `guildwright jobs show {job_id}`. Look for it on Discord; then run it again with --even-if-done, or "
            f"put it away: `guildwright jobs cancel {job_id}`"
        )
    else:
        complain(f"job {job_id} is {state_of(job)}: only a dead letter can be retried")
    return REFUSED


async def cancel(job_id: int, *, as_json: bool) -> int:
    """Take back a job that has not begun, or put a dead letter away."""
    if await admin.cancel(job_id):
        return await _told(job_id, "is cancelled", as_json=as_json)
    job = await admin.get(job_id)
    if job is None:
        return missing(job_id)
    if job.state == JobState.RUNNING:
        complain(f"job {job_id} is being run by {job.leased_by}: it is too late to take it back")
    else:
        complain(f"job {job_id} is {state_of(job)}: there is nothing left to cancel")
    return REFUSED


def _left_behind(job: Known) -> str:
    if job.outcome != Outcome.CANCELLED:
        return ""
    if job.error.endswith(admin.WAS_UNKNOWN):
        return "nobody could tell whether its effect is there, and it is not undone: look for it on Discord"
    if job.tried_at is not None:
        return "an earlier try may have had its effect, which is not undone: look for it on Discord"
    return ""


async def _told(job_id: int, became: str, *, as_json: bool) -> int:
    job = await admin.get(job_id)
    if job is None:
        return DONE
    note = _left_behind(job)
    if as_json:
        record = as_record(job) | ({"note": note} if note else {})
        typer.echo(json.dumps(record, indent=2, ensure_ascii=False))
    else:
        typer.echo(f"job {job_id} ({job.kind}) {became}" + (f"; {note}" if note else ""))
    return DONE
