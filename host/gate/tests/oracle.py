#!/usr/bin/env python3
"""When may something be sent? An answer by brute force, to compare the gate's search with.

Reads schedules as JSON lines from standard input and writes, for each, the first allowed moment in seconds since the
epoch, or null. It knows nothing of windows on a time line: it looks at the moment asked for and then at every full
minute after it, converts each to the local time of every zone with zoneinfo, and asks whether that is allowed.
"""
import datetime
import json
import sys
import zoneinfo

UTC = datetime.timezone.utc


def minute_of(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def in_windows(windows, minute):
    spans = (window.split("-") for window in windows.split())
    return any(minute_of(start) <= minute < minute_of(end) for start, end in spans)


def hours_allow(week, local):
    if "daily" in week:
        windows = week["daily"]
    else:
        windows = week[["mon_fri", "mon_fri", "mon_fri", "mon_fri", "mon_fri", "sat", "sun"][local.weekday()]]
    return in_windows(windows, local.hour * 60 + local.minute)


def cap_allows(cap, sends, at, local, zone):
    if cap["per"] == "day":
        same = [sent for sent in sends if datetime.datetime.fromtimestamp(sent, zone).date() == local.date()]
        return len(same) < cap["count"]
    unit = {"h": 3600, "d": 86400}[cap["per"][-1]]
    span = int(cap["per"][:-1]) * unit
    return len([sent for sent in sends if sent > at - span]) < cap["count"]


def allowed(schedule, zones, at):
    for zone in zones:
        local = datetime.datetime.fromtimestamp(at, UTC).astimezone(zone)
        if not all(hours_allow(week, local) for week in schedule["weeks"]):
            return False
        if not all(cap_allows(cap, schedule["sends"], at, local, zone) for cap in schedule["caps"]):
            return False
    return True


def first_allowed(schedule):
    zones = [zoneinfo.ZoneInfo(name) for name in schedule["zones"]]
    at = schedule["from"]
    while at <= schedule["limit"]:
        if allowed(schedule, zones, at):
            return at
        at = (at // 60 + 1) * 60
    return None


def main():
    for line in sys.stdin:
        print(json.dumps(first_allowed(json.loads(line))))


if __name__ == "__main__":
    try:
        main()
    except zoneinfo.ZoneInfoNotFoundError as error:
        sys.exit(f"{error}\nhint: this Python has no time zones; run: python3 -m pip install tzdata")
