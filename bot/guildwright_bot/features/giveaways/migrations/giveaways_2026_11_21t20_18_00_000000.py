"""The end of a giveaway says how many had left: few of many, which must not be looked for among all."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T20:18:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "entries of members who left"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="giveaways", description=DESCRIPTION)

    async def run():
        await fetch("CREATE INDEX giveaway_entry_left ON giveaway_entry (giveaway_id) WHERE NOT active")

    manager.add_raw(run)
    return manager
