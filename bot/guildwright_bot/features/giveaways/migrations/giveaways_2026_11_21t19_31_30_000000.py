"""Until now every round after the first one was a prize that went to the next."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T19:31:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "how often a prize went to the next, of claims that are older than the column"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="giveaways", description=DESCRIPTION)

    async def run():
        await fetch("UPDATE giveaway_claim SET given_on = round WHERE round > 0")

    manager.add_raw(run)
    return manager
