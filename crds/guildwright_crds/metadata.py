"""`metadata` as the API server reads it, so that `check` gives its verdict on labels, annotations and the rest.

This is Kubernetes' ObjectMeta, not ours: only `name` (the guild), labels and annotations are meant to be written in
a file. What the server itself fills in is accepted where the server accepts it in a file, as in one saved with
`kubectl get -o yaml`.
"""

from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictInt, StrictStr

from guildwright_crds.base import ALLOWED, SNOWFLAKE_PATTERN, SNOWFLAKE_WORDS, ConfigModel

_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]"
_DOMAIN = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_ANY_CASE_DOMAIN = _DOMAIN.replace("a-z", "A-Za-z")
LABEL_WORDS = "up to 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit"
KEY_WORDS = f"{LABEL_WORDS}; a DNS name and '/' may stand before them"


def _string(pattern: str, words: str, maximum: int) -> Any:  # noqa: ANN401  # pydantic's own Field() is Any too
    return Field(pattern=pattern, max_length=maximum, json_schema_extra={ALLOWED: words})


type LabelKey = Annotated[StrictStr, _string(f"^({_DOMAIN}/)?{_NAME}$", KEY_WORDS, 317)]
type LabelValue = Annotated[StrictStr, _string(f"^({_NAME})?$", f"{LABEL_WORDS}, or nothing", 63)]
type AnnotationKey = Annotated[StrictStr, _string(f"^({_ANY_CASE_DOMAIN}/)?{_NAME}$", KEY_WORDS, 317)]
type Namespace = Annotated[
    StrictStr, _string("^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$", "a namespace: lower-case letters, digits and '-'", 63)
]


class OwnerReference(ConfigModel):
    """The object that this one is deleted with."""

    api_version: Annotated[StrictStr, Field(min_length=1)]
    kind: Annotated[StrictStr, Field(min_length=1)]
    name: Annotated[StrictStr, Field(min_length=1)]
    uid: Annotated[StrictStr, Field(min_length=1)]
    controller: StrictBool | None = None
    block_owner_deletion: StrictBool | None = None


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
    generate_name: StrictStr | None = None
    finalizers: tuple[LabelKey, ...] | None = None
    owner_references: tuple[OwnerReference, ...] | None = None
    uid: StrictStr | None = None
    generation: Annotated[StrictInt, Field(ge=0)] | None = None
    creation_timestamp: StrictStr | None = None
    deletion_timestamp: StrictStr | None = None
    deletion_grace_period_seconds: StrictInt | None = None
    managed_fields: tuple[dict[str, Any], ...] | None = None
    self_link: StrictStr | None = None
    resource_version: (
        Annotated[
            StrictStr,
            Field(
                max_length=0, json_schema_extra={ALLOWED: "nothing: the API server keeps this number, delete the line"}
            ),
        ]
        | None
    ) = None
