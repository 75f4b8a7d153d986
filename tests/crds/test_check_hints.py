"""What `check` says about mending: what is allowed, what was probably meant."""

import pytest

from guildwright_crds.check import Problem, check_text

HEAD = 'apiVersion: guildwright.dev/v1alpha1\nkind: GuildConfig\nmetadata: {name: "1101000000000000001"}\n'


def _problem(text: str) -> Problem:
    (problem,) = check_text(text, "oak.yaml").problems
    return problem


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("giveaways: {claimTimout: 5m}", "did you mean claimTimeout?"),
        ("giveaways: {claim_timeout: 5m}", "did you mean claimTimeout?"),
        ("giveaways: {CLAIMTIMEOUT: 5m}", "did you mean claimTimeout?"),
        ("giveaway: {}", "did you mean giveaways?"),
        ("commands: {prefix: {text: '!', perminute: 5}}", "did you mean perMinute?"),
        ("general: {claimTimeout: 5m}", "claimTimeout belongs under spec.giveaways"),
        ("claimTimeout: 5m", "claimTimeout belongs under spec.giveaways"),
        ("general: {metadata: {}}", "metadata belongs under the document itself"),
        ("general: {zebra: 1}", None),
    ],
)
def test_a_misspelled_or_misplaced_field_is_recognised(written: str, meant: str | None) -> None:
    assert _problem(f"{HEAD}spec: {{{written}}}").hint == meant


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("general: {locale: en_us}", "did you mean en-US?"),
        ("general: {locale: ZH-HANT}", "did you mean zh-Hant?"),
        ("general: {locale: German}", None),
        ("general: {timeZone: Berlin}", "did you mean Europe/Berlin?"),
        ("general: {timeZone: europe/berlin}", "did you mean Europe/Berlin?"),
        ("general: {timeZone: New York}", "did you mean America/New_York?"),
        ("giveaways: {claimTimeout: 300}", 'add the unit: "300s" is that many seconds'),
        ('giveaways: {claimTimeout: "300"}', 'add the unit: "300s" is that many seconds'),
        ('giveaways: {rerollLimit: "3"}', "without quotes: 3"),
        ('commands: {mention: "TRUE"}', "without quotes: true"),
        ('general: {staffRoles: "1101000000000000002"}', 'begin a list: ["1101000000000000002"]'),
    ],
)
def test_a_value_that_is_nearly_right_is_mended(written: str, hint: str | None) -> None:
    assert _problem(f"{HEAD}spec: {{{written}}}").hint == hint


def test_an_unquoted_snowflake_is_explained_with_the_digits_as_they_were_written() -> None:
    problem = _problem(f"{HEAD}spec:\n  general:\n    auditChannel: 1101000000000000002\n")

    assert (problem.line, problem.column) == (6, 19)
    assert problem.message == "this is the number 1101000000000000002, where a text belongs"
    assert problem.allowed == ("a snowflake: Discord's id, 17 to 19 digits in quotes",)
    assert problem.hint == (
        'put it in quotes: "1101000000000000002"; a snowflake without them is a number, and loses its last digits'
    )


def test_an_unquoted_name_still_says_which_guild_keeps_its_last_good_config() -> None:
    checked = check_text(HEAD.replace('"', "") + "spec: {}", "oak.yaml")

    assert checked.guild_id == "1101000000000000001"
    assert not checked.valid


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        ("x: 1", ("general", "commands", "giveaways")),
        ("commands: {mention: 5}", ("true", "false")),
        ("commands: {mention: yes}", ("true", "false")),
        ("commands: {prefix: {text: yes}}", ('"yes"',)),
        ("commands: {prefix: {text: '!', perMinute: 0}}", ("a whole number from 1 to 60",)),
        ("giveaways: {rerollLimit: 07}", ("a plain decimal number",)),
        ("giveaways: []", None),
    ],
)
def test_what_is_allowed_fits_the_field(written: str, allowed: tuple[str, ...] | None) -> None:
    problem = _problem(f"{HEAD}spec: {{{written}}}")

    assert problem.allowed == (allowed or problem.allowed)
    assert problem.allowed


def test_a_document_of_another_kind_has_one_problem_and_no_noise() -> None:
    problem = _problem("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: oak}\ndata: {a: b}\n")

    assert problem.message == 'this is a "ConfigMap" of "v1", not a GuildConfig'
    assert problem.allowed == ("guildwright.dev/v1alpha1",)


def test_any_other_yaml_file_has_one_problem_and_no_noise() -> None:
    problem = _problem("services:\n  web: {image: nginx}\nvolumes: {}\n")

    assert problem.message == "this is no GuildConfig"
    assert problem.hint == "it begins with apiVersion, kind and metadata; see crds/examples"


def test_of_the_metadata_only_what_people_write_is_offered() -> None:
    problem = _problem(HEAD.replace("{name", "{label: {}, name") + "spec: {}")

    assert problem.allowed == ("name", "namespace", "labels", "annotations")


def test_a_merge_key_is_to_be_written_out() -> None:
    problem = _problem(f"{HEAD}spec: {{giveaways: {{<<: {{rerollLimit: 2}}}}}}")

    assert (problem.allowed, problem.hint) == ((), "write out what it repeats")


def test_the_kind_in_the_wrong_case_is_recognised() -> None:
    assert _problem(HEAD.replace("GuildConfig", "guildconfig") + "spec: {}").hint == "did you mean GuildConfig?"


@pytest.mark.parametrize(
    "written",
    [
        "general: {auditChannel: yes}",
        "commands: {prefix: {txt: '!'}}",
        "general: {staffRoles: [5]}",
        "commands: {rules: [{name: help, enabled: off}]}",
        "giveaways: {claimTimeout: 0777}",
        "general: {locale: de, locale: 5}",
        "commands: {rules: [{nmae: giveaway}]}",
    ],
)
def test_one_mistake_makes_one_problem(written: str) -> None:
    assert _problem(f"{HEAD}spec: {{{written}}}")


def test_a_broken_rule_is_named_beside_mistakes_elsewhere() -> None:
    """Fixing one mistake at a time would take as many runs as there are mistakes."""
    text = f"{HEAD}spec: {{x: 1, general: {{timeZone: Mars}}, giveaways: {{claimTimeout: 1s, rerollLimit: x}}}}"

    fields = [problem.field for problem in check_text(text, "oak.yaml").problems]

    assert fields == ["spec.x", "spec.general.timeZone", "spec.giveaways.claimTimeout", "spec.giveaways.rerollLimit"]


def test_what_is_shown_of_a_value_cannot_drive_a_terminal() -> None:
    problem = _problem(f'{HEAD}spec: {{general: {{locale: "\\e[2J\\u202e{"x" * 500}"}}}}')

    assert problem.message.startswith('"\\x1b[2J\\u202exxx')
    assert problem.message.isprintable()
    assert len(problem.message) < 120
