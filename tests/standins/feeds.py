"""A stand-in of CISA's catalog of exploited vulnerabilities and of FIRST's EPSS."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from tests.standins.server import Reply, Seen, StandIn, answer

MOST = 100
"""CVEs in one request."""


class Feeds(StandIn):
    """Both of them: dates by CVE, and probabilities by CVE, as strings."""

    def __init__(self, kev: Mapping[str, str] | None = None, epss: Mapping[str, str] | None = None) -> None:
        """Begin with these."""
        super().__init__()
        self.kev = dict(kev or {})
        self.epss = dict(epss or {})

    @property
    def kev_url(self) -> str:
        """The file of the catalog."""
        return f"{self.address}/known_exploited_vulnerabilities.json"

    @property
    def epss_url(self) -> str:
        """Where probabilities are asked for."""
        return f"{self.address}/data/v1/epss"

    def reply(self, seen: Seen, path: str) -> Reply:
        """Return the catalog, or the probabilities of the CVEs that are asked for."""
        if path == "/known_exploited_vulnerabilities.json":
            listed = [{"cveID": cve, "dateAdded": day, "dueDate": day} for cve, day in self.kev.items()]
            return answer({"catalogVersion": "2026.01.01", "count": len(listed), "vulnerabilities": listed})
        if path == "/data/v1/epss":
            asked = parse_qs(urlsplit(seen.path).query)["cve"][0].split(",")
            if len(asked) > MOST:
                return Reply(status=422)
            rows = [{"cve": cve, "epss": self.epss[cve], "date": "2026-01-01"} for cve in asked if cve in self.epss]
            return answer({"status": "OK", "status-code": 200, "total": len(rows), "data": rows})
        return Reply(status=404)
