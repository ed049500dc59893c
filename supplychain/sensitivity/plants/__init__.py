"""The kinds of plants, one module each; importing this package registers them.

They share no code with the checks, with discovery or with the canaries, which are known to be caught: what is measured
here is what those miss.
"""

from supplychain.sensitivity.plants import (
    advised,
    agreed,
    documents,
    drift,
    inventory,
    locks,
    malicious,
    places,
    served,
    stated,
    summed,
    ways,
)

__all__ = [
    "advised",
    "agreed",
    "documents",
    "drift",
    "inventory",
    "locks",
    "malicious",
    "places",
    "served",
    "stated",
    "summed",
    "ways",
]
