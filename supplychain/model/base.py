"""What every type of the model shares."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value: it never changes after it was made, and has no fields but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")
