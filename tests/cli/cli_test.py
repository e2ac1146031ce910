#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the built program as a person would: cli_test.py WEIR_BINARY [NAME...]. Exit code 1 when something is not as it should be.

Each function `test_*` is a test; what it needs and is not here (a tool, the shared captures) is said and passed over.
"""

import contextlib
import fcntl
import gzip
import json
import os
import pathlib
import pty
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import traceback

import captures
from captures import START

try:
    import jsonschema
except ImportError:
    jsonschema = None

TREE = pathlib.Path(__file__).resolve().parents[2]
PCAPS = TREE / "pcaps"
SHARED = TREE.parent / "shared" / "pcaps"
DONE, FAILED, USAGE, ALERTS = 0, 1, 2, 3
SECONDS = 120  # for one run, on a busy machine

weir_binary = None  # set by main


class Skipped(Exception):
    """What is missing, as a sentence."""


class Run:
    """One run of weir in a folder of its own; `before` is put in front of the command, `more` is for subprocess.run."""

    def __init__(self, *arguments, folder=None, stdin=b"", before=(), **more):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(dir=scratch()))
        settings = {"input": stdin, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": SECONDS} | more
        done = subprocess.run([*before, weir_binary, *map(str, arguments)], cwd=self.folder, check=False, **settings)
        self.code, self.out, self.err = done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode()

    def expect(self, code, *texts):
        """The exit code, and what must stand somewhere in the output; a crash never looks like an answer."""
        said = self.out + self.err
        assert self.code == code, f"exit code {self.code}, expected {code}:\n{said}"
        for text in texts:
            assert text in said, f"expected '{text}' in:\n{said}"
        if code not in (DONE, ALERTS):
            assert said.strip(), "it failed without a word"
            assert "terminate called" not in said and "Sanitizer" not in said, said
        return self

    def events(self, kind=None):
        found = [json.loads(line) for line in (self.folder / "weir-out" / "eve.json").read_text().splitlines()]
        return [event for event in found if kind in (None, event["event_type"])]

    def metrics(self):
        text = (self.folder / "weir-out" / "metrics.prom").read_text()
        return {name: float(value) for name, value in re.findall(r"^(\w+(?:\{.*\})?) (\S+)$", text, re.MULTILINE)}


_scratch = None


def scratch():
    return _scratch.name


def replay(*arguments, **more):
    """Without a summary and without a cache outside of the test's folder."""
    cache = pathlib.Path(scratch()) / "cache"
    return Run("replay", "--quiet", "--set", f"detect.cache-dir={cache}", *arguments, **more)


def file(name, content):
    """A file of the test's own; its path."""
    path = pathlib.Path(tempfile.mkdtemp(dir=scratch())) / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def small():
    return file("small.pcap", captures.pcap(captures.datagrams()))


def needs(tool):
    if shutil.which(tool) is None:
        raise Skipped(f"{tool} is not installed")
    return tool


# ---------------------------------------------------------------- what it refuses


def test_version_and_help():
    assert re.fullmatch(r"weir \d+\.\d+\.\d+\S*\n", Run("--version").expect(DONE).out)
    Run("--help").expect(DONE, "replay", "rules")
    Run("replay", "--help").expect(DONE, "--policy", "--output", "--fail-on")


def test_wrong_usage():
    capture = small()
    cases = [
        ([], "expected a command: replay, "),
        (["no-such-command"], "unknown command `no-such-command`"),
        (["replay"], "CAPTURE"),
        (["replay", "--bogus", capture], "`weir replay --help` says"),
        (["replay", "--fail-on", "bad", capture], "--fail-on bad"),
        (["replay", "--fail-on", "", capture], "--fail-on: an empty value"),
        (["replay", "--set", "", capture], "--set: an empty value"),
        (["replay", "--set", "nonsense=1", capture], "unknown setting `nonsense`"),
        (["replay", "--set", "nonsense", capture], "expected KEY=VALUE"),
        (["replay", "--rules", "x.rules", "--no-rules", capture], "--no-rules"),
    ]
    cases += [(["replay", option, "", capture], f"{option}: an empty name") for option in ("--policy", "--rules", "--config", "--output")]
    cases += [(["replay", "--threads", number, capture], "--threads: ") for number in ("0", "-3", "65", "1.5", "9" * 20, "many", "", " ")]
    for arguments, text in cases:
        run = Run(*arguments).expect(USAGE, text)
        assert run.err.startswith("weir: ") and not run.out, f"{arguments}: not a sentence on standard error: {run.out}{run.err}"
        assert not any(run.folder.iterdir()), f"{arguments}: it wrote something"


def test_what_is_no_capture():
    empty_folder = tempfile.mkdtemp(dir=scratch())
    cases = [
        ("", "an empty name"),
        ("missing.pcap", "missing.pcap: No such file or directory"),
        (file("notes.txt", "These are notes.\n"), "notes.txt: not a capture"),
        (file("empty.pcap", b""), "empty.pcap: not a capture"),
        (file("tiny.pcap", b"\xd4\xc3"), "tiny.pcap: not a capture"),
        (file("notes.pcap.gz", gzip.compress(b"These are notes.\n")), "notes.pcap.gz: not a capture"),
        (empty_folder, "no capture in this folder"),
    ]
    for name, text in cases:
        run = replay(name).expect(USAGE, text)
        assert not (run.folder / "weir-out").exists(), f"{name}: an output folder, though nothing was read"
    replay("-", stdin=b"These are notes.\n").expect(USAGE, "not a capture")
    replay("-", stdin=b"").expect(USAGE, "not a capture")
    replay("-", stdin=gzip.compress(b"x")[:10] + b"no such block").expect(USAGE, "not a capture (the gzip data is damaged)")
    replay(small(), "missing.pcap").expect(USAGE, "missing.pcap")
    replay("-", "-", stdin=small().read_bytes()).expect(USAGE, "weir: -: ")


def test_bad_files_are_named_with_their_line():
    capture = small()
    replay("--policy", file("policy.yaml", "equipment:\n  - {name: a, addresses: [10.0.0.1]}\n"), capture).expect(USAGE, "policy.yaml:2: ", "`addresses`")
    replay("--policy", file("policy.yaml", "equipment: [\n"), capture).expect(USAGE, "policy.yaml:")
    replay("--policy", "missing.yaml", capture).expect(USAGE, "missing.yaml")
    replay("--config", file("weir.yaml", "\nnothing: 1\n"), capture).expect(USAGE, "weir.yaml:2: ", "`nothing`")
    replay("--config", "missing.yaml", capture).expect(USAGE, "missing.yaml")
    replay("--rules", "missing.rules", capture).expect(USAGE, "missing.rules")
    rules = file("own.rules", 'alert udp any any -> any 9999 (msg:"seen"; sid:1;)\nalert nonsense any\n')
    run = replay("--rules", rules, capture).expect(DONE, "own.rules:2: ")  # a bad rule costs itself only
    assert len(run.events("alert")) == 3
    Run("rules", "check", rules).expect(USAGE, "own.rules:2: ", "1 loaded, 1 rejected")
    rules = file("own.rules", 'alert udp any any -> any 9999 (msg:"open"; content:"d"; pcre:"/(d/"; sid:1;)\n')
    replay("--rules", rules, capture).expect(DONE, "weir: warning: rule refused: ", "own.rules:1: ")
    assert Run("replay", "--rules", rules, capture).expect(DONE).out.count("1  rules refused: what they look for was not looked for") == 1


def nobody():
    """For subprocess: a user without rights; root's rights end at no folder."""
    if os.geteuid() == 0:
        if subprocess.run([weir_binary, "--version"], user=65534, group=65534, extra_groups=[], capture_output=True, check=False).returncode != 0:
            raise Skipped("the program cannot be run as another user from here")
        return {"user": 65534, "group": 65534, "extra_groups": []}
    return {}


def check_whole(folder):
    """What a run has left is sound, however it ended: lines of JSON, captures without half a packet, metrics or none."""
    for line in (folder / "eve.json").read_bytes().splitlines(keepends=True):
        assert line.endswith(b"\n"), "the last line is cut"
        json.loads(line)
    for path in folder.glob("evidence/*.pcap"):
        content, at = path.read_bytes(), 24
        assert len(content) >= at, f"{path.name}: not even the header"
        while at < len(content):
            at += 16 + struct.unpack_from("<I", content, at + 8)[0]
        assert at == len(content), f"{path.name} ends inside a record"
    assert not (folder / "metrics.prom.tmp").exists()


def test_output_that_cannot_be_written():
    capture = small()
    replay("--output", file("taken", ""), capture).expect(FAILED, "taken")
    replay("--output", "/proc/weir", capture).expect(FAILED, "/proc/weir")
    user = nobody()
    os.chmod(scratch(), 0o755)
    os.chmod(capture.parent, 0o755)
    locked = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
    os.chmod(locked, 0o555)
    run = Run("replay", "--no-rules", "--output", locked / "out", capture, folder="/", **user)
    run.expect(FAILED, "weir: cannot make folder", "Permission denied")
    run = Run("replay", "--no-rules", "--output", locked, capture, folder="/", **user).expect(FAILED, "weir: cannot create", "eve.json: Permission denied")


def test_results_that_standard_output_does_not_take():
    for arguments in (["replay", "--no-rules", small()], ["protocols"], ["docs", "settings"], ["policy", "services"], ["rules", "keywords"], ["--help"]):
        with open("/dev/full", "wb") as full:
            Run(*arguments, stdout=full).expect(FAILED, "weir: cannot write to standard output")
    with open("/dev/full", "wb") as full:  # it says why it was refused, and that is what counts
        Run("rules", "check", file("bad.rules", "alert nonsense\n"), stdout=full).expect(USAGE)
        assert Run("no-such-command", stderr=full).code == USAGE
    # Closed by the caller: no output file may take its place.
    closed = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
    done = subprocess.run(["sh", "-c", 'exec "$0" replay --no-rules "$1" >&-', weir_binary, small()], cwd=closed, capture_output=True, check=False)
    assert done.returncode == FAILED and b"standard output" in done.stderr, done
    check_whole(closed / "weir-out")


def test_full_disk_of_one_output():
    """Each output in turn is a device that is always full."""
    capture = PCAPS / "demo" / "demo.pcap"
    for name, evidence in (("eve.json", "no"), ("metrics.prom.tmp", "yes"), ("evidence/000001.pcap", "yes")):
        folder = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
        (folder / "evidence").mkdir()
        (folder / name).symlink_to("/dev/full")
        run = replay("--policy", PCAPS / "demo" / "policy.yaml", "--set", f"outputs.evidence.enabled={evidence}", "--output", folder, capture)
        run.expect(FAILED, "No space left on device", name.removesuffix(".tmp"))
        if (folder / name).is_symlink():
            (folder / name).unlink()
        if name != "eve.json":
            check_whole(folder)


def test_full_disk():
    """A file system of 1 MB in a mount namespace of its own, for one worker and for several; what has room on it is kept."""
    many = file("many.pcap", captures.pcap(captures.datagrams(250) * 20))
    rule = file("every.rules", 'alert udp any any -> any any (msg:"every"; sid:1;)\n')
    if subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False).returncode != 0:
        raise Skipped("no file system can be mounted here")
    script = 'mount -t tmpfs -o size=1m none "$1" && shift && out=$1 && kept=$2 && shift 2 && "$@"; code=$?; cp -r "$out/." "$kept/"; exit $code'
    for threads in (1, 2):
        disk, kept = (pathlib.Path(tempfile.mkdtemp(dir=scratch())) for _ in range(2))
        run = replay("--threads", threads, "--rules", rule, "--output", disk, many, before=["unshare", "--mount", "sh", "-c", script, "sh", disk, disk, kept])
        run.expect(FAILED, "No space left on device")
        assert (kept / "eve.json").stat().st_size > 100_000, "nothing was written before the disk was full"
        check_whole(kept)


def test_rule_cache_that_cannot_be_used():
    for arguments in (["--set", f"detect.cache-dir={file('taken', '')}"], ["--set", "detect.cache-dir=/proc/weir"]):
        run = Run("replay", *arguments, small()).expect(DONE)
        assert run.err.count("weir: warning: compiled rules are not kept for the next start: ") == 1, run.err


# ---------------------------------------------------------------- what ends it early, what it shows meanwhile


def endless(source, stop):
    """Writes packets into a pipe until somebody wants no more."""
    packets = captures.pcap(captures.datagrams(250))
    try:
        source.write(packets)
        while not stop.is_set():
            source.write(packets[24:])
        source.close()
    except BrokenPipeError:
        with contextlib.suppress(BrokenPipeError):  # what it still holds has nobody to go to
            source.close()


def test_signals_end_a_replay_with_outputs_that_are_whole():
    for number, threads, code in ((signal.SIGINT, 1, 130), (signal.SIGTERM, 2, 143)):
        folder = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
        running = subprocess.Popen([weir_binary, "replay", "--no-rules", "--threads", str(threads), "-"], cwd=folder, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        stop = threading.Event()
        feeding = threading.Thread(target=endless, args=(running.stdin, stop))
        feeding.start()
        try:
            deadline = time.monotonic() + SECONDS
            while not (folder / "weir-out" / "eve.json").exists():
                assert time.monotonic() < deadline and running.poll() is None, "it never began"
                time.sleep(0.02)
            time.sleep(0.3)
            running.send_signal(number)
            stop.set()
            running.stdin = None  # closed by the thread
            out, err = running.communicate(timeout=SECONDS)
        finally:
            stop.set()
            running.kill()
            feeding.join()
        name = signal.Signals(number).name
        assert running.returncode == code, f"exit code {running.returncode}, expected {code}: {err.decode()}"
        assert f"weir: interrupted by {name}" in err.decode(), err.decode()
        assert "interrupted: the input was not read to its end" in out.decode() and f"interrupted by {name}" in out.decode(), out.decode()
        check_whole(folder / "weir-out")
        assert (folder / "weir-out" / "metrics.prom").exists()


def test_a_signal_ends_the_reading_of_files_and_the_waiting_for_input():
    once = captures.pcap(captures.datagrams(250))
    big = file("big.pcap", once[:24] + once[24:] * 4000)  # a million packets
    for arguments in ([big] * 8, ["-"]):
        folder = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
        with subprocess.Popen([weir_binary, "replay", "--no-rules", *map(str, arguments)], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as running:
            deadline = time.monotonic() + SECONDS
            while not (folder / "weir-out" / "eve.json").exists():
                assert time.monotonic() < deadline and running.poll() is None, "it never began"
                time.sleep(0.005)
            time.sleep(0.05)
            running.send_signal(signal.SIGTERM)
            out = running.stdout.read().decode()  # standard input stays open: it is the signal that ends the run
            assert running.wait(timeout=SECONDS) == 143, out
        assert "interrupted by SIGTERM" in out
        check_whole(folder / "weir-out")


def on_a_terminal(arguments, columns, stdin=None):
    """Runs weir with standard error on a terminal; what it showed there, and its exit code."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    folder = tempfile.mkdtemp(dir=scratch())
    with subprocess.Popen([weir_binary, "replay", "--no-rules", "--quiet", *map(str, arguments)], cwd=folder, stdin=stdin or subprocess.DEVNULL,
                          stderr=theirs) as running:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the terminal's other end is closed
                break
            if not piece:
                break
            shown += piece
        code = running.wait(timeout=SECONDS)
    os.close(ours)
    return shown.decode(), code


def test_progress_on_a_terminal():
    noise = random.Random(1)
    packets = [(START * 10**9 + i * 1000, captures.framed(captures.udp("10.0.0.1", "10.0.1.1", 9999, noise.randbytes(200)))) for i in range(2000)]
    once = captures.pcap(packets)
    count = 50  # times 2000 packets; more where the machine is too fast for a bar to appear
    while True:
        content = once[:24] + once[24:] * count
        plain = file("plain.pcap", content)
        with open(plain, "rb") as stdin:
            shown, code = on_a_terminal(["-"], 120, stdin)
        assert code == DONE
        if "packets, " in shown or count > 5000:
            break
        count *= 4
    assert re.search(r"\r[0-9.]+ (thousand|million) packets, [0-9.]+ (thousand|million)/s\x1b\[K", shown), f"no progress of standard input: {shown!r}"
    assert shown.endswith("\r\x1b[K"), "the bar is left behind"
    bar = re.compile(r"\r\[=* *\] +\d+ %  \d+ s left  [0-9.]+ (thousand|million) packets, [0-9.]+ (thousand|million)/s\x1b\[K")
    files = [plain, file("zipped.pcap.gz", gzip.compress(content, 1))]
    if shutil.which("zstd"):
        files.append(file("zipped.pcap.zst", subprocess.run(["zstd", "-q", "-c", "-1", "--long=27", str(plain)], capture_output=True, check=True).stdout))
    for path in files:
        shown, code = on_a_terminal([path], 120)
        assert code == DONE and bar.search(shown), f"{path.name}: no bar: {shown!r}"
        assert shown.endswith("\r\x1b[K"), "the bar is left behind"
    shown, _ = on_a_terminal([plain], 60)
    drawn = [line.removesuffix("\x1b[K") for line in shown.split("\r")]
    assert all(len(line) < 60 for line in drawn), f"wider than the terminal: {drawn}"
    assert "\x1b" not in Run("replay", "--no-rules", "--quiet", plain).expect(DONE).err


# ---------------------------------------------------------------- what it reads


def nanoseconds(text):
    """Of an event's time: weir writes microseconds."""
    seconds, fraction = re.fullmatch(r"2026-01-01T00:00:(\d\d)\.(\d{6})\+0000", text).groups()
    return (START + int(seconds)) * 10**9 + int(fraction) * 1000


def check_datagrams(run, count=3):
    flows = sorted((nanoseconds(event["flow"]["start"]), event["dest_ip"]) for event in run.expect(DONE).events("flow"))
    expected = [(time // 1000 * 1000, f"10.0.1.{i + 1}") for i, (time, _) in enumerate(captures.datagrams(count))]
    assert flows == expected, f"{flows}, expected {expected}"
    check_accounts(run.metrics(), count)


def check_accounts(metrics, received=None):
    dropped = sum(value for name, value in metrics.items() if name.startswith("weir_packets_dropped_total{"))
    assert metrics["weir_packets_received_total"] == metrics["weir_packets_inspected_total"] + dropped, "not every packet is accounted for"
    assert received is None or metrics["weir_packets_received_total"] == received


def test_every_format():
    packets = captures.datagrams()
    formats = {f"{unit}{order}.pcap": captures.pcap(packets, order, unit == "nano") for unit in ("micro", "nano") for order in "<>"}
    formats |= {f"{name}.pcapng": captures.pcapng(packets, order) for name, order in (("little", "<"), ("big", ">"))}
    formats["raw.pcap"] = captures.pcap([(time, frame[14:]) for time, frame in packets], link=captures.RAW_IP)
    for name, content in formats.items():
        check_datagrams(replay(file(name, content)))
    plain = formats["nano<.pcap"]
    check_datagrams(replay(file("zipped.pcap.gz", gzip.compress(plain))))
    check_datagrams(replay(file("two-members.pcap.gz", gzip.compress(plain[:50]) + gzip.compress(plain[50:]))))
    check_datagrams(replay("-", stdin=plain))
    check_datagrams(replay("-", stdin=gzip.compress(plain)))
    compressed = subprocess.run([needs("zstd"), "-q", "-c"], input=plain, capture_output=True, check=True).stdout
    check_datagrams(replay(file("small.pcap.zst", compressed)))
    check_datagrams(replay("-", stdin=compressed))


def test_folders_and_several_files():
    packets = captures.datagrams(4)
    folder = file("a.pcap", captures.pcap(packets[:2])).parent
    (folder / "b.pcapng").write_bytes(captures.pcap(packets[2:]))
    (folder / "notes.txt").write_text("no capture\n")
    check_datagrams(replay(folder), 4)
    check_datagrams(replay(folder / "a.pcap", folder / "b.pcapng"), 4)


def test_captures_that_are_damaged():
    whole = captures.pcap(captures.datagrams())
    zipped = gzip.compress(captures.pcap(captures.datagrams(250)))
    broken = bytearray(zipped)
    broken[len(broken) // 2] ^= 0x55
    cases = [
        ("cut.pcap", whole[:-3], "cut.pcap ends inside a record"),
        ("cut-head.pcap", whole[:-len(captures.datagrams()[0][1]) - 5], "cut-head.pcap ends inside a record"),
        ("cut.pcap.gz", zipped[:-40], "not read to its end"),
        ("flipped.pcap.gz", bytes(broken), "not read to its end"),
        ("huge-record.pcap", whole + b"\x00" * 8 + b"\xff\xff\xff\x7f" * 2 + bytes(40), "huge-record.pcap"),
    ]
    for name, content, text in cases:
        run = Run("replay", "--no-rules", file(name, content)).expect(DONE, "NOT SEEN", text)
        run.events()  # every line is whole
        metrics = run.metrics()
        assert metrics["weir_capture_files_cut_off_total"] + metrics["weir_capture_files_damaged_total"] == 1, name
        check_accounts(metrics)


def test_snap_length_and_time_that_runs_backwards():
    packets = captures.datagrams()
    run = Run("replay", "--no-rules", file("snapped.pcap", captures.pcap(packets, snap=44))).expect(DONE, "3  packets cut by the capture's snap length")
    assert run.metrics()["weir_packets_snapped_total"] == 3
    check_accounts(run.metrics(), 3)
    run = Run("replay", "--no-rules", file("backwards.pcap", captures.pcap(packets[::-1]))).expect(DONE, "2  packets with a time before")
    assert run.metrics()["weir_packets_time_backwards_total"] == 2
    assert len(run.events("flow")) == 3


# ---------------------------------------------------------------- what it answers


def test_fail_on():
    capture = PCAPS / "intrusion-telnet-out.pcap"
    rule = file("one.rules", 'alert tcp any any -> any any (msg:"telnet"; flow:established; priority:2; threshold:type limit, track by_src, count 1, '
                             'seconds 3600; sid:1;)\n')
    for severity, code in (("high", DONE), ("1", DONE), ("medium", ALERTS), ("2", ALERTS), ("low", ALERTS), ("info", ALERTS)):
        replay("--rules", rule, "--fail-on", severity, capture).expect(code)
    replay("--rules", rule, capture).expect(DONE)
    replay("--no-rules", "--fail-on", "info", capture).expect(DONE)


def shape_of(value):
    """Keys and types, all the way down: events alike in these are alike to the schema, and one of them is enough to check."""
    if isinstance(value, dict):
        return tuple((key, shape_of(item)) for key, item in sorted(value.items()))
    if isinstance(value, list):
        return tuple(sorted({repr(shape_of(item)) for item in value}))
    return type(value).__name__


def check_schema(folder):
    lines = (folder / "weir-out" / "eve.json").read_text().splitlines()
    assert lines, "no events"
    events = [json.loads(line) for line in lines]
    if jsonschema is None:
        for number, event in enumerate(events, 1):
            missing = {"timestamp", "event_type"} - set(event)
            assert not missing, f"eve.json:{number}: without {', '.join(missing)}"
        return
    schema = json.loads((TREE / "docs" / "eve.schema.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    seen = set()
    for number, event in enumerate(events, 1):
        if (shape := (event["event_type"], shape_of(event))) in seen:
            continue
        seen.add(shape)
        for error in validator.iter_errors(event):
            where = "/".join(map(str, error.absolute_path))
            raise AssertionError(f"eve.json:{number}: {where}: {error.message}")


def check_repeatable(*arguments):
    """The same bytes from two runs and from any number of workers; sound events and metrics."""
    first = replay("--threads", 1, *arguments).expect(DONE)
    lines = (first.folder / "weir-out" / "eve.json").read_bytes().splitlines()
    for threads in (1, 2, 3):
        again = (replay("--threads", threads, *arguments).expect(DONE).folder / "weir-out" / "eve.json").read_bytes().splitlines()
        if again != lines:
            number = next((i for i, (one, other) in enumerate(zip(lines, again)) if one != other), min(len(lines), len(again)))
            here, there = ((both[number : number + 1] or [b"(end)"])[0].decode() for both in (lines, again))
            raise AssertionError(f"--threads {threads}: line {number + 1} of eve.json differs:\n- {here}\n+ {there}")
    check_schema(first.folder)
    check_accounts(first.metrics())
    return first


def test_own_captures_give_the_same_bytes():
    own = sorted(PCAPS.glob("*.pcap"))
    run = check_repeatable(*own)
    assert run.events("alert")
    if (PCAPS / "demo" / "policy.yaml").exists():
        check_repeatable("--policy", PCAPS / "demo" / "policy.yaml", *own)


def test_shared_captures_give_the_same_bytes():
    if not SHARED.exists():
        raise Skipped("the shared captures are not here")
    check_repeatable(SHARED)


def test_metrics_are_prometheus_text():
    run = replay(PCAPS / "intrusion-telnet-out.pcap").expect(DONE)
    page = (run.folder / "weir-out" / "metrics.prom").read_bytes()
    checked = subprocess.run([needs("promtool"), "check", "metrics"], input=page, capture_output=True, timeout=SECONDS)
    assert checked.returncode == 0 and not checked.stdout and not checked.stderr, (checked.stdout + checked.stderr).decode()


def test_evidence_opens_elsewhere_and_begins_before_the_alert():
    needs("tcpdump")
    run = replay("--rules", file("late.rules", 'alert tcp any any -> any any (msg:"late"; flow:established,to_client; content:"login"; nocase; sid:1;)\n'),
                 PCAPS / "intrusion-telnet-out.pcap").expect(DONE)
    alerts = [event for event in run.events("alert") if "evidence" in event["weir"]]
    assert alerts, "no alert with evidence"
    for alert in alerts:
        path = run.folder / "weir-out" / alert["weir"]["evidence"]
        read = subprocess.run(["tcpdump", "-n", "-tt", "-r", str(path)], capture_output=True, text=True, timeout=SECONDS)
        assert read.returncode == 0, read.stderr
        times = [float(line.split()[0]) for line in read.stdout.splitlines()]
        stamp = subprocess.run(["date", "-u", "-d", alert["timestamp"], "+%s.%6N"], capture_output=True, text=True, check=True).stdout
        assert sum(time < float(stamp) - 1e-6 for time in times) >= 3, f"{path.name}: no handshake before the alert"
        assert any(abs(time - float(stamp)) < 1e-5 for time in times), f"{path.name}: the alert's own packet is missing"
        if shutil.which("capinfos"):
            subprocess.run(["capinfos", str(path)], capture_output=True, check=True, timeout=SECONDS)


def main(module=None):
    """Runs the tests of `module` (a module's globals), or of this one."""
    global weir_binary, _scratch
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    weir_binary = str(pathlib.Path(sys.argv[1]).resolve())
    tests = {name: function for name, function in (module or globals()).items() if name.startswith("test_")}
    failed = 0
    for name in sys.argv[2:] or tests:
        _scratch = tempfile.TemporaryDirectory(prefix="weir-cli-")
        with _scratch:
            try:
                tests[name]()
                print(f"ok       {name}")
            except Skipped as reason:
                print(f"skipped  {name}: {reason}")
            except Exception as error:  # whatever goes wrong is this test's failure, and the others still run
                failed += 1
                print(f"FAILED   {name}: {error}\n{traceback.format_exc(limit=-2)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
