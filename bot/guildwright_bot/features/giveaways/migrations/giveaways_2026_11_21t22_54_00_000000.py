from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import JSONB
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-21T22:54:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "how many entries were left out of a list"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="giveaways", description=DESCRIPTION)

    manager.add_column(
        table_class_name="DrawRow",
        tablename="giveaway_draw",
        column_name="left_out",
        db_column_name="left_out",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    return manager
