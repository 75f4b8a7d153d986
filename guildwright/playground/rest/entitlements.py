"""SKUs and entitlements: list, get, make and delete for tests, consume."""

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath

from guildwright.playground import entitlements, errors
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.ids import digits
from guildwright.playground.records import Entitlement
from guildwright.playground.rest.call import BotCall, Call, answer, nothing

_ALL = "/applications/{application_id:int}/entitlements"
_ONE = _ALL + "/{entitlement_id:int}"
_GUILD, _USER = 1, 2  # owner types
_MOST = 100


def _own(call: Call, application_id: int) -> None:
    if application_id != call.own_id:
        raise DiscordError(403, 20012, "You are not authorized to perform this action on this application")


def _one(call: Call, application_id: int, entitlement_id: int) -> Entitlement:
    _own(call, application_id)
    found = call.memory.entitlements.get(entitlement_id)
    if found is None:
        raise errors.unknown(10029, "Entitlement")
    return found


def _sku_ids(call: Call) -> set[int] | None:
    texts = [str(text) for text in call.request.query_params.getall("sku_ids", [])]
    parts = [part for text in texts for part in text.split(",") if part]
    found = {digits(part) for part in parts}
    if None in found:
        raise errors.invalid("sku_ids", "NUMBER_TYPE_COERCE", "A value is not snowflake.")
    return {number for number in found if number is not None} or None


@get("/applications/{application_id:int}/skus")
async def list_skus(call: BotCall, application_id: FromPath[int]) -> Response[object]:
    """GET all SKUs."""
    _own(call, application_id)
    return answer([entitlements.sku(call.memory, record) for record in call.memory.skus.values()])


@get(_ALL)
async def list_entitlements(call: BotCall, application_id: FromPath[int]) -> Response[object]:
    """GET: ended ones too unless excluded, deleted ones only when asked for."""
    _own(call, application_id)
    limit = call.query_int("limit", _MOST, 1, _MOST)
    user, guild, skus = call.query_snowflake("user_id"), call.query_snowflake("guild_id"), _sku_ids(call)
    before, after = call.query_snowflake("before"), call.query_snowflake("after")
    excluded = {
        "ended": call.query_flag("exclude_ended") or call.query_flag("only_active"),
        "deleted": call.query.get("exclude_deleted", "true").casefold() in {"true", "1"},
    }

    def wanted(record: Entitlement) -> bool:
        return (
            (user is None or record.user_id == user)
            and (guild is None or record.guild_id == guild)
            and (skus is None or record.sku_id in skus)
            and (before is None or record.id < before)
            and (after is None or record.id > after)
            and not (excluded["deleted"] and record.deleted)
            and not (excluded["ended"] and entitlements.ended(call.play, record))
        )

    found = [record for record in call.memory.entitlements.values() if wanted(record)]
    page = found[-limit:] if before is not None else found[:limit]
    return answer([entitlements.rendered(call.memory, record) for record in page])


@get(_ONE)
async def get_entitlement(
    call: BotCall, application_id: FromPath[int], entitlement_id: FromPath[int]
) -> Response[object]:
    """GET one."""
    return answer(entitlements.rendered(call.memory, _one(call, application_id, entitlement_id)))


@post(_ALL, status_code=200)
async def create_test_entitlement(call: BotCall, application_id: FromPath[int]) -> Response[object]:
    """POST: one for tests, without an end."""
    _own(call, application_id)
    faults = Faults()
    fields = Fields(await call.body(), faults)
    sku_id, owner_id = fields.snowflake("sku_id", needed=True), fields.snowflake("owner_id", needed=True)
    owner_type = fields.choice("owner_type", {_GUILD, _USER}, needed=True)
    faults.check()
    if sku_id not in call.memory.skus:
        raise errors.unknown(10027, "SKU")
    if owner_type == _GUILD and owner_id not in call.memory.guilds:
        raise errors.unknown_guild()
    if owner_type == _USER and owner_id not in call.memory.users:
        raise errors.unknown_user()
    record = Entitlement(
        id=call.play.ids.next(),
        sku_id=sku_id,
        type=entitlements.APPLICATION_SUBSCRIPTION,
        test=True,
        user_id=owner_id if owner_type == _USER else None,
        guild_id=owner_id if owner_type == _GUILD else None,
    )
    with call.play.store.change() as change:
        entitlements.changed(call.play, change, "ENTITLEMENT_CREATE", record)
    return answer(entitlements.rendered(call.memory, record))


@delete(_ONE, status_code=204)
async def delete_test_entitlement(
    call: BotCall, application_id: FromPath[int], entitlement_id: FromPath[int]
) -> Response[None]:
    """DELETE one that was made for tests; what people bought is theirs."""
    record = _one(call, application_id, entitlement_id)
    if not record.test or record.deleted:
        raise errors.unknown(10029, "Entitlement")
    with call.play.store.change() as change:
        gone = msgspec.structs.replace(record, deleted=True)
        entitlements.changed(call.play, change, "ENTITLEMENT_DELETE", gone)
    return nothing()


@post(_ONE + "/consume", status_code=204)
async def consume_entitlement(
    call: BotCall, application_id: FromPath[int], entitlement_id: FromPath[int]
) -> Response[None]:
    """POST consume: only what is consumable; a second time changes nothing."""
    record = _one(call, application_id, entitlement_id)
    sku = call.memory.skus.get(record.sku_id)
    if record.deleted or sku is None or sku.type != entitlements.CONSUMABLE:
        raise errors.unknown(10029, "Entitlement")
    if not record.consumed:
        with call.play.store.change() as change:
            used = msgspec.structs.replace(record, consumed=True)
            entitlements.changed(call.play, change, "ENTITLEMENT_UPDATE", used)
            change.count("entitlements_consumed", record.guild_id)
    return nothing()


@get("/users/@me/applications/{application_id:int}/entitlements")
async def list_my_entitlements(call: BotCall, application_id: FromPath[int]) -> Response[object]:
    """GET what the person of a bearer token has bought."""
    grant = call.granted("applications.entitlements")
    _own(call, application_id)
    skus, used = _sku_ids(call), not call.query_flag("exclude_consumed")
    found = [
        record
        for record in call.memory.entitlements.values()
        if record.user_id == grant.user_id
        and not record.deleted
        and (skus is None or record.sku_id in skus)
        and (used or not record.consumed)
    ]
    return answer([entitlements.rendered(call.memory, record) for record in found])


ROUTES = (
    list_skus,
    list_entitlements,
    get_entitlement,
    create_test_entitlement,
    delete_test_entitlement,
    consume_entitlement,
)
BEARER_ROUTES = (list_my_entitlements,)
