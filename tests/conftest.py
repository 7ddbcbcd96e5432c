"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: a busy machine is not a failure. In CI the examples are the same in every run, so
# that a red build is red again when it is looked into; elsewhere each run tries new ones.
settings.register_profile("here", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("here")
