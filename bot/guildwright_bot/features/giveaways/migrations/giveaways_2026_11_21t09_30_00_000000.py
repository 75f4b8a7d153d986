"""What Piccolo cannot describe: uniqueness over several columns, and indexes of what is asked for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T09:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "a number once per guild, one giveaway per request, one entry and one claim per member"

_STATEMENTS = (
    "CREATE UNIQUE INDEX giveaway_number ON giveaway (guild_id, number)",
    "CREATE UNIQUE INDEX giveaway_source ON giveaway (source_id)",
    "CREATE INDEX giveaway_active ON giveaway (guild_id, ends_at) WHERE state IN ('running', 'drawing', 'claiming')",
    "CREATE INDEX giveaway_message ON giveaway (message_id)",
    "CREATE UNIQUE INDEX giveaway_entry_once ON giveaway_entry (giveaway_id, member_id)",
    "CREATE UNIQUE INDEX giveaway_claim_once ON giveaway_claim (giveaway_id, member_id)",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="giveaways", description=DESCRIPTION)

    async def run():
        for statement in _STATEMENTS:
            await fetch(statement)

    manager.add_raw(run)
    return manager
