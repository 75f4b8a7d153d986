"""`metadata` as the API server reads it, so that `check` gives its verdict on labels, annotations and the rest.

This is Kubernetes' ObjectMeta, not ours: only `name` (the guild), labels and annotations are meant to be written in
a file. What the server itself fills in is accepted where the server accepts it in a file, as in one saved with
`kubectl get -o yaml`.
"""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StrictStr, model_validator
from pydantic_core import PydanticCustomError

from guildwright_crds.base import ALLOWED, SNOWFLAKE_PATTERN, SNOWFLAKE_WORDS, WHOLE, ConfigModel

_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]"
_DOMAIN = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_ANY_CASE_DOMAIN = _DOMAIN.replace("a-z", "A-Za-z")
LABEL_WORDS = "up to 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit"
TIME_WORDS = 'a time such as "2026-01-31T12:00:00Z"'
KEY_WORDS = f"{LABEL_WORDS}; a DNS name and '/' may stand before them"


def _string(pattern: str, words: str, maximum: int) -> Any:  # noqa: ANN401  # pydantic's own Field() is Any too
    return Field(pattern=pattern, max_length=maximum, json_schema_extra={ALLOWED: words})


type LabelKey = Annotated[StrictStr, _string(f"^({_DOMAIN}/)?{_NAME}$", KEY_WORDS, 317)]
type LabelValue = Annotated[StrictStr, _string(f"^({_NAME})?$", f"{LABEL_WORDS}, or nothing", 63)]
type AnnotationKey = Annotated[StrictStr, _string(f"^({_ANY_CASE_DOMAIN}/)?{_NAME}$", KEY_WORDS, 317)]
type Namespace = Annotated[
    StrictStr, _string("^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$", "a namespace: lower-case letters, digits and '-'", 63)
]
type Prefix = Annotated[StrictStr, _string(f"^({_DOMAIN}[-.]?)?$", "the beginning of a DNS name", 253)]


def _on_the_calendar(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise PydanticCustomError("time", "no such time: {error}", {"error": str(error)}) from error
    return text


type Time = Annotated[
    StrictStr,
    _string(
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})$",
        TIME_WORDS,
        64,
    ),
    AfterValidator(_on_the_calendar),
]
type Integer64 = Annotated[StrictInt, Field(ge=-(2**63), le=2**63 - 1), WHOLE]
type NotEmpty = Annotated[StrictStr, Field(min_length=1)]


class OwnerReference(ConfigModel):
    """The object that this one is deleted with."""

    api_version: Annotated[StrictStr, Field(pattern="^[^/]+(/[^/]+)?$", json_schema_extra={ALLOWED: "group/version"})]
    kind: NotEmpty
    name: NotEmpty
    uid: NotEmpty
    controller: StrictBool | None = None
    block_owner_deletion: StrictBool | None = None

    @model_validator(mode="after")
    def _owns_something(self) -> Self:
        if (self.api_version, self.kind) == ("v1", "Event"):
            raise PydanticCustomError("owner", "an Event owns nothing")
        return self


class ManagedField(ConfigModel):
    """Who wrote which fields; the server's notes."""

    manager: StrictStr | None = None
    operation: StrictStr | None = None
    api_version: StrictStr | None = None
    time: Time | None = None
    fields_type: StrictStr | None = None
    fields_v1: dict[str, Any] | None = Field(default=None, alias="fieldsV1")
    subresource: StrictStr | None = None


class Metadata(ConfigModel):
    """Whose config this is, and what Kubernetes keeps beside it."""

    name: StrictStr = Field(
        description=f"The guild: {SNOWFLAKE_WORDS}.",
        json_schema_extra={ALLOWED: SNOWFLAKE_WORDS, "pattern": SNOWFLAKE_PATTERN},
    )
    namespace: Namespace | None = Field(default=None, description="The namespace of the install.")
    labels: dict[LabelKey, LabelValue | None] | None = Field(
        default=None, description="Names to select documents by; Guildwright reads none."
    )
    annotations: dict[AnnotationKey, StrictStr | None] | None = Field(
        default=None, description="Notes for tools; Guildwright reads none."
    )
    generate_name: Prefix | None = None
    finalizers: tuple[LabelKey, ...] | None = None
    owner_references: tuple[OwnerReference, ...] | None = None
    uid: StrictStr | None = None
    resource_version: StrictStr | None = None
    generation: Integer64 | None = None
    creation_timestamp: Time | None = None
    deletion_timestamp: Time | None = None
    deletion_grace_period_seconds: Integer64 | None = None
    managed_fields: tuple[ManagedField, ...] | None = None
    self_link: StrictStr | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if len({owner for owner in self.owner_references or () if owner.controller}) > 1:  # equal ones count once
            raise PydanticCustomError("owners", "only one of the ownerReferences can be the controller")
        if {"orphan", "foregroundDeletion"} <= set(self.finalizers or ()):
            raise PydanticCustomError("finalizers", "orphan and foregroundDeletion exclude each other")
        return self
