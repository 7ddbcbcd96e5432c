"""Anomaly mode: which operation's backward failed or gave nan, and where that operation was called.

In this mode every node remembers the lines that led to it, and every node that runs is checked.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.node import AnomalyMode, watchers

Run = Callable[[Any, list[Any]], Sequence[Any]]


def _set(enabled: bool, check_nan: bool) -> None:
    """Switch the mode."""
    errors.check(isinstance(enabled, bool), "not_bool", "set_anomaly_enabled", enabled)
    if enabled != AnomalyMode.enabled:
        (watchers.append if enabled else watchers.remove)(_remember)
    AnomalyMode.enabled, AnomalyMode.check_nan = enabled, check_nan


class set_detect_anomaly:  # noqa: N801 - PyTorch's name
    """Switch anomaly mode on or off; as a context manager, put the old state back at the end.

    Parameters
    ----------
    mode : bool
    check_nan : bool
        Whether a gradient that is nan is an error.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/autograd.html#anomaly-detection
    """

    __module__ = "torch.autograd.anomaly_mode"  # as it prints

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = (AnomalyMode.enabled, AnomalyMode.check_nan)
        _set(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        _set(*self._before)


class detect_anomaly(set_detect_anomaly):  # noqa: N801 - PyTorch's name
    """A context in which anomaly mode is on.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/autograd.html#torch.autograd.detect_anomaly
    """

    __module__ = set_detect_anomaly.__module__

    def __init__(self, check_nan: bool = True) -> None:
        warnings.warn(errors.ANOMALY_ENABLED, stacklevel=2)
        # Nothing changes before ``with``.
        super().__init__(AnomalyMode.enabled, AnomalyMode.check_nan)
        self._check_nan = check_nan

    def __enter__(self) -> None:
        _set(True, self._check_nan)


def is_anomaly_enabled() -> bool:
    """Whether anomaly mode is on."""
    return AnomalyMode.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Whether a gradient that is nan is an error in anomaly mode."""
    return AnomalyMode.check_nan


def _remember(node: Any) -> None:
    """Note in ``node.metadata`` the lines that led to it, without the kit's own at the end."""
    import traceback

    frame: Any = sys._getframe()
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("minigrad."):
        frame = frame.f_back
    node.metadata["traceback_"] = traceback.format_stack(frame)


def checked(run: Run) -> Run:
    """``run(node, received)`` of a walk, which says where a node that fails was made.

    Raises
    ------
    RuntimeError
        If a gradient that a node returns is nan, and that is to be checked.
    """

    def run_checked(node: Any, received: list[Any]) -> Sequence[Any]:
        try:
            returned = run(node, received)
            for nr, grad in enumerate(returned if AnomalyMode.check_nan else ()):
                if grad is not None and np.isnan(getattr(grad, "_data", grad)).any():
                    raise errors.returned_nan(node, nr)  # noqa: TRY301 - reported like any other
        except Exception as error:  # noqa: BLE001 - raised again
            _warn_of(node)
            text, hint, _ = str(error).partition("Hint: enable anomaly detection")
            raise RuntimeError(text + errors.GOOD_LUCK) if hint else error from None
        return returned

    return run_checked


def _warn_of(node: Any) -> None:
    """Warn where `node` was made."""
    lines = "".join(node.metadata.get("traceback_", ()))
    name = errors.name_of(node)
    text = f"Error detected in {name}. Traceback of forward call that caused the error:\n"
    text = text + lines if lines else errors.NO_TRACEBACK.format(name)
    try:
        warnings.warn(text, stacklevel=4)
    except UserWarning:  # a filter makes errors of warnings; the failure itself is what is raised
        sys.stderr.write(text)
