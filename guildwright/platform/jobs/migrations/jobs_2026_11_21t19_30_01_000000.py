"""One recurring job per name in a guild; what occurs next is found by index."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T19:30:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "one recurring job per name in a guild; what occurs next is found by index"

_STATEMENTS = (
    "CREATE UNIQUE INDEX recurring_job_once ON recurring_job (coalesce(guild_id, 0), name)",
    "CREATE INDEX recurring_job_next ON recurring_job (next_at)",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="jobs", description=DESCRIPTION)

    async def run():
        for statement in _STATEMENTS:
            await fetch(statement)

    manager.add_raw(run)
    return manager
