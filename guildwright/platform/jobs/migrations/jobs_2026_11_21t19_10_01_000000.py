"""The outcome of what ended before there was one: a migration's raw statements run before its columns are added."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T19:10:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "the outcome of what ended before there was one"

_STATEMENTS = (
    "UPDATE job SET outcome = CASE WHEN state = 'dead' THEN 'failed' WHEN error = 'cancelled' THEN 'cancelled' "
    "ELSE 'done' END WHERE state IN ('done', 'dead')",
    # Whatever was taken once may have had effects ever since it was made.
    "UPDATE job SET tried_at = created_at WHERE fence > 0 AND state <> 'done'",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="jobs", description=DESCRIPTION)

    async def run():
        for statement in _STATEMENTS:
            await fetch(statement)

    manager.add_raw(run)
    return manager
