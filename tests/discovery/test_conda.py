"""Environments of conda: packages of its channels, and those that pip adds."""

from __future__ import annotations

import pytest

from tests.discovery.carriers import not_read, told

ENVIRONMENT = """\
name: app
channels:
  - defaults
dependencies:
  - python=3.10
  - pytorch::torchvision==0.19.0
  - numpy=1.26.4=py310_0
  - pip:
    - -r requirements.txt
    - vllm==0.6.0
"""


@pytest.mark.parametrize("path", ["environment.yaml", "environment_gpu.yml", "conda.yaml", "deploy/model.yaml"])
def test_an_environment_names_packages(path: str) -> None:
    assert told(path, ENVIRONMENT) == [
        "5 package:conda/python",
        "6 package:conda/torchvision@0.19.0",
        "7 package:conda/numpy@1.26.4",
        "10 package:pypi/vllm@0.6.0",
    ]


def test_an_environment_of_one_package_is_one() -> None:
    assert told("environment.yml", "dependencies:\n- pip=23.0\n") == ["2 package:conda/pip"]


@pytest.mark.parametrize(
    "text",
    ["dependencies:\n- role: acme.docker\n", "dependencies:\n- acme.docker\n", "dependencies: [\n", "name: app\n", ""],
)
def test_other_dependencies_are_no_packages(text: str) -> None:
    assert told("environment.yaml", text) == []


def test_another_file_with_such_a_name_is_read_as_what_it_is() -> None:
    assert told("environment.yaml", "llm:\n  model: acme/model\n") == ["2 model:huggingface/acme/model"]


def test_the_list_of_an_environment_names_packages() -> None:
    text = "# platform: linux-64\nnumpy=1.26.4=py310_0\nzlib=1.3=h1\n"
    assert told("conda-packages.txt", text) == ["2 package:conda/numpy@1.26.4", "3 package:conda/zlib@1.3"]


def test_an_environment_that_is_no_yaml_is_not_read() -> None:
    assert len(not_read("environment.yml", "dependencies: [\n")) == 1
