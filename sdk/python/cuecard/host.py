"""What the host gives a plugin. No file, no network, no process."""

from typing import Optional

from wit_world.imports import host as _host
from wit_world.imports.types import LogLevel, Money


def render(key: str, **arguments) -> str:
    """Puts a message of this plugin into words, in the answer's locale."""
    from . import fields

    return _host.render(key, fields(arguments))


def format_money(amount: Money) -> str:
    """An amount as the customer writes it."""
    return _host.format_money(amount)


def format_date(at: int) -> str:
    """A day as the customer writes it, in the customer's time zone."""
    return _host.format_date(at)


def format_number(number: float) -> str:
    """A number as the customer writes it."""
    return _host.format_number(number)


def format_relative(at: int) -> str:
    """A span from now, e.g. "in 3 days"."""
    return _host.format_relative(at)


def get_key(name: str):
    """What this plugin stored for this customer, or None."""
    stored = _host.get_key(name)
    return None if stored is None else stored.value


def set_key(name: str, plain) -> None:
    """Stores a flag, a number, a text or Money for this customer; None forgets it."""
    from . import value

    _host.set_key(name, None if plain is None else value(plain))


def log(text: str, level: Optional[LogLevel] = None) -> None:
    """Writes a line that reaches the plugin's author."""
    _host.log(level or LogLevel.INFO, str(text))


def now() -> int:
    """The clock of the turn, in seconds. `time.time` is this."""
    return _host.now()


def random() -> float:
    """A number from 0 up to 1, seeded by the turn: a replay draws the same. `random` draws from it."""
    return _host.random()
