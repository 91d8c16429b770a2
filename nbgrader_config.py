"""nbgrader's settings: for `run.py assignments`, `run.py grade`, and JupyterLab's own buttons.

JupyterLab started by `run.py lab` finds this file because it runs in this folder: Validate and
the formgrader work with it. Everything except the students' notebooks lies under build/. To build
those, `run.py assignments` is better than the formgrader's Generate: it checks for leaks.
"""

import os
import sys

# nbgrader calls alembic to make a gradebook, and finds it only beside the interpreter.
if os.path.dirname(sys.executable) not in os.environ["PATH"].split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])

root = os.path.dirname(os.path.abspath(__file__))
build = os.path.join(root, "build")

c = get_config()  # noqa: F821 - nbgrader defines it
c.CourseDirectory.course_id = "neural-networks-for-physicists"
c.CourseDirectory.root = root
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = os.path.join("notebooks", "assignments")
c.CourseDirectory.submitted_directory = os.path.join("build", "submitted")
c.CourseDirectory.autograded_directory = os.path.join("build", "autograded")
c.CourseDirectory.feedback_directory = os.path.join("build", "feedback")
c.CourseDirectory.solution_directory = os.path.join("build", "solution")
c.CourseDirectory.source_with_tests_directory = os.path.join("build", "source_with_tests")
c.CourseDirectory.db_url = "sqlite:///" + os.path.join(build, "gradebook.db")
c.Exchange.root = os.path.join(build, "exchange")
try:
    os.makedirs(c.Exchange.root, exist_ok=True)  # SQLite, too, makes its file but no folder
except OSError:
    pass  # a read-only checkout: Validate works all the same

# The stub runs, so that an assignment runs through as it is handed out; utils.checks knows it.
c.ClearSolutions.code_stub = {"python": "..."}
c.ClearSolutions.text_stub = "*Your answer here.*"

c.Execute.timeout = 120  # seconds per cell; a reference answer needs far less
c.Execute.shutdown_kernel = "immediate"
