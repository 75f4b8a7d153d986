"""Sending and taking a job touch no index: none may name what they change, `state` above all.

PostgreSQL then writes the new version of the row beside the old one on its page (HOT), for which the page needs room,
instead of a new entry in every index. What is open is what has no end, and only a job's end moves it out of an index.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T19:33:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "sending and taking a job touch no index"

_STATEMENTS = (
    "UPDATE job SET finished_at = now() WHERE finished_at IS NULL AND state IN ('done', 'dead')",
    "DROP INDEX job_due",
    "DROP INDEX job_turn",
    "DROP INDEX job_sent",
    "DROP INDEX job_leased",
    "DROP INDEX job_finished",
    "CREATE INDEX job_due ON job (kind, next_at) WHERE finished_at IS NULL",
    "CREATE INDEX job_turn ON job (kind, coalesce(guild_id, 0), next_at) WHERE finished_at IS NULL",
    "CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL",
    "ALTER TABLE job SET (fillfactor = 50)",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="jobs", description=DESCRIPTION)

    async def run():
        for statement in _STATEMENTS:
            await fetch(statement)

    manager.add_raw(run)
    return manager
