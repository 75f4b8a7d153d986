"""What a bot changes about itself and its application."""

from tests.fakes.local_discord import LocalDiscord


async def test_a_description_is_kept_and_an_endpoint_is_refused(discord: LocalDiscord) -> None:
    edited = await discord.ask("PATCH", "/applications/@me", {"description": {"default": "A bot of many trades"}})
    plain = await discord.ask("PATCH", "/applications/@me", {})
    refused = await discord.rest("PATCH", "/applications/@me", {"interactions_endpoint_url": "https://a.example/"})

    assert edited["description"] == plain["description"] == "A bot of many trades"
    assert (await discord.ask("GET", "/applications/@me"))["description"] == "A bot of many trades"
    assert "interactions_endpoint_url" in refused.json()["errors"]


async def test_a_new_name_is_told_to_the_bot_itself(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await discord.ask("PATCH", "/users/@me", {"username": "Gildwright"})
        heard = await gateway.expect("USER_UPDATE")

    assert heard["username"] == (await discord.ask("GET", "/users/@me"))["username"] == "Gildwright"
