"""The modes of the current thread: is a graph recorded; and how numpy is kept quiet."""

from __future__ import annotations

import functools
import inspect
from _thread import _local  # `threading` takes its time
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar

import numpy as np

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

QUIET = copy_context()
"""``QUIET.run(f, *args)`` is ``f(*args)`` with numpy's floating-point warnings off: PyTorch divides
by zero without a word. It costs a few nanoseconds, `np.errstate` almost a microsecond. Who may find
it in use (by another thread, or further out) runs in a copy."""
QUIET.run(np.seterr, all="ignore")

altered: list[Any] = []
"""Holds an entry for each thread in other modes than the usual ones. While it is empty, as it most
often is, operations need not look up the modes of their thread, which takes its time."""


class _Modes(_local):
    """The modes of each thread; PyTorch's belong to the thread too.

    Attributes
    ----------
    counter : object or None
        The version counter of new tensors in inference mode, else None.
    """

    _grad = True
    counter: Any = None

    @property
    def grad(self) -> bool:
        """Whether operations record nodes."""
        return self._grad

    @grad.setter
    def grad(self, value: bool) -> None:
        if value is not self._grad:  # inference mode comes with a `grad` of False
            altered.pop() if value else altered.append(None)
            self._grad = value

    @staticmethod
    def quiet(function: Callable[..., Any], *args: Any) -> Any:
        """``function(*args)`` without numpy's warnings."""
        return QUIET.copy().run(function, *args)


modes = _Modes()


class _GradMode:
    """A context manager and decorator that sets ``modes.grad`` for a while."""

    _grad: bool

    def __init__(self) -> None:
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(modes.grad)
        modes.grad = self._grad

    def __exit__(self, *exception: object) -> None:
        modes.grad = self._before.pop()

    def __call__(self, function: Decorated) -> Decorated:
        if inspect.isgeneratorfunction(function):
            return self._decorate_generator(function)

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return function(*args, **kwargs)

        return wrapper  # type: ignore[return-value]

    def _again(self) -> _GradMode:
        return type(self)()

    def _decorate_generator(self, function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            # The mode holds while the generator runs, not while its caller does.
            with self._again():
                generator = function(*args, **kwargs)
            sent: Any = None  # what the caller sends in
            while True:
                try:
                    with self._again():
                        value = generator.send(sent)
                except StopIteration as stop:
                    return stop.value
                sent = yield value  # pyright: ignore[reportUnknownVariableType]

        return wrapper


class no_grad(_GradMode):  # noqa: N801 - PyTorch's name
    """No operation inside records a node; results do not require grad.

    Use as ``with torch.no_grad():`` or as a decorator, with or without parentheses.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html
    """

    _grad = False

    def __new__(cls, function: Any = None) -> Any:
        self = super().__new__(cls)
        if function is None:
            return self
        cls.__init__(self)
        return self(function)

    def __init__(self, function: Any = None) -> None:
        super().__init__()


class enable_grad(no_grad):  # noqa: N801 - PyTorch's name
    """Operations inside record nodes, even within ``no_grad``.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.enable_grad.html
    """

    _grad = True


class set_grad_enabled(_GradMode):  # noqa: N801 - PyTorch's name
    """Set the grad mode at once; as a context manager, put the old one back at the end.

    Parameters
    ----------
    mode : bool
        Whether operations record nodes.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.set_grad_enabled.html
    """

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self._grad = bool(mode)
        self._outside = modes.grad
        modes.grad = self._grad

    def __enter__(self) -> None:
        self._before.append(self._outside)
        modes.grad = self._grad

    def __call__(self, function: Decorated) -> Decorated:
        modes.grad = self._outside  # a decorator does nothing until the function runs
        return super().__call__(function)

    def _again(self) -> _GradMode:
        return set_grad_enabled(self._grad)

    def __repr__(self) -> str:
        return f"set_grad_enabled(mode={self._grad})"


def is_grad_enabled() -> bool:
    """Whether operations record nodes in this thread."""
    return modes.grad
