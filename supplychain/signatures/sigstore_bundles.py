"""Run apart by `confined`, since it parses what a target holds: verify a keyless bundle with sigstore-python, offline.

It imports nothing of this package, so that it starts anywhere. Trusted are the public instance, by the root that
sigstore-python carries, and those instances whose roots it is handed.
"""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import Any

_ISSUERS = ("1.3.6.1.4.1.57264.1.8", "1.3.6.1.4.1.57264.1.1")
"""Extensions of Fulcio's certificates that name the issuer: as DER, and as its text alone."""


def answer(asked: dict[str, Any]) -> dict[str, str]:
    """Return `{"state", "says", "identity", "issuer", "root", "payload"}` for `{"bundle", "digests", "roots"}`.

    The digests are of the file that a bundle without an envelope may be on, the roots pairs of name and JSON, and
    `payload` is what an envelope holds, as base64.
    """
    from sigstore.errors import Error
    from sigstore.models import Bundle

    try:
        bundle = Bundle.from_json(asked["bundle"])
    except Error as error:
        return {"state": "unreadable", "says": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever a hostile bundle brings about, it is not verified
        return {"state": "unreadable", "says": f"{type(error).__name__}: {error}"}
    found = {"state": "no trust", "says": "no root to verify it with"}
    for name, root in (("", ""), *asked["roots"]):
        try:
            return {**_verified(bundle, asked["digests"], root), "root": name}
        except Error as error:
            state = _state(str(error))  # one root alone may know its authority, and then that one tells most
            found = {"state": state, "says": str(error)} if found["state"] == "no trust" else found
        except Exception as error:  # noqa: BLE001 - as above
            found = {"state": "unreadable", "says": f"{type(error).__name__}: {error}"}
    return found


def _state(error: str) -> str:
    """Return what an error of sigstore-python means for a signature."""
    if error.startswith("failed to build timestamp certificate chain"):
        return "no trust"  # another instance made it, or nobody did
    return "unreadable" if error.startswith(("Unsupported", "Expected entry type")) else "invalid"


def _verified(bundle: Any, digests: list[str], root: str) -> dict[str, str]:
    from sigstore.verify.policy import UnsafeNoOp

    verifier = _verifier(root)
    policy = UnsafeNoOp()  # whom it may be is decided by the check, on what is returned here
    said = {"state": "valid", "says": "", **_signer(bundle.signing_certificate)}
    if bundle._dsse_envelope is not None:
        kind, payload = verifier.verify_dsse(bundle, policy)
        return {**said, "kind": kind, "payload": base64.b64encode(payload).decode()}
    return {**said, **_on_a_file(verifier, bundle, digests, policy)}


def _on_a_file(verifier: Any, bundle: Any, digests: list[str], policy: Any) -> dict[str, str]:
    from sigstore.errors import VerificationError
    from sigstore.hashes import Hashed
    from sigstore_models.common.v1 import HashAlgorithm

    if not digests:
        return {"state": "not compared", "says": "the bytes that it is on are not at hand"}
    for digest in digests:
        verifier.verify_artifact(Hashed(algorithm=HashAlgorithm.SHA2_256, digest=bytes.fromhex(digest)), bundle, policy)
    if len(digests) > 1:
        raise VerificationError("the bytes at hand differ from each other")
    return {}


def _verifier(root: str) -> Any:
    from sigstore.models import TrustedRoot
    from sigstore.verify import Verifier

    if not root:
        return Verifier.production(offline=True)
    with tempfile.TemporaryDirectory(dir=Path.home()) as folder:
        file = Path(folder) / "trusted_root.json"
        file.write_text(root)
        return Verifier(trusted_root=TrustedRoot.from_file(str(file)))


def _signer(certificate: Any) -> dict[str, str]:
    """Return whom a certificate of Fulcio is for, and who says so."""
    from cryptography.x509 import SubjectAlternativeName

    names = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    found = {extension.oid.dotted_string: extension.value for extension in certificate.extensions}
    issuer = ""
    for oid in _ISSUERS:
        if oid in found and not issuer:
            value = found[oid].value
            issuer = (value[2:] if oid == _ISSUERS[0] and value[1] < 0x80 else value).decode()
    return {"identity": str(next(iter(names)).value), "issuer": issuer}
