"""OAuth2: an application sends a person to the page, and gets tokens that open what the person agreed to."""

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import Json, LocalDiscord

BACK = "http://127.0.0.1:9/back?from=discord"
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-of-those"


def link(discord: LocalDiscord, scope: str = "identify guilds", **more: str) -> str:
    query = {"client_id": discord.application, "redirect_uri": BACK, "response_type": "code", "scope": scope}
    return "/oauth2/authorize?" + urlencode(query | {"state": "s&1"} | more)


async def registered(discord: LocalDiscord) -> None:
    bot = await discord.told("PUT", "/oauth2/redirects", {"redirect_uris": [BACK]})
    assert bot["redirect_uris"] == [BACK]


async def consented(discord: LocalDiscord, user: str, url: str, **more: object) -> dict[str, list[str]]:
    """The query with which the person comes back."""
    body = {"user_id": discord.user(user), "url": url, **more}
    location = (await discord.told("POST", "/oauth2/authorizations", body))["location"]
    assert location.startswith("http://127.0.0.1:9/back?")
    return parse_qs(urlsplit(location).query)


async def tokens(discord: LocalDiscord, *, path: str = "/api/oauth2/token", **form: str) -> httpx.Response:
    secret = (await discord.told("GET", "/state"))["bot"]["client_secret"]
    known = {"client_id": discord.application, "client_secret": secret}
    return await discord.http.post(path, data=known | form)


async def signed_in(discord: LocalDiscord, user: str, scope: str) -> Json:
    """The answer with a person's tokens."""
    await registered(discord)
    code = (await consented(discord, user, link(discord, scope)))["code"][0]
    response = await tokens(discord, grant_type="authorization_code", code=code, redirect_uri=BACK)
    assert response.status_code == 200, response.text
    body: Json = response.json()
    return body


async def borne(discord: LocalDiscord, token: str, path: str) -> httpx.Response:
    return await discord.http.get(f"/api/v10{path}", headers={"authorization": f"Bearer {token}"})


async def test_a_code_becomes_tokens_that_open_what_was_agreed_to(discord: LocalDiscord) -> None:
    granted = await signed_in(discord, "bo", "identify email guilds guilds.members.read")

    token = granted["access_token"]
    me = (await borne(discord, token, "/users/@me")).json()
    guilds = (await borne(discord, token, "/users/@me/guilds?with_counts=true")).json()
    member = (await borne(discord, token, f"/users/@me/guilds/{discord.guild}/member")).json()
    about = (await borne(discord, token, "/oauth2/@me")).json()

    assert (granted["token_type"], granted["expires_in"]) == ("Bearer", 604800)
    assert granted["scope"] == "identify email guilds guilds.members.read"
    assert (me["username"], me["verified"], "@" in me["email"]) == ("bo", True, True)
    assert [(guild["name"], guild["owner"]) for guild in guilds] == [("The Oak Hall", False)]
    assert int(guilds[0]["permissions"]) & 0x20, "bo may manage the guild"
    assert member["roles"] == [discord.role("Moderator")]
    assert (about["user"]["username"], about["application"]["id"]) == ("bo", discord.application)
    assert about["scopes"] == ["identify", "email", "guilds", "guilds.members.read"]


async def test_a_token_opens_nothing_that_was_not_agreed_to(discord: LocalDiscord) -> None:
    token = (await signed_in(discord, "ana", "identify"))["access_token"]

    me = (await borne(discord, token, "/users/@me")).json()
    assert "email" not in me
    for path in ("/users/@me/guilds", f"/users/@me/guilds/{discord.guild}/member", "/users/@me/connections"):
        assert (await borne(discord, token, path)).status_code == 401, path
    for path in (f"/channels/{discord.channel('gatehouse')}/messages", f"/guilds/{discord.guild}"):
        assert (await borne(discord, token, path)).status_code == 401, path
    assert (await borne(discord, "nonsense", "/users/@me")).status_code == 401
    bot = await discord.rest("GET", f"/users/@me/guilds/{discord.guild}/member")
    assert (bot.status_code, bot.json()["code"]) == (403, 20001), "with 401 a client would give its good token up"


async def test_the_state_comes_back_and_the_redirect_keeps_its_own_query(discord: LocalDiscord) -> None:
    await registered(discord)

    answer = await consented(discord, "ana", link(discord))
    refused = await consented(discord, "ana", link(discord), approve=False)

    assert (answer["state"], answer["from"]) == (["s&1"], ["discord"])
    assert (refused["error"], refused["state"]) == (["access_denied"], ["s&1"])
    assert "code" not in refused


async def test_a_code_is_good_once_for_ten_minutes_and_for_its_own_redirect(
    slow_discord: LocalDiscord, clock: FakeClock
) -> None:
    await registered(slow_discord)
    form = {"grant_type": "authorization_code", "redirect_uri": BACK}
    first = (await consented(slow_discord, "ana", link(slow_discord)))["code"][0]
    second = (await consented(slow_discord, "ana", link(slow_discord)))["code"][0]

    elsewhere = await tokens(slow_discord, **form | {"redirect_uri": "http://127.0.0.1:9/other"}, code=first)
    once = await tokens(slow_discord, **form, code=first)
    twice = await tokens(slow_discord, **form, code=first)
    clock.set(clock.now() + timedelta(minutes=11))
    late = await tokens(slow_discord, **form, code=second)

    assert once.status_code == 200
    for refused, field in ((elsewhere, "redirect_uri"), (twice, "code"), (late, "code")):
        wanted = {"error": "invalid_grant", "error_description": f'Invalid "{field}" in request.'}
        assert (refused.status_code, refused.json()) == (400, wanted)


async def test_a_refresh_replaces_both_tokens(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    old = await signed_in(slow_discord, "ana", "identify")
    clock.set(clock.now() + timedelta(days=8))
    expired = await borne(slow_discord, old["access_token"], "/users/@me")

    new = (await tokens(slow_discord, grant_type="refresh_token", refresh_token=old["refresh_token"])).json()
    again = await tokens(slow_discord, grant_type="refresh_token", refresh_token=old["refresh_token"])

    assert expired.status_code == 401
    assert (await borne(slow_discord, new["access_token"], "/users/@me")).json()["username"] == "ana"
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_a_revoked_token_ends_the_whole_authorisation(discord: LocalDiscord) -> None:
    granted = await signed_in(discord, "ana", "identify")
    other = await signed_in(discord, "bo", "identify")

    path = "/api/v10/oauth2/token/revoke"
    held = {"token": granted["refresh_token"], "token_type_hint": "refresh_token"}
    made_up = {"token": "nonsense"}
    revoked = await tokens(discord, path=path, **held)
    unknown = await tokens(discord, path=path, **made_up)

    assert (revoked.status_code, unknown.status_code) == (200, 200)
    assert (await borne(discord, granted["access_token"], "/users/@me")).status_code == 401
    refreshed = await tokens(discord, grant_type="refresh_token", refresh_token=granted["refresh_token"])
    assert refreshed.status_code == 400
    assert (await borne(discord, other["access_token"], "/users/@me")).status_code == 200


async def test_a_proof_key_has_to_be_shown(discord: LocalDiscord) -> None:
    await registered(discord)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    url = link(discord, code_challenge=challenge, code_challenge_method="S256")
    code = (await consented(discord, "ana", url))["code"][0]
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code": code}

    without = await tokens(discord, **form)
    wrong = await tokens(discord, **form, code_verifier="another")
    right = await tokens(discord, **form, code_verifier=VERIFIER)

    assert [without.json()["error"], wrong.json()["error"]] == ["invalid_grant"] * 2
    assert right.status_code == 200


async def test_the_application_gets_a_token_of_its_owner_by_itself(discord: LocalDiscord) -> None:
    response = await tokens(discord, grant_type="client_credentials", scope="identify")

    body = response.json()
    assert "refresh_token" not in body
    assert (await borne(discord, body["access_token"], "/users/@me")).json()["username"] == "olive"


async def test_the_implicit_grant_answers_in_the_fragment(discord: LocalDiscord) -> None:
    await registered(discord)
    url = link(discord, response_type="token")
    body = {"user_id": discord.user("ana"), "url": url}

    location = (await discord.told("POST", "/oauth2/authorizations", body))["location"]

    told = parse_qs(urlsplit(location).fragment)
    assert (told["token_type"], told["state"]) == (["Bearer"], ["s&1"])
    assert (await borne(discord, told["access_token"][0], "/users/@me")).status_code == 200


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "1"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "scope": "everything"}, 400, "invalid_scope"),
        ({"grant_type": "refresh_token"}, 400, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant"),
    ],
)
async def test_bad_token_requests_are_refused_in_oauth2_s_own_shape(
    shared_discord: LocalDiscord, change: dict[str, str], status: int, error: str
) -> None:
    response = await tokens(shared_discord, **change)

    assert (response.status_code, response.json()["error"]) == (status, error)


async def test_a_client_may_prove_itself_with_basic_authentication_and_must_send_a_form(discord: LocalDiscord) -> None:
    secret = (await discord.told("GET", "/state"))["bot"]["client_secret"]
    form: Any = {"grant_type": "client_credentials", "scope": "identify"}

    basic = await discord.http.post("/api/v10/oauth2/token", data=form, auth=(discord.application, secret))
    broken = await discord.http.post("/api/v10/oauth2/token", data=form, headers={"authorization": "Basic !"})
    json = await discord.http.post("/api/v10/oauth2/token", json=form, auth=(discord.application, secret))

    assert [basic.status_code, broken.status_code, json.status_code] == [200, 401, 400]
    assert json.json()["error"] == "unsupported_grant_type"


async def test_secrets_and_tokens_are_not_in_the_record(discord: LocalDiscord) -> None:
    granted = await signed_in(discord, "ana", "identify")
    secret = (await discord.told("GET", "/state"))["bot"]["client_secret"]

    record = (await discord.control("GET", "/traffic")).text

    assert "/oauth2/token" in record
    for text in (secret, granted["access_token"], granted["refresh_token"]):
        assert text not in record


async def test_adding_the_bot_invites_it_with_the_permissions_of_the_link(discord: LocalDiscord) -> None:
    guild = await discord.told("POST", "/guilds", {"name": "Second", "owner_name": "Zoe", "invite_bot": False})
    await registered(discord)
    url = link(discord, "bot applications.commands identify", permissions="3072")

    stranger = {"user_id": discord.user("ana"), "url": url, "guild_id": guild["id"]}
    refused = await discord.control("POST", "/oauth2/authorizations", stranger)
    member = stranger | {"guild_id": discord.guild}
    powerless = await discord.control("POST", "/oauth2/authorizations", member)
    answer = await consented(discord, "zoe", url, guild_id=guild["id"])
    form = {"grant_type": "authorization_code", "code": answer["code"][0], "redirect_uri": BACK}
    granted = (await tokens(discord, **form)).json()

    for response in (refused, powerless):
        assert (response.status_code, response.json()["error"]["field"]) == (403, "guild_id")
    assert (answer["guild_id"], answer["permissions"]) == ([guild["id"]], ["3072"])
    assert granted["guild"]["id"] == guild["id"]
    state = await discord.told("GET", f"/guilds/{guild['id']}")
    role = next(role for role in state["roles"] if role["managed"])
    assert (state["bot_present"], role["permissions"]) == (True, "3072")


BAD_LINKS: dict[str, tuple[dict[str, str], str | None]] = {
    "another application": ({"client_id": "1"}, None),
    "an address that is not registered": ({"redirect_uri": "http://evil.example/"}, None),
    "an address that only begins as one that is": ({"redirect_uri": BACK + "x"}, None),
    "no address": ({"redirect_uri": ""}, None),
    "an unknown scope": ({"scope": "identify everything"}, "invalid_scope"),
    "no scope": ({"scope": ""}, "invalid_scope"),
    "an unknown response type": ({"response_type": "cookie"}, "unsupported_response_type"),
    "an unknown proof": ({"code_challenge": "x", "code_challenge_method": "S512"}, "invalid_request"),
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", BAD_LINKS)
async def test_a_bad_link_sends_back_only_where_it_is_safe(shared_discord: LocalDiscord, what: str) -> None:
    change, error = BAD_LINKS[what]
    await registered(shared_discord)
    url = link(shared_discord, **({"scope": "identify"} | change))

    answer = await shared_discord.http.get(url)

    if error is None:
        assert (answer.status_code, "location" in answer.headers) == (400, False)
        assert "This link does not work" in answer.text
    else:
        assert answer.status_code == 302
        assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == [error]


async def test_on_the_page_a_person_is_picked_and_answers(discord: LocalDiscord) -> None:
    await registered(discord)

    people = await discord.http.get(link(discord))
    found = await discord.http.get(link(discord) + "&q=cy")
    picked = dict(re.findall(r'href="(\?[^"]+)"><bdi>(\w+)', people.text.replace("&amp;", "&")))
    href = next(href for href, name in picked.items() if name == "Ana")
    consent = await discord.http.get(f"/oauth2/authorize{href}")
    yes = await discord.http.post(f"/oauth2/authorize{href}", data={"answer": "authorise"})
    no = await discord.http.post(f"/oauth2/authorize{href}", data={"answer": "cancel"})

    assert set(picked.values()) >= {"Ana", "Bo", "Olive"}
    assert "Guildwright" not in picked.values()
    assert ("Cy" in found.text, "Olive" in found.text) == (True, False)
    assert "Know which servers you are in" in consent.text
    assert yes.status_code == 303
    code = parse_qs(urlsplit(yes.headers["location"]).query)["code"][0]
    assert (await tokens(discord, grant_type="authorization_code", code=code, redirect_uri=BACK)).status_code == 200
    assert "error=access_denied" in no.headers["location"]


async def test_who_agreed_before_is_not_asked_again_with_prompt_none(discord: LocalDiscord) -> None:
    await signed_in(discord, "ana", "identify guilds")
    cookie = {"cookie": f"guildwright_playground_person={discord.user('ana')}"}

    known = await discord.http.get(link(discord, "identify", prompt="none"), headers=cookie)
    more = await discord.http.get(link(discord, "identify email", prompt="none"), headers=cookie)
    nobody = await discord.http.get(link(discord, "identify", prompt="none"))

    assert (known.status_code, more.status_code, nobody.status_code) == (302, 200, 200)
    assert "code=" in known.headers["location"]


async def test_the_page_asks_for_a_server_when_the_bot_is_added(discord: LocalDiscord) -> None:
    url = f"/oauth2/authorize?client_id={discord.application}&scope=bot&permissions=8192&as={discord.user('olive')}"

    page = await discord.http.get(url)
    without = await discord.http.post(url, data={"answer": "authorise"})
    done = await discord.http.post(url, data={"answer": "authorise", "guild_id": discord.guild})

    assert ("The Oak Hall" in page.text, "Manage messages" in page.text) == (True, True)
    assert (without.status_code, "Choose a server for the bot." in without.text) == (422, True)
    assert (done.status_code, "Authorised" in done.text) == (200, True)


async def test_the_page_obeys_a_strict_policy_that_lets_its_form_lead_to_the_application(discord: LocalDiscord) -> None:
    await registered(discord)

    page = await discord.http.get(link(discord) + f"&as={discord.user('ana')}")
    foreign = await discord.http.post(
        link(discord) + f"&as={discord.user('ana')}",
        data={"answer": "authorise"},
        headers={"origin": "http://evil.example"},
    )

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert policy.endswith("form-action 'self' http://127.0.0.1:9")
    assert "script-src" not in policy
    assert not re.search(r"<script|\s(style|on\w+)=", page.text)
    assert foreign.status_code == 403


@pytest.mark.parametrize("address", ["", "back", "http://a/#x", "http://[", "//a/b"])
async def test_only_whole_addresses_are_registered(discord: LocalDiscord, address: str) -> None:
    response = await discord.control("PUT", "/oauth2/redirects", {"redirect_uris": [BACK, address]})

    assert (response.status_code, response.json()["error"]["field"]) == (422, "redirect_uris.1")


async def test_a_person_who_agreed_is_joined_to_a_server(discord: LocalDiscord) -> None:
    guild = await discord.told("POST", "/guilds", {"name": "Second", "owner_name": "Zoe", "invite_bot": False})
    await discord.told("PUT", f"/guilds/{guild['id']}/bot", {"permissions": "1024"})
    token = (await signed_in(discord, "ana", "identify guilds.join"))["access_token"]
    path = f"/guilds/{guild['id']}/members/{discord.user('ana')}"
    weak = await discord.rest("PUT", path, {"access_token": token, "nick": "Annie"})
    await discord.told("DELETE", f"/guilds/{guild['id']}/bot")
    await discord.told("PUT", f"/guilds/{guild['id']}/bot", {"permissions": str(0x1 | 0x8000000)})

    async with discord.connected() as gateway:
        joined = await discord.rest("PUT", path, {"access_token": token, "nick": "Annie"})
        heard = await gateway.expect("GUILD_MEMBER_ADD")
    again = await discord.rest("PUT", path, {"access_token": token})
    other = await discord.rest("PUT", path.replace(discord.user("ana"), discord.user("bo")), {"access_token": token})
    without = await discord.rest("PUT", path, {"nick": "Annie"})

    assert (weak.status_code, weak.json()["code"]) == (403, 50013)
    assert (joined.status_code, joined.json()["nick"], heard["nick"]) == (201, "Annie", "Annie")
    assert (again.status_code, again.content) == (204, b"")
    assert (other.status_code, other.json()["code"]) == (403, 50025)
    assert (without.status_code, "access_token" in without.json()["errors"]) == (400, True)
