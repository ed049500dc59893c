"""What a run can be asked for."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplychain.options import DEFAULTS, KNOWN, Options, OptionsError
from tests.support import NOW


def test_a_target_alone_is_enough(tmp_path: Path) -> None:
    options = Options.of({"target": str(tmp_path)})
    assert options.target == tmp_path
    assert options.policy is None
    assert options.simulated is False
    assert options.now.tzinfo is UTC


def test_every_known_option_is_taken(tmp_path: Path) -> None:
    reports, policy, state = tmp_path / "reports", tmp_path / "policy.toml", tmp_path / "state.db"
    named = {"policy": str(policy), "reports": str(reports), "state": str(state), "executor": "tcp://a.example:8786"}
    given = {"target": "t", **named, "now": NOW, "facts": "online", "house": "90", "fetch": "on", **DEFAULTS}
    assert set(given) == set(KNOWN)
    moment = datetime.fromisoformat(NOW)
    asked = Options(
        Path("t"), policy, reports, moment, simulated=True, state=state, facts="online", house=(90,), fetch=True
    )
    asked = replace(asked, executor="tcp://a.example:8786")
    assert Options.of(given) == asked


@pytest.mark.parametrize("name", ["tagret", "sandbox", "Target"])
def test_an_unknown_option_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(OptionsError, match=f"unknown option -D {name}=…; this version knows -D target=…, -D policy=…"):
        Options.of({"target": "t", name: "x"})


@pytest.mark.parametrize("address", ["local", "tcp://10.0.0.5:8786", "tls://scheduler.example:8786", "tcp://[::1]:1"])
def test_an_executor_is_local_or_an_address(address: str) -> None:
    assert Options.of({"target": "t", "executor": address}).executor == address


@pytest.mark.parametrize(
    "address", ["", "docker", "tcp://", "tcp://a b:1", "10.0.0.5:8786", "tcp://a:1/x", "inproc://a"]
)
def test_another_executor_is_refused_with_the_form(address: str) -> None:
    with pytest.raises(OptionsError, match="is neither local nor the address of a Dask scheduler, such as tcp://"):
        Options.of({"target": "t", "executor": address})


def test_settings_of_behave_itself_are_left_alone(tmp_path: Path) -> None:
    assert Options.of({"target": str(tmp_path), "behave.formatter.x": "y"}).target == tmp_path


@pytest.mark.parametrize("userdata", [{}, {"target": ""}])
def test_without_a_target_the_message_says_how_to_give_one(userdata: dict[str, str]) -> None:
    with pytest.raises(OptionsError, match="run behave -D target=PATH"):
        Options.of(userdata)


@pytest.mark.parametrize(
    ("name", "value", "built"),
    [
        ("behavior", "sandbox", "off"),
    ],
)
def test_what_is_not_built_is_refused_with_what_is(name: str, value: str, built: str) -> None:
    with pytest.raises(OptionsError) as caught:
        Options.of({"target": "t", name: value})
    assert str(caught.value) == f"{name}={value} is not built in this version; give {name}={built}"


class TestFacts:
    def test_without_a_word_no_request_is_sent(self) -> None:
        assert Options.of({"target": "t"}).facts == "cache"

    def test_a_folder_is_a_snapshot(self, tmp_path: Path) -> None:
        assert Options.of({"target": "t", "facts": str(tmp_path)}).facts == tmp_path

    @pytest.mark.parametrize("given", ["", "on-line", "no/such/folder"])
    def test_anything_else_is_refused(self, given: str) -> None:
        with pytest.raises(OptionsError, match="is no folder; give cache, online, or the folder that"):
            Options.of({"target": "t", "facts": given})

    def test_a_target_cannot_state_facts_of_itself(self, tmp_path: Path) -> None:
        (tmp_path / "facts").mkdir()
        with pytest.raises(OptionsError, match="lies inside the target"):
            Options.of({"target": str(tmp_path), "facts": str(tmp_path / "facts")})


class TestNow:
    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("2026-10-20T12:00:00+00:00", "2026-10-20T12:00:00+00:00"),
            ("2026-10-20T12:00:00Z", "2026-10-20T12:00:00+00:00"),
            ("2026-10-20T01:00:00+02:00", "2026-10-19T23:00:00+00:00"),
        ],
    )
    def test_a_made_up_time_is_kept_as_utc_and_marks_the_run(self, text: str, moment: str) -> None:
        options = Options.of({"target": "t", "now": text})
        assert options.now.isoformat() == moment
        assert options.simulated

    @pytest.mark.parametrize(
        ("text", "better"),
        [("2026-10-20T12:00:00", "2026-10-20T12:00:00+00:00"), ("2026-10-20", "2026-10-20T00:00:00+00:00")],
    )
    def test_a_time_without_zone_is_refused_with_one_that_is_accepted(self, text: str, better: str) -> None:
        with pytest.raises(OptionsError) as caught:
            Options.of({"target": "t", "now": text})
        assert str(caught.value) == f"now={text} has no time zone; write {better} for UTC"
        assert Options.of({"target": "t", "now": better}).now.isoformat() == better

    @pytest.mark.parametrize("text", ["yesterday", "2026-13-01T00:00:00Z", "20.10.2026", "1790000000.5"])
    def test_what_is_no_time_is_refused(self, text: str) -> None:
        with pytest.raises(OptionsError, match="is not a time such as 2026-10-01T12:00:00"):
            Options.of({"target": "t", "now": text})

    @pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
    def test_a_time_beyond_the_calendar_is_refused(self, text: str) -> None:
        with pytest.raises(OptionsError, match="lies outside the years 1 to 9999"):
            Options.of({"target": "t", "now": text})


class TestReports:
    @pytest.fixture
    def target(self, tmp_path: Path) -> Path:
        (tmp_path / "target" / "inner").mkdir(parents=True)
        return tmp_path / "target"

    def test_they_go_below_the_current_folder(self, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(target.parent)
        assert Options.of({"target": "target"}).reports == target.parent / "reports"

    def test_they_can_be_named(self, target: Path) -> None:
        given = target.parent / "elsewhere"
        assert Options.of({"target": str(target), "reports": str(given)}).reports == given

    @pytest.mark.parametrize("name", ["", "reports", "inner/../reports", "../target/reports"])
    def test_inside_the_target_they_are_refused(self, target: Path, name: str) -> None:
        with pytest.raises(OptionsError, match="lies inside the target, into which nothing is written"):
            Options.of({"target": str(target), "reports": str(target / name)})

    def test_inside_the_target_by_way_of_a_link_they_are_refused(self, target: Path) -> None:
        (target.parent / "link").symlink_to(target / "inner")
        with pytest.raises(OptionsError, match="lies inside the target"):
            Options.of({"target": str(target), "reports": str(target.parent / "link" / "reports")})

    def test_beside_a_target_of_a_similar_name_they_are_accepted(self, target: Path) -> None:
        given = target.parent / "target-reports"
        assert Options.of({"target": str(target), "reports": str(given)}).reports == given

    @pytest.mark.parametrize("folder", [".", "inner"])
    def test_in_the_target_as_current_folder_they_go_to_the_state_of_the_user(
        self, target: Path, folder: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(target.parent / "state"))
        monkeypatch.chdir(target / folder)
        reports = Options.of({"target": str(target)}).reports
        assert reports == target.parent / "state" / "supplychain-spec" / "reports" / "target"
        assert not reports.exists()

    def test_a_target_that_leads_to_itself_is_left_to_be_refused_later(self, tmp_path: Path) -> None:
        (tmp_path / "loop").symlink_to("loop")
        reports = str(tmp_path / "reports")
        assert Options.of({"target": str(tmp_path / "loop"), "reports": reports}).reports == Path(reports)


@pytest.mark.parametrize(("given", "numbers"), [("90", (90,)), ("91, 94", (91, 94)), ("all", (90, 91, 92, 93, 94))])
def test_rules_of_the_house_are_turned_on_by_their_numbers(given: str, numbers: tuple[int, ...]) -> None:
    assert Options.of({"target": "t", "house": given}).house == numbers


@pytest.mark.parametrize("given", ["", "10", "90.1", "90,", "Models"])
def test_another_rule_is_refused_with_those_that_there_are(given: str) -> None:
    with pytest.raises(OptionsError, match=r"there are 90 \(Providers That Are Not Used\), .* and all"):
        Options.of({"target": "t", "house": given})
