"""What ended otherwise than well is found by index, newest first, however much is done.

Its condition names the outcome and not the state: a condition on what sending and taking a job change would cost each
of them an entry in every index (see 19:33). A job that ends well has no entry.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T22:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what ended otherwise than well is found by index"

_STATEMENTS = ("CREATE INDEX job_not_well ON job (finished_at) WHERE outcome IN ('cancelled', 'failed', 'unknown')",)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="jobs", description=DESCRIPTION)

    async def run():
        for statement in _STATEMENTS:
            await fetch(statement)

    manager.add_raw(run)
    return manager
