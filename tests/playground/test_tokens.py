"""The bot's token: made by the playground, or known beforehand by whoever starts both it and the bot."""

from pathlib import Path

import pytest

from guildwright.playground.main import Asked, from_environment, serve
from guildwright.playground.playground import Options, Playground
from guildwright.playground.tokens import NoToken, application_of, token_for

APPLICATION = 1100000000000000001
TOKEN = token_for(APPLICATION)


def test_a_token_tells_its_application() -> None:
    assert application_of(TOKEN) == APPLICATION


NO_TOKENS = {
    "with the word before it": "Bot " + TOKEN,
    "cut off": TOKEN[:-30],
    "words": "no token",
    "of no application": TOKEN.replace(TOKEN[:8], "zzzzzzzz", 1),
    "empty": "",
}


@pytest.mark.parametrize("text", NO_TOKENS.values(), ids=NO_TOKENS)  # a name holds still, a token is another each time
def test_what_is_no_token_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(NoToken, match="GUILDWRIGHT_PLAYGROUND_TOKEN is no bot token") as refusal:
        application_of(text)
    assert not text or text not in str(refusal.value)


def test_a_token_that_was_given_is_the_bots_from_the_first_start_on(tmp_path: Path) -> None:
    for given in (TOKEN, None):
        play = Playground(Options(file=tmp_path / "playground.sqlite3", token=given))
        assert play.application.token == TOKEN
        assert play.bot.id == play.application.id == APPLICATION
        play.close()


def test_a_wrong_token_ends_the_start_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GUILDWRIGHT_PLAYGROUND_TOKEN", "nonsense")
    assert serve(from_environment(Asked(data=tmp_path, port=0))) == 1
    assert "is no bot token" in capsys.readouterr().err
