"""What generated people are called, and what they say."""

from guildwright.playground.generator.chance import Chance

_FIRST = ("Ada", "Bran", "Cleo", "Dov", "Edda", "Finn", "Greta", "Hugo", "Ines", "Jory", "Kaya", "Lev", "Mira", "Nils")
_SECOND = (
    "Ash",
    "Birch",
    "Cole",
    "Dale",
    "Elm",
    "Fern",
    "Glen",
    "Heath",
    "Ivy",
    "Lark",
    "Moss",
    "Reed",
    "Stone",
    "Vale",
)
_PLACES = ("Harbour", "Workshop", "Tavern", "Library", "Orchard", "Forge", "Market", "Lighthouse", "Garden", "Mill")
_OPENINGS = ("hey", "so", "hm", "well", "right", "ok", "honestly", "wait,", "good morning,", "anyone here?")
_SUBJECTS = ("the new patch", "that giveaway", "my chest", "the raid tonight", "this song", "the weather", "my cat")
_VERDICTS = ("is great", "was better before", "needs more cowbell", "made my day", "is late again", "starts at nine")
_ENDINGS = ("", " :)", " lol", "!", " ...", " ✨", " what do you think?", " https://example.org/look")


def person(chance: Chance, number: int) -> tuple[str, str]:
    """A username that nobody with another number has, and a name to show."""
    first, second = chance.one(_FIRST), chance.one(_SECOND)
    return f"{first}.{second}.{number}".casefold(), f"{first} {second}"


def place(chance: Chance, number: int) -> str:
    """A guild's name."""
    return f"{chance.one(_SECOND)} {chance.one(_PLACES)} {number}"


def sentence(chance: Chance) -> str:
    """Something that people write."""
    return f"{chance.one(_OPENINGS)} {chance.one(_SUBJECTS)} {chance.one(_VERDICTS)}{chance.one(_ENDINGS)}"
