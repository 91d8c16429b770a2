"""What the lectures share: runtime, data, simulators, plots, sliders and checks of exercises."""

import logging

# Matplotlib warns where the home folder cannot be written, and while it looks for fonts the first
# time: a reader can do nothing about either.
_NEWS = ("mkdir -p failed", "%s is not a writable", "Matplotlib created a temp", "Matplotlib is b")
for _name in ("matplotlib", "matplotlib.font_manager"):
    logging.getLogger(_name).addFilter(lambda record: not str(record.msg).startswith(_NEWS))
