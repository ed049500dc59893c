"""Scripts that a shell runs as they are fetched, and configurations of package clients that it writes."""

from __future__ import annotations

import pytest

from tests.discovery.support import look

SCRIPT = "https://get.example.net/setup.sh"


def fetched(script: str, path: str = "run.sh") -> list[str]:
    """Return the ids of the packages that a file names."""
    return [r.component.id for r in look({path: script}).references if r.component.kind == "package"]


@pytest.mark.parametrize(
    "command",
    [
        f"curl -fsSL {SCRIPT} | sh",
        f"curl -fsSL {SCRIPT} | sudo -E bash -s -- --yes",
        f"wget -qO- {SCRIPT} | bash",
        f"bash <(curl -s {SCRIPT})",
        f'sh -c "$(curl -fsSL {SCRIPT})"',
        f"curl -sSL {SCRIPT} | tee /tmp/log | bash",
        f"curl -sSL {SCRIPT} | python3 -",
        f'URL={SCRIPT}\ncurl "$URL" | sh',
    ],
)
def test_script_that_is_fetched_and_run_is_a_package(command: str) -> None:
    assert fetched(command) == ["package:url/get.example.net/setup.sh"]


def test_script_in_a_container_file_has_its_line() -> None:
    (found,) = look({"Dockerfile": f"FROM scratch\nRUN true && \\\n curl {SCRIPT} | sh\n"}).references
    assert (found.component.source, found.at.line, found.address) == ("url", 3, SCRIPT)


@pytest.mark.parametrize(
    "command",
    [
        f"curl -fsSL {SCRIPT} -o setup.sh",
        f"curl -s {SCRIPT} | jq .",
        f"curl -s {SCRIPT} | tee setup.sh",
        f"curl -s {SCRIPT} && bash other.sh",
        f"VERSION=$(curl -s {SCRIPT})",
        f'echo "curl {SCRIPT} | sh"',
        "cat setup.sh | sh",
    ],
)
def test_text_that_is_fetched_and_not_run_is_no_package(command: str) -> None:
    assert fetched(command) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile", "FROM scratch\nRUN printf '[global]\\nindex-url = {}\\n' > /etc/pip.conf\n"),
        ("run.sh", 'echo "index-url = {}" >> ~/.config/pip/pip.conf\n'),
        ("run.sh", "cat > /etc/pip.conf <<EOF\n[global]\nindex-url={}\nEOF\n"),
        ("run.sh", "cat <<EOF > ~/.npmrc\nregistry={}\nEOF\n"),
        ("run.sh", 'echo "registry={}" > .npmrc\n'),
        ("run.sh", 'echo "registry {}" | tee .yarnrc\n'),
        ("run.sh", 'echo "@team:registry={}" > .npmrc\n'),
    ],
)
def test_configuration_that_is_written_is_a_setting(path: str, text: str) -> None:
    address = "https://packages.example.net/simple"
    (setting,) = look({path: text.format(address)}).settings
    assert setting.address == address


@pytest.mark.parametrize(
    "text",
    [
        'echo "index-url = https://packages.example.net/simple"',
        'echo "index-url = https://packages.example.net/simple" > notes.txt',
        'echo "audit=false" > .npmrc',
        "cat /etc/pip.conf",
    ],
)
def test_other_text_sets_nothing(text: str) -> None:
    assert look({"run.sh": text}).settings == ()
