"""What a process takes for true of what it finds in Redis."""

import asyncio
import json

import pytest
from redis.asyncio import Redis

from guildwright.platform.config.keys import CHANGED, COMPLETE, CONFIG, Marker
from guildwright.platform.config.read import ConfigReader, ConfigUnknown
from guildwright_crds.compile import compile_config
from guildwright_crds.guild_config import GuildConfigSpec
from tests.config.support import ELM_ID, OAK_ID, limit
from tests.fakes.documents import ELM, OAK
from tests.fakes.redis_server import RedisServer
from tests.fakes.waiting import eventually

pytestmark = pytest.mark.integration


def record(generation: int, rerolls: int, uid: str = "u1", guild_id: str = OAK) -> bytes:
    spec = GuildConfigSpec.model_validate({"giveaways": {"rerollLimit": rerolls}})
    return compile_config(guild_id, spec, uid, generation).to_json()


class Hand:
    """Publishes by hand."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._revision = 0

    async def put(self, value: bytes | None, guild_id: str = OAK, *, announce: bool = True) -> None:
        if value is None:
            await self.redis.hdel(CONFIG, guild_id)
        else:
            await self.redis.hset(CONFIG, guild_id, value)
        if announce:
            await self.redis.publish(CHANGED, json.dumps({"guild": guild_id, "generation": 0, "uid": ""}))

    async def vouch(self, count: int, *, announce: bool = True) -> None:
        self._revision += 1
        await self.redis.set(COMPLETE, Marker("now", count, "hand", self._revision).to_json())
        if announce:
            await self.redis.publish(CHANGED, '{"all": true}')

    async def heard(self, reader: ConfigReader) -> None:
        """Return when the reader has surely taken up all that was said before."""
        self._revision += 1
        await self.put(record(self._revision, 1, guild_id=ELM), ELM)
        await eventually(lambda: (elm := reader._configs.get(ELM_ID)) and elm.generation == self._revision)


@pytest.fixture
def hand(redis: Redis) -> Hand:
    return Hand(redis)


@pytest.fixture
async def settled(hand: Hand, reader: ConfigReader) -> ConfigReader:
    """A reader that knows one guild, generation 5, and that this is all."""
    await hand.put(record(5, 2), announce=False)
    await hand.vouch(1)
    await reader.wait_ready()
    return reader


async def test_what_became_complete_without_a_word_is_noticed_with_the_next_change(
    hand: Hand, reader: ConfigReader
) -> None:
    await hand.put(record(5, 2), announce=False)
    await hand.put(record(1, 1, guild_id=ELM), ELM)
    await eventually(lambda: ELM_ID in reader._configs)
    await hand.vouch(2, announce=False)
    await hand.put(record(2, 1, guild_id=ELM), ELM)
    await asyncio.wait_for(reader.wait_ready(), 30)
    assert limit(reader) == 2


async def test_of_one_document_the_higher_generation_wins(hand: Hand, settled: ConfigReader) -> None:
    await hand.put(record(4, 9))
    await hand.heard(settled)
    assert limit(settled) == 2
    await hand.put(record(6, 3))
    await hand.heard(settled)
    assert limit(settled) == 3


async def test_of_two_documents_the_one_that_is_published_now_wins(hand: Hand, settled: ConfigReader) -> None:
    await hand.put(record(1, 9, uid="u2"))
    await hand.heard(settled)
    assert limit(settled) == 9


async def test_without_the_marker_no_record_means_unknown(hand: Hand, reader: ConfigReader) -> None:
    await hand.put(record(1, 2))
    await hand.heard(reader)
    assert not reader.ready
    assert limit(reader) == 2
    with pytest.raises(ConfigUnknown, match="999"):
        reader.get(999)
    await hand.vouch(2)
    await reader.wait_ready()
    assert limit(reader, 999) == 1


async def test_a_marker_beside_too_few_records_vouches_for_nothing(hand: Hand, reader: ConfigReader) -> None:
    await hand.put(record(1, 2))
    await hand.vouch(7)
    await hand.heard(reader)
    assert not reader.ready


async def test_what_is_in_memory_stays_when_marker_and_record_are_gone(hand: Hand, settled: ConfigReader) -> None:
    await hand.redis.flushall()
    await hand.put(None)
    await hand.redis.publish(CHANGED, '{"all": true}')
    await hand.heard(settled)
    assert (limit(settled), settled.ready) == (2, True)
    assert limit(settled, 999) == 1


async def test_a_vouched_absence_means_that_the_document_is_gone(hand: Hand, settled: ConfigReader) -> None:
    await hand.put(None, announce=False)
    await hand.vouch(0, announce=False)
    await hand.put(None)
    await eventually(lambda: limit(settled) == 1)
    assert settled.get(OAK_ID).generation == 0


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[]", b"\xff", record(9, 9).replace(b'"format":1', b'"format":99')])
async def test_an_unreadable_record_is_unknown_never_the_defaults(
    hand: Hand, settled: ConfigReader, rubbish: bytes
) -> None:
    await hand.put(rubbish)
    await hand.put(rubbish, "999", announce=False)
    await hand.vouch(2)
    await asyncio.sleep(0)
    await eventually(lambda: 999 in settled._unreadable)
    assert limit(settled) == 2
    with pytest.raises(ConfigUnknown):
        settled.get(999)
    await hand.put(record(1, 7, guild_id="999"), "999")
    await eventually(lambda: 999 not in settled._unreadable)
    assert limit(settled, 999) == 7


async def test_fields_of_a_newer_publisher_are_passed_over(hand: Hand, settled: ConfigReader) -> None:
    newer = json.loads(record(6, 3)) | {"tickets": {"panels": []}}
    newer["giveaways"]["confetti"] = True
    await hand.put(json.dumps(newer).encode())
    await hand.heard(settled)
    assert limit(settled) == 3


@pytest.mark.parametrize("said", ["", "x", "[]", "{}", '{"guild": "x"}', '{"guild": null}', "\x00"])
async def test_an_announcement_that_makes_no_sense_is_a_reason_to_read_everything(
    hand: Hand, settled: ConfigReader, said: str
) -> None:
    await hand.put(record(6, 3), announce=False)
    await hand.redis.publish(CHANGED, said)
    await eventually(lambda: limit(settled) == 3)


async def test_a_lost_announcement_is_made_up_for(hand: Hand, settled: ConfigReader) -> None:
    await hand.put(record(6, 3), announce=False)
    await hand.vouch(1, announce=False)
    await eventually(lambda: limit(settled) == 3)


async def test_a_change_during_a_broken_connection_is_not_missed(hand: Hand, settled: ConfigReader) -> None:
    for generation in (6, 7, 8):
        await hand.redis.client_kill_filter(_type="pubsub")
        await hand.put(record(generation, generation), announce=False)
        assert await eventually(lambda generation=generation: limit(settled) == generation) < 1.9  # type: ignore[misc]


async def test_a_stopped_reader_still_answers_and_starts_again(
    hand: Hand, settled: ConfigReader, server: RedisServer
) -> None:
    await settled.stop()
    await hand.put(record(6, 3))
    assert limit(settled) == 2
    await settled.start()
    await eventually(lambda: limit(settled) == 3)
    server.kill()
    assert limit(settled) == 3


async def test_a_connection_that_decodes_is_as_good(hand: Hand, server: RedisServer) -> None:
    await hand.put(record(5, 2))
    await hand.vouch(1)
    reader = ConfigReader(Redis.from_url(server.url, decode_responses=True))
    await reader.start()
    await reader.wait_ready()
    assert limit(reader) == 2
    await reader.stop()


async def test_asking_is_only_a_look_into_memory(settled: ConfigReader) -> None:
    assert settled.get(OAK_ID) is settled.get(OAK_ID)
    assert settled.get(999) is settled.get(999)
