"""Every notebook keeps the course's anatomy: see the README, "How a lecture is built"."""

import ast
import json
import re
import statistics
import symtable
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
LECTURES = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
ASSIGNMENTS = sorted((ROOT / "notebooks" / "assignments").glob("*/*.ipynb"))
SOLUTIONS = sorted((ROOT / "solutions").glob("*/*.ipynb"))
INDEX = ROOT / "notebooks" / "index.ipynb"
ALL = [INDEX, *LECTURES, *ASSIGNMENTS, *SOLUTIONS]
CHECK, IGNORE = "nbval-check-output", "nbval-ignore-output"
SLIDERS = {"explore.sliders"} | {
    f"explore.{node.name}"
    for node in ast.parse((ROOT / "utils/explore.py").read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and "return sliders(" in ast.unparse(node)
}
BEYOND = "# Beyond the hour"  # the cell that parts what a lecturer gives from what is left over

START = """\
import sys
from pathlib import Path

here = Path.cwd()  # the course's folder lies above, or beside as in Colab
near = [here, *here.parents[:3], *here.glob("*")]
sys.path[:0] = [str(p) for p in near if [*p.glob("utils/explore.py")]]
try:
    from utils import checks, data, explore, plots, runtime
except Exception as reason:
    stop = ImportError(
        f"{reason}: start Jupyter by `python3 run.py lab` in the course's "
        "folder, or put the folder beside this notebook (in Colab by "
        "`!git clone`), and restart the kernel."
    )
    stop._render_traceback_ = lambda: [str(stop)]
    raise stop from None
runtime.start()"""

# Words that say nothing, and American spellings; both only in prose, not in code or links.
EMPTY_WORDS = r"\b(simply|obviously|powerful|let's|let us dive|dive in|delve|leverage)\b"
AMERICAN = (
    r"\b(colors?|behaviors?|neighbors?|centers?|centered|gray|optimiz\w*|regulariz\w*|normaliz\w*|"
    r"initializ\w*|generaliz\w*|recogniz\w*|minimiz\w*|maximiz\w*|analyz\w*|modeling|labeled)\b"
)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [c for c in notebook.cells if c.cell_type == "code"]


def is_note(cell):
    """Whether a cell is the lecturer's: folded on the page, in the speaker's view of the slides."""
    return cell.metadata.get("slideshow", {}).get("slide_type") == "notes"


def texts(cells):
    """Return what text cells say: neither the lecturer's notes nor the breaks between slides."""
    said = [c.source for c in cells if c.cell_type == "markdown" and not is_note(c)]
    return [re.sub(r"(?m)^<!-- (slide|subslide|fragment) -->\n", "", source) for source in said]


def hour_and_beyond(notebook):
    """Return the cells of the hour, and those beyond it without their heading."""
    firsts = [c.source.partition("\n")[0].strip() for c in notebook.cells]
    assert firsts.count(BEYOND) == 1, f"a lecture has one cell that begins with {BEYOND!r}"
    return notebook.cells[: firsts.index(BEYOND)], notebook.cells[firsts.index(BEYOND) + 1 :]


def prose(notebook):
    """Return the text cells as one string, without code, addresses and the titles of papers."""
    cells = [t for t in texts(notebook.cells) if not t.startswith("## References")]
    text = "\n".join(cells)
    text = re.sub(r"```.*?```|`[^`]*`", " ", text, flags=re.S)
    return re.sub(r"\]\([^)]*\)|https?://\S+", "]", text)


def tags(cell):
    return set(cell.metadata.get("tags", []))


def figures(cell):
    return [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]


def has_text_output(cell):
    """Whether a cell stores text that a reader takes as a result (a caption is none)."""
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            return True
        data = output.get("data", {})
        if "text/plain" in data and "image/png" not in data and "text/markdown" not in data:
            return True
    return False


def ids(paths):
    return [p.relative_to(ROOT).as_posix() for p in paths]


every = pytest.mark.parametrize("path", ALL, ids=ids(ALL))
lecture = pytest.mark.parametrize("path", LECTURES, ids=ids(LECTURES))


@every
def test_is_valid_and_has_speaking_ids(path):
    notebook = read(path)
    nbformat.validate(notebook)
    names = [c.id for c in notebook.cells]
    assert len(set(names)) == len(names)
    random = [n for n in names if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f-]+)?", n)]
    assert not random, f"give these cells speaking ids: {random}"


@every
def test_metadata_is_minimal_and_free_of_machine_and_time(path):
    notebook = read(path)
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}, "widget state?"
    assert notebook.metadata.language_info == {"name": "python"}
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        allowed = {"tags", "slideshow", "nbgrader", "editable", "deletable"}
        allowed |= {"jupyter"} if "band" in tags(cell) else set()
        assert set(cell.metadata) <= allowed, cell.id
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?:/home/|/root/|/tmp/|/Users/|[A-Z]:\\\\Users)", text), "a machine path"
    assert "widget-view+json" not in text


@every
def test_starts_alike(path):
    starts = [c for c in read(path).cells if c.id == "start"]
    assert len(starts) == 1 and starts[0].source == START


@every
def test_stores_no_error_and_no_noise(path):
    for cell in code_cells(read(path)):
        for output in cell.outputs:
            assert output.output_type != "error", cell.id
            assert output.get("name") != "stderr", f"{cell.id}: {output.get('text')}"


@every
def test_links_lead_somewhere(path):
    for cell in read(path).cells:
        if cell.cell_type != "markdown":
            continue
        for target in re.findall(r"\]\(([^)\s]+)\)", cell.source):
            if target.startswith(("https://", "#", "mailto:")):
                continue
            assert not target.startswith("http://"), f"{cell.id}: {target} is not https"
            file = path.parent / unquote(target.split("#")[0])
            assert file.exists(), f"{cell.id}: {target} does not exist"
        for attribute in re.findall(r"<img[^>]*>", cell.source):
            assert 'alt="' in attribute, f"{cell.id}: an image without alt text"
        assert "![](" not in cell.source, f"{cell.id}: an image without alt text"


@every
def test_prose_is_british_and_says_something(path):
    text = prose(read(path))
    empty = re.findall(EMPTY_WORDS, text, re.I)
    american = re.findall(AMERICAN, text, re.I)
    assert not empty, f"words that say nothing: {empty}"
    assert not american, f"American spelling: {american}"


@every
def test_code_is_short_and_silent(path):
    lengths = []
    for cell in code_cells(read(path)):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        limit = 25 if path in LECTURES else 40
        assert len(lines) <= limit, f"{cell.id} has {len(lines)} lines"
        if cell.id != "start":
            lengths.append(len(lines))
        assert not re.search(r"\b(TODO|FIXME|XXX)\b", cell.source), cell.id
        for call in [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Call)]:
            if isinstance(call.func, ast.Attribute) and call.func.attr in ("fit", "predict"):
                silent = {k.arg: ast.unparse(k.value) for k in call.keywords}.get("verbose", "")
                if call.func.attr == "fit" and "epochs" in ast.unparse(call):
                    assert silent == "0", f"{cell.id}: fit needs verbose=0: its bar carries times"
    if path in LECTURES:
        assert statistics.median(lengths) <= 8


@lecture
def test_lecture_has_its_anatomy(path):
    judge_anatomy(read(path), path.stem)


def judge_anatomy(notebook, name):
    """Assert that a lecture has its parts; what the hour needs stands before BEYOND."""
    hour, beyond = hour_and_beyond(notebook)
    title = hour[0].source
    assert re.match(r"# \S", title)
    for needed in ("You will be able to", "Needed before", "Minutes", "CPU seconds"):
        assert needed in title, f"the title cell lacks {needed!r}"
    goals = len(re.findall(r"(?m)^[-*] ", title))
    assert 3 <= goals <= 5
    assert hour[1].id == "start"

    text = "\n".join(texts(hour))
    headings = re.findall(r"(?m)^## (.+)$", text)
    for needed in ("By hand", "What could fool us", "Take away"):
        assert any(needed.lower() in h.lower() for h in headings), f"no section {needed!r}"
    predictions = len(re.findall("Predict first", text))
    assert predictions >= 4
    assert 5 <= len(headings) <= 8, f"four or five sections and three fixed ones: {headings}"
    assert headings[-1].lower().startswith("take away"), "the hour ends with the take-away"
    assert predictions <= 6, f"{predictions} predictions in the hour"
    more = re.findall(r"(?m)^## (.+)$", "\n".join(texts(beyond)))
    assert len(more) <= 5, f"at most four sections beyond the hour, and references: {more}"
    take_away = next(t for t in texts(hour) if re.match("## Take away", t, re.I))
    assert len(re.findall(r"(?m)^[-*] ", take_away)) == goals, "take away mirrors the goals"
    assert f"assignments/{name}/{name}_assignment.ipynb" in text, "no link to the assignment"
    assert re.search(r"(?m)^## References$", notebook.cells[-1].source), "references end it"
    assert "https://doi.org/" in notebook.cells[-1].source


@lecture
def test_lecture_has_the_right_size(path):
    judge_size(read(path), path.stat().st_size)


def judge_size(notebook, size):
    """Assert that a lecture of so many bytes fits its time; the lecturer's notes count, too."""
    hour, beyond = hour_and_beyond(notebook)
    words = sum(len(c.source.split()) for c in hour if c.cell_type == "markdown")
    with_figure = [k for k, c in enumerate(hour) if figures(c)]
    assert with_figure and with_figure[0] < 10, "the first figure comes late"
    counted = [c for c in hour if "band" not in tags(c)]
    assert 28 <= len(counted) <= 38, f"{len(counted)} cells in the hour"
    assert len(beyond) <= 30, f"{len(beyond)} cells beyond the hour"
    assert words <= 1500, f"{words} words in the hour"
    assert sum(len(figures(c)) for c in hour) <= 8, "too many figures in the hour"
    assert size <= 1_200_000
    for cell in code_cells(notebook):
        wide = [line for line in cell.source.splitlines() if len(line) > 79]
        assert cell.id == "start" or not wide, f"{cell.id} is wider than 79: {wide}"


@lecture
def test_band_cells_are_tests_and_out_of_sight(path):
    judge_bands(read(path))


def judge_bands(notebook):
    for cell in notebook.cells:
        if "band" in tags(cell):
            assert cell.cell_type == "code" and "assert" in cell.source, cell.id
            assert cell.metadata.get("jupyter") == {"source_hidden": True}, f"collapse {cell.id}"
            assert cell.metadata.slideshow.slide_type == "skip", f"{cell.id} is on the slides"
            assert not cell.outputs, f"{cell.id} prints"
            assert "hide-cell" in tags(cell), f"fold {cell.id} on the site"


@lecture
def test_predictions_are_answered_and_drawing_is_folded(path):
    judge_presentation(read(path))


def judge_presentation(notebook):
    """Assert what an hour needs in a lecture hall: answers, folded drawing, folded notes."""
    hour, _ = hour_and_beyond(notebook)
    shown = [c for c in hour if "band" not in tags(c) and not is_note(c)]
    for k, cell in enumerate(shown):
        if cell.cell_type == "markdown" and "Predict first" in cell.source:
            told = [c for c in shown[k + 1 : k + 3] if c.cell_type == "code" and c.outputs]
            assert told, f"{cell.id}: no figure or number within two cells of the prediction"
    for cell in notebook.cells:
        if cell.cell_type == "code" and figures(cell) and only_draws(cell.source):
            assert "hide-input" in tags(cell), f"{cell.id} only draws: tag it hide-input"
        if is_note(cell):
            assert cell.source.startswith("<details><summary>For the lecturer</summary>\n\n")
            assert cell.source.endswith("\n\n</details>"), cell.id


def only_draws(source):
    """Whether a cell holds nothing but calls of plots or explore."""
    return all(
        isinstance(line, ast.Expr) and re.match(r"(plots|explore)\.", ast.unparse(line))
        for line in ast.parse(source).body
    )


@lecture
def test_lecture_is_executed_and_can_be_presented(path):
    notebook = read(path)
    counts = [c.execution_count for c in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1)), "run it from top to bottom"
    kinds = {"slide", "subslide", "fragment", "skip", "notes", "-"}
    for cell in notebook.cells:
        assert cell.metadata.get("slideshow", {}).get("slide_type") in kinds, cell.id


@lecture
def test_figures_have_caption_and_alternative_text(path):
    for cell in code_cells(read(path)):
        for output in figures(cell):
            alt = output.metadata.get("image/png", {}).get("alt", "")
            assert len(alt) > 20, f"{cell.id}: no alternative text"
            after = cell.outputs[cell.outputs.index(output) + 1]
            assert len(after.data["text/markdown"]) > 30, f"{cell.id}: no caption"


@lecture
def test_outputs_are_compared_or_bound(path):
    """Text output is compared by nbval, or is a learned number with a band in the next cell."""
    cells = code_cells(read(path))
    for cell, following in zip(cells, [*cells[1:], None]):
        marks = tags(cell) & {CHECK, IGNORE}
        if cell.id == "start":
            assert marks == {IGNORE}
        elif has_text_output(cell):
            assert len(marks) == 1, f"{cell.id} has text output and the tags {marks or 'none'}"
        elif IGNORE in marks:
            raise AssertionError(f"{cell.id} has no text output to ignore")
        if CHECK in marks:
            assert cell.outputs, f"{cell.id}: nothing stored to compare with"
        if IGNORE in marks and cell.id != "start":
            bound = following is not None and "assert" in following.source
            assert bound, f"{cell.id}: the next code cell asserts no band"


def test_the_number_of_compared_cells_does_not_fall():
    compared = {p.stem: sum(CHECK in tags(c) for c in code_cells(read(p))) for p in LECTURES}
    least = json.loads((ROOT / "tests" / "compared_cells.json").read_text())
    fallen = {k: (n, compared.get(k)) for k, n in least.items() if compared.get(k, 0) < n}
    assert not fallen, f"compared cells (least, now): {fallen}"
    missing = set(compared) - set(least)
    assert not missing, (
        f"enter these into compared_cells.json: { {k: compared[k] for k in missing} }"
    )


@lecture
def test_sliders_still_draw_after_the_last_cell(path):
    judge_sliders(read(path))


def judge_sliders(notebook):
    """Assert that nothing that a slider draws with is changed after the slider was made.

    A slider that is moved after "Run All" calls its function anew, which then reads the names of
    the notebook as the last cell left them.
    """
    statements = [(c.id, node) for c in code_cells(notebook) for node in ast.parse(c.source).body]
    for k, (cell, statement) in enumerate(statements):
        calls = [n for n in ast.walk(statement) if isinstance(n, ast.Call)]
        calls = [call for call in calls if ast.unparse(call.func) in SLIDERS]
        if not calls:
            continue
        made = {}  # name of a function: its definition, as the slider finds it
        for _, node in statements[: k + 1]:
            if isinstance(node, ast.FunctionDef):
                made[node.name] = node
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                made |= {ast.unparse(target): node.value for target in node.targets}
        read_later = set()
        for call in calls:
            for given in [*call.args, *[word.value for word in call.keywords]]:
                read_later |= read_when_called(given, made)
        for other, node in statements[k + 1 :]:
            changed = changed_by(node) & read_later
            assert not changed, f"{other} changes what the slider in {cell} draws with: {changed}"


def read_when_called(given, made):
    """Return the global names that functions in an expression read whenever they are called."""
    waiting = [n for n in ast.walk(given) if isinstance(n, ast.Lambda)]
    waiting += [made[n.id] for n in ast.walk(given) if isinstance(n, ast.Name) and n.id in made]
    names, seen = set(), []
    for function in waiting:  # grows while it is walked: functions that functions call
        if function in seen:
            continue
        seen.append(function)
        tables = symtable.symtable(ast.unparse(function), "cell", "exec").get_children()
        for table in tables:
            tables.extend(table.get_children())
        new = {s.get_name() for t in tables for s in t.get_symbols() if s.is_global()} - names
        waiting.extend(made[name] for name in new if name in made)
        names |= new
    return names


def changed_by(node):
    """Return the global names that a statement binds, or whose parts it assigns."""
    table = symtable.symtable(ast.unparse(node), "cell", "exec")
    bound = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    for part in ast.walk(node):
        if isinstance(part, ast.Global):
            bound.update(part.names)
        if isinstance(part, ast.Subscript | ast.Attribute) and isinstance(part.ctx, ast.Store):
            while isinstance(part, ast.Subscript | ast.Attribute):
                part = part.value
            bound.add(getattr(part, "id", ""))
    return bound


@every
def test_mathematics_is_such_as_github_shows(path):
    judge_mathematics(read(path))


def judge_mathematics(notebook):
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        text = re.sub(r"```.*?```|`[^`\n]*`", "code", cell.source, flags=re.S)
        unknown = re.findall(r"\\(?:operatorname|bm|lt|gt)\b", text)
        assert not unknown, f"{cell.id}: {unknown}"
        for item in re.findall(r"(?m)^ *(?:[-*+]|\d+\.) .*(?:\n .*)*", text):
            assert "$$" not in item, f"{cell.id}: a displayed formula in a list: {item}"
        pieces = text.replace("$$", "\n\n$\n").split("$")  # texts and formulae in turns
        assert len(pieces) % 2, f"{cell.id}: a dollar is alone"
        for before, formula, after in zip(pieces[::2], pieces[1::2], pieces[2::2]):
            joined = re.search(r"\w$", before) or re.match(r"\w", after)
            assert not joined, f"{cell.id}: a letter or digit touches ${formula}$"


@pytest.mark.parametrize("path", ASSIGNMENTS, ids=ids(ASSIGNMENTS))
def test_students_get_no_outputs(path):
    assert not any(c.outputs for c in code_cells(read(path)))


@pytest.mark.parametrize("path", ASSIGNMENTS, ids=ids(ASSIGNMENTS))
def test_rubrics_stay_with_the_lecturer(path):
    shown = "\n".join(texts(read(path).cells))
    assert "ubric" not in shown and not re.search(r"\(\d points?:", shown)
    kept = "\n".join(texts(read(ROOT / "solutions" / path.parent.name / path.name).cells))
    assert re.search("[Rr]ubric|point", kept.split("BEGIN SOLUTION", 1)[1])


def test_each_lecture_has_its_assignment():
    """An assignment may come before its lecture, but no lecture without its assignment."""
    sources = {p.stem for p in SOLUTIONS}
    assert {f"{p.stem}_assignment" for p in LECTURES} <= sources == {p.stem for p in ASSIGNMENTS}


# ---- the judges themselves, on a lecture that is made for them

PICTURE = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}, "metadata": {}}


def parted(words=1000, cells=33, beyond=30, predictions=5, pictures=8, width=79, bands=20):
    """Return a lecture with `cells` cells in the hour, bands apart, and `beyond` beyond it."""
    new_text, new_code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    goals = "\n- see\n- say\n- do"
    hour = [
        new_text(f"# See\nYou will be able to{goals}\n\nNeeded before, Minutes, CPU seconds"),
        new_code(START, id="start"),
        *[new_text("**Predict first.**") for _ in range(predictions)],
        *[new_code("draw()", outputs=[nbformat.from_dict(PICTURE)]) for _ in range(pictures)],
        *[new_text(f"## {name}") for name in ("One", "Two", "By hand", "What could fool us")],
        new_code("x" * width),
    ]
    hour += [new_code("pass") for _ in range(cells - len(hour) - 1)]
    take_away = f"## Take away{goals}\n\n[Assignment](assignments/00_a/00_a_assignment.ipynb) "
    said = sum(len(t.split()) for t in texts(hour)) + len(take_away.split())
    hour.append(new_text(take_away + "word " * (words - said)))
    hidden = {"tags": ["band", "hide-cell"], "jupyter": {"source_hidden": True}}
    hidden["slideshow"] = {"slide_type": "skip"}
    hour[-1:-1] = [new_code("assert True", metadata=hidden) for _ in range(bands)]
    rest = [new_text("## More\n" + 900 * "word "), new_code("draw()")]
    rest[1].outputs = [nbformat.from_dict(PICTURE)] * 9
    rest += [new_code("pass") for _ in range(beyond - 3)]
    rest.append(new_text("## References\n- https://doi.org/10"))
    return nbformat.v4.new_notebook(cells=[*hour, new_text(f"{BEYOND}\nFor the curious."), *rest])


def judge(notebook, size=1_200_000):
    judge_anatomy(notebook, "00_a")
    judge_size(notebook, size)
    judge_bands(notebook)


@pytest.mark.parametrize("limits", [{}, {"cells": 28}, {"cells": 38}, {"words": 1500},
                                    {"predictions": 4}, {"predictions": 6}])  # fmt: skip
def test_a_parted_lecture_within_the_limits_is_right(limits):
    judge(parted(**limits))


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ({"cells": 27}, "27 cells in the hour"),
        ({"cells": 39}, "39 cells in the hour"),
        ({"beyond": 31}, "31 cells beyond the hour"),
        ({"words": 1501}, "1501 words"),
        ({"predictions": 7}, "7 predictions"),
        ({"predictions": 3}, "assert 3 >= 4"),
        ({"pictures": 9}, "too many figures"),
        ({"pictures": 0}, "the first figure comes late"),
        ({"width": 80}, "wider than 79"),
    ],
)
def test_a_parted_lecture_beyond_a_limit_is_named(broken, complaint):
    with pytest.raises(AssertionError, match=complaint):
        judge(parted(**broken))


def test_a_parted_lecture_is_judged_by_its_parts():
    with pytest.raises(AssertionError, match="assert 1200001 <= 1200000"):
        judge(parted(), size=1_200_001)
    for missing in ("By hand", "What could fool us", "Take away"):
        notebook = parted()
        (cell,) = [c for c in notebook.cells if c.source.startswith(f"## {missing}")]
        notebook.cells[-2] = nbformat.v4.new_markdown_cell(cell.source)  # beyond does not count
        cell.source = cell.source.replace(f"## {missing}", "## Another")
        with pytest.raises(AssertionError, match=f"no section '{missing}'"):
            judge(notebook)
    notebook = parted()
    notebook.cells[10] = nbformat.v4.new_markdown_cell("## Take away\n- a\n- b")
    with pytest.raises(AssertionError, match="take away mirrors the goals"):
        judge(notebook)
    notebook = parted()
    notebook.cells[-2] = nbformat.v4.new_markdown_cell("## A\n## B\n## C\n## D")
    with pytest.raises(AssertionError, match="at most four sections beyond"):
        judge(notebook)
    notebook = parted()
    notebook.cells.append(nbformat.v4.new_markdown_cell("the end"))
    with pytest.raises(AssertionError, match="references end it"):
        judge_anatomy(notebook, "00_a")


@pytest.mark.parametrize("change", [
    {"metadata": {"tags": ["band", "hide-cell"], "slideshow": {"slide_type": "skip"}}},
    {"metadata": {"tags": ["band"], "slideshow": {"slide_type": "skip"},
                  "jupyter": {"source_hidden": True}}},
    {"metadata": {"tags": ["band", "hide-cell"], "slideshow": {"slide_type": "slide"},
                  "jupyter": {"source_hidden": True}}},
    {"source": "print(1)"},
    {"outputs": [PICTURE]},
])  # fmt: skip
def test_a_band_that_shows_is_named(change):
    notebook = parted()
    band = next(c for c in notebook.cells if "band" in tags(c))
    band.update(nbformat.from_dict(change))
    with pytest.raises(AssertionError):
        judge_bands(notebook)


def test_a_prediction_without_answer_and_drawing_in_sight_are_named():
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    asked = text("**Predict first.** ?", id="asked")
    shown = code("plots.lines()", outputs=[nbformat.from_dict(PICTURE)], id="shown")
    note = text("<details><summary>For the lecturer</summary>\n\nSkip it.\n\n</details>")
    note.metadata = nbformat.from_dict({"slideshow": {"slide_type": "notes"}})
    band = code("assert True", metadata={"tags": ["band"]})
    more = text(BEYOND)

    def judged(*cells):
        judge_presentation(nbformat.v4.new_notebook(cells=[*cells, more]))

    with pytest.raises(AssertionError, match="shown only draws"):
        judged(asked, shown)
    shown.metadata["tags"] = ["hide-input"]
    judged(asked, code("train()"), note, band, shown)
    with pytest.raises(AssertionError, match="asked: no figure or number"):
        judged(asked, code("train()"), text("so"), shown)
    note.source = "Skip it."
    with pytest.raises(AssertionError):
        judged(note)


@pytest.mark.parametrize(
    ("later", "changed"),
    [
        ("rate = 2", "rate"),
        ("for loss in []:\n    pass", "loss"),
        ("import json as weights", "weights"),
        ("weights[0] = 1", "weights"),
        ("net.layers[0].bias = 1", "net"),
        ("def loss(x):\n    pass", "loss"),
        ("def train():\n    global rate\n    rate = 2", "rate"),
    ],
)
@pytest.mark.parametrize("same", [True, False], ids=["same cell", "another cell"])
def test_what_pulls_the_ground_from_under_a_slider_is_named(later, changed, same):
    sources = [
        "rate, weights, x = 1, [0], 3\ndef loss(x):\n    return x + [w for w in weights][0]",
        "many = lambda x: loss(x) + net.predict(x)\nall_of['it'] = lambda: rate",
        "limits = (0, x)\nexplore.learning_rate(lambda r, x: rate * many(x), loss, limits)",
    ]
    for harmless in ("x = 4", "limits = r = w = 1", "def f():\n    rate = 2", "print(rate)"):
        notebook = new_notebook([*sources, harmless])
        judge_sliders(notebook)
    plot = new_notebook([sources[0], "plots.lines(loss)", "explore.neuron(activation=loss)", later])
    judge_sliders(plot)  # drawn once
    if same:
        sources[-1] += f"\n{later}"
    else:
        sources.append(later)
    with pytest.raises(AssertionError, match=f"slider in c2 draws with: {{'{changed}'}}"):
        judge_sliders(new_notebook(sources))


def new_notebook(sources):
    cells = [nbformat.v4.new_code_cell(source, id=f"c{k}") for k, source in enumerate(sources)]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.mark.parametrize("text", [
    r"$\operatorname{argmax}_j z_j$", r"$\bm x$", r"$a \lt b$", r"½$r^2$", "5$\\Omega$",
    "$x$s", "one $ more", "- so\n  $$x$$\n", "1. $$x$$",
])  # fmt: skip
def test_mathematics_that_github_does_not_show_is_named(text):
    def judged(text):
        judge_mathematics(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)]))

    with pytest.raises(AssertionError):
        judged(text)
    judged("- a ($x$), $y$-axis: `5$x$`\n\n$$\\le$$\nand\n```\n5$\n```\n")


def test_a_lecture_that_is_not_parted_and_notes_beyond_the_limits_are_named():
    notebook = parted()
    del notebook.cells[[c.source.startswith(BEYOND) for c in notebook.cells].index(True)]
    with pytest.raises(AssertionError, match="a lecture has one cell that begins with"):
        judge(notebook)
    note = nbformat.v4.new_markdown_cell("Minute 5.")
    note.metadata = nbformat.from_dict({"slideshow": {"slide_type": "notes"}})
    for limits, complaint in (({"cells": 38}, "39 cells"), ({"words": 1500}, "1502 words")):
        notebook = parted(**limits)
        notebook.cells.insert(12, note)
        with pytest.raises(AssertionError, match=complaint):
            judge(notebook)
