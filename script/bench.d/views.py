"""What the pages ask, view by view, as a reviewer of a county with about a thousand branches: milliseconds until the last byte of an
answer, one request after the other. Started by `script/bench views`; the questions are those of the built pages."""

import argparse
import datetime
import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter

GOAL = 200.0
TYPES = ["DYMC", "GZJH", "GZZJ", "JY", "MZPY", "ZBDH", "ZTDR", "ZWH"]
WORDS = ["村", "第一党支部", "社区", "机关"]


def hex32(uuid):
    return uuid.replace("-", "")


def operations(path):
    """The texts of the pages' questions by their names."""
    with open(path) as file:
        texts = json.load(file).values()
    return {found[1]: text for text in texts if (found := re.search(r"\bquery (\w+)", text))}


class Views:
    def __init__(self, options):
        self.o = options
        self.asked = operations(options.operations)
        self.rows = []
        year = datetime.date.today().year - 1
        self.range = {"from": year * 100 + 1, "to": year * 100 + 12}

    def sql(self, text):
        done = subprocess.run([self.o.psql, "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.o.super, "-c", text],
                              check=True, capture_output=True, text=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def wait(self, gateway):
        deadline = time.monotonic() + 60
        while True:
            try:
                connection = http.client.HTTPConnection(self.o.listen, timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200 and gateway.poll() is None:
                    return
            except OSError:
                pass
            if time.monotonic() > deadline or gateway.poll() is not None:
                raise SystemExit("the gateway did not come up; see views.log")
            time.sleep(0.2)

    def once(self, connection, token, name, variables):
        body = json.dumps({"query": self.asked[name], "variables": variables}, ensure_ascii=False).encode()
        began = time.perf_counter()
        connection.request("POST", "/graphql", body, {"Content-Type": "application/json", "Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        text = response.read()
        took = (time.perf_counter() - began) * 1000
        answer = json.loads(text)
        if response.status != 200 or answer.get("errors"):
            raise SystemExit(f"{name}: {response.status} {json.dumps(answer.get('errors'), ensure_ascii=False)[:600]}")
        return took, len(text), answer["data"]

    def view(self, title, name, token, variables):
        """`variables`: a list, asked in turn; the first round warms up."""
        connection = http.client.HTTPConnection(self.o.listen, timeout=60)
        for one in variables[:10]:
            self.once(connection, token, name, one)
        times, size, empty = [], 0, 0
        for i in range(self.o.times):
            took, length, data = self.once(connection, token, name, variables[i % len(variables)])
            times.append(took)
            size = max(size, length)
            empty += all(value in (None, []) for value in data.values())
        connection.close()
        if empty:
            raise SystemExit(f"{title}: {empty} answers are empty")
        times.sort()
        p95 = times[int(len(times) * 0.95)]
        self.rows.append((title, statistics.median(times), p95, times[-1], size))
        mark = "" if p95 < GOAL else "   MISSED"
        print(f"{title:<44}{statistics.median(times):9.1f}{p95:9.1f}{times[-1]:9.1f}{size / 1024:9.1f}{mark}", flush=True)

    def county(self):
        """The county whose branches are nearest to a thousand, with a reviewer."""
        return self.sql(
            "SELECT a.org_id, a.token, a.post_id, c.n FROM bench.actor a JOIN ("
            " SELECT b.chain[array_position(b.levels, 4::smallint)] AS org, count(*) AS n FROM bench.place b WHERE b.level = 6 GROUP BY 1) c"
            " ON c.org = a.org_id WHERE a.n > 10000 ORDER BY abs(c.n - 1000) LIMIT 1")[0]

    def questions(self):
        org, token, _, branches = self.county()
        # Whoever signs in at a page has a login; the actors of the bench have tokens alone.
        self.sql("INSERT INTO credential (tenant_id, account_id, login, changed_at) SELECT %d, account_id, 'views' || n, now() FROM bench.actor WHERE token = '%s'"
                 " ON CONFLICT DO NOTHING" % (self.o.tenant, token))
        # Posts are read by whoever administers.
        self.sql("INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, granted_at)"
                 " SELECT %d, md5('views ' || n)::uuid, account_id, org_id, 'org_admin', now() - interval '1 day', now() FROM bench.actor WHERE token = '%s'"
                 " ON CONFLICT DO NOTHING" % (self.o.tenant, token))
        name, = self.sql(f"SELECT name FROM org WHERE tenant_id = {self.o.tenant} AND id = '{org}'")[0]
        print(f"{name}: {branches} branches; {self.o.times} requests each, load average {os.getloadavg()[0]:.1f}\n", flush=True)
        print(f"{'view':<44}{'p50 ms':>9}{'p95 ms':>9}{'most ms':>9}{'KB':>9}", flush=True)
        place = "org:" + hex32(org)
        here = {"org": place}
        ask = lambda title, operation, *variables: self.view(title, operation, token, list(variables) or [{}])
        ask("frame: who I am", "Viewer")
        ask("today: counts", "Today", here)
        ask("today: waiting for me", "WaitingForMe", here)
        ask("inbox", "InboxPage", {"unreadOnly": False})
        for queue in ("TO_REVIEW", "HELD"):
            ask(f"review: queue, {queue.lower()}", "ReviewQueue", {"org": place, "queue": queue})
        numbers = [row[0] for row in self.sql(f"SELECT no FROM receipt WHERE tenant_id = {self.o.tenant} AND org_id = '{org}' ORDER BY no DESC LIMIT 200")]
        ask("review: a record beside its files", "HeldRecord", *({"id": f"receipt:{hex32(org)}.{no}"} for no in numbers))
        by_child = {"org": place, **self.range, "byChild": True}
        ask("figures: child by type", "FiguresOf", {"org": place, "each": {**by_child, "types": TYPES, "byMonth": False}, "whole": {**by_child, "types": [], "byMonth": False}})
        ask("figures: child by month", "FiguresOf", {"org": place, "each": {**by_child, "types": [], "byMonth": True}, "whole": {**by_child, "types": [], "byMonth": False}})
        ask("figures: trend", "TrendOf", {"input": {"org": place, **self.range, "byMonth": True, "types": []}})
        ask("figures: behind a number", "Behind", *({"input": {"org": place, **self.range, "state": "FINAL", "ofType": kind}} for kind in ("ZBDH", "ZWH", "ZTDR")))
        ask("tree: top", "TreeTop")
        ask("tree: below the county", "TreeBelow", here)
        towns = [row[0] for row in self.sql(f"SELECT id FROM org WHERE tenant_id = {self.o.tenant} AND parent_id = '{org}' LIMIT 50")]
        ask("tree: below a town", "TreeBelow", *({"org": "org:" + hex32(town)} for town in towns))
        ask("tree: below the county, on a day", "TreeBelow", {"org": place, "asOf": datetime.date.today().isoformat()})
        ask("tree: by name", "TreeSearch", *({"text": word} for word in WORDS))
        ask("tree: by a name that nobody has", "TreeSearch", {"text": "无此名称之党支部"})
        ask("tree: a unit", "Unit", *({"org": "org:" + hex32(town)} for town in towns))
        ask("tree: a unit's posts", "UnitPosts", here)
        ask("permissions: posts at an organisation", "PostsAt", {"org": place, "endedToo": True})
        ask("permissions: roles in words", "RolesInWords")
        branch = self.sql("SELECT q.token, q.org, q.record FROM bench.ask q WHERE q.question = 'record' ORDER BY q.i LIMIT 1")[0]
        of_branch = [row[0] for row in self.sql(f"SELECT record FROM bench.ask WHERE question = 'record' AND org = '{branch[1]}' LIMIT 50")]
        own = lambda title, operation, *variables: self.view(title, operation, branch[0], list(variables))
        own("branch: my records", "RecordLines", {"org": "org:" + hex32(branch[1]), "state": "FINAL"})
        own("branch: a record", "RecordWhole", *({"id": "record:" + hex32(record)} for record in of_branch))
        own("branch: its course", "RecordCourse", *({"id": "record:" + hex32(record)} for record in of_branch))
        own("branch: a form", "RecordForm", *({"code": kind} for kind in ("ZBDH", "DYMC")))

    def tree(self):
        """The tree in a browser, with a hundred thousand lines open."""
        print(flush=True)
        token = self.county()[1]
        subprocess.run(["node", self.o.tree], check=True, env={**os.environ, "FONDS_URL": f"http://{self.o.listen}", "FONDS_TOKEN": token})

    def run(self):
        with open(os.path.join(self.o.work, "views.log"), "w") as log:
            gateway = subprocess.Popen([self.o.program, "serve"], stdout=log, stderr=log)
        try:
            self.wait(gateway)
            if not self.o.tree_alone:
                self.questions()
            self.tree()
        finally:
            gateway.terminate()
            gateway.wait(15)
        if not self.rows:
            return
        late = Counter(p95 >= GOAL for _, _, p95, _, _ in self.rows)
        print(f"\n{late[False]} of {len(self.rows)} views within {GOAL:.0f} ms (p95), load average at the end {os.getloadavg()[0]:.1f}")


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "work", "listen", "psql", "super", "operations", "tree"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--tenant", required=True, type=int)
    parser.add_argument("--times", default=300, type=int)
    parser.add_argument("--tree-alone", action="store_true")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(143))
    Views(parser.parse_args()).run()


main()
