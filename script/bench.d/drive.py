"""Asks the gateway with wrk, and PostgreSQL with pgbench; prints a table. Started by script/bench, which has loaded."""

import argparse
import datetime
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

CONNECTIONS, THREADS, CLIENTS = 32, 2, 16
HERE = os.path.dirname(os.path.abspath(__file__))
TICK = os.sysconf("SC_CLK_TCK")
LEVELS = {4: "county", 3: "city", 2: "province", 1: "nation"}
TYPES = "DK,DXZH,DYMC,GZJH,GZZJ,HJXJ,JY,MZPY,ZBDH,ZTDR,ZWH,ZZSHH"

LIST = """query($org: ID!) { receipts(org: $org, queue: HELD, first: 20) { edges { cursor node { id no recordId round type month title hash state receivedAt decidedAt
 } } pageInfo { hasNextPage } } }"""
RECEIPT = """query($id: ID!) { receipt(id: $id) { version typeVersion occurredOn tags confidentiality content
 receipt { id no recordId round type month title hash state receivedAt decidedAt } } }"""
RECORD = """query($id: ID!) { record(id: $id) { id type typeVersion state rev version round title occurredOn tags confidentiality content savedAt createdAt } }"""
FIGURES = """query($input: FiguresInput!) { figures(input: $input) { childId type state count measures { name value } } }"""
DRAFT = """mutation($input: CreateDraftInput!) { createDraft(input: $input) { record { id state rev } problems { code } } }"""
SUBMIT = """mutation($input: SubmitRecordInput!) { submitRecord(input: $input) { record { id state rev round } receipt { id } hash problems { code } } }"""
APPROVE = """mutation($input: ApproveReceiptInput!) { approveReceipt(input: $input) { receipt { receipt { id state decidedAt } } next { id } problems { code } } }"""


def hex32(uuid):
    return uuid.replace("-", "")


def now():
    return time.monotonic()


class Bench:
    def __init__(self, options):
        self.o = options
        self.children = []
        self.rows = []
        self.year = datetime.date.today().year - 1
        self.months = [self.year * 100 + month for month in range(1, 13)]

    # --- processes ---

    def start(self, *arguments, log):
        environment = dict(os.environ)
        out = open(os.path.join(self.o.work, log), "w")
        child = subprocess.Popen([self.o.program, *arguments], stdout=out, stderr=out, env=environment)
        self.children.append(child)
        return child

    def stop(self):
        for child in reversed(self.children):
            child.terminate()
        for child in self.children:
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()

    def sql(self, text):
        done = subprocess.run([self.o.psql, "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.o.super, "-c", text],
                              check=True, capture_output=True, text=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def cpu_of(self, pid, with_ended_children=False):
        """Seconds of CPU of a process, in user and kernel mode."""
        try:
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        ticks = int(fields[11]) + int(fields[12])
        if with_ended_children:
            ticks += int(fields[13]) + int(fields[14])
        return ticks / TICK

    def cpu_of_postgres(self):
        """The postmaster, its children, and those of them that have ended."""
        if not self.o.postmaster or not os.path.isdir("/proc"):
            return 0.0
        total = self.cpu_of(self.o.postmaster, True)
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat") as file:
                        parent = int(file.read().rsplit(")", 1)[1].split()[1])
                except OSError:
                    continue
                if parent == self.o.postmaster:
                    total += self.cpu_of(name)
        return total

    def memory(self, pid):
        """Megabytes held now, and at the most."""
        try:
            with open(f"/proc/{pid}/status") as file:
                text = file.read()
        except OSError:
            return None
        return tuple(int(re.search(name + r":\s+(\d+) kB", text)[1]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))

    # --- requests ---

    def request(self, token, query, variables):
        body = json.dumps({"query": query, "variables": variables}, ensure_ascii=False, separators=(",", ":")).encode()
        head = (f"POST /graphql HTTP/1.1\r\nHost: {self.o.listen}\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n")
        return head.encode() + body

    def asked(self, question):
        rows = self.sql(f"SELECT token, org, coalesce(no, 0), record, post, i FROM bench.ask WHERE question = '{question}' ORDER BY i")
        if not rows:
            raise SystemExit(f"nothing was prepared for {question}")
        return rows

    def try_out(self, requests):
        """A wrong question would be a fast one: the first answers are read."""
        connection = http.client.HTTPConnection(self.o.listen, timeout=30)
        for raw in requests:
            head, body = raw.split(b"\r\n\r\n", 1)
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
            connection.request("POST", "/graphql", body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            answer = json.loads(text)
            if response.status != 200 or answer.get("errors") or not answer.get("data"):
                raise SystemExit(f"{response.status} {text[:600]}\nto {body.decode()[:600]}")
            for value in answer["data"].values():
                # A warning stands beside a step that was taken; a refusal stands alone.
                if value is None or value == [] or (isinstance(value, dict) and value.get("problems") and not (value.get("record") or value.get("receipt"))):
                    raise SystemExit(f"an empty answer: {text[:600]}\nto {body.decode()[:600]}")
        connection.close()

    def wrk(self, requests, mode, seconds):
        path = os.path.join(self.o.work, "requests")
        with open(path, "wb") as file:
            for raw in requests:
                file.write(b"%d\n" % len(raw) + raw)
        done = subprocess.run(["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", os.path.join(HERE, "requests.lua"),
                               f"http://{self.o.listen}/graphql", "--", path, str(THREADS), mode], capture_output=True, text=True)
        found = re.search(r"^RESULT (.*)$", done.stdout, re.M)
        if not found:
            raise SystemExit(f"wrk: {done.stdout}{done.stderr}")
        return json.loads(found[1])

    # --- pgbench ---

    def pgbench(self, script, role, seconds, question, count, first=0, extra=()):
        variables = {"tenant": self.o.tenant, "key": self.o.key, "question": question, "count": count, "first": first, "turn": 0,
                     "month": self.months[-1], **dict(extra)}
        defined = [part for name, value in variables.items() for part in ("-D", f"{name}={value}")]
        environment = dict(os.environ)
        if role == "bare":
            environment["PGOPTIONS"] = f"-c app.tenant={self.o.tenant} -c jit=off"
        before, began = self.cpu_of_postgres(), now()
        path = os.path.join(self.o.work, f"pgbench.{question}.{role}.log")
        done = subprocess.run([self.o.pgbench, "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), *defined,
                               "-f", os.path.join(HERE, "pg", f"{script}.{role}.sql"), self.o.super if role == "bare" else self.o.app],
                              capture_output=True, text=True, env=environment)
        with open(path, "w") as file:
            file.write(done.stdout + done.stderr)
        tps = re.search(r"tps = ([\d.]+)", done.stdout)
        number = re.search(r"actually processed: (\d+)", done.stdout)
        mean = re.search(r"latency average = ([\d.]+)", done.stdout)
        if not tps or int(number[1]) == 0 or "aborted" in done.stderr:
            self.say(f"pgbench {script}.{role}: {done.stderr.strip()[-400:]}")
            if not tps or int(number[1]) == 0:
                return None
        return {"per_second": float(tps[1]), "mean": float(mean[1]), "cpu_ms": (self.cpu_of_postgres() - before) * 1000 / int(number[1])}

    # --- a question ---

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def settle(self):
        """Steps of the question before are folded first."""
        deadline = now() + 60
        while now() < deadline and self.sql(f"SELECT EXISTS (SELECT FROM rollup_delta WHERE tenant_id = {self.o.tenant})") == [["t"]]:
            time.sleep(0.5)

    def ask(self, name, requests, mode="cycle", script=None, question=None, extra=(), count=None, counted=None):
        if self.o.only and not any(name.startswith(only) for only in self.o.only.split(",")):
            return
        seconds = self.o.seconds
        self.settle()
        if counted:
            start = int(self.sql(counted)[0][0])
        if mode == "once":
            self.try_out(requests[:3])
            used, share = 3, seconds * 1500
            warm, requests = requests[used:used + 200], requests[used + 200:share]
            self.wrk(warm, mode, 1)
        else:
            self.try_out(requests[:: max(1, len(requests) // 10)][:10])
            self.wrk(requests, mode, 1)
        gateway, postgres = self.cpu_of(self.gateway.pid), self.cpu_of_postgres()
        result = self.wrk(requests, mode, seconds)
        gateway, postgres = self.cpu_of(self.gateway.pid) - gateway, self.cpu_of_postgres() - postgres
        number = max(1, result["requests"])
        row = {"question": name, "per_second": result["requests"] / result["seconds"], "p50": result["p50"], "p99": result["p99"],
               "gateway_cpu_ms": gateway * 1000 / number, "postgres_cpu_ms": postgres * 1000 / number,
               "faults": result["refused"] + result["broken"], "spent": result["spent"], "load": os.getloadavg()[0]}
        if counted:
            taken = int(self.sql(counted)[0][0]) - start
            row["taken"] = taken
            if taken < result["requests"] - result["spent"] - result["refused"]:
                self.say(f"{name}: {result['requests']} answers, but {taken} steps in the database")
        if script:
            question = question or script
            count = count or len(requests)
            first = self.o.seconds * 1500 + 1
            self.settle()
            row["app"] = self.pgbench(script, "app", seconds, question, count, first, extra)
            self.settle()
            row["bare"] = self.pgbench(script, "bare", seconds, question, count, first + self.o.seconds * 3000, extra)
        self.rows.append(row)
        self.say("  " + self.line(row))

    def line(self, row):
        def ratio(other):
            return f"{row['per_second'] / other['per_second']:6.2f}" if other else "     –"

        def speed(other):
            return f"{other['per_second']:8.0f}" if other else "       –"
        bare, app = row.get("bare"), row.get("app")
        fault = f"  {row['faults']} faults" if row["faults"] else ""
        fault += f"  {row['spent']} beyond the supply" if row["spent"] else ""
        return (f"{row['question']:<34}{row['per_second']:8.0f}{row['p50']:8.1f}{row['p99']:8.1f}{row['gateway_cpu_ms']:9.2f}{row['postgres_cpu_ms']:9.2f}"
                f"{speed(bare)}{speed(app)}{ratio(bare)}{ratio(app)}{fault}")

    def answers(self):
        host, port = self.o.listen.rsplit(":", 1)
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0

    def run(self):
        self.say(f"load average {' '.join(f'{x:.1f}' for x in os.getloadavg())} on {os.cpu_count()} processors; {self.o.scale} scale, {self.o.profile} binary, "
                 f"{self.o.seconds} s each, {CONNECTIONS} connections, {CLIENTS} clients")
        if self.answers():
            raise SystemExit(f"somebody else answers at {self.o.listen}: choose another BENCH_PORT")
        self.gateway = self.start("serve", log="gateway.log")
        self.start("work", log="worker.log")
        deadline = now() + 60
        while True:
            try:
                connection = http.client.HTTPConnection(self.o.listen, timeout=5)
                connection.request("GET", "/readyz")
                response = connection.getresponse()
                response.read()
                if response.status == 200 and self.gateway.poll() is None:
                    break
            except OSError:
                pass
            if now() > deadline or self.gateway.poll() is not None:
                raise SystemExit("the gateway did not come up; see gateway.log")
            time.sleep(0.2)
        at_start = self.memory(self.gateway.pid)
        self.say("  " + HEADER)
        self.questions()
        at_end = self.memory(self.gateway.pid)
        decide = subprocess.run([self.o.decide], capture_output=True, text=True) if os.path.exists(self.o.decide) else None
        self.report(at_start, at_end, decide.stdout if decide else "")

    def questions(self):
        o = self.o
        listed = self.asked("list")
        self.ask("{__typename}", [self.request(row[0], "{__typename}", {}) for row in listed])
        self.ask("list: newest 20 held, a mix", [self.request(row[0], LIST, {"org": "org:" + hex32(row[1])}) for row in listed], script="list")
        self.ask("receipt by id, a mix", [self.request(row[0], RECEIPT, {"id": f"receipt:{hex32(row[1])}.{row[2]}"}) for row in self.asked("receipt")], script="receipt")
        self.ask("record by id, own", [self.request(row[0], RECORD, {"id": "record:" + hex32(row[3])}) for row in self.asked("record")], script="record")
        for by_child in (False, True):
            for level, place in LEVELS.items():
                rows = self.asked(f"figures_{level}")
                given = {"from": self.months[0], "to": self.months[-1], "types": [] if by_child else TYPES.split(","), "byChild": by_child}
                requests = [self.request(row[0], FIGURES, {"input": {"org": "org:" + hex32(row[1]), **given}}) for row in rows]
                extra = {"cells": "{%d}" % (self.year * 100), "months": "{%s}" % ",".join(map(str, self.months)),
                         "types": "{*}" if by_child else "{%s}" % TYPES, "by_child": str(by_child).lower()}
                name = f"figures by {'child' if by_child else 'type'} and state, {place}"
                self.ask(name, requests, script="figures", question=f"figures_{level}", extra=extra)
        content = json.loads(self.sql("SELECT body FROM bench.content")[0][0])
        day = (datetime.date.today() - datetime.timedelta(days=3)).isoformat()
        mark = f"{int(time.time())}"
        writing = {"title": "样例村党员大会", "occurredOn": day, "tags": [], "content": content}
        rows = self.asked("draft")
        many = range(o.seconds * 1500)
        self.ask("draft: create", [self.request(rows[i % len(rows)][0], DRAFT, {"input": {"idempotencyKey": f"draft-{mark}-{i}", "post": "post:" + hex32(rows[i % len(rows)][4]),
                 "ofType": "ZBDH", "writing": writing}}) for i in many], mode="once", script="draft", count=len(rows),
                 counted=f"SELECT count(*) FROM record r WHERE tenant_id = {o.tenant} AND created_at > now() - interval '10 minutes' AND state = 'draft'")
        self.ask("submit", [self.request(row[0], SUBMIT, {"input": {"idempotencyKey": f"submit-{mark}-{row[5]}", "post": "post:" + hex32(row[4]),
                 "record": "record:" + hex32(row[3]), "rev": 1}}) for row in self.asked("submit")[:o.seconds * 1500]], mode="once", script="submit",
                 counted=f"SELECT count(*) FROM bench.ask q JOIN submission s ON s.tenant_id = {o.tenant} AND s.record_id = q.record WHERE q.question = 'submit'")
        self.ask("approve", [self.request(row[0], APPROVE, {"input": {"idempotencyKey": f"approve-{mark}-{row[5]}", "post": "post:" + hex32(row[4]),
                 "receipt": f"receipt:{hex32(row[1])}.{row[2]}"}}) for row in self.asked("approve")[:o.seconds * 1500]], mode="once", script="approve",
                 counted=f"SELECT count(*) FROM bench.ask q JOIN receipt r ON r.tenant_id = {o.tenant} AND r.org_id = q.org AND r.no = q.no AND r.state <> 'pending' WHERE q.question = 'approve'")

    # --- the table ---

    def report(self, at_start, at_end, decide):
        lines = [HEADER, *map(self.line, self.rows), ""]
        by_name = {row["question"]: row for row in self.rows}

        def goal(text, value, reached):
            lines.append(f"{'reached ' if reached else 'MISSED  '}{text}: {value}")
        for name in ("list: newest 20 held, a mix", "receipt by id, a mix", "record by id, own", "approve"):
            row = by_name.get(name)
            if row and row.get("app"):
                found = row["per_second"] / row["app"]["per_second"]
                goal(f"{name}, at least 0.35 of (b)", f"{found:.2f}", found >= 0.35)
        county, nation = (by_name.get(f"figures by type and state, {place}") for place in ("county", "nation"))
        if county and nation:
            found = nation["p50"] / county["p50"]
            goal("figures of the nation within 3 times the county's latency (p50)", f"{found:.1f} times", found <= 3)
        children = by_name.get("figures by child and state, nation")
        if children:
            goal("figures of the nation by child, p99 at most 40 ms", f"{children['p99']:.1f} ms", children["p99"] <= 40)
        if at_end:
            goal("memory of the gateway, at most 200 MB", f"{at_end[0]:.0f} MB after the run, {at_end[1]:.0f} MB at most, {at_start[0]:.0f} MB at its start", at_end[1] <= 200)
        lines += [line for line in decide.splitlines() if line]
        for name, title in (("import.log", "import of the tree"),):
            path = os.path.join(self.o.work, name)
            if os.path.exists(path):
                found = re.search(r"^MEASURED (.*)$", open(path).read(), re.M)
                lines.append(f"{title}, when it was loaded: {found[1] if found else '?'}")
        counts = self.sql(f"SELECT (SELECT count(*) FROM org WHERE tenant_id = {self.o.tenant}), (SELECT count(*) FROM post WHERE tenant_id = {self.o.tenant}), "
                          f"(SELECT count(*) FROM account WHERE tenant_id = {self.o.tenant}), (SELECT count(*) FROM record WHERE tenant_id = {self.o.tenant}), "
                          f"(SELECT count(*) FROM receipt WHERE tenant_id = {self.o.tenant}), (SELECT count(*) FROM rollup WHERE tenant_id = {self.o.tenant}), "
                          "pg_size_pretty(pg_database_size(current_database()))")[0]
        lines.append("in the database: " + ", ".join(f"{n} {what}" for n, what in zip(counts, ("organisations", "posts", "accounts", "records", "receipts", "figures", "in all"))))
        lines.append(f"load average at the end {' '.join(f'{x:.1f}' for x in os.getloadavg())}")
        lines.append("per second, p50 and p99 in ms, CPU of gateway and PostgreSQL in ms a request; (a) bare statement as superuser, (b) the gateway's statements as fonds_app")
        text = "\n".join(lines)
        print(text, flush=True)
        with open(os.path.join(self.o.work, f"result-{self.o.scale}.json"), "w") as file:
            json.dump({"rows": self.rows, "text": text, "at": datetime.datetime.now().isoformat()}, file, indent=1, ensure_ascii=False)


HEADER = f"{'question':<34}{'/s':>8}{'p50':>8}{'p99':>8}{'gateway':>9}{'postgres':>9}{'(a)/s':>8}{'(b)/s':>8}{'/(a)':>6}{'/(b)':>6}"


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "decide", "work", "key", "scale", "profile", "only", "listen", "pgbench", "psql", "super", "app"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("seconds", "tenant", "postmaster"):
        parser.add_argument(f"--{name}", required=True, type=int)
    bench = Bench(parser.parse_args())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(143))
    try:
        bench.run()
    finally:
        bench.stop()


main()
