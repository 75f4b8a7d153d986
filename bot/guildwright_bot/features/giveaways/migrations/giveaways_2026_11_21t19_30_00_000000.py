"""What Piccolo cannot describe: one draw for each giveaway, and an order of which a part can be read."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T19:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one draw for each giveaway"

_STATEMENTS = (
    "CREATE UNIQUE INDEX giveaway_draw_once ON giveaway_draw (giveaway_id)",
    # Uncompressed, so that the next few of half a million are read without the rest. Random bytes compress badly anyway.
    "ALTER TABLE giveaway_draw ALTER COLUMN ranking SET STORAGE EXTERNAL",
    "ALTER TABLE giveaway_draw ALTER COLUMN members SET STORAGE EXTERNAL",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="giveaways", description=DESCRIPTION)

    async def run():
        for statement in _STATEMENTS:
            await fetch(statement)

    manager.add_raw(run)
    return manager
