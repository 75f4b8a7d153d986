"""What Piccolo cannot describe: indexes, and what older rows know in another form."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from guildwright.platform.database.engine import fetch

ID = "2026-11-21T18:57:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "scheduled giveaways count as active; entries are counted in their giveaway; numbers outlive giveaways"

_STATEMENTS = (
    "DROP INDEX giveaway_active",
    "CREATE INDEX giveaway_active ON giveaway (guild_id, ends_at) "
    "WHERE state IN ('scheduled', 'running', 'drawing', 'claiming')",
    "CREATE INDEX giveaway_past ON giveaway (guild_id, ends_at) WHERE state IN ('closed', 'deleted')",
    "CREATE INDEX giveaway_claim_message ON giveaway_claim (message_id)",
    "CREATE INDEX giveaway_record_of ON giveaway_record (giveaway_id, id)",
    "CREATE UNIQUE INDEX giveaway_draft_source ON giveaway_draft (source_id)",
    "CREATE INDEX giveaway_draft_expiry ON giveaway_draft (expires_at)",
    # Every click changes `entries`: with room in its page, the new version of the row touches no index.
    "ALTER TABLE giveaway SET (fillfactor = 70)",
    "UPDATE giveaway SET entries = counted.entries FROM (SELECT giveaway_id, count(*) AS entries FROM giveaway_entry "
    "WHERE active GROUP BY giveaway_id) AS counted WHERE counted.giveaway_id = giveaway.id",
    "INSERT INTO giveaway_counter (guild_id, last_number) SELECT guild_id, max(number) FROM giveaway GROUP BY guild_id",
    # Whoever is in had the role that was required.
    "UPDATE giveaway_entry SET role_ids = ARRAY[required_role] FROM giveaway "
    "WHERE giveaway.id = giveaway_id AND required_role IS NOT NULL",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="giveaways", description=DESCRIPTION)

    async def run():
        for statement in _STATEMENTS:
            await fetch(statement)

    manager.add_raw(run)
    return manager
