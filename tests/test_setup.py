"""What installs the course agrees with itself, and its notebooks start on anybody's machine."""

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from conftest import over_budget

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
NAMED_OTHERWISE = {
    **{"PIL": "pillow", "sklearn": "scikit-learn", "IPython": "ipython", "yaml": "pyyaml"},
    **{"pkg_resources": "setuptools", "websocket": "websocket-client"},
    **{"mathjax": "django-static-mathjax", "sphinx_revealjs": "sphinx-revealjs"},
}
LOCK = (ROOT / "requirements.txt").read_text()
GPU_LOCK = (ROOT / "requirements-gpu.txt").read_text()
PAGES_LOCK = (ROOT / "requirements-pages.txt").read_text()
HOOKS = ROOT / ".pre-commit-config.yaml"
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"


def pins(text):
    """Return {name: [(version, marker)]} of a lock; a package may be pinned per Python version."""
    found = {}
    for name, version, marker in re.findall(r"(?m)^(\S+)==(\S+)(?: ; ([^\\\n]*))?", text):
        found.setdefault(name.lower().replace("_", "-"), []).append((Version(version), marker))
    return found


def declared(*extras):
    """Return the requirements of the package and of its extras."""
    return [Requirement(r) for r in sum((EXTRAS[e] for e in extras), PROJECT["dependencies"])]


@pytest.mark.parametrize("requirement", declared("tools", "dev", "pages"), ids=str)
def test_lock_holds_what_is_declared(requirement):
    locked = pins(LOCK + PAGES_LOCK)[requirement.name.lower().replace("_", "-")]
    assert all(version in requirement.specifier for version, _ in locked)


def imported(*patterns):
    """Return the packages of others that files import, by the names under which they are got."""
    names = set()
    for path in (path for pattern in patterns for path in ROOT.glob(pattern)):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tries = [node for node in ast.walk(tree) if isinstance(node, ast.Try)]
        spared = {  # what may be missing: numba in a benchmark, for one
            part
            for node in tries
            if any(getattr(h.type, "id", "") == "ImportError" for h in node.handlers)
            for part in ast.walk(node)
        }
        for node in (node for node in ast.walk(tree) if node not in spared):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module.partition(".")[0])
    own = {path.stem for path in (*ROOT.glob("*"), *ROOT.glob("tests/*"))}
    return {NAMED_OTHERWISE.get(name, name) for name in names - own - sys.stdlib_module_names}


@pytest.mark.parametrize("patterns, extras", [
    (["utils/**/*.py"], []),
    (["tools/**/*.py"], ["tools", "pages"]),
    (["tests/**/*.py", "*.py"], ["tools", "dev"]),
])  # fmt: skip
def test_what_is_imported_is_declared(patterns, extras):
    assert imported(*patterns) <= {r.name for r in declared(*extras)}


def test_only_what_notebooks_import_is_installed():
    found = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    assert found["packages"]["find"]["include"] == ["utils*"]


@pytest.mark.parametrize("pattern, forbidden", [
    ("utils/**/*.py", "tools"),
    ("utils/plots.py", "utils.(data|checks|explore|simulate)"),
    ("utils/explore.py", "utils.(data|checks)"),
    ("utils/checks/*.py", "utils.(data|plots|explore)"),
    ("utils/simulate/*.py", "utils.(data|plots|explore|checks)"),
    ("utils/data/*.py", "utils.(plots|explore|checks)"),
])  # fmt: skip
def test_imports_run_one_way(pattern, forbidden):
    files = list(ROOT.glob(pattern))
    assert files
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            else:
                continue
            bad = [name for name in names if re.match(rf"{forbidden}\b", name)]
            assert not bad, f"{path.relative_to(ROOT)} imports {bad}"


def test_tensorflow_is_not_imported_where_numpy_does():
    parts = ("arguments", "checks", "plots", "explore", "data")
    parts += tuple(f"simulate.{name}" for name in ("galaxies", "earthquakes", "spins", "chain"))
    code = "import sys, " + ", ".join(f"utils.{part}" for part in parts)
    code += "; assert not {'tensorflow', 'keras'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_notebook_over_its_budget_is_told():
    assert not over_budget("notebooks/07_galaxies.ipynb", 150, 2000)
    assert "150 CPU s" in over_budget("notebooks/07_galaxies.ipynb", 151, 10)
    assert not over_budget("notebooks/01_perceptron.ipynb", 90, 10)
    assert "90 CPU s" in over_budget("notebooks/01_perceptron.ipynb", 91, 10)
    assert "2000 MB" in over_budget("notebooks/01_perceptron.ipynb", 1, 2001)


def test_every_pin_has_hashes_and_no_address():
    for text in (LOCK, GPU_LOCK, PAGES_LOCK):
        blocks = [b for b in re.split(r"(?m)^(?=\S)", text) if "==" in b.partition("\n")[0]]
        assert blocks and all("--hash=sha256:" in block for block in blocks)
        assert "://" not in text and "index-url" not in text


def test_gpu_lock_only_adds_nvidia_packages_for_linux():
    added = pins(GPU_LOCK)
    assert len(added) >= 10
    assert all(name.startswith("nvidia-") for name in added)
    assert all("linux" in marker for versions in added.values() for _, marker in versions)
    assert not set(added) & set(pins(LOCK))
    gpu = Requirement(EXTRAS["gpu"][0])
    own = next(r for r in declared() if r.name == "tensorflow")
    assert gpu.extras == {"and-cuda"} and gpu.specifier == own.specifier


def test_only_slides_site_and_test_install_what_makes_pages():
    assert not set(pins(PAGES_LOCK)) & set(pins(LOCK))
    assert {"sphinx", "django-static-mathjax"} <= set(pins(PAGES_LOCK))


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
    assert wrong.returncode == 2
    assert "there is no command 'tests'; choose one of: lab" in wrong.stdout


def verbs():
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return set(module.VERBS)


def test_every_command_in_the_documents_exists():
    names = ["README.md", "CONTRIBUTING.md", "solutions/README.md", "run.py", HOOKS.name]
    names += [".ci/run", ".github/workflows/ci.yml", ".github/workflows/pages.yml"]
    for name in names:
        text = (ROOT / name).read_text(encoding="utf-8")
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


def test_the_site_is_published_only_by_hand():
    flow = yaml.safe_load(WORKFLOW.with_name("pages.yml").read_text())
    assert list(flow[True]) == ["workflow_dispatch"] and flow["permissions"]["contents"] == "read"
    steps = flow["jobs"]["site"]["steps"]
    assert all(re.search(r"@[0-9a-f]{40}$", step["uses"]) for step in steps if "uses" in step)
    assert [step["run"] for step in steps if "run" in step] == ["python run.py site"]


def test_code_spaces_install_the_course():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert container["postCreateCommand"] == "python3 run.py setup"
    version = Version(container["image"].rpartition(":")[2])
    assert version in SpecifierSet(PROJECT["requires-python"])


def test_style_and_form():
    """What `python3 run.py lint` runs."""
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "."]
        done = subprocess.run(ruff, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_hooks_before_a_commit_need_nothing_but_the_course():
    (repository,) = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))["repos"]
    assert repository["repo"] == "local"
    assert [h["entry"] for h in repository["hooks"]] == [
        "python3 run.py lint", "python3 run.py assignments --check"
    ]  # fmt: skip
    for hook in repository["hooks"]:
        assert hook["language"] == "system" and hook["pass_filenames"] is False
        assert re.compile(hook.get("files", ""))
    assert re.match(repository["hooks"][1]["files"], "solutions/03_mlp/03_mlp_assignment.ipynb")


def test_files_are_the_same_bytes_on_every_system():
    """Windows' git would turn line feeds into two characters: checksums and hashes would differ."""
    told = subprocess.run(["git", "ls-files", "--eol"], cwd=ROOT, capture_output=True, text=True)
    if told.returncode:
        pytest.skip("not a clone")
    for line in told.stdout.splitlines():
        kind, name = line.split("\t")
        binary = name.endswith((".png", ".npz"))
        assert re.search("attr/-text" if binary else "^i/(lf|none) .*eol=lf", kind), line


START = next(
    "".join(cell["source"])
    for cell in json.loads((ROOT / "notebooks/index.ipynb").read_text(encoding="utf-8"))["cells"]
    if cell["id"] == "start"
)
SHELL = """
import sys
from IPython.core.interactiveshell import InteractiveShell
sys.meta_path = [f for f in sys.meta_path if "Editable" not in repr(f)]  # nothing is installed
sys.modules.update(dict.fromkeys(sys.argv[2:]))  # what this Python lacks
result = InteractiveShell.instance().run_cell(sys.argv[1])
raise SystemExit(result.error_in_exec is not None)
"""


def first_cell(folder, *lacking):
    """Run the first cell in a folder, without start(), as IPython does; return what it shows."""
    source = START.replace("runtime.start()", "print(checks.__file__, plots.__file__)")
    assert source != START
    command = [sys.executable, "-W", "ignore", "-c", SHELL, source, *lacking]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment["IPYTHONDIR"] = str(folder / "ipython")
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert run.stderr == ""
    return run.returncode, run.stdout.strip()


@pytest.fixture
def course(tmp_path):
    """A folder that holds the course's helpers and an assignment, under an awkward name."""
    place = tmp_path / "Kurs [Übung] 1 é"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "utils", place / "utils", ignore=ignore)
    (place / "notebooks" / "assignments" / "03_mlp").mkdir(parents=True)
    return place


REMEDY = "start Jupyter by `python3 run.py lab` in the course's folder, or put the folder beside"


def test_the_first_cell_without_the_course_says_one_sentence(tmp_path):
    status, said = first_cell(tmp_path)
    assert status == 1 and "\n" not in said
    assert said.startswith(f"No module named 'utils': {REMEDY} this notebook (in Colab by `!git")


def test_the_first_cell_beside_a_file_called_utils_names_it(tmp_path):
    (tmp_path / "utils.py").write_text("mine = 1")
    status, said = first_cell(tmp_path)
    assert status == 1 and "\n" not in said and REMEDY in said
    assert said.startswith("cannot import name 'checks' from 'utils'")
    assert str(tmp_path / "utils.py") in said


def test_the_first_cell_under_another_python_says_what_it_lacks(course):
    status, said = first_cell(course / "notebooks", "matplotlib")
    assert status == 1 and "\n" not in said and "matplotlib" in said and REMEDY in said


@pytest.mark.parametrize("place", [".", "notebooks", "notebooks/assignments/03_mlp", ".."])
def test_the_first_cell_finds_the_course_above_or_beside(course, place):
    folder = course / place
    if place != ".":  # files of a student's own stand in the way
        (folder / "utils.py").write_text("mine = 1")
    status, said = first_cell(folder)
    assert status == 0, said
    assert said == f"{course / 'utils/checks/__init__.py'} {course / 'utils/plots.py'}"


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
