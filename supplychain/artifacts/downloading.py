"""The process that fetches files of one revision with Hugging Face's client; it is started, bounded and ended by another.

What is asked for comes in as JSON, and one line of JSON goes out for each file that could not be had.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Fetch what standard input asks for into the cache that it names."""
    from huggingface_hub import hf_hub_download

    asked = json.load(sys.stdin)
    for path in asked["files"]:
        try:
            hf_hub_download(
                asked["name"],
                path,
                repo_type=asked["kind"],
                revision=asked["commit"],
                cache_dir=asked["cache"],
                token=os.environ.get("HF_TOKEN") or False,
            )
        except Exception as error:  # noqa: BLE001 - the client raises what it likes, and the next file may be had
            said = str(error).strip().splitlines() or [""]
            sys.stdout.write(json.dumps({"file": path, "problem": f"{type(error).__name__}: {said[0]}"}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
