"""The rows of what belongs to no feature."""

from piccolo.columns import JSONB, BigInt, Text, Timestamptz, Varchar
from piccolo.table import Table


class MembershipRow(Table, tablename="guild_membership"):
    """A guild that the bot is in, or was in and whose data is not erased yet."""

    guild_id = BigInt(primary_key=True)
    joined_at = Timestamptz()
    left_at = Timestamptz(null=True, default=None)


class DeclarationRow(Table, tablename="command_declaration"):
    """What was last declared to Discord, globally or in one guild."""

    scope = Varchar(length=40, primary_key=True, help_text="application:global, or application:guild id")
    digest = Text(help_text="of what we declared")
    registered = JSONB(default="{}", help_text="command name → the version that Discord gave it")
