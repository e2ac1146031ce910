#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The live sensor between two hosts, with real programs at both ends: live_test.py WEIR_BINARY [NAME...]. Exit code 1 when something is
not as it should be, 4 where network namespaces cannot be made."""

import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from live_site import Sensor, Site, inside, missing, run, wait_for

source = pathlib.Path(__file__).resolve().parents[2]
policy = source / "pcaps/demo/policy.yaml"
weir = None


def check(truth, what):
    if not truth:
        raise AssertionError(what)


# ---------------------------------------------------------------- traffic


class Echo:
    """Numbered datagrams from host a to host b, and which of them arrive. Paced, so that no socket's buffer is ever the reason for a loss."""

    def __init__(self, site, port=7007):
        with inside(site.b):
            self.receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.receiver.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
            self.receiver.bind(("10.30.0.13", port))
        with inside(site.a):
            self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sender.connect(("10.30.0.13", port))
        self.sent, self.arrived, self.going = 0, [], True
        self.threads = [threading.Thread(target=work) for work in (self._send, self._receive)]
        for thread in self.threads:
            thread.start()

    def _send(self):
        while self.going:
            try:
                self.sender.send(self.sent.to_bytes(8, "big") + bytes(200))
                self.sent += 1
            except OSError:
                pass
            time.sleep(0.0005)

    def _receive(self):
        self.receiver.settimeout(0.5)
        while True:
            try:
                self.arrived.append(int.from_bytes(self.receiver.recv(2048)[:8], "big"))
            except socket.timeout:
                if not self.going:
                    return

    def stop(self):
        self.going = False
        for thread in self.threads:
            thread.join()
        self.sender.close()
        self.receiver.close()

    def lost(self):
        return sorted(set(range(self.sent)) - set(self.arrived))


def talk(site, lines, port=4444, address="203.0.113.50", answer=b""):
    """Host a connects to host b and sends lines, to each of which b gives an answer; what b got, or why there is no connection."""
    with inside(site.b):
        server = socket.create_server((address, port))
    server.settimeout(5)
    got = []

    def serve():
        try:
            peer, _ = server.accept()
            peer.settimeout(3)
            while piece := peer.recv(4096):
                got.append(piece)
                peer.sendall(answer)
        except OSError as error:
            got.append(f"<{type(error).__name__}>".encode())

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with inside(site.a):
            client = socket.create_connection((address, port), timeout=3)
        with client:
            for line in lines:
                client.sendall(line)
                time.sleep(0.2)
    except OSError as error:
        got.append(f"<client {type(error).__name__}>".encode())
    thread.join()
    server.close()
    return b"".join(got)


shell = [b"uid=0(root) gid=0(root) groups=0(root)\n", b"root@gnb:/# "]

# ---------------------------------------------------------------- tests


def test_what_goes_through_is_unchanged(site):
    sensor = Sensor(site, weir, "--policy", policy)
    with inside(site.a):
        sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sender.bind(("eth", 0))
        own = sender.getsockname()[4]
    with inside(site.b):
        receiver = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        receiver.bind(("eth", 0))
        receiver.settimeout(2)
    random_bytes = random.Random(7).randbytes
    other = b"\x02\x00\x00\x00\x00\x77"
    frames = {
        "an unknown EtherType": other + own + b"\x88\xb5" + random_bytes(50),
        "multicast": b"\x01\x00\x5e\x00\x00\x05" + own + b"\x88\xb5" + random_bytes(60),
        "a VLAN tag": other + own + b"\x81\x00\x00\x2a\x88\xb5" + random_bytes(60),
        "two VLAN tags": other + own + b"\x88\xa8\x00\x07\x81\x00\x20\x2a\x88\xb5" + random_bytes(60),
        "IPv4 with wrong checksums": other + own + b"\x08\x00" + b"\x45\x00\x00\x40\x00\x01\x00\x00\x40\x06\xde\xad" + random_bytes(52),
        "IPv4 that ends early": other + own + b"\x08\x00" + b"\x45\x00\x05\x00\x00\x01\x00\x00\x40\x11\x00\x00" + random_bytes(40),
        "the longest frame": other + own + b"\x88\xb5" + random_bytes(1796),
        "a length instead of a type": other + own + b"\x00\x2e" + random_bytes(46),
    }
    for what, frame in frames.items():
        sender.send(frame)

        def arrives():
            while True:
                try:
                    got, address = receiver.recvfrom(4096)
                except socket.timeout:
                    return False
                # AF_PACKET takes the outermost tag off before we see it: the rest is compared, the tag by the length that is left.
                if got[12:] in frame or got == frame:
                    return True

        check(arrives(), f"{what} does not arrive as it was sent")
    sender.close()
    receiver.close()
    # And a real transfer, by its digest.
    data = random_bytes(8 << 20)
    check(talk(site, [data[i:i + (1 << 20)] for i in range(0, len(data), 1 << 20)], 8080, "10.30.0.13") == data, "a transfer arrives changed")
    check(sensor.stop() == 0, "the sensor does not end well: " + sensor.sentences())


def test_alerts_are_those_of_a_replay_of_the_same_traffic(site):
    capture = site.folder / "same.pcap"
    tcpdump = site.start(site.a, "tcpdump", "-i", "eth", "-U", "-w", capture, "--immediate-mode", stderr=subprocess.DEVNULL)
    wait_for(lambda: capture.exists())
    time.sleep(0.5)
    sensor = Sensor(site, weir, "--policy", policy)
    got = talk(site, shell + [b"root@gnb:/# "] * 3, answer=b"uname -a\n")
    check(got.startswith(shell[0]), f"the shell does not get through: {got}")
    wait_for(lambda: sensor.alerts())
    check(sensor.stop() == 0, "the sensor does not end well")
    time.sleep(0.5)
    tcpdump.send_signal(signal.SIGINT)
    tcpdump.wait(5)
    subprocess.run([weir, "replay", "--policy", policy, "--quiet", "--output", site.folder / "replay", capture], check=True, capture_output=True)

    def told(events):
        return sorted((e["alert"]["gid"], e["alert"]["signature_id"], e["src_ip"], e["dest_ip"], e.get("dest_port", 0), e["weir"]["kind"], e["weir"]["why"])
                      for e in events if e["event_type"] == "alert" and e.get("dest_port") == 4444)

    replayed = Sensor.__new__(Sensor)
    replayed.output = site.folder / "replay"
    check(len(told(sensor.alerts())) >= 3, f"too few alerts: {told(sensor.alerts())}")
    check(told(sensor.alerts()) == told(replayed.events()), f"live: {told(sensor.alerts())}\nreplay: {told(replayed.events())}")
    check(all(e["weir"]["generation"] == 1 and e["in_iface"] == "port0" for e in sensor.alerts()), "an alert does not say where and by what it was judged")
    check(any((sensor.output / "evidence").iterdir()), "no evidence")


def test_a_dead_or_stopped_inspector_costs_no_packet(site):
    sensor = Sensor(site, weir)
    echo = Echo(site)
    time.sleep(0.5)
    for number, restarts in ((signal.SIGKILL, 1), (signal.SIGSTOP, 2), (signal.SIGSEGV, 3)):
        before = sensor.inspector()
        os.kill(before, number)
        check(wait_for(lambda: sensor.inspector() not in (None, before), 5), f"no other inspector after signal {number}")
        check(sensor.status()["inspector_restarts"] == restarts, "a restart is not counted")
        time.sleep(0.3)
    echo.stop()
    check(echo.sent > 1000, f"only {echo.sent} datagrams were sent")
    check(not echo.lost(), f"{len(echo.lost())} of {echo.sent} datagrams are lost: {echo.lost()[:20]}")
    time.sleep(1)
    metrics = sensor.metrics()
    check(metrics["weir_port_received_packets_total"] == metrics["weir_port_forwarded_packets_total"] + metrics["weir_port_dropped_packets_total"],
          "received is not forwarded and dropped")
    check(metrics["weir_port_dropped_packets_total"] == 0, "packets were dropped")
    check(metrics["weir_port_received_packets_total"] == metrics["weir_copied_packets_total"] + metrics["weir_bypassed_packets_total"],
          "received is not copied and bypassed")
    check(metrics["weir_copied_packets_total"] == metrics["weir_ring_inspected_packets_total"] + metrics["weir_ring_skipped_packets_total"],
          "copied is not inspected and skipped: " + str({k: v for k, v in metrics.items() if "ring" in k or "copied" in k}))
    gaps = [e for e in sensor.events() if e["event_type"] == "engine" and e["engine"]["what"] == "inspector-ended"]
    check(len(gaps) == 3, f"{len(gaps)} events tell of 3 gaps")
    check(sensor.stop() == 0, "the sensor does not end well")


def test_a_dead_forwarder_comes_back(site):
    sensor = Sensor(site, weir)
    echo = Echo(site)
    time.sleep(0.3)
    [forwarder] = site.forwarders()
    os.kill(forwarder, signal.SIGKILL)
    check(wait_for(lambda: sensor.status().get("forwarder", {}).get("pid") not in (None, forwarder) and sensor.status().get("ready"), 5), "no other forwarder")
    sent = echo.sent
    check(wait_for(lambda: echo.arrived and echo.arrived[-1] > sent, 3), "nothing comes through")
    echo.stop()
    metrics = sensor.metrics()
    check(metrics["weir_forwarder_restarts_total"] == 1, "the restart is not counted")
    check(0 < metrics["weir_forwarder_outage_seconds_total"] < 5, "the outage is not measured")
    check(sensor.stop() == 0, "the sensor does not end well")


def test_without_its_supervisor_the_wire_goes_on(site):
    sensor = Sensor(site, weir)
    [forwarder] = site.forwarders()
    echo = Echo(site)
    time.sleep(0.3)
    sensor.process.kill()
    sensor.process.wait()
    time.sleep(1)
    again = Sensor(site, weir)
    time.sleep(0.5)
    echo.stop()
    check(site.forwarders() == [forwarder], "the forwarder is another one")
    check(not echo.lost(), f"{len(echo.lost())} of {echo.sent} datagrams are lost")
    check(again.stop() == 0, "the second sensor does not end well: " + again.sentences())
    check(site.forwarders() == [], "a forwarder is left")


def test_a_reload_changes_what_is_judged_by_and_loses_nothing(site):
    rules = site.folder / "own.rules"
    rules.write_text('alert tcp any any -> any any (msg:"one"; content:"first-marker"; sid:1;)\n')
    sensor = Sensor(site, weir, "--rules", rules)
    echo = Echo(site)
    talk(site, [b"first-marker second-marker"], 5001)
    check(wait_for(lambda: [a["alert"]["signature_id"] for a in sensor.alerts()] == [1]), f"{sensor.alerts()}")
    rules.write_text('alert tcp any any -> any any (msg:"two"; content:"second-marker"; sid:2;)\n')
    sensor.process.send_signal(signal.SIGHUP)
    check(wait_for(lambda: sensor.status().get("generation") == 2), "no second generation")
    check(wait_for(lambda: sensor.status().get("ready") and [i["generation"] for i in sensor.status()["inspectors"]] == [2]), f"the old inspector stays: {sensor.status()}")
    talk(site, [b"first-marker second-marker"], 5002)
    check(wait_for(lambda: [(a["alert"]["signature_id"], a["weir"]["generation"]) for a in sensor.alerts()] == [(1, 1), (2, 2)]),
          f"{[(a['alert']['signature_id'], a['weir']['generation']) for a in sensor.alerts()]}")
    rules.unlink()
    sensor.ask("reload")
    check(wait_for(lambda: "nothing is reloaded" in sensor.sentences()), "a bad reload is not refused: " + sensor.sentences())
    check(sensor.status()["generation"] == 2 and sensor.status()["ready"], "a bad reload changes something")
    echo.stop()
    check(not echo.lost(), f"{len(echo.lost())} of {echo.sent} datagrams are lost")
    metrics = sensor.metrics()
    check(metrics["weir_bypassed_packets_total"] == 0, "packets were not inspected")
    check(sensor.stop() == 0, "the sensor does not end well")


def test_enforce_keeps_out_what_rules_drop(site):
    rules = site.folder / "own.rules"
    rules.write_text('drop tcp any any -> any 5001 (msg:"no"; content:"forbidden"; sid:1;)\n'
                     'reject tcp any any -> any 5002 (msg:"no, and say so"; content:"forbidden"; sid:2;)\n')
    sensor = Sensor(site, weir, "--rules", rules, "--set", "mode=enforce", "--set", "deadline=200000")
    check(talk(site, [b"allowed", b"allowed"], 5001) == b"allowedallowed", "what no rule is against does not get through")
    got = talk(site, [b"allowed", b"forbidden", b"after"], 5001)
    check(b"forbidden" not in got and b"after" not in got and got.startswith(b"allowed"), f"what a rule drops gets through: {got}")
    got = talk(site, [b"allowed", b"forbidden", b"after", b"after"], 5002)
    check(b"forbidden" not in got and b"Reset" in got, f"a rejected session is not reset: {got}")
    metrics = sensor.metrics()
    check(metrics['weir_port_dropped_packets_total{port="port0",reason="verdict"}'] > 0, "drops are not counted")
    check(metrics["weir_port_rejects_total"] > 0, "resets are not counted")
    check({a["alert"]["action"] for a in sensor.alerts()} == {"blocked"}, f"alerts do not say that they block: {sensor.alerts()}")
    check(sensor.stop() == 0, "the sensor does not end well")


def test_enforce_keeps_the_contract(site):
    sensor = Sensor(site, weir, "--policy", policy, "--no-rules", "--set", "mode=enforce", "--set", "contract.action=drop", "--set", "deadline=200000")
    got = talk(site, shell)
    check(got.startswith(b"<") or b"client" in got, f"equipment reaches a peer that its contract does not name: {got}")
    check([a["weir"]["kind"] for a in sensor.alerts() if a.get("dest_port") == 4444], "no alert")
    check(sensor.stop() == 0, "the sensor does not end well")


def test_what_enforce_does_without_an_inspector(site):
    for fail, arrives in (("open", True), ("closed", False)):
        sensor = Sensor(site, weir, "--no-rules", "--set", "mode=enforce", "--set", f"fail={fail}")
        os.kill(sensor.process.pid, signal.SIGSTOP)  # so that nobody starts another one
        os.kill(int(run("pgrep", "-P", sensor.process.pid).split()[0]), 0)
        inspectors = [int(pid) for pid in run("pgrep", "-P", sensor.process.pid).split() if int(pid) not in site.forwarders()]
        for pid in inspectors:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.3)
        echo = Echo(site)
        time.sleep(0.5)
        echo.stop()
        os.kill(sensor.process.pid, signal.SIGCONT)
        if arrives:
            check(not echo.lost(), f"fail: open loses {len(echo.lost())} of {echo.sent}")
        else:
            check(not echo.arrived, f"fail: closed lets {len(echo.arrived)} of {echo.sent} through")
        check(sensor.stop() == 0, "the sensor does not end well")


def test_a_tap_listens_and_sends_nothing(site):
    sensor = Sensor(site, weir, "--policy", policy, ports=("--tap", "port0"))
    echo = Echo(site)
    time.sleep(0.5)
    echo.stop()
    check(not echo.arrived, "a tap forwards")
    metrics = sensor.metrics()
    check(metrics["weir_port_received_packets_total"] == metrics['weir_port_dropped_packets_total{port="port0",reason="tapped"}'] > 0, "what a tap takes in is not counted")
    check(sensor.stop() == 0, "the sensor does not end well")


def test_prometheus_reads_the_sensor(site):
    sensor = Sensor(site, weir, "--policy", policy)
    sensor.page("/-/healthy")
    sensor.page("/-/ready")
    if shutil.which("promtool"):
        said = subprocess.run(["promtool", "check", "metrics"], input=sensor.page(), text=True, capture_output=True)
        check(said.returncode == 0 and not said.stdout + said.stderr, "promtool: " + said.stdout + said.stderr)
    if shutil.which("prometheus"):
        config = site.folder / "prometheus.yml"
        config.write_text("scrape_configs: [{job_name: weir, scrape_interval: 1s, static_configs: [{targets: ['127.0.0.1:9469']}]}]\n")
        site.start(site.m, "prometheus", f"--config.file={config}", f"--storage.tsdb.path={site.folder / 'tsdb'}", "--web.listen-address=127.0.0.1:9090", stderr=subprocess.DEVNULL)
        import json
        import urllib.request

        def scraped():
            try:
                with inside(site.m), urllib.request.urlopen("http://127.0.0.1:9090/api/v1/query?query=weir_generation", timeout=5) as answer:
                    return [r["value"][1] for r in json.load(answer)["data"]["result"]] == ["1"]
            except OSError:
                return False

        check(wait_for(scraped, 30, 0.5), "Prometheus does not get the metrics")
    check(sensor.stop() == 0, "the sensor does not end well")


def main():
    global weir
    weir = pathlib.Path(sys.argv[1]).resolve()
    if why := missing():
        print(f"skipped: {why}")
        return 4
    tests = {name: test for name, test in globals().items() if name.startswith("test_") and (len(sys.argv) < 3 or name in sys.argv[2:])}
    failed = 0
    for name, test in tests.items():
        start = time.monotonic()
        with Site() as site:
            try:
                test(site)
                print(f"ok    {name} ({time.monotonic() - start:.1f} s)", flush=True)
            except Exception as error:  # whatever it was, the others are to run
                failed += 1
                print(f"FAIL  {name}: {type(error).__name__}: {error}", flush=True)
                print((site.folder / "said").read_text() if (site.folder / "said").exists() else "", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
