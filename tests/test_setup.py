"""What installs the course agrees with itself, and every command that is named exists."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.txt").read_text()
GPU_LOCK = (ROOT / "requirements-gpu.txt").read_text()
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"


def pins(text):
    """Return {name: [(version, marker)]} of a lock; a package may be pinned per Python version."""
    found = {}
    for name, version, marker in re.findall(r"(?m)^(\S+)==(\S+)(?: ; ([^\\\n]*))?", text):
        found.setdefault(name.lower().replace("_", "-"), []).append((Version(version), marker))
    return found


def declared():
    extras = PROJECT["optional-dependencies"]["dev"]
    return [Requirement(r) for r in (*PROJECT["dependencies"], *extras)]


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_lock_holds_what_is_declared(requirement):
    locked = pins(LOCK)[requirement.name.lower().replace("_", "-")]
    assert all(version in requirement.specifier for version, _ in locked)


def test_every_pin_has_hashes_and_no_address():
    for text in (LOCK, GPU_LOCK):
        blocks = [b for b in re.split(r"(?m)^(?=\S)", text) if "==" in b.partition("\n")[0]]
        assert blocks and all("--hash=sha256:" in block for block in blocks)
        assert "://" not in text and "index-url" not in text


def test_gpu_lock_only_adds_nvidia_packages_for_linux():
    added = pins(GPU_LOCK)
    assert len(added) >= 10
    assert all(name.startswith("nvidia-") for name in added)
    assert all("linux" in marker for versions in added.values() for _, marker in versions)
    assert not set(added) & set(pins(LOCK))
    gpu = Requirement(PROJECT["optional-dependencies"]["gpu"][0])
    own = next(r for r in declared() if r.name == "tensorflow")
    assert gpu.extras == {"and-cuda"} and gpu.specifier == own.specifier


def test_conda_environment_takes_the_same_lock():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert conda["name"] == PROJECT["name"]
    assert conda["channels"][0] == "conda-forge"
    python, pip, inner = conda["dependencies"]
    assert pip == "pip"
    assert inner == {"pip": ["--requirement requirements.txt"]}
    name, version = python.split("=")
    assert name == "python" and Version(version) in SpecifierSet(PROJECT["requires-python"])


def test_setuptools_still_has_pkg_resources_for_astronn():
    assert all(v < Version("80.9") for v, _ in pins(LOCK)["setuptools"])
    import pkg_resources  # noqa: F401


def test_run_py_needs_only_the_standard_library():
    source = (ROOT / "run.py").read_text()
    modules = set(re.findall(r"(?m)^\s*(?:import|from) (\w+)", source))
    assert modules <= set(sys.stdlib_module_names)


def run(*arguments):
    command = [sys.executable, str(ROOT / "run.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_run_py_explains_itself():
    assert run().stdout == run("--help").stdout
    wrong = run("tests")
    assert (
        wrong.returncode == 2 and "there is no command 'tests'; choose one of: lab" in wrong.stdout
    )


def verbs():
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return set(module.VERBS)


def test_every_command_in_the_documents_exists():
    for name in ("README.md", ".ci/run", ".github/workflows/ci.yml", "run.py"):
        text = (ROOT / name).read_text()
        used = set(re.findall(r"(?:python3?|py) run\.py (?:--gpu )?([a-z]+)", text))
        assert used and used <= verbs(), name


def test_ci_runs_what_the_readme_says():
    command = "python3 run.py test"
    assert command in (ROOT / "README.md").read_text()
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith(f"exec {command}")


def test_workflow_is_careful():
    flow = yaml.safe_load(WORKFLOW.read_text())
    assert flow["permissions"] == {"contents": "read"}
    triggers = flow[True]  # YAML reads the key `on` as true
    assert {"push", "pull_request", "schedule"} <= set(triggers)
    systems = set()
    for job in flow["jobs"].values():
        assert job["timeout-minutes"] <= 90
        systems |= set(re.findall(r"(ubuntu|macos|windows)-[\w.]+", yaml.dump(job)))
        for step in job["steps"]:
            if "uses" in step:
                assert re.search(r"@[0-9a-f]{40}$", step["uses"]), step["uses"]
            else:
                for line in step["run"].splitlines():
                    assert re.match(r"(python run\.py|bash \.ci/run|\S*python -m pip )", line), line
    assert systems == {"ubuntu", "macos", "windows"}


def test_no_address_of_a_registry_and_no_machine_path_anywhere():
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    for name in files:
        if name.endswith((".png", ".npz")):
            continue
        text = (ROOT / name).read_text(encoding="utf-8")
        if name != "tests/test_setup.py" and name != "tests/test_notebooks.py":
            assert not re.search(r"pypi\.org|pythonhosted|/home/\w|/root/|index-url", text), name
