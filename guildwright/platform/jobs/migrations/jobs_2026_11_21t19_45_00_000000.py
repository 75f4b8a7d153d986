"""Each of the two indexes of open jobs has a condition that only the statements meant for it repeat.

Nearly all rows are done, so PostgreSQL expects none to be open and takes either index for anything; the wrong one reads
every due job of a kind.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T19:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "each index of open jobs serves the statements that were meant for it"

_STATEMENTS = (
    "DROP INDEX job_due",
    "DROP INDEX job_turn",
    "CREATE INDEX job_due ON job (kind, next_at) WHERE finished_at IS NULL AND kind <> ''",
    "CREATE INDEX job_turn ON job (kind, coalesce(guild_id, 0), next_at) "
    "WHERE finished_at IS NULL AND coalesce(guild_id, 0) >= 0",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="jobs", description=DESCRIPTION)

    async def run():
        for statement in _STATEMENTS:
            await fetch(statement)

    manager.add_raw(run)
    return manager
