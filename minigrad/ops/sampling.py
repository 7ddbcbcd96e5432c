"""Tensors of given size, made public; random tensors of given probabilities, means, deviations.

The random numbers are those of PyTorch for the same seed (see `minigrad.draws`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import creation, draws, dtypes, errors, factories
from minigrad.draws import Generator, default_generator
from minigrad.op import Op
from minigrad.ops.export import export
from minigrad.ops.forms import no_gradient
from minigrad.tensor import Tensor, wrap

for _make in (creation.tensor, creation.as_tensor, dtypes.promote_types):
    export(_make.__name__, method=False)(_make)
for _name, _make in factories.functions.items():
    export(_name, method=False)(_make)
for _name, _make in factories.methods.items():
    export(_name, function=False)(_make)


def _drawing(name: str, *inputs: str, also: tuple[str, ...] = ()) -> Op:
    """The operation that returns the last argument, drawn for `inputs`; no gradient flows."""
    rules: Any = {each: lambda grad: no_gradient(grad) for each in inputs}
    drawn = (lambda a, b, values: values) if len(inputs) > 1 else (lambda a, values: values)
    return Op(name, drawn, inputs=inputs, promotes=None, also=also, **rules)


_bernoulli = _drawing("BernoulliBackward0", "self")
_normal: dict[tuple[str, ...], Op] = {
    names: _drawing(f"NormalBackward{nr}", *names, also=tuple([f"{n}_sym_sizes" for n in names]))
    for nr, names in enumerate([("mean",), ("std",), ("mean", "std")], 1)
}


@export("normal", method=False)
def normal(
    mean: Any, std: Any = 1.0, size: Any = None, *, generator: Any = None, **options: Any
) -> Tensor:
    """Make a tensor of normal random numbers, whose `mean` and `std` may be tensors.

    Parameters
    ----------
    mean, std : Tensor or float
        Of shapes that broadcast. If both are numbers, `size` is needed.
    size : tuple of int
    generator, out, dtype, layout, device, pin_memory, requires_grad
        As for `rand`; if there is a tensor, `generator` and `out` only.

    Raises
    ------
    TypeError, RuntimeError
        If a deviation is negative; if `size` is missing.
    """
    source = generator or default_generator
    if size is not None:
        return factories.normal_of_size(mean, std, size, generator=source, **options)
    errors.check(not options, "unexpected_keyword", "normal", *options)
    given = {"mean": mean, "std": std}
    tensors = {name: value for name, value in given.items() if isinstance(value, Tensor)}
    first, *_, last = [t._data for t in tensors.values()] * 2
    errors.check_broadcast(first.shape, last.shape)
    deviation = "negative_deviations" if "std" in tensors else "negative_deviation"
    center, spread = [getattr(value, "_data", value) for value in given.values()]
    errors.check(np.all(spread >= 0), deviation, spread)
    values = draws.normal(np.broadcast_shapes(first.shape, last.shape), first.dtype, 0, 1, source)
    drawn = np.asarray(center + spread * values, first.dtype)
    return _normal[tuple(tensors)].apply(*tensors.values(), drawn)


@export("bernoulli")
def bernoulli(
    input: Tensor, p: float | None = None, *, generator: Generator | None = None
) -> Tensor:
    """Make ones and zeros: one with the probability that `input` (or the number `p`) says.

    Raises
    ------
    NotImplementedError
        For a tensor of integers.
    RuntimeError
        If an element is no probability.
    """
    data, source = np.asarray(input._data), generator or default_generator
    if p is None:
        values = draws.bernoulli(data, source)
    else:
        values = draws.bernoulli_p(data.shape, data.dtype, p, source)
    return _bernoulli.apply(input, values)


@export("multinomial")
def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Any = None
) -> Tensor:
    """Draw `num_samples` indices with the weights `input`, for each row of it.

    Parameters
    ----------
    input : Tensor
        Weights, of shape (n,) or (rows, n).

    Returns
    -------
    Tensor
        int64, of shape (num_samples,) or (rows, num_samples).

    Raises
    ------
    RuntimeError
        If weights are negative or not finite, or there are too few.
    """
    source = generator or default_generator
    return wrap(draws.multinomial(input._data, num_samples, replacement, source))
