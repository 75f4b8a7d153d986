"""The demo guild's first GuildConfig document, so that a newcomer has a file to edit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

TEXT = """\
# The demo guild's configuration. Save this file while Guildwright runs: the bot obeys within a second.
# Check it by hand with:  uv run guildwright check {file}
apiVersion: guildwright.dev/v1alpha1
kind: GuildConfig
metadata:
  name: "{guild}" # the guild's id, in quotes
spec:
  giveaways:
    claimTimeout: 5m # how long a winner has to press Claim before the prize is drawn again
    rerollLimit: 1 # how often an unclaimed prize is drawn again
    managerRoles: ["{artisan}"] # Artisan: its members may start and end giveaways, Ana for one
"""


def write(guilds: Path, facts: Mapping[str, Any]) -> None:
    """Write the document unless the directory holds one already. `facts` is the playground's ready file."""
    if any(path.suffix in {".yaml", ".yml"} for path in guilds.iterdir()):
        return
    file = guilds / "oak-hall.yaml"
    file.write_text(TEXT.format(file=file.name, guild=facts["guild_id"], artisan=facts["roles"]["Artisan"]))
