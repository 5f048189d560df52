"""A real SMTP server (aiosmtpd) that does what the recipient's name says.

    server.py FOLDER [--tls CERTIFICATE KEY] [--starttls CERTIFICATE KEY] [--login USER PASSWORD] [--old]

Prints its port, keeps letters as FOLDER/NAME.eml with a line of X-Rcpt before them, and ends with its standard input.
"""

import argparse
import asyncio
import pathlib
import random
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

arguments = argparse.ArgumentParser()
arguments.add_argument("folder", type=pathlib.Path)
arguments.add_argument("--tls", nargs=2)
arguments.add_argument("--starttls", nargs=2)
arguments.add_argument("--login", nargs=2)
arguments.add_argument("--old", action="store_true", help="no SMTPUTF8")
arguments = arguments.parse_args()
chance = random.Random(7)
kept = 0


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        refusals = {
            "later": "451 4.3.0 <later@example.cn> try again later",
            "full": "452 4.2.2 mailbox full",
            "unknown": "550 5.1.1 <unknown@example.cn> no such user",
        }
        if name in refusals:
            return refusals[name]
        if name == "chance" and chance.random() < 0.3:
            return chance.choice(["450 4.2.1 busy", "451 4.3.0 local error", "421 4.3.2 closing"])
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global kept
        name = envelope.rcpt_tos[0].split("@")[0]
        if name == "spam":
            return "554 5.7.1 content refused: <content>"
        if name == "strange":
            return "354 go on"
        if name == "slow":
            await asyncio.sleep(30)
        if name == "chance" and chance.random() < 0.2:
            server.transport.abort()
            return "250 OK"
        kept += 1
        head = f"X-Rcpt: {', '.join(envelope.rcpt_tos)}\r\nX-Tls: {session.ssl is not None}\r\n".encode()
        (arguments.folder / f"{kept:04}.eml").write_bytes(head + envelope.content)
        if name == "lost":
            server.transport.abort()
        return "250 OK"


class Server(SMTP):
    async def smtp_DATA(self, argument):
        if self.envelope.rcpt_tos and self.envelope.rcpt_tos[0].startswith("cut"):
            await self.push("354 go on")
            await self._reader.read(100)
            self.transport.abort()
            return
        await super().smtp_DATA(argument)


def authenticator(server, session, envelope, mechanism, data):
    fits = isinstance(data, LoginPassword) and [data.login.decode(), data.password.decode()] == arguments.login
    return AuthResult(success=fits, handled=False)


def context(files):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*files)
    return made


def server():
    return Server(
        Handler(),
        hostname="localhost",
        enable_SMTPUTF8=not arguments.old,
        tls_context=context(arguments.starttls) if arguments.starttls else None,
        require_starttls=bool(arguments.starttls),
        auth_required=bool(arguments.login),
        auth_require_tls=not arguments.tls,
        authenticator=authenticator if arguments.login else None,
    )


async def main():
    loop = asyncio.get_running_loop()
    wrapped = context(arguments.tls) if arguments.tls else None
    listening = await loop.create_server(server, "127.0.0.1", 0, ssl=wrapped)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
