"""Guild documents as people write them."""

OAK = "123456789012345678"
ELM = "223456789012345678"
ASH = "323456789012345678"


def document(guild_id: str = OAK, *, rerolls: int | None = None, spec: str = "") -> str:
    """A good document; `rerolls` is the one knob that most tests turn, `spec` any further text below `spec:`."""
    body = spec or ("  {}\n" if rerolls is None else f"  giveaways:\n    rerollLimit: {rerolls}\n")
    return f'apiVersion: guildwright.dev/v1alpha1\nkind: GuildConfig\nmetadata:\n  name: "{guild_id}"\nspec:\n{body}'
