"""Tells Piccolo where the tables of jobs and their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from guildwright.platform.jobs.tables import Job, RecurringJob

APP_CONFIG = AppConfig(
    app_name="jobs",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=[Job, RecurringJob],
    migration_dependencies=[],
    commands=[],
)
