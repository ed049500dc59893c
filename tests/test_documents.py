"""What is read of a target's documents."""

from datetime import date

import pytest

from supplychain.documents import read_documents
from supplychain.model.case import Document
from supplychain.model.declaration import Declaration
from supplychain.target import READ_LIMIT, Target

TODAY = date(2026, 10, 20)


def security(text: str | bytes) -> Document:
    """Return what is read of a security policy."""
    content = text.encode() if isinstance(text, str) else text
    documents = read_documents(Target.of({"SECURITY.md": content}), None)
    return next(document for document in documents if document.role == "security policy")


def sections(text: str) -> list[tuple[str, int, int]]:
    """Return heading, words and line of each section."""
    return [(section.heading, section.words, section.line) for section in security(text).sections]


class TestWhich:
    def test_every_document_of_the_catalog_has_an_entry_although_it_is_missing(self) -> None:
        documents = read_documents(Target.of({"a.py": b""}), None)
        assert [(document.role, document.file, document.digest) for document in documents] == [
            ("security policy", "SECURITY.md", None),
            ("incident response plan", "docs/incident-response.md", None),
            ("supply chain policy", "docs/supply-chain-security.md", None),
        ]

    @pytest.mark.parametrize("path", ["SECURITY.md", ".github/SECURITY.md", "docs/security.md"])
    def test_a_document_is_found_at_its_usual_places(self, path: str) -> None:
        documents = read_documents(Target.of({path: b"# Security\n"}), None)
        assert (documents[0].file, documents[0].digest is not None) == (path, True)

    def test_the_declared_plan_comes_first(self) -> None:
        declaration = Declaration.model_validate({"schema": 1, "incident": {"contacts": ["a"], "plan": "runbook.md"}})
        target = Target.of({"runbook.md": b"# Plan\n", "docs/incident-response.md": b"# Other\n"})
        assert read_documents(target, declaration)[1].file == "runbook.md"

    def test_a_declared_document_is_read_beside_the_others(self) -> None:
        declaration = Declaration.model_validate({"schema": 1, "document": [{"path": "own.md", "covers": [1, 2]}]})
        own = read_documents(Target.of({"own.md": b"# Own\n"}), declaration)[-1]
        assert (own.role, own.file, own.covers) == ("document own.md", "own.md", (1, 2))
        assert own.sections[0].heading == "Own"

    def test_what_is_declared_of_a_usual_document_is_said_of_that_one(self) -> None:
        declaration = Declaration.model_validate({"schema": 1, "document": [{"path": "SECURITY.md", "covers": [9]}]})
        documents = read_documents(Target.of({"SECURITY.md": b"# Security\n"}), declaration)
        assert documents[0].covers == (9,)
        assert len(documents) == 3

    def test_a_declared_document_that_is_missing_has_no_digest(self) -> None:
        declaration = Declaration.model_validate({"schema": 1, "document": [{"path": "gone.md"}]})
        assert read_documents(Target.of({"a.py": b""}), declaration)[-1].digest is None

    def test_a_document_that_is_too_large_counts_as_missing(self) -> None:
        assert security(b"#" * (READ_LIMIT + 1)).digest is None


class TestFields:
    @pytest.mark.parametrize(
        "line",
        [
            "Owner: Security Team",
            "owner:Security Team",
            "**Owner:** Security Team",
            "- Owner: Security Team",
            "* **Document owner**: Security Team",
            "> _Owner_: Security Team  ",
        ],
    )
    def test_an_owner_is_read_in_usual_markdown(self, line: str) -> None:
        assert security(f"# Security\n\n{line}\n").owner == "Security Team"

    @pytest.mark.parametrize(
        "line", ["", "Owner:", "Owner: TBD", "Owner: <your name>", "The owner: x", "Owners of cats", "    # Owner"]
    )
    def test_what_names_nobody_is_no_owner(self, line: str) -> None:
        assert security(f"# Security\n{line}\n").owner is None

    def test_the_first_owner_counts(self) -> None:
        assert security("Owner: TODO\nOwner: First\nOwner: Second\n").owner == "First"

    @pytest.mark.parametrize(
        "line", ["Last reviewed: 2026-10-20", "Reviewed on: 2026-10-20 by x", "**Review date:** 2026-10-20", "last_reviewed: 2026-10-20"]
    )  # fmt: skip
    def test_a_review_date_is_read_with_its_line(self, line: str) -> None:
        document = security(f"# Security\n\n{line}\n")
        assert (document.reviewed, document.reviewed_line) == (TODAY, 3)

    @pytest.mark.parametrize("text", ["2026-02-30", "YYYY-MM-DD", "20.10.2026", "yesterday"])
    def test_what_is_no_date_is_no_review(self, text: str) -> None:
        document = security(f"Last reviewed: {text}\n")
        assert (document.reviewed, document.reviewed_line) == (None, None)

    def test_fields_inside_a_code_block_do_not_count(self) -> None:
        document = security("```\nOwner: x\nLast reviewed: 2026-10-20\n```\n")
        assert (document.owner, document.reviewed) == (None, None)


class TestPlaceholders:
    def test_each_is_reported_with_its_line(self) -> None:
        text = "# Security\nTODO\n\nsend to <your address> or [insert name] by YYYY-MM-DD\n```\nFIXME\n```\n"
        assert security(text).placeholders == (
            ("TODO", 2),
            ("<your address>", 4),
            ("[insert name]", 4),
            ("YYYY-MM-DD", 4),
            ("FIXME", 6),
        )

    @pytest.mark.parametrize(
        "text",
        [
            "<describe here>",
            "<fill in the name>",
            "[to be completed]",
            "[To be defined by legal]",
            "[describe the process]",
        ],
    )
    def test_words_that_ask_for_text_are_placeholders(self, text: str) -> None:
        assert [found for found, _ in security(f"# A\n{text}\n").placeholders] == [text]

    @pytest.mark.parametrize(
        "text", ["<address>", "<added>", "[to be](https://a.example)", "to be completed by May", "<add key=1>"]
    )
    def test_marks_and_links_are_none(self, text: str) -> None:
        assert security(f"# A\n{text}\n").placeholders == ()

    @pytest.mark.parametrize("text", ["todo list", "TODOS", "mastodon", "<b>bold</b>", "[your](link) no", "xXXXx"])
    def test_ordinary_text_is_none(self, text: str) -> None:
        assert security(text.replace("[your]", "[Your]")).placeholders == ()

    def test_one_at_the_end_of_a_long_line_is_found_once(self) -> None:
        assert security("word " * 1_000 + "TODO\n").placeholders == (("TODO", 1),)


class TestSections:
    def test_words_under_a_heading_are_counted(self) -> None:
        assert sections("# One\ntwo words\n## Three\na b c\n") == [("One", 5, 1), ("Three", 3, 3)]

    def test_words_below_sub_headings_count_for_those_above(self) -> None:
        text = "# A\none\n## B\none two\n### C\none two three\n## D\none\n# E\n"
        assert sections(text) == [("A", 7, 1), ("B", 5, 3), ("C", 3, 5), ("D", 1, 7), ("E", 0, 9)]

    @pytest.mark.parametrize(
        ("line", "heading"),
        [("# One ##", "One"), ("   ###### One", "One"), ("#\tOne  ", "One")],
    )
    def test_a_heading_is_read_without_its_marks(self, line: str, heading: str) -> None:
        assert [name for name, _, _ in sections(line)] == [heading]

    @pytest.mark.parametrize("line", ["#One", "    # One", "####### One", "#", "#  ", "text # One"])
    def test_what_is_no_heading_is_none(self, line: str) -> None:
        assert sections(line) == []

    @pytest.mark.parametrize(
        "block",
        [
            "```\n# no\n```",
            "```sh\n# no\n```",
            "~~~\n# no\n~~~",
            "  ```\n# no\n```",
            "````\n```\n# no\n````",
            "```\n~~~\n# no\n```",
            "```\n```sh\n# no\n```",
            "~~~\n```\n# no\n~~~~",
        ],
    )
    def test_a_comment_in_a_code_block_is_no_heading(self, block: str) -> None:
        assert [name for name, _, _ in sections(f"# Before\n{block}\n# After\n")] == ["Before", "After"]

    def test_a_code_block_that_is_never_closed_goes_on_to_the_end(self) -> None:
        assert [name for name, _, _ in sections("# Before\n```\n# no\n")] == ["Before"]


class TestEncodings:
    TEXT = "# Security\n\nOwner: Übersicht\nLast reviewed: 2026-10-20\n"

    @pytest.mark.parametrize(
        "data",
        [
            TEXT.encode(),
            TEXT.replace("\n", "\r\n").encode(),
            TEXT.replace("\n", "\r").encode(),
            b"\xef\xbb\xbf" + TEXT.encode(),
        ],
        ids=["LF", "CRLF", "CR", "BOM"],
    )
    def test_line_ends_and_mark_make_no_difference(self, data: bytes) -> None:
        document = security(data)
        assert (document.owner, document.reviewed, document.reviewed_line) == ("Übersicht", TODAY, 4)
        assert document.sections[0].heading == "Security"

    def test_other_separators_end_no_line(self) -> None:
        assert security("one\u2028two\x0cthree\x85four\nTODO\n").placeholders == (("TODO", 2),)

    def test_bytes_that_are_not_utf8_do_not_stop_the_reading(self) -> None:
        document = security(b"# S\xff\nOwner: x\n")
        assert document.owner == "x"

    def test_hostile_text_is_escaped(self) -> None:
        document = security("# a\u202eb\nOwner: x\x1b[31m\n")
        assert (document.sections[0].heading, document.owner) == (r"a\u202eb", r"x\x1b[31m")


@pytest.mark.parametrize(
    "line", ["Owner: TODO " + "_ " * 400_000 + "x", "# a" + " " * 800_000 + "x", "<your " * 100_000, " " * 800_000 + "x"]
)  # fmt: skip
def test_a_hostile_line_does_not_hold_up_the_reading(line: str) -> None:
    assert security(line).digest is not None
