"""What `scripts/measure` has for all scripts: a private PostgreSQL, the target folder, the processor's name."""

from neighbours import script

measure = script("measure")
