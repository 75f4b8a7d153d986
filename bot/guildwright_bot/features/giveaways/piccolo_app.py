"""Tells Piccolo where the tables of giveaways and their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from guildwright_bot.features.giveaways.tables import (
    ClaimRow,
    CounterRow,
    DraftRow,
    DrawRow,
    EntryRow,
    GiveawayRow,
    RecordRow,
)

APP_CONFIG = AppConfig(
    app_name="giveaways",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=[GiveawayRow, EntryRow, ClaimRow, RecordRow, CounterRow, DraftRow, DrawRow],
    migration_dependencies=[],
    commands=[],
)
