#!/usr/bin/env python3
"""Checks what no schema says of the pipeline files below a folder:

- every script of a step passes shellcheck;
- no script has an expression of the platform in it: values come by the environment (`${{ github.event… }}` in `run:` lets
  a branch's name run commands);
- every action of GitHub's is pinned to a commit, with its version behind it;
- the lines that install the program are the same everywhere;
- an extension for Azure DevOps has what its manifest and its task name.

    examples/check.py FOLDER…
    examples/check.py --component FILE     prints GitLab's component FILE with the defaults of its inputs put in
"""

import json
import pathlib
import re
import subprocess
import sys
import textwrap

import yaml

if sys.argv[1] == "--component":
    text = pathlib.Path(sys.argv[2]).read_text()
    header, body = text.split("\n---\n")
    for name, spec in yaml.safe_load(header)["spec"]["inputs"].items():
        default = spec["default"]
        body = body.replace(f"$[[ inputs.{name} ]]", str(default).lower() if isinstance(default, bool) else str(default))
    if "$[[" in body:
        sys.exit(f"{sys.argv[2]}: an input that `spec` does not have is used")
    print(body, end="")
    sys.exit()

ROOT = pathlib.Path(__file__).resolve().parent
problems = []
# The same script stands in many folders: once is enough.
seen = set()


def documents(path):
    # GitLab's `!reference` and the like have no meaning here.
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("!", lambda loader, suffix, node: None)
    return list(yaml.load_all(path.read_text(), loader))


def scripts(node, keys):
    if isinstance(node, dict):
        for key, value in node.items():
            if key in keys and isinstance(value, str):
                yield value
            elif key in keys and isinstance(value, list) and all(isinstance(v, str) for v in value):
                yield "\n".join(value)
            else:
                yield from scripts(value, keys)
    elif isinstance(node, list):
        for value in node:
            yield from scripts(value, keys)


def check_script(path, script, shell):
    for expression in re.findall(r"\$\{\{.*?\}\}|\$\[\[.*?\]\]", script):
        problems.append(f"{path}: a script has {expression} in it: pass it by the environment")
    if "$(System." in script or "$(Build." in script:
        problems.append(f"{path}: a script has a macro in it: pass it by the environment")
    if (shell, script) in seen:
        return
    seen.add((shell, script))
    answer = subprocess.run(
        # Variables come from outside, and so do files that are sourced; every platform ends a script at its first failure.
        ["shellcheck", "--shell", shell, "--exclude", "SC2154,SC1091,SC2164", "-"],
        input=script, capture_output=True, text=True)
    if answer.returncode != 0:
        problems.append(f"{path}: {answer.stdout}")


def check_pins(path):
    for line in path.read_text().splitlines():
        found = re.search(r"\buses:\s*(\S+)(.*)", line)
        if not found or found[1].startswith("./"):
            continue
        if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", found[1]) or not re.search(r"# v\d", found[2]):
            problems.append(f"{path}: {found[1]} is not pinned to a commit with its version behind it")


def install_lines(path):
    found = re.search(r"^[ ]*# install: begin\n(.*?)^[ ]*# install: end$", path.read_text(), re.S | re.M)
    return textwrap.dedent(found[1]) if found else None


expected = install_lines(ROOT / "github-actions/.github/actions/tidemark/action.yml")

def check(folder):
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and "node_modules" not in p.parts):
        lines = install_lines(path) if path.suffix in (".yml", ".groovy") else None
        if lines is not None and lines != expected:
            problems.append(f"{path}: its lines between `install: begin` and `install: end` differ from the action's")
        if path.suffix != ".yml" or path.name in ("tidemark.yml",) and path.parent == folder:
            continue
        if ".github" in path.parts:
            check_pins(path)
            found = ("bash", {"run"})
        elif ".azure" in path.parts or path.name.startswith("azure-"):
            found = ("bash", {"bash", "script"})
        else:
            found = ("sh", {"script", "before_script"})
        for document in documents(path):
            if found[0] == "sh" and isinstance(document, dict):
                # A job's lines run in one shell, those before it too.
                jobs = [job for job in document.values() if isinstance(job, dict)]
                texts = ["\n".join(scripts(job, found[1])) for job in jobs]
            else:
                texts = list(scripts(document, found[1]))
            for script in texts:
                if script:
                    check_script(path, script, found[0])

    for manifest in folder.rglob("vss-extension.json"):
        extension = json.loads(manifest.read_text())
        for key in ("manifestVersion", "id", "publisher", "version", "name", "targets", "files", "contributions"):
            if key not in extension:
                problems.append(f"{manifest}: has no {key}")
        for file in extension["files"]:
            if not (manifest.parent / file["path"]).exists():
                problems.append(f"{manifest}: {file['path']} is not there")
        for contribution in extension["contributions"]:
            task_file = manifest.parent / contribution["properties"]["name"] / "task.json"
            task = json.loads(task_file.read_text())
            if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", task["id"]):
                problems.append(f"{task_file}: its id is no GUID")
            for key in ("name", "friendlyName", "description", "category", "author", "version", "instanceNameFormat"):
                if key not in task:
                    problems.append(f"{task_file}: has no {key}")
            if set(task["version"]) != {"Major", "Minor", "Patch"}:
                problems.append(f"{task_file}: its version is not Major, Minor, Patch")
            for handler in task["execution"].values():
                if not (task_file.parent / handler["target"]).exists():
                    problems.append(f"{task_file}: {handler['target']} is not there")
            names = [field["name"] for field in task["inputs"]]
            if len(set(names)) != len(names):
                problems.append(f"{task_file}: two inputs have one name")
            for field in task["inputs"]:
                for key in ("name", "type", "label"):
                    if key not in field:
                        problems.append(f"{task_file}: an input has no {key}")


for name in sys.argv[1:]:
    check(pathlib.Path(name))

print("\n".join(problems), end="\n" if problems else "", file=sys.stderr)
sys.exit(1 if problems else 0)
