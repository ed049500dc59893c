"""Packages that are malicious or look like it: names beside those in use, code that hides, hooks that fetch."""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
from random import Random

from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.reference import Scope
from supplychain.sensitivity.ground import Ground, token
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind
from supplychain.sensitivity.placing import place

_INERT = "print('nothing')"
"""What the planted code would do, were it ever run."""


@kind("package with a name beside a well-known one", "5.4")
def misspelt(ground: Ground, rng: Random) -> Plant:
    """Require a package whose name is a slip away from one that the target uses."""
    lists = ground.files("requirements")
    used = sorted({e.component.name for e in ground.case.graph.packages if e.component.source == "pypi"})
    names = [name for name in used if len(name) > 5]
    if not lists or not names:
        raise CannotPlantError("production has no list of requirements, or no package with a name that can be misspelt")
    name, path = rng.choice(names), rng.choice(lists)
    slip = rng.choice(("swap", "double", "drop", "suffix"))
    at = rng.randrange(1, len(name) - 2)
    other = {
        "swap": name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        "double": name[:at] + name[at] + name[at:],
        "drop": name[:at] + name[at + 1 :],
        "suffix": f"python-{name}",
    }[slip]
    if other in used:
        raise CannotPlantError("every slip that was drawn is the name of another package in use")
    placed = place("requirements", ground.text(path) or "", f"{other}==1.0.0", rng)
    text = f"{other}==1.0.0, beside {name}"
    return Plant(f"misspelt: {slip}", path, text, (f"/{other}",), placed.line, data=placed.data, wide=True)


@kind("package in the target whose build hides what it runs", "5.4")
def hidden_code(ground: Ground, rng: Random) -> Plant:
    """Add the archive of a source distribution with a setup.py that decodes what it runs."""
    name = token(rng)
    code = base64.b64encode(_INERT.encode()).decode()
    way, text = rng.choice(
        (
            ("exec of base64", f"import base64\nexec(base64.b64decode('{code}'))\n"),
            ("exec of a compiled text", f"import base64\nexec(compile(base64.b64decode('{code}'), 'x', 'exec'))\n"),
            (
                "in two steps",
                f"from base64 import b64decode as d\n_a = d('{code}').decode()\neval(compile(_a, '', 'exec'))\n",
            ),
            ("by getattr", f"import base64, builtins\ngetattr(builtins, 'ex' + 'ec')(base64.b64decode('{code}'))\n"),
            ("characters", f"exec(''.join(chr(c) for c in {[ord(c) for c in _INERT]}))\n"),
            ("hexadecimal", f"exec(bytes.fromhex('{_INERT.encode().hex()}').decode())\n"),
        )
    )
    folder = next((folder for folder in ("wheels", "packages", "app") if _is_prod(ground, folder)), None)
    if folder is None:
        raise CannotPlantError("a new folder of this target is not of production")
    files = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\n",
        "setup.py": f"from setuptools import setup\n{text}setup(name='{name}', version='1.0.0')\n",
    }
    return Plant(
        way, f"{folder}/{name}-1.0.0.tar.gz", text.strip(), (name,), data=_packed(f"{name}-1.0.0", files), wide=True
    )


def _is_prod(ground: Ground, folder: str) -> bool:
    return ground.place(f"{folder}/x.tar.gz").scope is Scope.PROD


def _packed(folder: str, files: dict[str, str]) -> bytes:
    """Return files as an archive; the same files give the same bytes."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


@kind("review of a signal gone", "5.4", layer="case")
def review_gone(ground: Ground, rng: Random) -> Plant:
    """Take a review out of the declaration that closes a signal."""
    declaration = ground.case.declaration
    closed = {
        row.component
        for row in ground.findings["5.4"].observations
        if row.outcome is Outcome.PASS and row.rule == "reviewed"
    }
    reviews = [review for review in (declaration.review if declaration else ()) if review.component in closed]
    if not reviews or declaration is None:
        raise CannotPlantError("no review closes a signal here")
    review = rng.choice(reviews)

    def change(case: Case) -> Case:
        left = tuple(item for item in declaration.review if item.component != review.component)
        return case.model_copy(update={"declaration": declaration.model_copy(update={"review": left})})

    return Plant(
        "removed", review.component, f"without the review of {review.component}", (review.component,), change=change
    )
