"""Configuration errors: file, line, key, and what to mend."""

import pytest

from supplychain.config.loading import SIZE_LIMIT, ConfigError, parse
from supplychain.model.declaration import Declaration
from supplychain.model.policy import Policy

COMPONENT = '[[component]]\nid = "model:huggingface/org/one"\n'


def refused(text: str | bytes, model: type[Declaration] | type[Policy] = Declaration) -> str:
    """Return the message that refuses a configuration."""
    with pytest.raises(ConfigError) as caught:
        parse(model, text.encode() if isinstance(text, str) else text, "file.toml")
    return str(caught.value)


EVERY_POLICY_KEY = """
[trust]
orgs = ["first-org"]
maintainers = ["people@first.example"]
dataset_owners = ["first-owner"]
index_map = { numpy = "https://wheels.first.example/simple" }
signers = [{ identity = "release@first.example", issuer = "https://issuer.first.example" }]

[people]
approvers = ["sec@first.example"]

[thresholds]
min_repo_age_days = 31
min_downloads_30d = 1001
min_likes = 11
lookalike_distance = 3
scorecard = 5.5
min_hash = "sha384"

[freshness]
metadata_max_age_days = 31
advisories_max_age_days = 3
assessment_max_age_days = 366
document_max_age_days = 366
drill_max_age_days = 91

[sla_days]
critical = 8
high = 31
medium = 91
low = 181
unknown = 31

[packages]
deny = ["package:pypi/first", "package:npm/@first/second@1.0.0"]
private = ["first-*"]
min_release_age_days = 8

[artifacts]
max_files = 10

[services]
allowed_regions = ["eu"]
max_risk = "low"

[waivers]
max_days = 91
max_count = 11
never = ["2.1", "5.4", "9.3"]

[features]
approved_words = { "1.1" = ["Kaggle"] }

[gate]
default = "enforce"
enforce = { "1.1" = 2026-12-01 }

[alerts]
sinks = ["env:HOOK"]
escalate_after_minutes = 16

[isolation.first-api]
command = "scale first-api 0"
"""

EVERY_DECLARATION_KEY = """
schema = 1

[project]
name = "first-project"
owner = "people@first.example"
criticality = "low"
intended_use = { commercial = true, hosted = false, redistribute = true, modify = false, fields = ["support"] }

[scope]
test = ["checks/**"]
docs = ["manual/**"]
example = ["samples/**"]
vendored = ["third/**"]
archive = ["old/**"]

[[loader]]
call = "app.fetch.model"
kind = "model"
url = "https://files.first.example/{0}.zip"

[[resolve]]
at = "app/llm.py:from_pretrained"
values = ["first-org/first-model"]
enforced_by = "app/settings.py:ALLOWED"

[[component]]
id = "model:huggingface/first-org/first-model"
revision = "0123456789012345678901234567890123456789"
license = "MIT"
approved = { by = "sec@first.example", on = 2026-08-01, ticket = "T-1" }
license_ack = { by = "law@first.example", on = 2026-08-02, restrictions = [] }
attribution = "NOTICE#first"

[[component]]
id = "dataset:file/data/first.csv"
first_party = true
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
label = "intent"
provenance = { source = "train/first.py", creator = "us", collected = "2026", license = "own", pii = "none", transforms = ["dedup"] }

[[service]]
id = "openai"
detect = ["api.first.example"]
purpose = "answers"
data_classes = ["personal"]
region = "eu"
retention_days = 0
training_use = false
subprocessors = "https://first.example/subprocessors"

[service.assessment]
by = "sec@first.example"
on = 2026-05-10
evidence = "docs/first.pdf"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
topics = ["access"]

[service.dpa]
type = "signed"
url = "https://first.example/dpa"
version = "2"
accepted_by = "law@first.example"
date = 2026-02-20
expires = 2028-02-20
parties = ["us", "them"]
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"

[[system]]
id = "first-api"
env = "prod"
uses = ["model:huggingface/first-org/first-model", "service:openai"]
deploy = { kind = "kubernetes", namespace = "first", selector = "app=first" }

[incident]
contacts = ["oncall@first.example"]
plan = "docs/plan.md"

[[document]]
path = "docs/first.md"
covers = [1, 2]

[[waiver]]
id = "W-1"
requirement = "1.4"
component = "model:huggingface/first-org/first-model"
reason = "known"
owner = "ml@first.example"
approver = "sec@first.example"
created = 2026-08-01
expires = 2026-10-01

[[review]]
component = "package:pypi/first"
detector = "typosquat"
digest = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
verdict = "harmless"
reason = "looked at"
by = "sec@first.example"
on = 2026-08-01
"""


def test_every_key_of_a_policy_is_accepted() -> None:
    policy = parse(Policy, EVERY_POLICY_KEY.encode(), "policy.toml")
    assert policy.isolation["first-api"].command == "scale first-api 0"
    assert set(policy.model_dump()) == policy.model_fields_set


def test_every_key_of_a_declaration_is_accepted() -> None:
    declaration = parse(Declaration, EVERY_DECLARATION_KEY.encode(), "supplychain.toml")
    assert [component.id for component in declaration.component] == [
        "model:huggingface/first-org/first-model",
        "dataset:file/data/first.csv",
    ]
    assert set(type(declaration).model_fields) == declaration.model_fields_set


def test_an_id_of_another_form_is_refused_with_the_form() -> None:
    assert refused('schema = 1\n[[component]]\nid = "hf:org/name"\n') == (
        "file.toml:3: component.0.id: 'hf:org/name' is not a component id such as"
        " 'model:huggingface/org/name' or 'service:openai'"
    )


def test_an_empty_policy_has_the_strict_defaults() -> None:
    assert parse(Policy, b"", "policy.toml") == Policy()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("schema = 1\nprojct = 1\n", "file.toml:2: projct: unknown key; did you mean 'project'?"),
        ('schema = 1\n[project]\nname = "n"\nowner = "o"\ncritcality = "low"\n',
         "file.toml:5: project.critcality: unknown key; did you mean 'criticality'?"),
        ("schema = 1\nnonsense = 1\n", "file.toml:2: nonsense: unknown key; remove it"),
        ('schema = 1\n[project]\nname = "n"\nowner = "o"\napprover = "a"\n',
         "file.toml:5: project.approver: unknown key; remove it"),
        (f"schema = 1\n{COMPONENT}{COMPONENT.replace('/one', '/two')}revison = 'x'\n",
         "file.toml:6: component.1.revison: unknown key; did you mean 'revision'?"),
        (f"schema = 1\n{COMPONENT.replace('component', 'components')}",
         "file.toml:2: components: unknown key; did you mean 'component'?"),
        (f"schema = 1\n{COMPONENT}[component.provenance]\nsource = 's'\ncreater = 'c'\n",
         "file.toml:6: component.0.provenance.creater: unknown key; did you mean 'creator'?"),
    ],
)  # fmt: skip
def test_an_unknown_key_gives_the_one_that_was_meant(text: str, message: str) -> None:
    assert refused(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "file.toml:1: schema: missing; add it"),
        ('schema = 1\n\n[project]\nname = "n"\n', "file.toml:3: project.owner: missing; add it"),
        (f"schema = 1\n{COMPONENT}[[component]]\nlabel = 'x'\n", "file.toml:4: component.1.id: missing; add it"),
        ('schema = 1\n\nproject.name = "n"\n', "file.toml:3: project.owner: missing; add it"),
        ('schema = 1\n[incident]\nplan = "p"\n', "file.toml:2: incident.contacts: missing; add it"),
    ],
)
def test_a_missing_key_has_the_line_of_its_table(text: str, message: str) -> None:
    assert refused(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("schema = 2\n", "file.toml:1: schema: Input should be 1, not 2"),
        ('schema = "1"\n', "file.toml:1: schema: Input should be 1, not '1'"),
        ("schema = 1\nproject = 3\n", "file.toml:2: project: Input should be a valid dictionary or instance of Project, not 3"),
        ("schema = 1\n\n[component]\nid = 'x'\n", "file.toml:3: component: Input should be a valid array, not {'id': 'x'}"),
        ("schema = 1\n[scope]\ntest = 'a'\n", "file.toml:3: scope.test: Input should be a valid array, not 'a'"),
        ("schema = 1\n[scope]\ntest = ['a', 1]\n", "file.toml:3: scope.test.1: Input should be a valid string, not 1"),
        ("schema = 1\n[project]\nname = ['n']\nowner = 'o'\n",
         "file.toml:3: project.name: Input should be a valid string, not ['n']"),
        ("schema = 1\n[project]\nname = 'n'\nowner = 'o'\ncriticality = 'top'\n",
         "file.toml:5: project.criticality: Input should be 'low', 'medium' or 'high', not 'top'"),
        (f"schema = 1\n{COMPONENT}first_party = 'yes'\n",
         "file.toml:4: component.0.first_party: Input should be a valid boolean, not 'yes'"),
        (f"schema = 1\n{COMPONENT}approved = {{ by = 'b', on = '2026-01-01' }}\n",
         "file.toml:4: component.0.approved.on: Input should be a valid date, not '2026-01-01'"),
    ],
)  # fmt: skip
def test_a_wrong_type_is_shown_and_not_converted(text: str, message: str) -> None:
    assert refused(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[waivers]\nmax_days = '90'\n", "file.toml:2: waivers.max_days: Input should be a valid integer, not '90'"),
        ("[waivers]\nmax_days = true\n", "file.toml:2: waivers.max_days: Input should be a valid integer, not True"),
        ("[waivers]\nmax_days = -1\n", "file.toml:2: waivers.max_days: Input should be greater than or equal to 0, not -1"),
        ("[waivers]\nmax_days = 9999\n", "file.toml:2: waivers.max_days: Input should be less than or equal to 3650, not 9999"),
        ("[thresholds]\nscorecard = nan\n", "file.toml:2: thresholds.scorecard: Input should be less than or equal to 10, not nan"),
        ("waivers.max_count = 1.5\n", "file.toml:1: waivers.max_count: Input should be a valid integer, not 1.5"),
        ("sla_days . high = 'x'\n", "file.toml:1: sla_days.high: Input should be a valid integer, not 'x'"),
        ('[gate.enforce]\n\n"1.1" = 1\n', "file.toml:3: gate.enforce.1.1: Input should be a valid date, not 1"),
        ("[gate]\nenforce = { '1.1' = 1 }\n", "file.toml:2: gate.enforce.1.1: Input should be a valid date, not 1"),
        ('[isolation."a.b"]\ncommand = 1\n', "file.toml:2: isolation.a.b.command: Input should be a valid string, not 1"),
        ("[ isolation . 'a b' ]\ncommand = 1\n", "file.toml:2: isolation.a b.command: Input should be a valid string, not 1"),
        ("[[trust.signers]]\nidentity = 'i'\nissuer = 's'\n[[trust.signers]]\nidentity = 'i'\nissuer = 5\n",
         "file.toml:6: trust.signers.1.issuer: Input should be a valid string, not 5"),
    ],
)  # fmt: skip
def test_a_line_is_found_in_whatever_form_a_key_is_written(text: str, message: str) -> None:
    assert refused(text, Policy) == message


def test_an_unknown_requirement_in_the_policy_has_file_and_line() -> None:
    message = refused('[features.approved_words]\n"9.9" = ["x"]\n', Policy)
    assert message.startswith("file.toml:2: features.approved_words.9.9: String should match pattern")


def test_each_error_has_a_line_of_its_own() -> None:
    assert refused("schema = 1\na1 = 1\nb2 = 2\n").splitlines() == [
        "file.toml:2: a1: unknown key; remove it",
        "file.toml:3: b2: unknown key; remove it",
    ]


@pytest.mark.parametrize(
    "before",
    [
        'name = """\n[[waiver]]\nbad = 1\n"""\n',
        "name = '''\n[[waiver]]\nbad = 1\n'''\n",
        'name = """a \\"""\nbad = 1\n\n"""\n',
        'name = """\nbad = 1\n\n""""\n',
        'name = "\'\'\'" # """\n# bad = 1\n\n\n',
        "name = 'x\u2028bad = 1\u2028[[waiver]]'\n\n\n\n",
        "name = 'x'\n#\x85\n#\u2029\n\n",
    ],
)
def test_text_inside_a_string_or_a_comment_is_no_key(before: str) -> None:
    text = f'schema = 1\n[project]\nowner = "o"\n{before}bad = 1\n'
    assert refused(text) == "file.toml:8: project.bad: unknown key; remove it"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_are_counted_with_any_line_end(newline: str) -> None:
    assert refused(newline.join(["schema = 1", "", "x = 1"])) == "file.toml:3: x: unknown key; remove it"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("schema = \n", "line 1, column 10"),
        ("schema = 1\n\n= 2\n", "line 3, column 1"),
        ("schema = 1\nday = 2026-02-30\n", "line 2"),
        ("schema = 1\n\0\n", "line 2, column 1"),
        ("schema = 1\nschema = 2\n[project]\n", "line 2"),
    ],
)
def test_what_is_no_toml_has_file_and_line(text: str, place: str) -> None:
    message = refused(text)
    assert message.startswith("file.toml: not TOML: ")
    assert place in message


@pytest.mark.parametrize(("data", "line"), [(b"schema = 1\n# \xff\n", 2), ("schema = 1".encode("utf-16"), 1)])
def test_what_is_not_utf8_has_its_line(data: bytes, line: int) -> None:
    assert refused(data) == f"file.toml:{line}: not UTF-8; save the file as UTF-8"


def test_a_byte_order_mark_is_accepted() -> None:
    assert parse(Declaration, b"\xef\xbb\xbfschema = 1\n", "file.toml").schema_ == 1


def test_a_file_beyond_the_limit_is_not_parsed() -> None:
    assert (
        refused(b"[" * (SIZE_LIMIT + 1))
        == "file.toml: a configuration file may have 1,000,000 bytes; this one has more"
    )


@pytest.mark.parametrize(
    "text",
    [
        "schema = " + "[" * 100_000,
        "schema = " + "[" * 2_000 + "]" * 2_000,
        "schema = " + "{a=" * 5_000,
        "project.name." + "a." * 5_000 + "b = 1",
        "[project.name." + "a . " * 5_000 + "b]",
        'project."' + 'a"."' * 60 + '" = 1',
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    assert refused(text) == "file.toml: nested too deeply"


@pytest.mark.parametrize("number", ["1" * 5_000, "0x" + "f" * 10_000])
def test_a_number_of_many_digits_is_refused(number: str) -> None:
    message = refused(f"schema = 1\n[project]\nowner = 'o'\nname = {number}\n")
    assert message.startswith(("file.toml: not TOML: ", "file.toml:4: project.name: "))


def test_a_hostile_key_is_shown_escaped() -> None:
    assert refused('schema = 1\n"a\\u202eb\\n" = 1\n').endswith(r": a\u202eb\n: unknown key; remove it")


def test_a_long_value_is_cut() -> None:
    assert len(refused(f"schema = 1\nproject = '{'x' * 10_000}'\n")) < 200


@pytest.mark.parametrize(
    "text",
    [
        "x = '" + "a" * 900_000 + "'\n",
        "x = [\n['" + " " * 900_000 + "']\n]\n",
        "# " + "a . " * 200_000 + "\nx = 1\n",
        "x = 1 # " + '"' * 900_000 + "\n",
    ],
)
def test_a_hostile_line_does_not_hold_up_the_message(text: str) -> None:
    assert "unknown key" in refused("schema = 1\n" + text) or "nested" in refused("schema = 1\n" + text)
