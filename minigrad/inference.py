"""Inference mode: no graph, and results that a graph cannot use later either."""

from __future__ import annotations

from typing import Any

from minigrad import errors
from minigrad.modes import _GradMode, altered, modes


class Untracked:
    """The version counter of all inference tensors, which makes them such: it does not count.

    Raises
    ------
    RuntimeError
        If it is to count a change outside of inference mode.
    """

    @property
    def version(self) -> int:
        """-1: no version."""
        return -1

    @property
    def to_save(self) -> int:
        """Refuse to be saved."""
        raise RuntimeError(errors.SAVED_INFERENCE)

    @version.setter
    def version(self, value: int) -> None:
        if modes.counter is None:
            raise errors.in_place_on_inference()


class inference_mode(_GradMode):  # noqa: N801 - PyTorch's name
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

    def __new__(cls, mode: Any = True) -> Any:
        self = super().__new__(cls)
        if isinstance(mode, bool):
            return self
        cls.__init__(self)
        return self(mode)

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self.mode, self._grad = mode, not mode
        self._outside: list[Any] = []

    def __enter__(self) -> None:
        super().__enter__()
        self._outside.append(modes.counter)
        modes.counter = Untracked() if self.mode else None
        altered.append(self)

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        modes.counter = self._outside.pop()
        altered.pop()

    def _again(self) -> inference_mode:
        return inference_mode(self.mode)


def is_inference_mode_enabled() -> bool:
    """Whether inference mode is on in this thread."""
    return modes.counter is not None
