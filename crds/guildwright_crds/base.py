"""What every config module is built from, so that a knob is written once: its type, bound, default and help.

The pydantic model is the source. `schema.py` turns it into the CRD, `check.py` judges documents with it, `compile.py`
fills its defaults in. What a type cannot say is a CEL `Rule`, kept here beside the type and evaluated from the
rendered schema, at the API server and offline alike.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal, override

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    StrictStr,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

LIST_TYPE = "x-kubernetes-list-type"
LIST_KEYS = "x-kubernetes-list-map-keys"
RULES = "x-kubernetes-validations"
ALLOWED = "x-guildwright-allowed"
"""What a person may write here, in words; `check` says it. Never part of the CRD."""
NOT_EVERYONE = "x-guildwright-not-everyone"
"""Marks a list of roles that @everyone would make absurd; `schema.py` turns it into a rule at the root."""
DEFAULT_TEXT = "x-guildwright-default"
"""How the description names a default that does not speak for itself."""


@dataclass(frozen=True)
class Rule:
    """A CEL rule: `expression` over `self`, and what to say when it is false. `field` names the field to blame."""

    expression: str
    message: str
    field: str | None = None

    def as_schema(self) -> dict[str, str]:
        """The rule as an item of `x-kubernetes-validations`."""
        rendered = {"rule": self.expression, "message": self.message}
        return rendered | ({"fieldPath": self.field} if self.field else {})


class ConfigModel(BaseModel):
    """An authored part of a document: frozen, camelCase in YAML, and strict about unknown fields.

    Python code reads and builds it by the snake_case names; documents are validated with `by_name=False`.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )
    cel_rules: ClassVar[tuple[Rule, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _null_means_absent(cls, value: object) -> object:
        """Drop the nulls of known fields, as the API server does; an unknown field stays an error, null or not."""
        if not isinstance(value, Mapping) or None not in value.values():  # nearly always: and it is asked for each rule
            return value
        known = {name for field, info in cls.model_fields.items() for name in (field, info.alias)}
        return {key: item for key, item in value.items() if item is not None or key not in known}

    @classmethod
    @override
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the class's rules to its schema."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        if cls.cel_rules:
            schema[RULES] = [rule.as_schema() for rule in cls.cel_rules]
        return schema


def _whole(value: object) -> object:
    """5.0 is 5 to the API server, whose numbers are JSON's; 5.5 stays what it is and is refused."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""Goes last in the `Annotated` of an integer, or its bounds would be lost from the schema."""

_DURATION = re.compile(r"([0-9]{1,6}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?")
_UNITS: tuple[tuple[str, int], ...] = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
DURATION_WORDS = 'a duration in days, hours, minutes and seconds, such as "30s", "5m", "1h30m" or "2d"'


def parse_duration(text: str) -> timedelta:
    """Read "1h30m" or "2d". Raises ValueError for anything else; every unit is whole, in falling order."""
    matched = _DURATION.fullmatch(text)
    if not text or matched is None:
        raise ValueError(f"not {DURATION_WORDS}")
    parts = zip(matched.groups(), (seconds for _, seconds in _UNITS), strict=True)
    return timedelta(seconds=sum(int(part[:-1]) * seconds for part, seconds in parts if part))


def render_duration(value: timedelta) -> str:
    """The shortest text that `parse_duration` reads back: "5m", "1h30m", "2d", "0s"."""
    left = int(value.total_seconds())
    text = ""
    for unit, seconds in _UNITS:
        count, left = divmod(left, seconds)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "Input should be a valid string")
    try:
        return parse_duration(value)
    except ValueError as error:
        raise PydanticCustomError("string_pattern_mismatch", "{reason}", {"reason": str(error)}) from error


type Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(render_duration, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 2,
            "maxLength": 28,
            "pattern": f"^{_DURATION.pattern}$",
            ALLOWED: DURATION_WORDS,
        }
    ),
]
"""A span of time: text such as "5m" in documents, `timedelta` in Python."""


@dataclass(frozen=True)
class Between:
    """Bounds of a `Duration`, both inclusive. They live in CEL alone: no pattern can compare "90m" with "2h"."""

    minimum: str
    maximum: str

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the rule to the schema of the duration."""
        low, high = (int(parse_duration(bound).total_seconds()) for bound in (self.minimum, self.maximum))
        days = "(self.contains('d') ? int(self.find('^[0-9]+')) * 86400 : 0)"
        rest = "duration('0s' + self.find('[0-9hms]*$')).getSeconds()"  # CEL's duration() knows no days
        expression = f"[{days} + {rest}].all(seconds, {low} <= seconds && seconds <= {high})"
        message = f"must be between {self.minimum} and {self.maximum}"
        return handler(core_schema) | {RULES: [Rule(expression, message).as_schema()]}


SNOWFLAKE_PATTERN = "^([1-9][0-9]{16,17}|[1-8][0-9]{18}|9[01][0-9]{17})$"
"""17 to 19 digits, and below 2^63: ids are `BIGINT` in the database."""
SNOWFLAKE_WORDS = "a snowflake: Discord's id, 17 to 19 digits in quotes"

type Snowflake = Annotated[
    StrictStr,
    Field(min_length=17, max_length=19, pattern=SNOWFLAKE_PATTERN, json_schema_extra={ALLOWED: SNOWFLAKE_WORDS}),
]
"""Discord's id of anything: a string, because JSON numbers lose its last digits."""


def id_set(maximum: int, **marks: Any) -> Any:  # noqa: ANN401  # pydantic's own Field() is Any too
    """Metadata for a list of ids that server-side apply merges as a set."""
    return Field(max_length=maximum, json_schema_extra={LIST_TYPE: "set", **marks})


type Roles = Annotated[tuple[Snowflake, ...], id_set(25)]
type Channels = Annotated[tuple[Snowflake, ...], id_set(50)]
type Members = Annotated[tuple[Snowflake, ...], id_set(100)]
type RolesButEveryone = Annotated[tuple[Snowflake, ...], id_set(25, **{NOT_EVERYONE: True})]
"""Roles that give power or take it away: @everyone among them is a mistake."""

type ConditionStatus = Literal["True", "False", "Unknown"]
