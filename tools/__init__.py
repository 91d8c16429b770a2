"""What `run.py` calls: executing lectures, building and grading assignments, the benchmark."""
