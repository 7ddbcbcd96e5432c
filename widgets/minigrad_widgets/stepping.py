"""step(): walk through a backward pass; which widget does it depends on what is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from .faults import break_pass, check_fault, unchecked
from .fold import Rule
from .fold import fold as folding
from .names import find_names
from .predict import Predictor, stages_of
from .stepper import Stepper
from .trace import check_root, trace
from .words import speaking, words


def step(
    root: Any,
    names: Mapping[str, Any] | None = None,
    gradient: Any = None,
    *,
    predict: bool | str | Sequence[str] = False,
    fault: str | None = None,
    create_graph: bool = False,
    engine: bool = False,
    fold: Rule | None = None,
    presenter: bool = False,
    lang: str | None = None,
) -> Stepper:
    """Step through the backward pass of a tensor.

    The ``.grad`` of leaves (and of retain_grad tensors) follows the position, as if each node had
    been called by hand: at the end it has the value that ``backward()`` would have left, and
    stepping back restores the object that was there before. The graph is not consumed.

    Parameters
    ----------
    root : Tensor
        Of minigrad or PyTorch, computed from tensors that require grad.
    names : mapping of str to Tensor, optional
        What to call the tensors. Default: the variables of the caller and of the notebook.
    gradient : Tensor, number or nested list, optional
        The gradient to start with; needed unless ``root`` has one element.
    predict : True, "value", "shape", "next", or a sequence of these
        Ask before each step: what goes out (True, "value"), its shape first ("shape"), which node
        runs next ("next"). ``stepper.answers`` and ``stepper.score`` say how it went.
    fault : {"no-accumulate", "recursive-order", "no-unbroadcast", "stale-saved"}, optional
        Take this rule out of the engine, and show where the numbers part from the right ones
        (minigrad only; ``stepper.fault`` has them).
    create_graph : bool
        Whether the pass is recorded, as ``backward(create_graph=True)`` does: then the graph of the
        gradients grows beside the graph, and each of its nodes is linked to the step that made it.
    engine : bool
        Whether to begin with the engine in view: how many gradients each node still waits for, what
        is in its buffer, what is ready. A button switches it on and off.
    fold : bool, str, module, Scopes or callable, optional
        How nodes are put into boxes, as for ``draw``: ``"module"``, ``"scope"``, ``"repeat"``,
        ``"auto"`` (or True), a module, what ``scopes`` gave, or a function from a node to the name
        of its box. A box is one node in the picture until it is unfolded, there or by
        ``stepper.opened``; the steps are those of the nodes all the same. Default: no boxes.
    presenter : bool
        Whether all is so large that the last row of a class can read it.
    lang : {"en", "zh"}, optional
        The language of the interface. Default: that of the environment variable
        ``MINIGRAD_LANG``, or else English.

    Returns
    -------
    Stepper
        A widget. ``stepper.position`` may be read and set.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        As `trace`.

    Notes
    -----
    Hooks of nodes, of leaves and of tensors that have a name run once, when the stepper is made, as
    in ``backward()``. Other tensors' hooks cannot be seen and do not run; nor do those that wait
    for the finished ``.grad`` (``register_post_accumulate_grad_hook``), which ``message`` tells.

    Where ``.grad`` was not None, ``backward()`` adds to the tensor in place; the stepper puts a new
    tensor there, so that it can put the old one back.

    Examples
    --------
    >>> import minigrad as torch
    >>> w = torch.tensor(2., requires_grad=True)
    >>> stepper = step(w * w)
    >>> stepper.position = 2
    >>> w.grad
    tensor(4.)
    """
    check_root(root)
    known = find_names(names)
    options: dict[str, Any] = {"presenter": presenter, "engine": engine}
    folds = fold is not None and fold is not False
    more = ("fold", "boxes") if folds else ()
    if fault is not None:
        if predict:
            raise ValueError("predict= and fault= are two lessons: ask for one of them")
        check_fault(fault, root)
    with speaking(lang):
        with unchecked() if fault == "stale-saved" else nullcontext():
            taken = trace(root, known, gradient, create_graph=create_graph)
        options["folded"] = folding(taken.graph, fold, known) if folds else None
        if fault is not None:
            broken = break_pass(taken, fault)
            return Stepper(
                taken, words("stepper", "engine", "camera", "fault", *more), fault=broken, **options
            )
        if predict:
            text = words("stepper", "engine", "camera", "predict", *more)
            return Predictor(taken, known, stages_of(predict), text, **options)
        return Stepper(taken, words("stepper", "engine", "camera", *more), **options)
