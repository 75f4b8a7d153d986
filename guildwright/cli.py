"""The `guildwright` command line: parses, and imports a process only when asked to run it."""


def main() -> None:
    """Run the command line."""
