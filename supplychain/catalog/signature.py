"""Where signatures of models and datasets lie, as data."""

from supplychain.catalog.interface import Data


class SignatureNames(Data):
    """Signatures by the names of their files."""

    folder: tuple[str, ...]
    """Of a signature on a whole folder."""
    suffixes: tuple[str, ...]
    """What is added to the name of the one file that is signed; the longest first."""
    unsigned: tuple[str, ...]
    """Files that nobody has to sign."""
    model_predicate: str
    """The type of a statement that lists the files of a model."""
