"""What a learner answered: read in whatever form it has, compared, and told what is wrong with it.

A number, a list, a tuple, a numpy array and a tensor of either library all count as an answer; the
`...` (Ellipsis) that stands in every exercise until it is answered does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..names import is_tensor
from ..values import number_text

CLOSE = 1e-3  # relative: 2.72 is a good answer where the result is 2.7183


def compare(prediction: Any, result: Any) -> None:
    """Print whether a prediction came true.

    Parameters
    ----------
    prediction : number, tensor, str, bool, None, or a tuple or list of these
        `...` means that none was made.
    result : the same
        What really happened.
    """
    if is_open(prediction):
        shown = "none"
    elif same(prediction, result):
        shown = f"{text(prediction)}   (right)"
    else:
        shown = f"{text(prediction)}   (find out why)"
    print(f"Your prediction: {shown}\nThe result:      {text(result)}")


def is_open(answer: Any) -> bool:
    """Tell whether an answer, or a part of it, is still the `...` that it was."""
    if isinstance(answer, list | tuple):
        return any(is_open(part) for part in answer)
    return answer is ...


def numbers(answer: Any) -> np.ndarray | None:
    """Return the numbers of an answer as an array; None if it has something else in it."""
    try:
        array = np.asarray(_plain(answer))
    except (TypeError, ValueError):  # a list with rows of different lengths
        return None
    return array.astype(float) if array.dtype.kind in "iuf" else None


def _plain(answer: Any) -> Any:
    if is_tensor(answer):
        return answer.detach().tolist()
    if isinstance(answer, list | tuple):
        return [_plain(part) for part in answer]
    return answer


def same(answer: Any, right: Any) -> bool:
    """Tell whether two answers mean the same: ``(1, None)`` and ``(tensor(1.), None)`` do."""
    if isinstance(answer, str) and isinstance(right, str):
        return answer.strip().lower() == right.strip().lower()
    given, expected = numbers(answer), numbers(right)
    if given is not None and expected is not None:
        fits = given.shape == expected.shape or given.size == expected.size == 1
        return fits and bool(np.allclose(given, expected, rtol=CLOSE, atol=1e-6, equal_nan=True))
    if isinstance(answer, list | tuple) and isinstance(right, list | tuple):
        return len(answer) == len(right) and all(map(same, answer, right))
    return type(answer) is type(right) and answer == right


def text(answer: Any) -> str:
    """Write an answer on one line, the same on every machine: ``(1., None)``, ``[12., 18.]``."""
    if is_tensor(answer):
        return text(answer.detach().tolist())
    if isinstance(answer, np.ndarray | np.generic):
        return text(answer.tolist())
    if isinstance(answer, tuple):
        inner = ", ".join(map(text, answer))
        return f"({inner},)" if len(answer) == 1 else f"({inner})"
    if isinstance(answer, list):
        return f"[{', '.join(map(text, answer))}]"
    return number_text(answer) if isinstance(answer, float) else str(answer)


def judge(
    answer: Any, right: Any, mistakes: Sequence[tuple[Any, str]] = (), hint: str = ""
) -> str | None:
    """Say what is wrong with an answer.

    Parameters
    ----------
    answer : any
        What the learner gave.
    right : tensor or number
        The right answer.
    mistakes : sequence of (value, str)
        Wrong answers that are often given, the most telling first, and what to say to them. One
        that happens to be right is passed over.
    hint : str, optional
        Where to look, for an answer that is wrong in no known way.

    Returns
    -------
    str or None
        Empty if the answer is right, None if there is none yet.
    """
    if is_open(answer):
        return None
    if same(answer, right):
        return ""
    for value, says in mistakes:
        if same(answer, value) and not same(value, right):
            return says
    return misshapen(answer, right) or hint or f"{text(answer)} is not it."


def misshapen(answer: Any, right: Any) -> str:
    """Say what can be said without knowing the exercise: about kind, shape and sign."""
    if answer is None:
        return "None means that there is no gradient. Here there is one."
    given, expected = numbers(answer), numbers(right)
    if given is None or expected is None:
        return f"a number or a tensor is needed, not a {type(answer).__name__}."
    if given.shape != expected.shape:
        return f"it has the shape {given.shape}. {expected.shape} is needed."
    if np.allclose(given, -expected, rtol=CLOSE):
        return "the size is right, the sign is wrong."
    return ""


def report(judgements: Mapping[str, str | None], fill: str) -> None:
    """Print one line for all that is open (None), and one for each answer, right or wrong."""
    still_open = [name for name, says in judgements.items() if says is None]
    if still_open:
        print(f"Not answered yet: {', '.join(still_open)}. {fill}")
    for name, says in judgements.items():
        if says is not None:
            print(f"{name}: {f'not right: {says}' if says else 'right.'}")
