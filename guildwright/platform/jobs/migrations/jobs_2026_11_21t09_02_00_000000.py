"""The indexes that Piccolo cannot describe: each is small, since most jobs are done and in none of them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T09:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one job per key; what is due, sent, leased and finished is found by index"

_STATEMENTS = (
    "CREATE UNIQUE INDEX job_once ON job (kind, dedupe_key)",
    "CREATE INDEX job_due ON job (next_at) WHERE state = 'waiting'",
    "CREATE INDEX job_sent ON job (kind, sent_at) WHERE state = 'sent'",
    "CREATE INDEX job_leased ON job (leased_until) WHERE state = 'running'",
    "CREATE INDEX job_finished ON job (finished_at) WHERE state IN ('done', 'dead')",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="jobs", description=DESCRIPTION)

    async def run():
        for statement in _STATEMENTS:
            await fetch(statement)

    manager.add_raw(run)
    return manager
