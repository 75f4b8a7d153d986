"""Names of commands and choices, and their translations."""

import unicodedata

from guildwright.playground.bodies.fields import Fields
from guildwright.playground.locales import LOCALES


def is_name(name: str) -> bool:
    """Discord: letters, digits, marks of Indic and Thai scripts, - _ ', all lower case."""
    plain = all(letter in "-_'" or unicodedata.category(letter)[0] in "LNM" for letter in name)
    return plain and name == name.lower()


def localizations(fields: Fields, name: str, longest: int, *, as_name: bool = False) -> dict[str, str] | None:
    """A text per locale; None when absent. With `as_name` each obeys the rules of a command's name."""
    part = fields.object(name)
    if part is None:
        return None
    found = {}
    for locale in part.body:
        text = part.text(locale, longest, shortest=1)
        if locale not in LOCALES:
            part.fault(locale, "BASE_TYPE_CHOICES", f"{locale} is not a locale of Discord.")
        elif text is not None:
            if as_name and not is_name(text):
                part.fault(locale, "STRING_TYPE_REGEX", "String value did not match validation regex.")
            found[locale] = text
    return found
