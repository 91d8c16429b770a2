"""The page that a student gets back: no script, no hidden test, no reference answer, no more than
a few MB. Every text is escaped, and a policy forbids the browser whatever might slip through."""

import html
import re

import mistune
from nbgrader.utils import is_grade, is_solution

HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title><style>
body {{ max-width: 50em; margin: 2em auto; padding: 0 1em; font: 16px/1.5 sans-serif }}
pre {{ padding: .5em; overflow-x: auto; background: #f4f4f4; font-size: 14px }}
pre.out {{ background: none; border-left: 3px solid #999 }}
img {{ max-width: 100% }} td, th {{ padding: 0 1em 0 0; text-align: left }}
.mark {{ font-weight: bold }}
</style></head><body>
<h1>{title}</h1>
"""
BEGIN, END = "<!-- points -->\n", "<!-- end of points -->\n"
SOURCE = 50_000  # characters of a cell that are shown
PAGE = 4_000_000  # characters of a page
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_markdown = mistune.create_markdown(escape=True, plugins=["table", "math"])


def page(row, course=None, notebook=None, result=None, points=()):
    """Return the page of a graded submission, or of one that could not be graded.

    Parameters
    ----------
    row : table.Row
    course : Course
    notebook : NotebookNode, optional
        The student's cells in the notebook as it was handed out.
    result : dict, optional
        By cell: outputs, and what failed.
    points : dict
        By graded cell: points (None: by hand) and maximum.

    Returns
    -------
    str
    """
    title = html.escape(f"{row.assignment}: {row.student}")
    parts = [HEAD.format(title=title), BEGIN, summary(row), END]
    if notebook and result:
        own = bare("\n".join(c.source for c in notebook.cells if is_solution(c) or not _ours(c)))
        secrets = {bare(line) for line in course.secrets} - {""}
        secrets = {secret for secret in secrets if secret not in own}
        secrets |= {secret[::-1] for secret in secrets}
        for cell in notebook.cells:
            text = _cell(cell, result["cells"], secrets, points)
            size = sum(map(len, parts)) + len(text)
            parts.append(text if size < PAGE else "<p>(not shown: the page would be too long)</p>")
    return "".join([*parts, "</body></html>\n"])


def summary(row):
    """Return what stands at the top of the page: points, what is left to be given, remarks."""
    lines = []
    if row.points:
        given, most, by_hand = row.sums()
        left = f"; up to {by_hand:g} more are still to be given by hand" if by_hand else ""
        lines.append(f'<p class="mark">{given:g} of {most:g} points{left}</p>\n<table>')
        for exercise, (got, of) in row.points.items():
            words = "still to be given" if got is None else f"{got:g}"
            lines.append(f"<tr><td>{html.escape(exercise)}</td><td>{words} of {of:g}</td></tr>")
        lines.append("</table>")
    else:
        lines.append(f'<p class="mark">{html.escape(row.status)}</p>')
    remarks = "".join(f"<li>{html.escape(remark)}</li>" for remark in row.remarks + row.notes)
    return "\n".join(lines) + f"\n<ul>{remarks}</ul>\n" * bool(remarks)


def updated(text, row):
    """Return a page with other points at its top, as they were given by hand meanwhile."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}{summary(row)}{end}{after}" if end else page(row)


def _ours(cell):
    return "nbgrader" in cell.metadata


def _cell(cell, results, secrets, points):
    name = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
    source = cell.source[:SOURCE] + "\n(cut)" * (len(cell.source) > SOURCE)
    if cell.cell_type == "markdown":
        text = _markdown(_with_pictures(source, cell.get("attachments")))
    else:
        text = f"<pre>{html.escape(source)}</pre>\n"
    if cell.cell_type == "code":
        result = results.get(name, {"outputs": [], "error": None})
        shown = [item for item in result["outputs"] if _fits(item, cell)]
        text += "".join(_output(item, secrets) for item in shown)
        if result.get("hidden"):
            text += _output(["error", f"a further test fails: {_reason(result)}"], secrets)
        elif is_grade(cell) and result["error"] in ("NotRun", None) and not result.get("passed"):
            text += _output(["error", "this test did not run to its end"], ())
    if is_grade(cell) and name in points:
        got, most = points[name]
        if got is not None:
            text += f'<p class="mark">{got:g} of {most:g} points</p>\n'
        else:
            text += f'<p class="mark">up to {most:g} points, given by hand: see above</p>\n'
    return text


def _fits(item, cell):
    """A traceback shows lines of other code: it is for the student's own cells."""
    return item[0] != ("traceback" if is_grade(cell) else "error")


def _reason(result):
    """What a hidden test says, without the text of an exception that the student wrote."""
    message = result.get("message", "")
    if not re.match(r"(✗ )?\d\d\.\d not ", message):
        return "it says no more"
    return re.sub(r"(?s)(raises \w+: ).*?(\(tried with|\Z)", r"\1... \2", message)[:600]


def _output(item, secrets):
    kind, text = item
    if kind == "cut":
        return "<p>(cut: the rest is not shown)</p>\n"
    if kind in IMAGES:
        data = re.sub(r"[^A-Za-z0-9+/=]", "", text)
        return f'<p><img alt="figure" src="data:{kind};base64,{data}"></p>\n'
    text = ESCAPES.sub("", text)
    if any(secret in bare(text) for secret in secrets):
        text = "(not shown)"
    return f'<pre class="out">{html.escape(text)}</pre>\n'


def bare(text):
    """A text without spaces, quotes and backslashes: `In` shows cells as quoted strings."""
    return re.sub(r"""(\\[nrt])|[\s'"\\,]""", "", text)


def _with_pictures(source, attachments):
    """Put pasted pictures into the text: they are handed in with the cell."""
    if not isinstance(attachments, dict):
        return source
    room = PAGE / 2
    for name, kinds in attachments.items():
        for kind, data in kinds.items() if isinstance(kinds, dict) else ():
            data = "".join(data) if isinstance(data, list) else data
            if kind in IMAGES and isinstance(data, str) and len(data) < room:
                room -= len(data)
                data = re.sub(r"[^A-Za-z0-9+/=]", "", data)
                source = source.replace(f"(attachment:{name})", f"(data:{kind};base64,{data})", 1)
    return source
