#!/usr/bin/env python3
"""A million timers that wait, some of which come due: how much memory the host holds, and how late they fire.

  python3 tests/month/timers.py [--timers 1000000] [--due 5000] [--seconds 20]

Writes the timers into the host's own database, starts the real host on the real clock, and reads what reaches the shop.
"""

import argparse
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path

import run


class Now:
    """The real clock in the place of one that is turned by hand."""

    @property
    def at(self):
        return time.time_ns() // 1_000_000


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--timers", type=int, default=1_000_000)
    options.add_argument("--due", type=int, default=5_000)
    options.add_argument("--seconds", type=int, default=20)
    args = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="timers-"))
    shutil.copytree(run.HERE / "ledger", folder / "plugins/ledger")
    with open(folder / "sends.jsonl", "w", encoding="utf-8") as log:
        shop = run.Shop(Now(), log, 1)
        shop.chance.random = lambda: 1.0  # this shop is polite: it is the timers that are looked at
        threading.Thread(target=shop.serve_forever, daemon=True).start()
        config = folder / "config.toml"
        config.write_text(run.CONFIG.replace("{port}", str(shop.server_port)))
        host = run.Host(folder, config, None)
        host.call("GET", "/readyz")
        host.process.terminate()
        host.process.wait()
        due = fill(folder / "data/cuecard.db", args)
        host.start()
        while time.time() * 1000 < max(due.values()) + 3000:
            time.sleep(0.2)
        memory = sum(resident(pid) for pid in family(host.process.pid))
        own = resident(host.process.pid)
        host.kill()
    return report(folder, due, memory, own, args)


def fill(path, args):
    """Timers as the host itself would have kept them; the first are due when the host has long started, the rest in a month."""
    chance, start = random.Random(1), int(time.time() * 1000) + 30_000
    due = {}
    with sqlite3.connect(path) as base:
        def rows():
            for n in range(args.timers):
                at = start + chance.randrange(args.seconds * 1000) if n < args.due else start + 30 * 86_400_000 + n
                # The host speaks of timers in whole seconds to plugins, and keeps milliseconds itself.
                at = at // 1000 * 1000
                if n < args.due:
                    due[n] = at
                body = {"key": "cart", "at": run.story.text_of(at), "event": "cart.left", "fields": {"n": n, "text": False}}
                yield "shop", "ledger", f"u-{n}", "cart", at, chance.randrange(4096), json.dumps(body)
        # Who is to be reached on web_chat has been there before; some days ago, so that no conversation is open.
        base.executemany(
            "insert into messages (merchant, conversation, message, customer, channel, role, text, at)"
            " values ('shop', ?1, 'm-1', ?2, 'web_chat', 1, 'hello', ?3)",
            ((f"c-{n}", f"u-{n}", start - 3 * 86_400_000) for n in range(args.due)))
        base.executemany("insert into timers (merchant, plugin, customer, key, at, slot, body) values (?,?,?,?,?,?,?)", rows())
    base.close()
    return due


def family(pid):
    """A process and its descendants."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def resident(pid):
    """Mebibytes in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


def report(folder, due, memory, own, args):
    late = {}
    for line in (folder / "sends.jsonl").read_text().splitlines():
        send = json.loads(line)
        what, n, at = send["text"].split()
        if what == "left":
            late[int(n)] = send["at"] - int(at) * 1000
    missing = due.keys() - late.keys()
    order = sorted(late.values()) or [0]
    print(f"{args.timers} timers waiting, {len(due)} due within {args.seconds} s: {len(late)} reached the shop")
    print(f"late by {order[len(order) // 2]} ms at the median, {order[len(order) * 99 // 100]} ms at the 99th percentile, "
          f"{order[-1]} ms at most, {order[0]} ms at least")
    print(f"memory: {own:.0f} MiB the host, {memory:.0f} MiB with its workers")
    fine = not missing and order[0] >= 0 and order[-1] <= 1000 and memory < 500
    print("fine" if fine else f"not fine: {len(missing)} missing; the files are in {folder}")
    if fine:
        shutil.rmtree(folder)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
