"""Tells Piccolo where the tables of the core and their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from guildwright_bot.core.tables import DeclarationRow, MembershipRow

APP_CONFIG = AppConfig(
    app_name="core",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=[MembershipRow, DeclarationRow],
    migration_dependencies=[],
    commands=[],
)
