"""Run apart by `confined`, since it parses what a target holds: verify the signatures on a PDF with pyHanko.

It imports nothing of this package, so that it starts anywhere. Only the roots that it is handed are trusted, whether a
certificate was withdrawn is asked of nobody, and all is held against the time that it is handed.
"""

from __future__ import annotations

import base64
import io
from datetime import datetime
from typing import Any

_SIGNATURES = 20


def _verified(pdf: bytes, roots: list[bytes], now: datetime) -> dict[str, list[str]]:
    from pyhanko.pdf_utils.reader import PdfFileReader

    found: dict[str, list[str]] = {"good": [], "bad": [], "open": []}
    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    if len(signatures) > _SIGNATURES:
        return {**found, "open": [f"it has {len(signatures)} signatures; {_SIGNATURES} are looked at"]}
    for signature in signatures:
        try:
            kind, text = _judged(signature, roots, now)
        except Exception as error:  # noqa: BLE001 - whatever a hostile signature brings about, it is not verified
            kind, text = "open", f"a signature cannot be read: {type(error).__name__}: {error}"
        found[kind].append(text[:300])
    return found


def _judged(signature: Any, roots: list[bytes], now: datetime) -> tuple[str, str]:
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    trusted = [certificate for root in roots for certificate in load_certs_from_pemder_data(root)]
    context = ValidationContext(trust_roots=trusted, moment=now, allow_fetching=False)
    usage = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False)
    status = validate_pdf_signature(signature, context, key_usage_settings=usage)
    signer = status.signing_cert.subject.human_friendly
    if not status.intact:
        return "bad", f"the file is not what {signer} signed"
    if not status.valid:
        return "bad", f"that in the name of {signer} was not made with the key of its certificate"
    if not status.trusted:
        problem = status.trust_problem_indic
        why = problem.standard_name.lower().replace("_", " ") if problem else "no path"
        valid = signature.signer_cert["tbs_certificate"]["validity"]
        days = f"{valid['not_before'].native.date()} to {valid['not_after'].native.date()}"
        return (
            "open",
            f"the certificate of {signer}, of {days}, does not go back to a root of the policy on this day: {why}",
        )
    if not status.bottom_line:
        return "bad", f"the file was changed after {signer} had signed it"
    return "good", signer


def answer(asked: dict[str, Any]) -> dict[str, list[str]]:
    """Return `{"good": [signer, …], "bad": [why, …], "open": [why, …]}` for `{"pdf", "roots", "now"}`.

    The PDF is as base64, the roots as PEM, the time by ISO 8601.
    """
    roots = [root.encode() for root in asked["roots"]]
    try:
        return _verified(base64.b64decode(asked["pdf"]), roots, datetime.fromisoformat(asked["now"]))
    except Exception as error:  # noqa: BLE001 - as above: a PDF that cannot be parsed verifies nothing
        return {"good": [], "bad": [], "open": [f"it cannot be read as a PDF: {type(error).__name__}"]}
