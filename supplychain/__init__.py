"""An executable specification for the security of the AI supply chain."""

import os

__version__ = "0.1.0"

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # what stands in its environment changes no validation
