"""A shop's month, told by a seed: customers with consents, and their events as they reach the host.

Some come twice, some late, some out of order. Each line says when it is posted; a customer has at most one new event in
one step, so what follows from the story is the same however the host shares out its work.
"""

import random
from datetime import datetime, timezone

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
"""In this month the clocks change in America (the 8th) and in Europe (the 29th)."""

HOUR = 3_600_000
DAY = 24 * HOUR
PLACES = [
    ("US", "NY", "America/New_York", "+1212555"), ("US", "CA", "America/Los_Angeles", "+1415555"),
    ("US", "TX", "America/Chicago", "+1512555"), ("US", "FL", "America/New_York", "+1305555"),
    ("GB", None, "Europe/London", "+442079460"), ("DE", None, "Europe/Berlin", "+49301234"),
    ("FR", None, "Europe/Paris", "+33142685"), ("ES", None, "Europe/Madrid", "+34912345"),
    ("BR", None, "America/Sao_Paulo", "+551132345"), ("JP", None, "Asia/Tokyo", "+81312345"),
    ("CN", None, "Asia/Shanghai", "+861012345"), ("AU", "NSW", "Australia/Sydney", "+61291234"),
    ("MX", None, "America/Mexico_City", "+525512345"), ("AE", None, "Asia/Dubai", "+97141234"),
]


def millis(moment):
    return int(moment.timestamp() * 1000)


def text_of(at):
    return datetime.fromtimestamp(at / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def customers(count, seed):
    chance = random.Random(f"customers {seed}")
    for number in range(count):
        country, region, zone, phone = PLACES[chance.randrange(len(PLACES))]
        grants = []
        for channel in ("email", "sms"):
            if chance.random() < 0.8:
                grants.append({"channel": channel, "at": millis(START) - chance.randrange(1, 90) * DAY})
        yield {
            "id": f"u-{number}", "country": country, "region": region, "time_zone": zone,
            "email": f"u{number}@customers.example", "phone": f"{phone}{number:04d}", "grants": grants,
        }


def events(count, people, days, step, seed):
    """Lines in the order in which they are posted: `posted` and the event; `again` for one that was posted before."""
    chance = random.Random(f"events {seed}")
    lines, posted_before = [], []
    steps = days * DAY // step
    per_step = count / steps
    number = 0
    for index in range(1, steps + 1):
        posted = millis(START) + index * step
        # About one customer in ten changes their mind some time in the month.
        if chance.random() < people / 10 / steps:
            person, channel = chance.randrange(people), chance.choice(["email", "sms"])
            lines.append({"posted": posted, "withdrawn": {"customer": f"u-{person}", "channel": channel}})
        many = int(per_step) + (chance.random() < per_step % 1)
        for person in chance.sample(range(people), min(many, people)):
            number += 1
            late = chance.randrange(0, 6 * HOUR) if chance.random() < 0.05 else chance.randrange(0, min(step, 60_000))
            kind = chance.choices(
                ["browse.viewed", "cart.updated", "order.created", "fulfillment.updated"], [50, 30, 12, 8]
            )[0]
            event = {
                "id": f"e-{number}", "type": kind, "at": text_of((posted - late) // 1000 * 1000),
                "customer_id": f"u-{person}", "fields": {"n": number, "text": chance.random() < 0.5},
            }
            lines.append({"posted": posted, "event": event})
            posted_before.append(event)
        while chance.random() < 0.03 * per_step and posted_before:
            event = chance.choice(posted_before[-5000:])
            lines.append({"posted": posted, "event": event, "again": True})
    end = millis(START) + (steps + 1) * step + 8 * HOUR
    for person in range(people):
        number += 1
        event = {
            "id": f"e-{number}", "type": "month.ended", "at": text_of(end), "customer_id": f"u-{person}",
            "fields": {"n": number},
        }
        lines.append({"posted": end, "event": event})
    return lines
