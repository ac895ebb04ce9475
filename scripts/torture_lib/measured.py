"""What `scripts/measure` has for all scripts: a private PostgreSQL, the target folder, the processor's name."""

import pathlib

from neighbours import script

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
measure = script("measure")
