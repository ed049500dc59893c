"""What all archives share: how many members there may be, and names that lead out of a folder."""

from __future__ import annotations

from supplychain.scan.interface import Report, StoppedError


def count(report: Report) -> None:
    """Count a member.

    Raises:
        StoppedError: there are more than the limits allow.
    """
    total = report.scratch["members"] = report.scratch.get("members", 0) + 1
    if total > report.limits.members:
        raise StoppedError(f"it has more than {report.limits.members:,} members")
    report.check_time()


def check_name(layer: str, name: str, report: Report) -> None:
    """Tell of a name that leads out of the folder that an archive is unpacked into."""
    if leads_out(name):
        report.saw(layer, "path-outside", "a member's name leads out of the folder that it is unpacked into", name)


def leads_out(name: str) -> bool:
    """Whether a path leads out of the folder that it is taken in, on any system."""
    is_absolute = name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":")
    return is_absolute or ".." in name.replace("\\", "/").split("/")
