"""Uploads on loopback: one large file against dd, sha256sum and the reference server; 64 files at once and the memory they take.

The client is the same for both servers: one POST, one PATCH with the whole file by sendfile. Timed to the last 2xx.
"""
import argparse
import base64
import concurrent.futures
import hashlib
import http.client
import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request

say = argparse.ArgumentParser()
for name in ("program", "demo", "work", "url", "peer", "sample", "profile"):
    say.add_argument("--" + name, required=True)
say.add_argument("--mib", type=int, required=True)
said = say.parse_args()
with open(said.demo) as told:
    people = {person["key"]: person for person in json.load(told)["people"]}
who = people["branch_recorder"]
MIB = 1 << 20


def film(path, size, mark):
    """A film of that size that no other is like: the sample, and a box `free` behind it."""
    with open(said.sample, "rb") as sample, open(path, "wb") as out:
        head = sample.read()
        rest = size - len(head)
        out.write(head + (1).to_bytes(4, "big") + b"free" + rest.to_bytes(8, "big"))
        rest -= 16
        block = hashlib.shake_128(mark.encode()).digest(MIB)
        count = 0
        while rest > 0:
            piece = (count.to_bytes(8, "big") + block)[: min(MIB, rest)]
            out.write(piece)
            rest -= len(piece)
            count += 1
        out.flush()
        os.fsync(out.fileno())


def timed(command):
    begun = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begun


def upload(url, path, headers, name):
    """Gives the address of the upload and the seconds to the last 2xx."""
    length = os.path.getsize(path)
    begun = time.monotonic()
    at = urllib.parse.urlparse(url)
    line = http.client.HTTPConnection(at.hostname, at.port)
    said = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in {"filename": name, "post": who["post"]}.items())
    line.request("POST", "/uploads", headers={**headers, "Tus-Resumable": "1.0.0", "Upload-Length": str(length), "Upload-Metadata": said})
    answer = line.getresponse()
    answer.read()
    assert answer.status == 201, (answer.status, url)
    there = urllib.parse.urljoin(url, answer.headers["location"])
    line.close()
    raw = socket.create_connection((at.hostname, at.port))
    head = {**headers, "Host": at.netloc, "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(length), "Connection": "close"}
    path_there = urllib.parse.urlparse(there).path
    raw.sendall((f"PATCH {path_there} HTTP/1.1\r\n" + "".join(f"{key}: {value}\r\n" for key, value in head.items()) + "\r\n").encode())
    with open(path, "rb") as file:
        raw.sendfile(file)
    reply = raw.makefile("rb").read().decode(errors="replace")
    raw.close()
    assert reply.startswith("HTTP/1.1 204"), reply[:200]
    return there, time.monotonic() - begun


def settled(there):
    query = {"query": "query($id: ID!) { file(id: $id) { state sha256 problems { message } } }", "variables": {"id": "file:" + there.rsplit("/", 1)[1]}}
    while True:
        request = urllib.request.Request(said.url + "/graphql", json.dumps(query).encode(),
                                         {"Authorization": "Bearer " + who["token"], "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            file = json.load(answer)["data"]["file"]
        if file["state"] not in ("RECEIVING", "EXAMINING"):
            assert file["state"] == "KEPT", file
            return file["sha256"]
        time.sleep(0.1)


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) / 1024


def wait(url, tries=600):
    for _ in range(tries):
        try:
            return urllib.request.urlopen(url, timeout=2).read()
        except urllib.error.HTTPError:
            return None
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")


load_before = os.getloadavg()[0]
big = os.path.join(said.work, "big.mp4")
film(big, said.mib * MIB, "big")
log = open(os.path.join(said.work, "serve.log"), "wb")
server = subprocess.Popen([said.program, "serve", "--with-worker"], stderr=log, stdout=log)
peer_folder = os.path.join(said.work, "peer")
os.makedirs(peer_folder)
peer = subprocess.Popen(["node", said.peer, "18792", peer_folder], stdout=subprocess.PIPE)
try:
    wait(said.url + "/healthz")
    peer.stdout.readline()
    bearer = {"Authorization": "Bearer " + who["token"]}
    idle = resident(server.pid)

    copy = os.path.join(said.work, "copy")
    subprocess.run(["cat", big], stdout=subprocess.DEVNULL, check=True)
    dd = timed(["dd", "if=" + big, "of=" + copy, "bs=1M", "conv=fsync"])
    os.unlink(copy)
    sha = timed(["sha256sum", big])
    there, ours = upload(said.url, big, bearer, "会议录像.mp4")
    begun = time.monotonic()
    digest = settled(there)
    examined = time.monotonic() - begun
    with open(big, "rb") as file:
        right = hashlib.file_digest(file, "sha256").hexdigest()
    assert digest == right, "another digest"
    _, theirs = upload("http://127.0.0.1:18792/uploads", big, {}, "big.mp4")
    for name in os.listdir(peer_folder):
        os.unlink(os.path.join(peer_folder, name))
    with open(log.name) as lines:
        steps = [json.loads(line) for line in lines if "copies_ms" in line][-1]
    steps = {key: value for key, value in {**steps, **steps.get("fields", {})}.items() if key.endswith("_ms")}

    time.sleep(5)
    before = resident(server.pid)
    small = [os.path.join(said.work, f"{n}.mp4") for n in range(64)]
    for n, path in enumerate(small):
        film(path, 16 * MIB, str(n))
    most, stop = [before], threading.Event()

    def watch():
        while not stop.wait(0.02):
            most.append(resident(server.pid))

    watching = threading.Thread(target=watch)
    watching.start()
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        sent = list(pool.map(lambda path: upload(said.url, path, bearer, "会议录像.mp4")[0], small))
    together = time.monotonic() - begun
    stop.set()
    watching.join()
    for there in sent:
        settled(there)
finally:
    server.terminate()
    peer.terminate()
    server.wait()
    peer.wait()

size = said.mib / 1024
print(f"{said.profile} binary, {size:.2f} GiB, load {load_before:.1f} before\n")
print("| Step | Seconds | |\n|---|--:|---|")
print(f"| `dd conv=fsync` | {dd:.1f} | |")
print(f"| `sha256sum` | {sha:.1f} | |")
print(f"| Fonds, to the last 2xx | {ours:.1f} | {(dd + sha) / ours:.0%} of the speed of the two above; {dd / ours:.0%} of `dd` alone |")
print(f"| `@tus/server` with its store of files, to the last 2xx | {theirs:.1f} | Fonds at {theirs / ours:.2f} of its speed |")
print(f"| from there until it is kept | {examined:.1f} | SHA-256 with SM3 beside it {steps['hash_ms'] / 1000:.1f}, format and scan {steps['look_ms'] / 1000:.1f}, both copies {steps['copies_ms'] / 1000:.1f} |")
print(f"| 64 uploads of 16 MiB at once | {together:.1f} | {max(most) - before:.0f} MiB more than before ({before:.0f} MiB; {idle:.0f} MiB at the start) |")
