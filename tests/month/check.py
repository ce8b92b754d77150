#!/usr/bin/env python3
"""Holds a month against its story: reads the event file and the send log, and nothing else.

  python3 tests/month/check.py EVENTS.jsonl SENDS.jsonl

Every event counted once and in order, every timer fired once and for its moment, no contact twice, none without consent,
outside decent hours or over a cap. The rules are written down here once more, on Python's own time zones.
"""

import json
import sys
from collections import Counter, defaultdict
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

HOUR = 3_600_000


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def moment(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def expected(lines):
    """What the ledger must have said: for each customer its sum, and each timer with its moment."""
    counts, chains = Counter(), defaultdict(lambda: 7)
    timers, left, sums, seen = {}, {}, {}, set()

    def fire(until):
        for customer, (at, n) in list(timers.items()):
            if at <= until:
                left[n] = at
                del timers[customer]

    clock = None
    for line in lines:
        event, posted = line["event"], line["posted"]
        if posted != clock:
            fire(posted)
            clock = posted
        if event["id"] in seen:
            continue
        seen.add(event["id"])
        customer, n = event["customer_id"], event["fields"]["n"]
        counts[customer] += 1
        chains[customer] = (chains[customer] * 31 + n) % 1000003
        if event["type"] == "cart.updated":
            timers[customer] = (moment(event["at"]) + HOUR, n)
        elif event["type"] == "order.created":
            timers.pop(customer, None)
        elif event["type"] == "month.ended":
            sums[customer] = (counts[customer], chains[customer])
        fire(posted)
    return left, sums, len(seen)


def main(event_file, send_file):
    story, sends = read(event_file), read(send_file)
    customers = {line["customer"]["id"]: line["customer"] for line in story if "customer" in line}
    lines = [line for line in story if "event" in line]
    withdrawn = {(line["withdrawn"]["customer"], line["withdrawn"]["channel"]): line["posted"]
                 for line in reversed(story) if "withdrawn" in line}
    left, sums, events = expected(lines)
    faults = []

    keys = Counter(send["idempotency_key"] for send in sends)
    faults += [f"{key} was sent {count} times" for key, count in keys.items() if count > 1]

    said_left, said_sums, offers = {}, {}, defaultdict(list)
    for send in sends:
        what, *rest = send["text"].split()
        if what == "left":
            n, at = int(rest[0]), int(rest[1]) * 1000
            if n in said_left:
                faults.append(f"the timer of event {n} fired twice")
            said_left[n] = at
            if send["at"] < at:
                faults.append(f"the timer of event {n} fired {at - send['at']} ms early")
        elif what == "sum":
            said_sums.setdefault(send["customer"], []).append(tuple(map(int, rest)))
        elif what == "offer":
            offers[send["customer"]].append(send)
    for n, at in left.items():
        if said_left.get(n) != at:
            faults.append(f"the timer of event {n} was set for {at}, and fired for {said_left.get(n)}")
    faults += [f"event {n} has a timer that nobody set" for n in said_left.keys() - left.keys()]
    for customer, both in sums.items():
        if said_sums.get(customer) != [both]:
            faults.append(f"{customer}: events {both} (count, chain), seen {said_sums.get(customer)}")
    for customer, sent in offers.items():
        faults += judge(customers[customer], withdrawn, sorted(sent, key=lambda send: send["at"]))

    total = sum(map(len, offers.values()))
    print(f"{len(lines)} lines posted, {events} events, {len(left)} timers fired, {len(sums)} customers, "
          f"{len(sends)} sends, {total} of them offers")
    for fault in faults[:20]:
        print("  fault:", fault)
    if not total or not left:
        faults.append("nothing was sent, so nothing is shown")
    print(f"{len(faults)} faults")
    return 1 if faults else 0


def judge(customer, withdrawn, sent):
    zone = ZoneInfo(customer["time_zone"])
    before = []
    for send in sent:
        name = f"{customer['id']} ({customer['country']}) {send['channel']} {send['text']}"
        local = datetime.fromtimestamp(send["at"] / 1000, timezone.utc).astimezone(zone)
        granted = any(grant["channel"] == send["channel"] and grant["at"] <= send["at"] for grant in customer["grants"])
        if not granted or withdrawn.get((customer["id"], send["channel"]), send["at"]) < send["at"]:
            yield f"{name}: without consent"
        first = 10 if local.weekday() == 6 else 9
        if customer["region"] == "TX" and send["channel"] == "sms" and local.weekday() == 6:
            first = 12
        if not first <= local.hour < 20:
            yield f"{name}: at {local} local time"
        if customer["country"] == "FR" and send["channel"] == "sms" and local.weekday() == 6:
            yield f"{name}: on a Sunday in France"
        week = [b for b in before if b["at"] > send["at"] - 7 * 24 * HOUR]
        same_day = [b for b in before
                    if datetime.fromtimestamp(b["at"] / 1000, timezone.utc).astimezone(zone).date() == local.date()]
        if same_day:
            yield f"{name}: the second of one day"
        if len(week) >= 3:
            yield f"{name}: the fourth of a week"
        if send["channel"] == "sms" and sum(b["channel"] == "sms" for b in week) >= 2:
            yield f"{name}: the third text of a week"
        before.append(send)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
