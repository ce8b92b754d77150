"""Write a Cuecard plugin in Python: functions named after the hooks in main.py, then `cuecard build`.

    from cuecard import Draft, Turn, draft

    def compose(turn: Turn) -> list[Draft]:
        return [draft("hello", arguments={"orders": len(turn.customer.orders)}, reason="says hello")]

A hook call is a pure function of what it is handed: what it changes in memory is gone with it, and `host.get_key` and
`host.set_key` are how a plugin remembers.
"""

from typing import Iterable, Mapping, Optional, Union

from wit_world.imports import types
from wit_world.imports.types import (  # noqa: F401 - what a plugin imports from here
    Action, Alternative, Buyer, Classification, ClassifiedEmotion, ClassifiedScenario, Culture, Customer, Decision,
    DetectedLanguage, Draft, EmotionLabel, Event, Field, Fulfillment, FulfillmentStatus, Item, LiveItem, Message,
    Money, Order, OrderStatus, Outreach, Profile, Purpose, Refund, Register, Return, Risk, Role, Signals, Stage, Step,
    StepKind, Timer, Trend, Turn, Value,
)

from . import host  # noqa: F401

Plain = Union[bool, int, float, str, Money]


def value(plain: Plain) -> Value:
    """A flag, a number, a text or an amount as the contract names it."""
    if isinstance(plain, bool):
        return types.Value_Flag(plain)
    if isinstance(plain, (int, float)):
        return types.Value_Number(float(plain))
    if isinstance(plain, str):
        return types.Value_Text(plain)
    if isinstance(plain, Money):
        return types.Value_Money(plain)
    raise TypeError(f"a value is a flag, a number, a text or Money, not {type(plain).__name__}")


def fields(values: Optional[Mapping[str, Optional[Plain]]]) -> list[Field]:
    """Named values; what is None is left out."""
    return [Field(name, value(plain)) for name, plain in (values or {}).items() if plain is not None]


def plain(given: Iterable[Field]) -> dict[str, Plain]:
    """Fields as a dictionary, e.g. of `customer.attributes` or `event.fields`."""
    return {field.name: field.value.value for field in given}


def draft(
    message: Optional[str] = None,
    *,
    text: Optional[str] = None,
    arguments: Optional[Mapping[str, Optional[Plain]]] = None,
    steps: Iterable[Step] = (),
    actions: Iterable[Action] = (),
    scenario: Optional[str] = None,
    title: Optional[str] = None,
    reason: str = "",
    confidence: Optional[float] = None,
) -> Draft:
    """A suggestion: a message key with arguments, or raw text, or steps."""
    return Draft(scenario, title, message, fields(arguments), text, list(steps), list(actions), reason, confidence)


def step(
    kind: StepKind,
    message: Optional[str] = None,
    *,
    text: Optional[str] = None,
    arguments: Optional[Mapping[str, Optional[Plain]]] = None,
) -> Step:
    """One part of a suggestion."""
    return Step(kind, message, fields(arguments), text)


def action(type: str, **args: Optional[Plain]) -> Action:
    """Something that the agent can set off, e.g. `action("create_return", order_id="1001")`."""
    return Action(type, fields(args))


def outreach(
    occurrence: str,
    purpose: Purpose,
    message: Optional[str] = None,
    *,
    text: Optional[str] = None,
    arguments: Optional[Mapping[str, Optional[Plain]]] = None,
    scenario: Optional[str] = None,
    channel: Optional[str] = None,
    template: Optional[str] = None,
    reason: str = "",
    reason_at: Optional[int] = None,
    valid_until: Optional[int] = None,
) -> Decision:
    """A contact that a trigger proposes. The same occurrence is proposed once."""
    return types.Decision_Outreach(Outreach(
        occurrence, purpose, scenario, message, fields(arguments), text, channel, template, reason, reason_at, valid_until,
    ))


def timer(key: str, at: int, event: str, **values: Optional[Plain]) -> Decision:
    """An event that the host raises later, unless it is cancelled."""
    return types.Decision_Timer(Timer(key, at, event, fields(values)))


def cancel(key: str) -> Decision:
    """Takes a timer back."""
    return types.Decision_Cancel(key)


def classification(
    *,
    language: Optional[DetectedLanguage] = None,
    scenario: Optional[ClassifiedScenario] = None,
    emotion: Optional[ClassifiedEmotion] = None,
    stage: Optional[Stage] = None,
    reason: str = "",
) -> Classification:
    """What the plugin understood otherwise. What is absent stays as it was."""
    return Classification(language, scenario, emotion, stage, reason)
