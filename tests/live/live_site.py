# SPDX-License-Identifier: Apache-2.0
"""A site for live tests: two hosts in network namespaces, weir between them in a third one. Everything is taken away at the end."""

import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def run(*command, **options):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, **options).stdout


def missing():
    """Why live tests cannot run here; empty: they can."""
    if os.geteuid() != 0:
        return "needs root for network namespaces"
    if shutil.which("ip") is None:
        return "needs iproute2"
    name = f"weir-{os.getpid()}-try"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return "network namespaces are not permitted here"
    made = subprocess.run(["ip", "-n", name, "link", "add", "name", "va", "type", "veth", "peer", "name", "vb"], capture_output=True).returncode == 0
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return "" if made else "virtual Ethernet is not permitted here"


@contextlib.contextmanager
def inside(namespace):
    """This thread is in the namespace: sockets made here stay there."""
    before = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        libc.setns(before, CLONE_NEWNET)
        os.close(before)
        os.close(there)


def compute_checksums(interface):
    """The kernel computes checksums before frames leave (ethtool -K tx off): DPDK sees frames as they would be on a wire."""
    value = struct.pack("II", 0x17, 0)  # ETHTOOL_STXCSUM
    buffer = ctypes.create_string_buffer(value)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x8946, struct.pack("16sP", interface.encode(), ctypes.addressof(buffer)))  # SIOCETHTOOL


def wait_for(what, limit=15.0, step=0.02):
    """Calls `what` until it gives something true, and gives that."""
    end = time.monotonic() + limit
    while True:
        got = what()
        if got or time.monotonic() > end:
            return got
        time.sleep(step)


class Site:
    """Host `a` (10.20.1.11, which pcaps/demo/policy.yaml calls gnb-0117), host `b` (203.0.113.50 and, for permitted traffic, 10.30.0.13),
    and the sensor's place `m` with ports `port0` towards a and `port1` towards b."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-live-"))
        tag = f"weir-{os.getpid()}"
        self.a, self.m, self.b = (f"{tag}-{name}" for name in "amb")
        self.processes = []

    def __enter__(self):
        for name in (self.a, self.m, self.b):
            run("ip", "netns", "add", name)
            run("ip", "netns", "exec", name, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6")
            run("ip", "-n", name, "link", "set", "lo", "up")
        for host, port, addresses in ((self.a, "port0", ["10.20.1.11/24"]), (self.b, "port1", ["203.0.113.50/24", "10.30.0.13/24"])):
            run("ip", "link", "add", "eth", "netns", host, "type", "veth", "peer", "name", port, "netns", self.m)
            run("ip", "-n", host, "link", "set", "eth", "mtu", "1800")
            run("ip", "-n", self.m, "link", "set", port, "mtu", "1800")
            for address in addresses:
                run("ip", "-n", host, "addr", "add", address, "dev", "eth")
            run("ip", "-n", host, "link", "set", "eth", "up")
            run("ip", "-n", self.m, "link", "set", port, "up")
            with inside(host):
                compute_checksums("eth")
        run("ip", "-n", self.a, "route", "add", "default", "dev", "eth")
        run("ip", "-n", self.b, "route", "add", "default", "dev", "eth")
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.kill()
                process.wait()
        for forwarder in self.forwarders():
            with contextlib.suppress(ProcessLookupError):
                os.kill(forwarder, signal.SIGKILL)
        for name in (self.a, self.m, self.b):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def forwarders(self):
        """Forwarders of this site, which outlive their supervisors."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = entry.read_bytes().split(b"\0")
                if b"forward" in words and str(self.folder / "run").encode() in words:
                    found.append(int(entry.parent.name))
        return found

    def start(self, namespace, *command, **options):
        process = subprocess.Popen(["ip", "netns", "exec", namespace, *map(str, command)], **options)
        self.processes.append(process)
        return process


class Sensor:
    """`weir run` at the site."""

    def __init__(self, site, weir, *arguments, ports=("--inline", "port0,port1")):
        self.site, self.weir = site, str(weir)
        self.socket = site.folder / "run/control.sock"
        self.output = site.folder / "out"
        self.said = open(site.folder / "said", "a+")
        self.process = site.start(site.m, weir, "run", *ports, "--output", self.output, "--set", f"run.directory={site.folder / 'run'}", "--set",
                                  f"detect.cache-dir={site.folder / 'cache'}", *arguments, stderr=self.said)
        if not wait_for(lambda: self.process.poll() is not None or self.status().get("ready")) or self.process.poll() is not None:
            raise AssertionError("the sensor does not become ready: " + self.sentences())

    def sentences(self):
        self.said.seek(0)
        return self.said.read()

    def ask(self, command):
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(10)
                s.connect(str(self.socket))
                s.sendall(json.dumps({"command": command}).encode() + b"\n")
                answer = b""
                while not answer.endswith(b"\n"):
                    piece = s.recv(65536)
                    if not piece:
                        return {}
                    answer += piece
                return json.loads(answer)["message"]
        except OSError:
            return {}

    def status(self):
        return self.ask("status")

    def inspector(self):
        return next((row["pid"] for row in self.status().get("inspectors", []) if row["active"]), None)

    def page(self, path="/metrics"):
        with inside(self.site.m):
            with urllib.request.urlopen("http://127.0.0.1:9469" + path, timeout=10) as answer:
                return answer.read().decode()

    def metrics(self):
        """Values by name, summed over labels, and by name with labels."""
        out = {}
        for line in self.page().splitlines():
            if line.startswith("#") or not line:
                continue
            name, value = line.rsplit(" ", 1)
            for key in {name, name.split("{")[0]}:
                out[key] = out.get(key, 0) + float(value)
        return out

    def events(self):
        file = self.output / "eve.json"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def alerts(self):
        return [event for event in self.events() if event["event_type"] == "alert"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)
