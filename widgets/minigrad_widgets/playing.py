"""play(): read a function and its leaves, and make a playground of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import minigrad

from .evaluate import Function
from .graph import library_of
from .leaves import read_leaf
from .names import find_names, is_tensor
from .playground import Playground
from .words import words


def play(
    function: Callable[..., Any],
    /,
    names: Mapping[str, Any] | None = None,
    *,
    library: Any = None,
    presenter: bool = False,
    lang: str | None = None,
    **leaves: Any,
) -> Playground:
    """Play with a function: move its leaves, and see graph, values and gradients follow.

    Parameters
    ----------
    function : callable
        Gets the leaves as tensors that require grad, and returns a tensor. If that is not a scalar,
        the gradients are those of its sum.
    names : mapping of str to Tensor, optional
        What to call other tensors. Default: the variables outside that the function mentions.
    library : module, optional
        Whose tensors the function gets, minigrad or torch. Default: that of the leaves that are
        tensors already, or else the one that the function mentions or that is imported around it.
    presenter : bool
        Whether all is so large that the last row of a class can read it.
    lang : {"en", "zh"}, optional
        The language of the interface. Default: that of the environment variable
        ``MINIGRAD_LANG``, or else English.
    **leaves
        One for each parameter of the function, under its name. A number is a slider with a range
        around it; ``(low, high)`` or ``(low, high, start)`` is a slider with this range; a list, a
        nested list, an array or a tensor of one or two dimensions is a table. Tensors and arrays
        keep their dtype; integers have no gradient. The learner's tensors are copied.

    Returns
    -------
    Playground
        A widget. ``playground.values["x"] = 3`` moves a leaf, ``playground.grads`` reads the
        gradients.

    Raises
    ------
    TypeError, ValueError
        If a leaf is none of these, or the leaves do not fit the function's parameters. What the
        function raises is shown by the widget.

    Notes
    -----
    The function runs often: wherever a slider passes, and many times for the curve. What it prints
    or counts happens as often.

    Examples
    --------
    >>> import minigrad as torch
    >>> playground = play(lambda x, w: torch.relu(w * x + 1), x=2.0, w=(-3, 3))
    >>> playground.values["w"] = 2
    >>> playground.output
    tensor(5., grad_fn=<ReluBackward0>)
    >>> playground.grads["x"]
    tensor(2.)
    """
    called = Function(function, leaves)
    own = library if library is not None else _library(leaves) or called.library() or minigrad
    if not all(hasattr(own, name) for name in ("tensor", "enable_grad", "autograd")):
        raise TypeError(f"library is a module, minigrad or torch, not {library!r}")
    return Playground(
        called,
        {name: read_leaf(name, given) for name, given in leaves.items()},
        own,
        None if names is None else find_names(names),
        words("play", lang=lang),
        presenter=presenter,
    )


def _library(leaves: Mapping[str, Any]) -> Any:
    found = {name: library_of(leaf) for name, leaf in leaves.items() if is_tensor(leaf)}
    libraries = list(dict.fromkeys(found.values()))
    if len(libraries) > 1:
        one, other = (library.__name__ for library in libraries)
        raise TypeError(f"the leaves are tensors of {one} and of {other}; say which: library={one}")
    return libraries[0] if libraries else None
