"""`python -m guildwright`: how `up` starts its children, whatever is on PATH."""

from guildwright.cli import main

main()
