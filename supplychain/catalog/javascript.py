"""What JavaScript and TypeScript call and load: the types of javascript.toml."""

from pydantic import Field

from supplychain.catalog.interface import Data


class Sdk(Data):
    """A JavaScript package that calls a service, or loads models from a registry."""

    modules: tuple[str, ...]
    service: str | None = None
    registry: str | None = None
    names: dict[str, str] = Field(default_factory=dict)
    """The service, or the registry, of single exports."""
    provider: bool = False
    methods: tuple[str, ...] = ()
    routed: bool = False


class JavaScriptLoader(Data):
    """A call in JavaScript that loads a model by name."""

    call: str
    modules: tuple[str, ...] = ()
    """None: whoever exports it."""
    registry: str
    position: int = 0
    key: str | None = None
    """The key of the object argument that names the model, in place of a position."""
    when_absent: str | None = None
    default_owner: str | None = None
    address: bool = False


class JavaScriptClient(Data):
    """A client of what a team runs itself, or has somebody run: without an address it stays on its own machine."""

    modules: tuple[str, ...]
    """What the names of the packages begin with that export it."""
    names: frozenset[str]
    keys: tuple[str, ...] = ()
    """Keys of an object argument, at any depth, that hold the address."""
    first: bool = False
    """Whether the first argument may be the address itself."""


class JavaScript(Data):
    """How JavaScript and TypeScript name components."""

    model_keys: tuple[str, ...]
    address_keys: tuple[str, ...]
    region_keys: tuple[str, ...]
    nested_keys: tuple[str, ...]
    provider_methods: frozenset[str]
    fetchers: frozenset[str]
    fetch_methods: frozenset[str]
    address_names: str
    calls: tuple[str, ...]
    modules_of_settings: frozenset[str]
    integrations: frozenset[str]
    """What packages begin with that have integrations of many services, each in a module or an export named for it."""
    readers: str
    """A pattern of what reads a setting by its name: `getEnv("…")`, `config.get("…")`."""
    schemas: frozenset[str]
    """What declares the form of a setting: `z.string()`."""
    shown: str
    """A pattern of keys whose addresses are shown, and not called."""
    builtins: frozenset[str]
    sdk: tuple[Sdk, ...]
    loader: tuple[JavaScriptLoader, ...]
    client: tuple[JavaScriptClient, ...]
