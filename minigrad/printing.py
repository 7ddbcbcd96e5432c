"""The text of a tensor, as PyTorch prints it, made from a numpy array.

All the numbers share one width and one notation (``1.``, ``0.2500`` or ``2.5000e-01``), which the
finite, non-zero ones among them decide. A tensor of many elements shows the first and last few
along each dimension.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from minigrad.dtypes import bool as bool_
from minigrad.dtypes import from_numpy, get_default_dtype, int64

Array = np.ndarray[Any, Any] | np.generic


_DEFAULT = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}
_PROFILES: dict[str | None, dict[str, Any]] = {
    "default": _DEFAULT,
    "short": {**_DEFAULT, "precision": 2, "edgeitems": 2},
    "full": {**_DEFAULT, "threshold": math.inf},
}
_options = SimpleNamespace(**_DEFAULT)


def set_printoptions(
    precision: int | None = None, threshold: float | None = None, edgeitems: int | None = None,
    linewidth: int | None = None, profile: str | None = None, sci_mode: bool | None = None,
) -> None:  # fmt: skip
    """Change how tensors print, from now on.

    Parameters
    ----------
    precision
        Digits after the point.
    threshold
        A tensor of more elements than this is summarised.
    edgeitems
        How many elements a summary shows at each end of a dimension.
    linewidth
        Characters in a line.
    profile
        ``"default"``, ``"short"`` or ``"full"``: what the other options start from.
    sci_mode
        Scientific notation always (True), never (False) or where it is needed (None). Unlike the
        others, it goes back to None in every call that does not give it.

    Notes
    -----
    https://docs.pytorch.org/docs/stable/generated/torch.set_printoptions.html
    """
    given = (precision, threshold, edgeitems, linewidth)
    pairs = zip(_DEFAULT, given, strict=False)
    vars(_options).update(_PROFILES.get(profile, {}), sci_mode=sci_mode)
    vars(_options).update({name: value for name, value in pairs if value is not None})


def tensor_str(
    array: Array, requires_grad: bool = False, grad_fn_name: str | None = None,
    prefix: str = "tensor(",
) -> str:  # fmt: skip
    """Return what ``repr`` of a tensor says.

    Parameters
    ----------
    array
        The elements, of any shape and any dtype a tensor can have.
    requires_grad, grad_fn_name
        What stands at the end: ``grad_fn=<AddBackward0>``, else ``requires_grad=True``.
    prefix
        What stands before the numbers: a subclass of Tensor has its own name there.
    """
    indent = len(prefix)
    text = prefix + ("[]" if array.size == 0 else _numbers(np.asarray(array), indent))
    notes: list[str] = []
    if (array.ndim != 1) if array.size == 0 else (_options.edgeitems == 0):
        notes.append(f"size={array.shape}")
    own = from_numpy(array.dtype)
    # Integers and booleans show what they are by their looks, unless there is nothing to look at.
    if own is not get_default_dtype() and (array.size == 0 or own not in (int64, bool_)):
        notes.append(f"dtype={own}")
    if grad_fn_name is not None:
        notes.append(f"grad_fn=<{grad_fn_name}>")
    elif requires_grad:
        notes.append("requires_grad=True")
    column = len(text) - text.rfind("\n") + 1
    for note in notes:  # on a new line where the line would grow too long
        fits = column + len(note) + 2 <= _options.linewidth
        text += (", " if fits else ",\n" + " " * indent) + note
        column = len(note) + (column + 2 if fits else indent)
    return text + ")"


def _numbers(array: np.ndarray[Any, Any], indent: int) -> str:
    summarised = array.size > _options.threshold
    shown = _edges(array) if summarised else array
    texts, width = _column(shown)
    cells: Any = np.array(texts, dtype=object).reshape(shown.shape).tolist()
    return _brackets(cells, array.shape, summarised, width, indent)


def _edges(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return what a summary shows: the first and last `edgeitems` along each dimension."""
    edge = _options.edgeitems
    for axis, size in enumerate(array.shape):
        if size > 2 * edge:
            array = array.take([*range(edge), *range(size - edge, size)], axis)
    return array


def _brackets(cells: Any, sizes: tuple[int, ...], summarised: bool, width: int, indent: int) -> str:
    """Lay out nested lists of cells; `sizes` are those of the whole tensor, summarised or not."""
    if not sizes:
        return cells
    is_row, edge = len(sizes) == 1, _options.edgeitems
    parts: list[str] = list(cells)
    if not is_row:
        parts = [_brackets(cell, sizes[1:], summarised, width, indent + 1) for cell in cells]
    if summarised and sizes[0] > 2 * edge:
        parts.insert(edge, " ..." if is_row and parts else "...")
    if is_row:
        per_line = max(1, (_options.linewidth - indent) // (width + 2))
        parts = [", ".join(parts[i : i + per_line]) for i in range(0, len(parts), per_line)]
    separator = "," + "\n" * max(1, len(sizes) - 1) + " " * (indent + 1)
    return "[" + separator.join(parts) + "]"


def _column(array: np.ndarray[Any, Any]) -> tuple[list[str], int]:
    """Return the texts of all elements, padded to one width, and that width."""
    values: list[Any] = array.ravel().tolist()
    if array.dtype.kind == "f":
        texts, counted = _floats(values)
    else:
        texts = counted = [str(value) for value in values]
    width = max(map(len, counted), default=1)
    return [text.rjust(width) for text in texts], width


def _floats(values: list[float]) -> tuple[list[str], list[str]]:
    """Return the texts of floats, and of those whose notation and width decide."""
    counted = [value for value in values if value and math.isfinite(value)]
    whole = all(value.is_integer() for value in counted)
    chosen = _options.sci_mode
    scientific = counted and (_needs_exponent(counted, whole) if chosen is None else chosen)
    short = whole and not scientific
    form = f".{0 if short else _options.precision}{'e' if scientific else 'f'}"

    def texts(numbers: list[float]) -> list[str]:
        return [f"{v:{form}}" + "." * (short and math.isfinite(v)) for v in numbers]

    return texts(values), texts(counted)


def _needs_exponent(counted: list[float], whole: bool) -> bool:
    """Whether the numbers are too large, too small or too far apart to be read side by side."""
    smallest, largest = min(map(abs, counted)), max(map(abs, counted))
    return largest / smallest > 1000 or largest > 1e8 or (not whole and smallest < 1e-4)
