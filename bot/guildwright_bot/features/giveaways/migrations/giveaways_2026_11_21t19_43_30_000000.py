"""The menu of a message asks which giveaway it is about."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T19:43:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "draws by the message that shows their hash"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="giveaways", description=DESCRIPTION)

    async def run():
        await fetch("CREATE INDEX giveaway_draw_message ON giveaway_draw (message_id)")

    manager.add_raw(run)
    return manager
