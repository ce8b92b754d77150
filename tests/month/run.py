#!/usr/bin/env python3
"""A shop's month against the real host, on a clock that is turned by hand, with `kill -9` at random moments.

  python3 tests/month/run.py [--events 100000] [--customers 3000] [--days 30] [--kills 20] [--keep FOLDER]

Posts the story, step by step; between two steps it waits until the host has nothing left to do. The shop's side answers
over real sockets, now and then with "later", with an error after it has taken a contact, or not at all. What was posted and
what was taken are written to two files, which check.py judges. Needs a built `cuecard` (CUECARD, or target/debug/cuecard).
"""

import argparse
import http.client
import http.server
import json
import os
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import unquote

import check
import story

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

CONFIG = """
[limits]
requests_per_second = 1e9
burst = 1e9

[[merchant]]
id = "shop"
default_locale = "en"

[merchant.outreach]
automatic = ["ledger", "offer"]

[[connector]]
merchant = "shop"

[connector.through.webhook]
url = "http://127.0.0.1:{port}/send"
lookup_url = "http://127.0.0.1:{port}/sent/{key}"
secret_env = "MONTH_SECRET"
"""


class Clock:
    def __init__(self, path):
        self.file = open(path, "wb", buffering=0)
        # Some days before: customers have been there, and their conversations are long over.
        self.show(story.millis(story.START) - 3 * story.DAY)

    def show(self, at):
        self.at = at
        os.pwrite(self.file.fileno(), b"%013d" % at, 0)


class Shop(http.server.ThreadingHTTPServer):
    """The shop's side: takes contacts, writes down when, and is not always polite."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, clock, log, seed):
        super().__init__(("127.0.0.1", 0), Takes)
        self.clock, self.log, self.lock = clock, log, threading.Lock()
        self.chance, self.taken = random.Random(f"shop {seed}"), set()
        self.moods = {"later": 0, "error after taking": 0, "silence after taking": 0}

    def take(self, parcel):
        """Writes it down. An idempotent shop would look at the key; this one takes whatever comes, and so tells."""
        with self.lock:
            self.taken.add(parcel["idempotency_key"])
            line = {"at": self.clock.at, "idempotency_key": parcel["idempotency_key"], "text": parcel["text"],
                    "customer": parcel["customer_id"], "channel": parcel["channel"]}
            self.log.write(json.dumps(line) + "\n")
            self.log.flush()


    def handle_error(self, request, client_address):
        """A host that was killed has let go of its connections."""


class Takes(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        parcel = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            dice = self.server.chance.random()
        if dice < 0.01:
            self.server.moods["later"] += 1
            return self.say(503, {}, {"Retry-After": "60"})
        self.server.take(parcel)
        if dice < 0.02:
            self.server.moods["error after taking"] += 1
            return self.say(500, {})
        if dice < 0.03:
            self.server.moods["silence after taking"] += 1
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        return self.say(200, {"reference": parcel["idempotency_key"]})

    def do_GET(self):
        key = unquote(self.path.removeprefix("/sent/"))
        self.say(200 if key in self.server.taken else 404, {})

    def say(self, status, body, headers=None):
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Host:
    """The real process, which is killed and started again."""

    def __init__(self, folder, config, clock_file):
        self.folder, self.config, self.clock_file = folder, config, clock_file
        self.data, self.key, self.connection = folder / "data", None, None
        self.program = os.environ.get("CUECARD", ROOT / "target/debug/cuecard")
        made = subprocess.run(
            [self.program, "keys", "create", "--data", self.data, "--merchant", "shop", "--role", "operator"],
            check=True, capture_output=True, text=True)
        self.key = next(word for word in made.stdout.split() if word.startswith("cc_"))
        self.log = open(folder / "host.log", "ab")
        self.start()

    def start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        clock = ["--clock", self.clock_file] if self.clock_file else []
        self.process = subprocess.Popen(
            [self.program, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", self.data, "--config", self.config,
             "--plugins", self.folder / "plugins", *clock],
            stdout=self.log, stderr=self.log, env={**os.environ, "MONTH_SECRET": "a secret of the month that nobody knows", "RUST_LOG": "warn"})
        for _ in range(6000):
            try:
                if self.call("GET", "/readyz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.01)
        else:
            sys.exit(f"the host is not ready: see {self.folder / 'host.log'}")
        self.base = sqlite3.connect(f"file:{self.data / 'cuecard.db'}?mode=ro", uri=True, isolation_level=None)
        # What was in flight at a kill: the host looks after it when its time is up, and the clock must go on for that.
        self.orphans = self.sending()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.connection = None

    def call(self, method, path, body=None):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            self.connection.connect()
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
            self.connection.request(method, path, body and json.dumps(body), headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            raise OSError(str(error)) from error

    def is_idle(self, now):
        """Nothing to decide, no timer due, no contact to send."""
        (left,) = self.base.execute(
            "select exists (select 1 from events where done_at is null)"
            " or exists (select 1 from timers where at <= ?1)"
            " or exists (select 1 from outreach where due_at <= ?1)", (now,)).fetchone()
        return not left and not self.sending() - self.orphans

    def sending(self):
        return {id for (id,) in self.base.execute("select id from outreach where state = 'sending'")}

    def wait_until_idle(self, now):
        began = time.monotonic()
        while not self.is_idle(now):
            time.sleep(0.0005)
            if self.process.poll() is not None:
                raise OSError("the host has ended")
            if time.monotonic() - began > 60:
                sys.exit(f"not idle after a minute: see {self.folder}")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--events", type=int, default=100_000)
    options.add_argument("--customers", type=int, default=3_000)
    options.add_argument("--days", type=int, default=30)
    options.add_argument("--step", type=int, default=300, help="seconds of the clock between two steps")
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path, help="folder for the files, which is then kept")
    args = options.parse_args()
    folder = args.keep or Path(tempfile.mkdtemp(prefix="month-"))
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(HERE / "ledger", folder / "plugins/ledger", dirs_exist_ok=True)
    clock = Clock(folder / "clock")
    with open(folder / "sends.jsonl", "w", encoding="utf-8") as log:
        shop = Shop(clock, log, args.seed)
        threading.Thread(target=shop.serve_forever, daemon=True).start()
        config = folder / "config.toml"
        config.write_text(CONFIG.replace("{port}", str(shop.server_port)))
        run(args, folder, clock, Host(folder, config, folder / "clock"))
        print("the shop said:", ", ".join(f"{mood} {count} times" for mood, count in shop.moods.items()))
    found = check.main(folder / "events.jsonl", folder / "sends.jsonl")
    if not found and not args.keep:
        shutil.rmtree(folder)
    elif found:
        print(f"the files are in {folder}")
    return found


def run(args, folder, clock, host):
    began, chance = time.monotonic(), random.Random(f"kills {args.seed}")
    people = list(story.customers(args.customers, args.seed))
    lines = story.events(args.events, args.customers, args.days, args.step * 1000, args.seed)
    with open(folder / "events.jsonl", "w", encoding="utf-8") as file:
        for line in [{"customer": person} for person in people] + lines:
            file.write(json.dumps(line) + "\n")
    for person in people:
        settle(host, clock, lambda person=person: introduce(host, person))
    steps = {}
    for line in lines:
        steps.setdefault(line["posted"], []).append(line)
    moments = due_moments(steps, args.step * 1000)
    kills = sorted(chance.sample(range(len(moments)), args.kills))
    for index, moment in enumerate(moments):
        doomed = index in kills
        if doomed:
            # Some time during this step: while it posts, decides, sends, or a moment after.
            timer = threading.Timer(chance.random() * 0.03, host.process.kill)
            timer.start()
        clock.show(moment)
        settle(host, clock)
        for at in range(0, len(steps.get(moment, [])), 500):
            some = steps[moment][at:at + 500]
            settle(host, clock, lambda some=some: post(host, some))
        if doomed:
            timer.join()
            settle(host, clock)
        if index % 500 == 0 and sys.stderr.isatty():
            print(f"\r{index * 100 // len(moments)} % ", end="", file=sys.stderr)
    took = time.monotonic() - began
    host.kill()
    print(f"{len(lines)} lines in {len(moments)} steps, {len(kills)} kills, {took:.0f} s")


def due_moments(steps, step):
    """The moments of the story, and those between them at which something may fall due; at the end two more days."""
    last = max(steps)
    first, end = min(steps), last + 80 * story.HOUR
    quiet = range(first, end, step)
    return sorted(set(steps) | set(quiet))


def settle(host, clock, act=lambda: None):
    """Does it, and waits until the host has nothing left to do; after a kill all over again."""
    while True:
        try:
            act()
            host.wait_until_idle(clock.at)
            return
        except OSError:
            host.process.wait()
            host.kill()
            host.start()


def introduce(host, person):
    body = {name: person[name] for name in ("id", "country", "region", "time_zone", "email", "phone") if person[name]}
    body["consents"] = [
        {"purpose": "marketing", "channel": grant["channel"], "answer": "granted", "wording": "month-1",
         "at": story.text_of(grant["at"]), "source": "checkout"} for grant in person["grants"]]
    expect(host.call("PUT", f"/v1/customers/{person['id']}", body), 200)
    hello = {"conversation_id": f"c-{person['id']}", "message_id": "m-1", "channel": "web_chat", "text": "hello",
             "customer": {"id": person["id"]}}
    expect(host.call("POST", "/v1/messages", hello), 200)


def post(host, lines):
    events = [line["event"] for line in lines if "event" in line]
    if events:
        expect(host.call("POST", "/v1/events", events), 202)
    for line in lines:
        if "withdrawn" in line:
            said = line["withdrawn"]
            body = {"purpose": "marketing", "channel": said["channel"], "answer": "withdrawn", "wording": "",
                    "at": story.text_of(line["posted"]), "source": "preferences"}
            status, text = host.call("POST", f"/v1/customers/{said['customer']}/consents", body)
            if status not in (200, 201):
                sys.exit(f"{status}: {text.decode()}")


def expect(answer, status):
    if answer[0] != status:
        sys.exit(f"{answer[0]}: {answer[1].decode()}")


if __name__ == "__main__":
    sys.exit(main())
