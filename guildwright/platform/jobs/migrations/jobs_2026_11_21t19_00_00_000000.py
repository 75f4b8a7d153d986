"""Indexes by which a relay finds what is due of a kind, and of whom, however much of it there is."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T19:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what is due is found by kind and by guild"

_STATEMENTS = (
    "DROP INDEX job_due",
    "CREATE INDEX job_due ON job (kind, next_at) WHERE state = 'waiting'",
    "CREATE INDEX job_turn ON job (kind, coalesce(guild_id, 0), next_at) WHERE state = 'waiting'",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="jobs", description=DESCRIPTION)

    async def run():
        for statement in _STATEMENTS:
            await fetch(statement)

    manager.add_raw(run)
    return manager
