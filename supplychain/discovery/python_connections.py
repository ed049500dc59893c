"""Connections of the standard library that Python source opens to a service by the name of its host."""

from __future__ import annotations

from supplychain.discovery.hosted import service_at
from supplychain.discovery.naming import Named
from supplychain.discovery.python_report import Report, keyword_of

_OPENS = {
    "HTTPSConnection": frozenset({"http.client.HTTPSConnection"}),
    "HTTPConnection": frozenset({"http.client.HTTPConnection"}),
    "HTTPSConnectionPool": frozenset({"urllib3.HTTPSConnectionPool", "urllib3.connectionpool.HTTPSConnectionPool"}),
}
"""What opens a connection to the host that its first argument names, by the last name."""


def connections(report: Report) -> None:
    """Refer to the services whose host a file opens a connection to."""
    for last, dotted in _OPENS.items():
        for node, chain in report.names.calls.get(last, ()):
            host = node.args[0] if node.args else keyword_of(node, "host")
            if host is None or dotted.isdisjoint(report.names.dotted(node.func, chain)):
                continue
            for known in report.possible(host, chain).known:
                address = f"https://{known.value}"
                found = service_at(address)
                if found is not None:
                    report.refer(Named(found, None, address), node.lineno, known.resolution, last)
