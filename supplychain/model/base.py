"""What every type of the model shares.

No module of the model has `from __future__ import annotations`: pydantic would compile each annotation from its text,
which is a fifth of what building the types takes at the start of a run.
"""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value: it never changes after it was made, and has no fields but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")
