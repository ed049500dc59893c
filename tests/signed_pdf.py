"""PDFs that tests sign themselves: a certificate authority of their own, a signer, and a page without content."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.generic import NumberObject, StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
SIGNER = "Common Name: Planted Signer"


@dataclass(frozen=True)
class Authority:
    """A root, as PEM, and the files of a signer whose certificate goes back to it."""

    root: str
    key: Path
    certificate: Path
    issuer: Path


def authority(folder: Path, until: datetime = UNTIL) -> Authority:
    """Return an authority that signed one certificate, which ends at `until`."""
    folder.mkdir(parents=True, exist_ok=True)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = _name("Planted Root"), _name("Planted Signer")
    root = _certificate(root_name, root_key.public_key(), root_name, UNTIL, is_root=True).sign(
        root_key, hashes.SHA256()
    )
    leaf = _certificate(name, key.public_key(), root_name, until, is_root=False).sign(root_key, hashes.SHA256())
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files = {"key.pem": encoded}
    files |= {
        f"{part}.pem": made.public_bytes(serialization.Encoding.PEM) for part, made in (("root", root), ("leaf", leaf))
    }
    for file, data in files.items():
        (folder / file).write_bytes(data)
    return Authority(files["root.pem"].decode(), folder / "key.pem", folder / "leaf.pem", folder / "root.pem")


def unsigned_pdf() -> bytes:
    """Return a PDF of one empty page."""
    writer = PdfFileWriter()
    empty = writer.add_object(StreamObject(stream_data=b""))
    writer.insert_page(PageObject(contents=empty, media_box=(0, 0, 200, 200)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def signed_pdf(by: Authority) -> bytes:
    """Return a PDF of one empty page with a signature."""
    signer = SimpleSigner.load(str(by.key), str(by.certificate), ca_chain_files=[str(by.issuer)])
    assert signer
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(unsigned_pdf()))
    with ThreadPoolExecutor(1) as pool:  # pyHanko begins an event loop, and the browser of other tests has one here
        pool.submit(sign_pdf, writer, PdfSignatureMetadata(field_name="Planted"), signer=signer, output=out).result()
    return out.getvalue()


def changed_after(pdf: bytes) -> bytes:
    """Return a signed PDF to which something was added afterwards: the signed bytes stay as they were."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root[pdf_name("/Planted")] = NumberObject(1)
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    name: x509.Name, key: ec.EllipticCurvePublicKey, issuer: x509.Name, until: datetime, *, is_root: bool
) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(SINCE).not_valid_after(until)
    builder = builder.add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
    return builder.add_extension(usage, critical=True)
