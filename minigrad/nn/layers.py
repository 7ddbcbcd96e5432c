"""The layers: first those with weights, then the table of those that call one function."""

from __future__ import annotations

from typing import Any

from minigrad import errors
from minigrad.dtypes import int64
from minigrad.factories import empty
from minigrad.nn import functional as F  # noqa: N812 - the name that everybody knows
from minigrad.nn import init
from minigrad.nn.layer import Layer, write_method
from minigrad.nn.module import Module
from minigrad.nn.parameter import UninitializedParameter
from minigrad.tensor import Tensor


class Linear(Layer):
    """``input @ weight.T + bias``.

    Parameters
    ----------
    in_features, out_features : int
        The last length of the input and of the output.
    bias : bool
        Whether there is a bias.

    Attributes
    ----------
    weight : Parameter of shape (out_features, in_features)
    bias : Parameter of shape (out_features,), or None

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
    """

    takes = "in_features, out_features, bias=True, device=None, dtype=None"
    shows = "in_features={in_features}, out_features={out_features}, bias={bias}"

    def _shapes(self) -> dict[str, Any]:
        return {"weight": (self.out_features, self.in_features), "bias": (self.out_features,)}

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, self.weight, self.bias)


class LazyLinear(Linear):
    """A `Linear` that learns `in_features` from its first input."""

    takes = "out_features, bias=True, device=None, dtype=None"

    def _start(self, **settings: Any) -> None:
        Module.__init__(self)
        self.in_features, self.out_features = 0, settings.pop("out_features")
        self.bias = None
        for name in ("weight", "bias")[: 1 + settings.pop("bias")]:
            setattr(self, name, UninitializedParameter(**settings))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.in_features = args[0].shape[-1]
        for name, parameter in self.named_parameters():
            parameter.materialize(self._shapes()[name])
        self.reset_parameters()
        self.__class__ = Linear  # type: ignore[assignment]
        return self(*args, **kwargs)


class Embedding(Layer):
    """A table of vectors, looked up by number.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        The shape of the table.
    padding_idx : int, optional
        A row that is zero and learns nothing.
    """

    padding_idx: int | None
    takes = "num_embeddings, embedding_dim, padding_idx=None, *, device=None, dtype=None"
    shows = "{num_embeddings}, {embedding_dim}"

    def _prepare(self) -> None:
        rows, padding = self.num_embeddings, self.padding_idx
        if padding is not None:
            errors.check(-rows <= padding < rows, "embedding_padding")
            self.padding_idx = padding % rows
            self.shows += ", padding_idx={padding_idx}"

    def _shapes(self) -> dict[str, Any]:
        return {"weight": (self.num_embeddings, self.embedding_dim)}

    def reset_parameters(self) -> None:
        """Draw the vectors anew."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            init.zeros_(self.weight.detach()[self.padding_idx])

    def forward(self, input: Tensor) -> Tensor:
        return F.embedding(input, self.weight, self.padding_idx)


class Conv2d(Layer):
    """A kernel slides over an image of shape (N, C, H, W).

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, stride, dilation : int or tuple of int
    padding : int, tuple of int, "same" or "valid"
    groups : int
        The channels are divided into so many groups that do not see each other.
    bias : bool

    Attributes
    ----------
    weight : Parameter of shape (out_channels, in_channels / groups, *kernel_size)
    bias : Parameter of shape (out_channels,), or None

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
    """

    takes = (
        "in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, "
        "bias=True, padding_mode='zeros', device=None, dtype=None"
    )
    shows = "{in_channels}, {out_channels}, kernel_size={kernel_size}, stride={stride}"
    _ndim = 2

    def _prepare(self) -> None:
        errors.check(self.padding_mode == "zeros", "zeros_only")
        for name in ("in_channels", "out_channels"):
            errors.check(getattr(self, name) % self.groups == 0, "conv_divisible", name)
        for name in ("kernel_size", "stride", "padding", "dilation"):
            value = getattr(self, name)
            setattr(self, name, (value,) * self._ndim if isinstance(value, int) else value)

    def _shapes(self) -> dict[str, Any]:
        weight = (self.out_channels, self.in_channels // self.groups, *self.kernel_size)
        return {"weight": weight, "bias": (self.out_channels,)}

    def forward(self, input: Tensor) -> Tensor:
        geometry = (self.stride, self.padding, self.dilation, self.groups)
        return F.conv2d(input, self.weight, self.bias, *geometry)

    def extra_repr(self) -> str:
        usual = {"padding": (0,) * self._ndim, "dilation": (1,) * self._ndim, "groups": 1}
        unusual = [name for name, value in usual.items() if getattr(self, name) != value]
        parts = [f"{name}={getattr(self, name)}" for name in unusual]
        return ", ".join([super().extra_repr(), *parts, *["bias=False"] * (self.bias is None)])


class LayerNorm(Layer):
    """Mean 0 and variance 1 over the last dimensions, then times `weight` plus `bias`.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        The last lengths of the input.
    eps : float
        Added to the variance.
    elementwise_affine, bias : bool
        Whether there is a weight, and then a bias.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
    """

    takes = (
        "normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None"
    )
    shows = "{normalized_shape}, eps={eps}, elementwise_affine={elementwise_affine}, bias={bias}"

    def _shapes(self) -> dict[str, Any]:
        lengths: Any = self.normalized_shape
        self.normalized_shape: Any = (lengths,) if isinstance(lengths, int) else tuple(lengths)
        shape = self.normalized_shape if self.elementwise_affine else None
        return {"weight": shape, "bias": shape}

    def reset_parameters(self) -> None:
        """Weight 1 and bias 0."""
        for name, parameter in self.named_parameters():
            init.constant_(parameter, float(name == "weight"))

    def forward(self, input: Tensor) -> Tensor:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)


class BatchNorm1d(LayerNorm):
    """Normalise each channel of input of shape (N, C) or (N, C, L).

    Parameters
    ----------
    num_features : int
        The number of channels.
    eps : float
        Added to the variance.
    momentum : float or None
        How far the running values move at each batch; None for their plain mean.
    affine : bool
        Whether there are a weight and a bias.
    track_running_stats : bool
        Whether there are running values, which `eval` mode uses.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
    """

    takes = (
        "num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, "
        "dtype=None, *, bias=True"
    )
    shows = (
        "{num_features}, eps={eps}, momentum={momentum}, affine={affine}, bias={bias}, "
        "track_running_stats={track_running_stats}"
    )
    _expected = "2D or 3D"

    def _start(self, **settings: Any) -> None:
        super()._start(**settings)
        shape, options = self.num_features, {n: settings[n] for n in ("device", "dtype")}
        buffers = {
            "running_mean": empty(shape, **options).zero_(),
            "running_var": empty(shape, **options).fill_(1),
            "num_batches_tracked": empty((), dtype=int64).zero_(),
        }
        for name, buffer in buffers.items():
            self.register_buffer(name, buffer if self.track_running_stats else None)

    def _shapes(self) -> dict[str, Any]:
        shape = (self.num_features,) if self.affine else None
        return {"weight": shape, "bias": shape}

    def forward(self, input: Tensor) -> Tensor:
        wanted, given = self._expected, f"{input.ndim}D"
        errors.check(given in wanted, "batch_norm_dims", wanted, given)
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1 / self.num_batches_tracked.item()
        training = self.training or self.running_mean is None
        running = (self.running_mean, self.running_var)
        return F.batch_norm(input, *running, self.weight, self.bias, training, momentum, self.eps)


class BatchNorm2d(BatchNorm1d):
    """Normalise each channel of input of shape (N, C, H, W); parameters as for `BatchNorm1d`."""

    _expected = "4D"


class Dropout(Layer):
    """While training, set elements to 0 with probability `p`, and make the others larger."""

    takes = "p=0.5, inplace=False"
    shows = "p={p}, inplace={inplace}"

    def _prepare(self) -> None:
        errors.check(0 <= self.p <= 1, "dropout_probability", self.p)

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)


class Identity(Module):
    """Returns its input."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


# --- activations, losses, pools: a line of the table is a class


class _Pool(Layer):
    """A pool, whose windows touch if no stride is given."""

    def _prepare(self) -> None:
        self.stride = self.kernel_size if self.stride is None else self.stride


class _Loss(Layer):
    """A loss; its weights are buffers."""

    def _start(self, **settings: Any) -> None:
        super()._start(**settings)
        weights = {n: settings[n] for n in ("weight", "pos_weight") if n in settings}
        self._buffers.update(weights)


def _calling(name: str, function: str, takes: str = "", base: Any = Layer,
        hides: str = "inplace") -> Any:  # fmt: skip
    """The class `name`, which calls `function` with what its constructor `takes`.

    ``repr`` shows all but what it `hides`, and ``inplace=True``.
    """
    said = {"takes": takes, "__module__": __name__, "__doc__": f"``{function}`` as a module."}
    cls: Any = type(name, (base,), said)
    names = cls.__init__.__code__.co_varnames[1:]
    shown = [f"{n}={{{n}!r}}" for n in names if base is not _Loss and n not in hides]
    cls.shows = ", ".join(shown)
    inputs = "input, target" if base is _Loss else "input"
    by_name = base is not Layer  # the functions of pools and losses have another order
    passed = [f"{n}=self.{n}" if by_name else f"self.{n}" for n in names]
    write_method(cls, "forward", inputs, f"return {function}({', '.join([inputs, *passed])})")
    return cls


# fmt: off
_WINDOW = "kernel_size, stride=None, padding=0, "
_REDUCED = "*, reduction='mean'"
_CLASSES = "weight=None, *, ignore_index=-100, reduction='mean'"

ReLU = _calling("ReLU", "F.relu", "inplace=False")
LeakyReLU = _calling("LeakyReLU", "F.leaky_relu", "negative_slope=0.01, inplace=False")
ELU = _calling("ELU", "F.elu", "alpha=1.0, inplace=False")
GELU = _calling("GELU", "F.gelu", "approximate='none'")
SiLU = _calling("SiLU", "F.silu", "inplace=False")
Sigmoid = _calling("Sigmoid", "F.sigmoid")
LogSigmoid = _calling("LogSigmoid", "F.logsigmoid")
Tanh = _calling("Tanh", "F.tanh")
Softplus = _calling("Softplus", "F.softplus", "beta=1.0, threshold=20.0")
Softmax = _calling("Softmax", "F.softmax", "dim=None")
LogSoftmax = _calling("LogSoftmax", "F.log_softmax", "dim=None")
Flatten = _calling("Flatten", "Tensor.flatten", "start_dim=1, end_dim=-1")
Unflatten = _calling("Unflatten", "Tensor.unflatten", "dim, unflattened_size")

MaxPool2d = _calling("MaxPool2d", "F.max_pool2d", _WINDOW +
    "dilation=1, return_indices=False, ceil_mode=False", _Pool, "return_indices")
AvgPool2d = _calling("AvgPool2d", "F.avg_pool2d", _WINDOW +
    "ceil_mode=False, count_include_pad=True, divisor_override=None", _Pool,
    "ceil_mode, count_include_pad, divisor_override")

MSELoss = _calling("MSELoss", "F.mse_loss", _REDUCED, _Loss)
L1Loss = _calling("L1Loss", "F.l1_loss", _REDUCED, _Loss)
SmoothL1Loss = _calling("SmoothL1Loss", "F.smooth_l1_loss", _REDUCED + ", beta=1.0", _Loss)
NLLLoss = _calling("NLLLoss", "F.nll_loss", _CLASSES, _Loss)
CrossEntropyLoss = _calling("CrossEntropyLoss", "F.cross_entropy",
    _CLASSES + ", label_smoothing=0.0", _Loss)
BCELoss = _calling("BCELoss", "F.binary_cross_entropy", "weight=None, " + _REDUCED, _Loss)
BCEWithLogitsLoss = _calling("BCEWithLogitsLoss", "F.binary_cross_entropy_with_logits",
    f"weight=None, {_REDUCED}, pos_weight=None", _Loss)
# fmt: on
