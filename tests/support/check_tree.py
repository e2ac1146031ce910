#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what a review would otherwise have to: licence lines, test twins, the direction of includes, seeds, captures, words.

Every finding is a line `file:line: what is wrong`; exit code 1 if there is one.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = (".cpp", ".hpp")
SCRIPTS = (".py", ".sh", ".cmake", ".list")
LICENCE = "SPDX-License-Identifier: Apache-2.0"
LICENCE_WITHIN = 3  # lines: a script has its interpreter line before it

# Sources without a test of their own name, and where their proof is.
WITHOUT_TWIN = {
    "parsers/registry.cpp": "a generated table: parser tests and seeds go through it",
    "sensor/contract/compile.cpp": "the second half of loading a policy: policy_file_test and evaluate_test",
    "sensor/contract/policy.cpp": "look-ups in a loaded policy: evaluate_test and explain_test",
    "sensor/contract/vocabulary.cpp": "names of protocols and ICMP types: services_test and policy_file_test",
    "sensor/cli/learn.cpp": "tests/cli/learn_test.py runs all of it",
    "sensor/cli/quiet_run.cpp": "tests/cli/learn_test.py: weir learn and weir policy diff run through it",
    "sensor/cli/docs.cpp": "the CTest entry generated_docs runs all of it",
    "sensor/cli/protocols.cpp": "the CTest entry generated_docs runs it",
    "sensor/cli/forward.cpp": "tests/live/live_test.py: every live sensor starts it",
    "sensor/cli/run.cpp": "tests/live/live_test.py runs all of it",
    "sensor/main.cpp": "adds the sub-commands, nothing else",
}

# Headers without a library of their own: words that several stages share.
SHARED_HEADERS = ("sensor/judge",)

# What no tracked file may hold.
WORDS = (
    (re.compile(r"/work/|/tmp/bash"), "a path of one machine"),
    (re.compile(r"\bhelper-\w|\bsub-?agents?\b|\bworktrees?\b", re.IGNORECASE), "a word of the workplace"),
    (re.compile(r"\b(TODO|FIXME)\b"), "something left to do: do it, or leave it out"),
)
MAX_SEED = 64 * 1024


class Report:
    def __init__(self):
        self.findings = []

    def add(self, path, line, text):
        self.findings.append((str(path), line, text))


def tracked():
    """Files under version control, and new ones that are not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    names = {name.decode() for name in listed.stdout.split(b"\0") if name}
    return sorted(name for name in names if (ROOT / name).is_file())


def lines_of(name):
    """The lines of a text file; nothing for a binary one."""
    data = (ROOT / name).read_bytes()
    if b"\0" in data:
        return []
    return data.decode("utf-8", "replace").splitlines()


def check_licences(files, report):
    for name in files:
        path = pathlib.PurePath(name)
        if path.suffix not in CODE + SCRIPTS and path.name not in ("CMakeLists.txt", "dev", "run"):
            continue
        lines = lines_of(name)
        if not any(LICENCE in line for line in lines[:LICENCE_WITHIN]):
            report.add(name, 1, f"no licence line, expected `{LICENCE}`")
        if path.suffix == ".hpp" and "#pragma once" not in lines:
            report.add(name, 1, "no `#pragma once`")


def twin_of(name):
    """The test that proves a source: a parser's folder has one for all its files."""
    path = pathlib.PurePath(name)
    parts = path.parts
    if parts[0] == "parsers" and len(parts) == 3 and parts[1] != "base":
        return f"tests/unit/parsers/{parts[1]}_test.cpp"
    return str(pathlib.PurePath("tests/unit") / path.with_name(path.stem + "_test.cpp"))


def check_twins(files, report):
    known = set(files)
    for name in files:
        if not name.startswith(("parsers/", "rules/", "sensor/")) or not name.endswith(".cpp"):
            continue
        has_twin = twin_of(name) in known
        if name in WITHOUT_TWIN and has_twin:
            report.add(name, 1, f"has a test now: take it out of WITHOUT_TWIN in {pathlib.PurePath(__file__).name}")
        elif name not in WITHOUT_TWIN and not has_twin:
            report.add(name, 1, f"no test of its own, expected {twin_of(name)}")
    for name in WITHOUT_TWIN:
        if name not in known:
            report.add(name, 1, f"does not exist: take it out of WITHOUT_TWIN in {pathlib.PurePath(__file__).name}")


def libraries():
    """From CMakeLists.txt: the library of each folder, and for each library all those that it may use."""
    text = re.sub(r"#.*", "", (ROOT / "CMakeLists.txt").read_text())
    folder_of, links = {}, {}
    for name, folder, rest in re.findall(r"weir_library\((\w+)\s+(\S+)([^)]*)\)", text):
        folder_of[folder] = name
        links[name] = re.findall(r"weir_(\w+)", rest.partition("LINK")[2])
    links["parsers"] = ["parsers_base"]  # made by weir_parsers() from registry.list
    reach = {}
    for name in links:
        seen, waiting = set(), [name]
        while waiting:
            library = waiting.pop()
            if library not in seen:
                seen.add(library)
                waiting.extend(links.get(library, []))
        reach[name] = seen
    return folder_of, reach


def library_of(name, folder_of):
    """The library that a file belongs to; nothing for files outside all of them."""
    parts = pathlib.PurePath(name).parts
    folder = "/".join(parts[:-1])
    if folder in folder_of:
        return folder_of[folder]
    if parts[0] == "parsers":
        return "parsers" if len(parts) == 2 else f"parser_{parts[1]}"
    if folder == "rules":
        return "rules_language"
    return None


def check_includes(files, report):
    folder_of, reach = libraries()
    include = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
    for name in files:
        if not name.startswith(("parsers/", "rules/", "sensor/")) or not name.endswith(CODE) or name == "sensor/main.cpp":
            continue
        mine = library_of(name, folder_of)
        shared = name.startswith(SHARED_HEADERS)
        if mine is None and not shared:
            report.add(name, 1, "belongs to no library of CMakeLists.txt")
            continue
        for number, line in enumerate(lines_of(name), 1):
            match = include.match(line)
            if not match or match[1].startswith(SHARED_HEADERS) and name.startswith("sensor/"):
                continue
            wanted = library_of(match[1], folder_of)
            if wanted is None:
                report.add(name, number, f"includes {match[1]}, which belongs to no library")
            elif mine is not None and mine.startswith("parser_"):
                if wanted not in (mine, "parsers_base"):
                    report.add(name, number, f"a parser includes {match[1]}, expected parsers/base or its own folder")
            elif shared:
                if wanted != "parsers_base":
                    report.add(name, number, f"words that stages share include {match[1]}")
            elif wanted not in reach[mine] and not (wanted.startswith("parser_") and "parsers" in reach[mine]):
                report.add(name, number, f"includes {match[1]}: {wanted} is none of what {mine} builds on (CMakeLists.txt)")


def check_seeds(files, report):
    registry = re.findall(r"^WEIR_PARSER\((\w+)\)", (ROOT / "parsers/registry.list").read_text(), re.MULTILINE)
    fuzzers = [re.sub(r"_fuzz\.cpp$", "", pathlib.PurePath(name).name) for name in files if re.fullmatch(r"tests/fuzz/\w+_fuzz\.cpp", name)]
    targets = {name: "parsers/registry.list" for name in registry}
    targets.update({name: f"tests/fuzz/{name}_fuzz.cpp" for name in fuzzers if name != "parser"})
    seeds = [name for name in files if name.startswith("tests/fuzz/seeds/")]
    for target, source in targets.items():
        if not any(name.startswith(f"tests/fuzz/seeds/{target}/") for name in seeds):
            report.add(source, 1, f"no seeds, expected files in tests/fuzz/seeds/{target}/")
    for name in seeds:
        if pathlib.PurePath(name).parts[3] not in targets:
            report.add(name, 1, "a seed of no fuzz target")
        elif (ROOT / name).stat().st_size > MAX_SEED:
            report.add(name, 1, f"a seed of more than {MAX_SEED} bytes")


def check_captures(files, report):
    described = "\n".join(lines_of("pcaps/README.md")) if "pcaps/README.md" in files else ""
    for name in files:
        if re.match(r"pcaps/.*\.(pcap|pcapng|cap)(\.gz|\.zst)?$", name) and pathlib.PurePath(name).name not in described:
            report.add(name, 1, "not described in pcaps/README.md")


def check_words(files, report):
    for name in files:
        if (ROOT / name).samefile(__file__):
            continue
        for number, line in enumerate(lines_of(name), 1):
            for pattern, why in WORDS:
                match = pattern.search(line)
                if match:
                    report.add(name, number, f"`{match[0]}`: {why}")


def check_mentions(files, report):
    """Pages name files that exist."""
    link = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
    path = re.compile(r"`((?:parsers|rules|sensor|tests|cmake|docs|pcaps)/[\w./-]+\.(?:cpp|hpp|py|sh|md|list|cmake|json|txt))`")
    for name in files:
        if not name.endswith(".md"):
            continue
        for number, line in enumerate(lines_of(name), 1):
            for target in link.findall(line):
                if "://" not in target and not (ROOT / name).parent.joinpath(target).exists():
                    report.add(name, number, f"links to {target}, which does not exist")
            for target in path.findall(line):
                if not (ROOT / target).exists():
                    report.add(name, number, f"names {target}, which does not exist")


def compile_header(name, generated):
    command = ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-I", ".", "-I", generated]
    command += ["-x", "c++", "-include", name, "/dev/null"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return name, done.returncode, done.stderr


def check_headers(files, report):
    """Every header compiles alone."""
    generated = sorted(ROOT.glob("build/*/generated"))
    if not generated:
        report.add("CMakeLists.txt", 1, "nothing is configured yet: the generated headers are missing, run `./dev build dev` first")
        return
    headers = [name for name in files if name.endswith(".hpp") and name.startswith(("parsers/", "rules/", "sensor/"))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, code, said in pool.map(lambda name: compile_header(name, generated[0]), headers):
            if code != 0:
                report.add(name, 1, "does not compile alone: " + said.strip().splitlines()[0])


def check_format(files, report):
    sources = [name for name in files if name.endswith(CODE)]
    done = subprocess.run(["clang-format-14", "--dry-run", *sources], cwd=ROOT, capture_output=True, text=True, check=False)
    for name, line in sorted(set(re.findall(r"^(\S+?):(\d+):\d+: warning", done.stderr, re.MULTILINE))):
        report.add(name, int(line), "not as clang-format-14 lays it out")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--headers", action="store_true", help="also compile every header alone")
    arguments.add_argument("--format", action="store_true", help="also compare the layout with clang-format's")
    options = arguments.parse_args()
    report, files = Report(), tracked()
    checks = [check_licences, check_twins, check_includes, check_seeds, check_captures, check_words, check_mentions]
    checks += [check_headers] * options.headers + [check_format] * options.format
    for check in checks:
        check(files, report)
    for name, line, text in report.findings:
        print(f"{name}:{line}: {text}")
    print(f"{len(files)} files, {len(report.findings)} findings", file=sys.stderr)
    sys.exit(1 if report.findings else 0)


if __name__ == "__main__":
    main()
