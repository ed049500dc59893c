"""Approvals written into a declaration: one line changes, every other one stays byte for byte."""

import difflib
import tomllib
from datetime import date
from pathlib import Path

import pytest

from supplychain.config.editing import approve
from supplychain.config.loading import parse
from supplychain.model.declaration import Approval, Declaration, DeclaredComponent

SAMPLE = (Path(__file__).parents[2] / "examples" / "support-rag" / "supplychain.toml").read_text()
BGE = "model:huggingface/BAAI/bge-small-en-v1.5"
INTENT = "model:file/models/intent.safetensors"
NEW = "model:huggingface/org/new"
ON = date(2026, 10, 20)
BY = "sec@team.example"
COMMIT, HASH = "a" * 40, "c" * 64
HEAD = '# ours\nschema = 1\n\n[project] # it\nname = "rag"\nowner = "ml@team.example"\n\n'


def entry(text: str, component: str) -> DeclaredComponent:
    """Return what a declaration states of a component."""
    found = parse(Declaration, text.encode(), "supplychain.toml").of(component)
    assert found is not None
    return found


def changed(before: str, after: str) -> list[str]:
    """Return the lines that were taken away and added."""
    compared = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [line for line in compared if line[0] in "+-"]


def test_an_approval_changes_its_own_line_alone() -> None:
    after = approve(SAMPLE, BGE, BY, ON, ticket="SEC-9")
    assert changed(SAMPLE, after) == [
        '- approved = { by = "security@example.com", on = 2026-08-01, ticket = "SEC-212" }\n',
        '+ approved = { by = "sec@team.example", on = 2026-10-20, ticket = "SEC-9" }\n',
    ]


def test_revision_and_digest_are_set_beside_it() -> None:
    after = approve(SAMPLE, BGE, BY, ON, COMMIT, HASH)
    found = entry(after, BGE)
    assert (found.revision, found.sha256, found.approved) == (COMMIT, HASH, Approval(by=BY, on=ON))
    assert len(changed(SAMPLE, after)) == 5
    assert entry(after, INTENT) == entry(SAMPLE, INTENT)


def test_an_entry_without_an_approval_gets_one_within_it() -> None:
    after = approve(SAMPLE, INTENT, BY, ON)
    assert changed(SAMPLE, after) == ['+ approved = { by = "sec@team.example", on = 2026-10-20 }\n']
    assert entry(after, INTENT).first_party


def test_an_unknown_component_is_added_at_the_end() -> None:
    after = approve(SAMPLE, NEW, BY, ON, COMMIT)
    assert after.startswith(SAMPLE)
    assert after[len(SAMPLE) :] == (
        f'\n[[component]]\nid = "{NEW}"\nrevision = "{COMMIT}"\napproved = {{ by = "{BY}", on = 2026-10-20 }}\n'
    )


@pytest.mark.parametrize("component", [BGE, INTENT, NEW])
def test_the_same_approval_twice_is_the_same_text(component: str) -> None:
    once = approve(SAMPLE, component, BY, ON, COMMIT, HASH, "SEC-1")
    assert approve(once, component, BY, ON, COMMIT, HASH, "SEC-1") == once


ENTRIES = {
    "comments": '[[component]]\nid = "model:file/m"   # ours\nlicense = "MIT"\n# the end\n\n# of the next\n[[service]]\nid = "openai"\n',
    "no space before the brace": '[[component]]\nid = "model:file/m"\nlicense_ack = {by="l", on=2026-01-01 ,restrictions=[ ]}\n',
    "a date at the end": '[[component]]\nid = "model:file/m"\napproved = { by = "x", on = 2026-01-01 } # old\n',
    "dotted keys": '[[component]]\nid = "model:file/m"\napproved.by = "x" # who\napproved.on = 2026-01-01\n[incident]\ncontacts = ["x"]\nplan = "p"\n',
    "a dotted ticket": '[[component]]\nid = "model:file/m"\napproved.ticket = "OLD"\napproved.by = "x"\napproved.on = 2026-01-01\n',
    "a table of its own": '[[component]]\nid = "model:file/m"\n[component.approved] # c\nby = "x"\non = 2026-01-01 # d\n# f\n\n[scope]\ntest = []\n',
    "a table beside": '[[component]]\nid = "model:file/m"\n[component.provenance]\nsource = "x"\n\n[[component]]\nid = "model:file/n"\n',
    "an array on many lines": '[[component]]\nid = "model:file/m"\nlicense_ack.by = "l"\nlicense_ack.on = 2026-01-01\nlicense_ack.restrictions = [\n  "a",\n  "b", # c\n]\n',
    "indented": '  [[component]]\n  id = "model:file/m"\n\tlicense="MIT"\n',
    "quoted keys": '[["component"]]\n"id" = \'model:file/m\'\n',
    "spread over the file": '[[component]]\nid = "model:file/n"\n[scope]\ntest = ["id = 1"]\n[[component]]\nid = "model:file/m"\n',
    "text that looks like TOML": '[[service]]\nid = "openai"\npurpose = """\n[[component]]\nid = "model:file/m"\n"""\n[[component]]\nid = "model:file/m"\n',
    "no end of line": '[[component]]\nid = "model:file/m"',
}


@pytest.mark.parametrize("written", ENTRIES.values(), ids=ENTRIES.keys())
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("ticket", ["", "SEC-1"])
def test_every_way_to_write_an_entry_keeps_all_else(written: str, end: str, ticket: str) -> None:
    text = (HEAD + written).replace("\n", end)
    after = approve(text, "model:file/m", BY, ON, COMMIT, HASH, ticket)
    assert entry(after, "model:file/m").approved == Approval(by=BY, on=ON, ticket=ticket)
    assert entry(after, "model:file/m").sha256 == HASH
    one, other = tomllib.loads(text), tomllib.loads(after)
    for component in (*one["component"], *other["component"]):
        if component["id"] == "model:file/m":
            for key in ("approved", "revision", "sha256"):
                component.pop(key, None)
    assert one == other
    kept = [line for line in text.split(end) if "approved" not in line and not line.startswith(("by", "on"))]
    rest = iter(after.split(end))
    assert all(line in rest for line in kept), "a line was changed or moved"
    for comment in ("# ours", "# it", "# the end", "# of the next", "# old", "# who", "# c", "# d", "# f"):
        assert after.count(comment) == text.count(comment)
    assert after.count("\n") == after.count(end)


def test_a_byte_order_mark_stays() -> None:
    after = approve("\ufeff" + HEAD + '[[component]]\nid = "model:file/m"\n', "model:file/m", BY, ON)
    assert after.startswith("\ufeff# ours")


@pytest.mark.parametrize("by", ["ml@team.example", " ML@team.example", "ml@TEAM.example\t "])
def test_the_owner_cannot_approve(by: str) -> None:
    with pytest.raises(ValueError, match=r"cannot approve for it; name another approver|cannot be shown"):
        approve(HEAD, "model:file/m", by, ON)


@pytest.mark.parametrize("component", ["", "bert", "model:bert", "weights:file/m", "model:file/"])
def test_what_is_no_id_is_refused(component: str) -> None:
    with pytest.raises(ValueError, match=r"is not a component id|names no source"):
        approve(HEAD, component, BY, ON)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"by": " "}, "an approval names who approves"),
        ({"by": "a\nb"}, r"approver 'a\\\\nb' is too long or holds characters"),
        ({"ticket": "x\u202ey"}, "ticket .* holds characters that cannot be shown"),
        ({"ticket": "x" * 501}, "is too long"),
        ({"revision": "\x00"}, "revision .* cannot be shown"),
        ({"sha256": "abc"}, r"component\.0\.sha256: String should match pattern"),
        ({"sha256": f"sha256:{HASH}"}, r"component\.0\.sha256: String should match pattern"),
    ],
)
def test_a_value_that_is_not_of_its_form_is_refused(facts: dict[str, str], why: str) -> None:
    values = {"by": BY, **facts}
    with pytest.raises(ValueError, match=why):
        approve(HEAD, "model:file/m", on=ON, **values)


@pytest.mark.parametrize("value", ['"', "'", "\\", '" }\n[x]', "# x", "ä", "a = b", '"""', "\\u0041"])
def test_a_value_is_written_as_text(value: str) -> None:
    if "\n" in value:
        with pytest.raises(ValueError, match="cannot be shown"):
            approve(SAMPLE, BGE, BY, ON, ticket=value)
        return
    after = approve(SAMPLE, BGE, BY + value, ON, revision=value, ticket=value)
    assert entry(after, BGE).approved == Approval(by=BY + value, on=ON, ticket=value)
    assert entry(after, BGE).revision == value


@pytest.mark.parametrize("component", ['model:file/a"b', "model:file/a'b # c", "model:file/ä b", "model:file/a\\b"])
def test_an_id_is_written_as_text(component: str) -> None:
    assert entry(approve(HEAD, component, BY, ON), component).approved is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", r"supplychain.toml:1: schema: missing"),
        ("schema = 1\nx = 2\n", r"supplychain.toml:2: x: unknown key"),
        ("schema = [", "not TOML"),
        ("schema = 1\na" + ".a" * 5000 + " = 1\n", "nested too deeply"),
        ("schema = 1\ncomponent = []\n", r"its components are not written as \[\[component\]\]"),
        ('schema = 1\ncomponent = [{ id = "model:file/m" }]\n', "approved is not on a line of its own"),
        ('schema = 1\n[[component]]\nid = """model:file/m"""\napproved = { by = """x\n""", on = 2026-01-01 }\n',
         "is not on a line of its own; edit it by hand"),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_edited_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        approve(text, "model:file/m", BY, ON)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        approve("schema = 1\n# \ud800\n", "model:file/m", BY, ON)
