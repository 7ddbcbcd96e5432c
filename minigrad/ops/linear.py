"""linear: what a layer of weights computes."""

from __future__ import annotations

from minigrad import errors
from minigrad.ops.broadcast import view
from minigrad.ops.export import export, functional, functions
from minigrad.ops.shape import t
from minigrad.tensor import Tensor


@export("linear", method=False, to=functional)
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``input @ weight.T + bias``.

    Parameters
    ----------
    input : Tensor
        Of shape (…, in_features).
    weight : Tensor
        Of shape (out_features, in_features), or (in_features,).
    bias : Tensor, optional
        Of shape (out_features,).

    Raises
    ------
    RuntimeError
        If the shapes or dtypes do not fit.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
    """
    if not isinstance(input, Tensor):
        raise errors.NoOperand(input, "linear")
    if input.ndim == 0 or weight.ndim == 0:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and "
            f"{weight.ndim}D"
        )
    transposed = t(weight)
    if bias is None:
        return input @ transposed
    if input.ndim == 2:
        return functions["addmm"](bias, input, transposed)
    if not (input.is_contiguous() and bias.is_contiguous()):
        return input @ transposed + bias
    shape = input._data.shape
    rows = view.apply(input, (-1, shape[-1]))
    result = functions["addmm"](bias, rows, transposed)
    return view.apply(result, (*shape[:-1], result._data.shape[1]))
