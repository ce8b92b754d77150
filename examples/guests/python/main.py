"""Names a parcel that is late: the latest one of the newest order. Silent when none is."""

from cuecard import Draft, EmotionLabel, FulfillmentStatus, StepKind, Turn, draft, host, step

DAY = 24 * 60 * 60


def compose(turn: Turn) -> list[Draft]:
    if turn.message.text == "draw":
        return [draft(text=str(int(host.random() * 1_000_000)), reason="as asked")]
    orders = turn.customer.orders
    parcels = orders[0].fulfillments if orders else []
    under_way = [it for it in parcels if it.status == FulfillmentStatus.IN_TRANSIT and it.expected_at is not None]
    late = min(under_way, key=lambda it: it.expected_at, default=None)
    days = (turn.now - late.expected_at) // DAY if late else 0
    if days <= 0:
        return []
    order = orders[0]
    asked = int(host.get_key("asked") or 0) + 1
    host.set_key("asked", asked)
    host.log(f"{late.id} is late")
    arguments = {
        "order": order.number or order.id,
        "carrier": late.carrier or "the carrier",
        "due": late.expected_at,
        "ago": host.format_relative(late.expected_at),
    }
    reason = f"{days} days late, asked {asked} times"
    if turn.signals.emotion.label != EmotionLabel.ANGRY:
        return [draft("late", arguments=arguments, scenario="delivery_delay", reason=reason)]
    steps = [step(StepKind.EMPATHY, "sorry"), step(StepKind.FACT, "late", arguments=arguments)]
    return [draft(steps=steps, scenario="delivery_delay", reason=reason)]
