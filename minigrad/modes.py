"""The modes of the current thread: is a graph recorded, and can it be; how numpy is kept quiet."""

# pyright: reportInconsistentConstructor=false

from __future__ import annotations

import functools
import inspect
import warnings
from _thread import _local  # `threading` takes its time
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar

import numpy as np

from minigrad import errors
from minigrad.disguise import Shown

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
    grad : bool
        Whether operations record nodes.
    enabled : bool
        Whether they would outside of inference mode.
    counter : Untracked or None
        The version counter of new tensors in inference mode, else None.
    """

    grad, enabled, counter = True, True, None

    def set(self, grad: bool, counter: Any) -> tuple[bool, Any]:
        """Change the modes; return what they were."""
        before = self.enabled, self.counter
        usual, was_usual = (grad, counter) == (True, None), before == (True, None)
        if usual != was_usual:
            altered.pop() if usual else altered.append(None)
        self.grad, self.enabled, self.counter = grad and counter is None, grad, counter
        return before

    @staticmethod
    def quiet(function: Callable[..., Any], *args: Any) -> Any:
        """``function(*args)`` without numpy's warnings."""
        return QUIET.copy().run(function, *args)


modes = _Modes()


class _Mode(Shown):
    """A context manager and decorator that changes the modes for a while."""

    _grad: bool

    def __new__(cls, function: Any = None, **settings: Any) -> Any:
        self = super().__new__(cls)
        if not callable(function):
            return self
        cls.__init__(self)  # it decorates without parentheses
        return self(function)

    def __init__(self, function: Any = None) -> None:
        self._before: list[tuple[bool, Any]] = []

    def __enter__(self) -> None:
        self._before.append(modes.set(self._grad, modes.counter))

    def __exit__(self, *exception: object) -> None:
        modes.set(*self._before.pop())

    def __call__(self, function: Decorated) -> Decorated:
        if inspect.isclass(function):
            warnings.warn(errors.CLASS_DECORATED, FutureWarning, stacklevel=2)
        if inspect.isgeneratorfunction(function):
            return self._decorate_generator(function)

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return function(*args, **kwargs)

        return wrapper  # type: ignore[return-value]

    def _again(self) -> _Mode:
        return type(self)()

    def _decorate_generator(self, function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            # The mode holds while the generator runs, not while its caller does.
            generator: Any = function(*args, **kwargs)
            resume = functools.partial(generator.send, None)
            while True:
                with self._again():
                    try:
                        value = resume()
                    except StopIteration as stop:
                        return stop.value
                try:
                    resume = functools.partial(generator.send, (yield value))
                except BaseException as error:  # noqa: BLE001 - the caller threw it in, or closes
                    resume = functools.partial(generator.throw, error)

        return wrapper


class no_grad(_Mode):  # noqa: N801 - PyTorch's name
    """No operation inside records a node; results do not require grad.

    Use as ``with torch.no_grad():`` or as a decorator, with or without parentheses.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html
    """

    _grad = False


class enable_grad(_Mode):  # noqa: N801 - PyTorch's name
    """Operations inside record nodes, even within ``no_grad``.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.enable_grad.html
    """

    _grad = True


class set_grad_enabled(_Mode):  # noqa: N801 - PyTorch's name
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
        errors.check(isinstance(mode, bool), "not_bool", "set_grad_enabled", mode)
        self._grad = mode
        self._outside = modes.set(self._grad, modes.counter)

    def __enter__(self) -> None:
        super().__enter__()
        self._before[-1] = self._outside

    def __call__(self, function: Decorated) -> Decorated:
        modes.set(*self._outside)  # a decorator does nothing until the function runs
        return super().__call__(function)

    def _again(self) -> _Mode:
        return set_grad_enabled(self._grad)

    def __repr__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self._grad})"


def is_grad_enabled() -> bool:
    """Whether operations record nodes in this thread."""
    return modes.enabled


# --- inference mode: no graph, and results that a graph cannot use later either


class Untracked:
    """The version counter of all inference tensors, which makes them such: it does not count.

    Raises
    ------
    RuntimeError
        If it is to count a change outside of inference mode, or to be saved.
    """

    @property
    def version(self) -> int:
        """-1: no version."""
        return -1

    @version.setter
    def version(self, value: int) -> None:
        errors.check(modes.counter is not None, "in_place_on_inference")

    @property
    def to_save(self) -> int:
        """Refuse to be saved."""
        raise RuntimeError(errors.SAVED_INFERENCE)


class inference_mode(_Mode):  # noqa: N801 - PyTorch's name
    """`no_grad`, and what is made inside can never take part in a graph.

    Use as ``with torch.inference_mode():`` or as a decorator, with or without parentheses.

    Parameters
    ----------
    mode : bool
        False switches the mode off, within a block in which it is on.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html
    """

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self.mode = mode

    def __enter__(self) -> None:
        self._before.append(modes.set(not self.mode, Untracked() if self.mode else None))

    def _again(self) -> _Mode:
        return inference_mode(self.mode)


def is_inference_mode_enabled() -> bool:
    """Whether inference mode is on in this thread."""
    return modes.counter is not None
