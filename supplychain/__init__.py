"""An executable specification for the security of the AI supply chain."""

__version__ = "0.1.0"
