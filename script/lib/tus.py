"""tuspy against a running server: in pieces with checksums, cut and resumed by another process, with a wrong checksum.

FONDS_AUDIT_DEMO is a demo.json; `tus.py resume URL FILE` is used by itself.
"""
import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request

from tusclient.client import TusClient
from tusclient.exceptions import TusUploadFailed
from tusclient.uploader import Uploader

with open(os.environ["FONDS_AUDIT_DEMO"]) as told:
    demo = json.load(told)
who = next(person for person in demo["people"] if person["key"] == "branch_recorder")
client = TusClient(demo["url"] + "/uploads", headers={"Authorization": "Bearer " + who["token"]})
PIECE = 256 * 1024


class Wrong(Uploader):
    """Says the checksum of other bytes."""

    checksum_algorithm = property(lambda self: lambda _: hashlib.sha1(b"something else"))


def uploader(path, name, **more):
    return client.uploader(path, chunk_size=PIECE, metadata={"filename": name, "post": who["post"]}, retries=2, retry_delay=1, **more)


def settled(url):
    query = {"query": "query($id: ID!) { file(id: $id) { state sha256 } }", "variables": {"id": "file:" + url.rsplit("/", 1)[1]}}
    headers = {"Authorization": "Bearer " + who["token"], "Content-Type": "application/json"}
    for _ in range(300):
        request = urllib.request.Request(demo["url"] + "/graphql", json.dumps(query).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            file = json.load(answer)["data"]["file"]
        if file["state"] not in ("RECEIVING", "EXAMINING"):
            return file
        time.sleep(0.1)
    raise SystemExit(f"{url} is not settled")


def hold(what, so):
    if not so:
        raise SystemExit(f"tuspy: {what}")


if sys.argv[1:2] == ["resume"]:
    uploader(sys.argv[3], "会议记录.txt", url=sys.argv[2]).upload()
    raise SystemExit

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "text.txt")
    text = secrets.token_hex(1_600_000).encode()
    with open(path, "wb") as file:
        file.write(text)
    kept = {"state": "KEPT", "sha256": hashlib.sha256(text).hexdigest()}

    whole = uploader(path, "会议记录一.txt", upload_checksum=True)
    whole.upload()
    hold("in pieces with checksums it arrives whole", settled(whole.url) == kept)

    cut = uploader(path, "会议记录二.txt")
    cut.upload(stop_at=3 * PIECE)
    hold("it was cut in the middle", cut.get_offset() == 3 * PIECE)
    subprocess.run([sys.executable, __file__, "resume", cut.url, path], check=True)
    hold("another process goes on, and it arrives whole", settled(cut.url) == kept)

    wrong = Wrong(path, client=client, chunk_size=PIECE, metadata={"filename": "会议记录三.txt", "post": who["post"]}, upload_checksum=True)
    try:
        wrong.upload_chunk()
        status = None
    except TusUploadFailed as error:
        status = error.status_code
    hold(f"a wrong checksum is refused, not {status}", status == 460)
    hold("and nothing of it is kept", wrong.get_offset() == 0)
print("tuspy: in pieces with checksums, resumed by another process, wrong checksum refused")
