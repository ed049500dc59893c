"""Stand-ins: HTTP servers on loopback that speak the protocols of registries and advisory services, faults included.

Each is a context manager: its port is bound when it is made, and closed, with every hanging request, when it ends.

    with PyPI() as index, OSV([record]) as osv:
        index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
        index.url                                  # http://127.0.0.1:PORT/simple/, for pip --index-url
        osv.url                                    # http://127.0.0.1:PORT, for SUPPLYCHAIN_OSV_URL; osv.query_url for pip-audit
        index.plan("/simple/demo-package/", status(429, **{"Retry-After": "1"}), times=1)
        index.seen                                 # every request: method, path, headers, body

    with Npm() as registry:
        registry.add("@acme/demo", "1.0.0", tarball("@acme/demo", "1.0.0"))
        registry.url                               # http://127.0.0.1:PORT, for npm --registry

    with Feeds(kev={"CVE-2021-44228": "2021-12-10"}, epss={"CVE-2021-44228": "0.94"}) as feeds:
        feeds.kev_url, feeds.epss_url

    with Hub() as hub:                             # `add` takes the changes of tests.sound_hub.hub_entry
        hub.add("model:huggingface/acme/demo", likes=3)
        hub.url                                    # http://127.0.0.1:PORT, for HF_ENDPOINT

    with Pages() as kaggle:                        # also deps.dev, OpenSSF Scorecard, Zenodo, OpenML
        kaggle.kaggle_model("google/bert")
        kaggle.url                                 # http://127.0.0.1:PORT, for KAGGLE_API_ENDPOINT

    with StandIn() as capture:                     # answers 404 to everything and remembers it, CONNECT included
        assert not capture.connections             # also those that began with TLS and never became a request

Faults, for `plan(path, fault, times=None)`, where `path` is the beginning of a request's path: `status(401)`,
`redirect(301, address)`, `cut_short()`, `wrong_json()`, `huge(size)`, `dripping()`, `hanging()`.

`client_environment(home)` is an environment in which pip, npm and pip-audit see nothing of this machine's own settings.
"""

from tests.standins.clients import client_environment
from tests.standins.feeds import Feeds
from tests.standins.hub import Hub
from tests.standins.made import tarball, wheel
from tests.standins.npm import Npm
from tests.standins.osv import OSV
from tests.standins.pages import Pages
from tests.standins.pypi import PyPI
from tests.standins.server import Reply, Seen, StandIn, cut_short, dripping, hanging, huge, redirect, status, wrong_json

__all__ = [
    "OSV",
    "Feeds",
    "Hub",
    "Npm",
    "Pages",
    "PyPI",
    "Reply",
    "Seen",
    "StandIn",
    "client_environment",
    "cut_short",
    "dripping",
    "hanging",
    "huge",
    "redirect",
    "status",
    "tarball",
    "wheel",
    "wrong_json",
]
