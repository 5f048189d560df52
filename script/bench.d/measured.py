"""Runs a command and prints, after it, how long it took and how much memory it held at most: measured.py COMMAND …"""

import os
import subprocess
import sys
import time

began = time.monotonic()
child = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(child.pid, 0)
peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(f"MEASURED {time.monotonic() - began:.1f} s, {usage.ru_utime + usage.ru_stime:.1f} s of CPU, {peak / 1e6:.0f} MB at most", flush=True)
sys.exit(os.waitstatus_to_exitcode(status))
