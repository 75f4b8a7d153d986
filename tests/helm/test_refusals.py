"""Values that cannot be used are refused by their name, with what mends them."""

import pytest

from tests.helm.rendering import CHART, DATABASE, REAL, TOKEN, TRIAL, helm, sets

pytestmark = pytest.mark.cluster

REFUSALS = {
    "nothing at all": ((), ["is missing: set", "trial.enabled=true"]),
    "no token": (REAL[1:], ["discord.token is missing: set discord.existingSecret", "key DISCORD_TOKEN"]),
    "no database": ((REAL[0], REAL[2]), ["database.url is missing: set database.existingSecret"]),
    "no redis": (REAL[:2], ["redis.url is missing: set redis.existingSecret"]),
    "a token twice": (
        (*REAL, "discord.existingSecret=mine"),
        ["discord: set either discord.token or discord.existingSecret, not both"],
    ),
    "a token with Bot": (
        ("trial.enabled=true", f"discord.token=Bot {TOKEN}"),
        ["discord.token", "no 'Bot ' before it"],
    ),
    "a short token": (("trial.enabled=true", "discord.token=tooshort"), ["discord.token", "20 to 200 characters"]),
    "an unknown value": ((*TRIAL, "operators.replicas=3"), ["'operators' not allowed"]),
    "an unknown value deep inside": ((*TRIAL, "trial.redis.port=3"), ["/trial/redis", "'port' not allowed"]),
    "a setting that is none": ((*TRIAL, "config.GUILDWRIGHT_LOGLEVEL=info"), ["/config", "'GUILDWRIGHT_LOGLEVEL'"]),
    "a secret among the settings": ((*TRIAL, f"config.DATABASE_URL={DATABASE}"), ["/config", "'DATABASE_URL'"]),
    "a setting with a wrong value": (
        (*TRIAL, "config.GUILDWRIGHT_LOG_LEVEL=loud"),
        ["/config/GUILDWRIGHT_LOG_LEVEL", "'debug', 'info', 'warning', 'error'"],
    ),
    "a limit out of bounds": (
        (*TRIAL, "config.GUILDWRIGHT_LIMIT_GIVEAWAYS_WINNERS=101"),
        ["/config/GUILDWRIGHT_LIMIT_GIVEAWAYS_WINNERS", "maximum", "100"],
    ),
    "no operator": ((*TRIAL, "operator.replicas=0"), ["/operator/replicas", "minimum"]),
    "a tag that became a number": ((*TRIAL, "image.tag=20261121"), ["/image/tag", "want string"]),
    "a tag that no image may have": ((*TRIAL, "image.tag=v1.0+build"), ["/image/tag", "'v1.0+build'"]),
    "a section that was emptied": ((*TRIAL, "operator=null"), ["missing property 'operator'"]),
    "a part of the trial that was emptied": (
        (*TRIAL, "trial.postgres=null", "trial.redis=null"),
        ["/trial", "missing properties 'postgres', 'redis'"],
    ),
    "a registry that is none": ((*TRIAL, "image.repository=Acme/bot"), ["/image/repository", "'Acme/bot'"]),
    "a tag in the name": ((*TRIAL, "image.repository=here:5000/bot:1"), ["/image/repository", "'here:5000/bot:1'"]),
    "another Discord beside the playground": (
        (*TRIAL, "config.GUILDWRIGHT_DISCORD_API=http://other"),
        ["config.GUILDWRIGHT_DISCORD_API: this trial talks to its own playground", "set discord.token"],
    ),
    "an annotation that the chart sets": (
        (*TRIAL, r"podAnnotations.kubectl\.kubernetes\.io/default-container=me"),
        ["podAnnotations: kubectl.kubernetes.io/default-container is set by the chart itself"],
    ),
    "a sum that the chart makes": (
        (*TRIAL, "podAnnotations.checksum/redis=me"),
        ["podAnnotations: checksum/redis is set by the chart itself"],
    ),
    "a name that begins with a digit": ((*TRIAL, "fullnameOverride=7days"), ['"7days"', "a letter a-z"]),
    "a name with a dot": ((*TRIAL, "fullnameOverride=my.bot"), ['"my.bot"', "only a-z, 0-9 and -"]),
    "a wrong quantity": ((*TRIAL, "worker.resources.limits.memory=much"), ["/worker/resources/limits/memory"]),
    "another database": ((*TRIAL, "database.url=mysql://x/y"), ["database.url must start with postgresql://"]),
    "another Redis": ((*TRIAL, "redis.url=localhost:6379"), ["redis.url must start with redis:// or rediss://"]),
    "a dashboard": ((*TRIAL, "dashboard.enabled=true"), ["/dashboard", "'enabled' not allowed"]),
}


@pytest.mark.parametrize(("values", "words"), REFUSALS.values(), ids=REFUSALS)
def test_a_value_that_cannot_be_used_is_refused_by_its_name(values: tuple[str, ...], words: list[str]) -> None:
    done = helm("template", "guildwright", str(CHART), *sets(values))
    assert done.returncode != 0
    assert [word for word in words if word not in done.stderr] == [], done.stderr


@pytest.mark.parametrize("release", ["7days", "my.bot"])
def test_a_release_whose_name_no_service_may_have_is_refused_with_what_mends_it(release: str) -> None:
    done = helm("template", release, str(CHART), *sets(TRIAL))
    assert f'"{release}-guildwright"' in done.stderr
    assert "set fullnameOverride to such a name" in done.stderr
    assert helm("template", release, str(CHART), *sets((*TRIAL, "fullnameOverride=bot"))).returncode == 0


SECRETS = [
    f"discord.token=Bot {TOKEN}",
    "discord.token=tooshort",
    "database.url=mysql://ada:word@x/y",
    "redis.url=word",
]


@pytest.mark.parametrize("value", SECRETS)
def test_a_refused_secret_is_not_repeated(value: str) -> None:
    done = helm("template", "guildwright", str(CHART), *sets((*TRIAL, value)))
    name, _, secret = value.partition("=")
    assert name in done.stderr
    assert secret not in done.stderr + done.stdout
