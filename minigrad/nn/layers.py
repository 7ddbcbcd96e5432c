"""The layers: first those with weights, then the table of those that call one function."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

from minigrad import errors
from minigrad.dtypes import int64
from minigrad.nn import functional as F  # noqa: N812 - the name that everybody knows
from minigrad.nn import init
from minigrad.nn.module import Module
from minigrad.nn.parameter import Parameter, UninitializedParameter
from minigrad.ops import functions
from minigrad.signatures import in_old_words
from minigrad.tensor import Tensor

empty = functions["empty"]


_WRITTEN_IN = {"Dropout": "_DropoutNd", "MaxPool2d": "_MaxPoolNd", "MSELoss": "_Loss",
    "L1Loss": "_Loss", "BCELoss": "_WeightedLoss"}  # fmt: skip
"""The classes that have the constructor in PyTorch, and are named by complaints of arguments."""


def write_method(cls: type[Any], name: str, parameters: str, body: str) -> None:
    """Write a method of `cls` and compile it, as `dataclasses` does it."""
    scope: dict[str, Any] = {"F": F, "Tensor": Tensor}
    scope |= {each: functions[each] for each in ("sigmoid", "tanh")}  # F has them as methods
    exec(f"def {name}(self, {parameters}): {body}", scope)  # noqa: S102 - the source is ours
    home = _WRITTEN_IN.get(cls.__name__) if name == "__init__" else None
    scope[name].__qualname__ = f"{home or cls.__name__}.{name}"
    setattr(cls, name, scope[name])


class Layer(Module):
    """A module whose constructor keeps what it is given, and makes a weight and a bias.

    Attributes
    ----------
    takes : str
        The parameters of the constructor. Each becomes an attribute, bar `bias`, `device`, `dtype`;
        weights of a loss become buffers.
    shows : str
        The text in the brackets of ``repr``: a format string over the attributes.
    """

    takes: str
    shows = ""

    if TYPE_CHECKING:  # written from `takes`

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __init_subclass__(cls) -> None:
        if "takes" in vars(cls):
            write_method(cls, "__init__", cls.takes, "type(self)._start(**locals())")

    def _start(self, **settings: Any) -> None:
        Module.__init__(self)
        options = {name: settings.pop(name, None) for name in ("device", "dtype")}
        biased = settings.pop("bias", True)
        for name in [name for name in settings if name in ("weight", "pos_weight")]:
            self.register_buffer(name, settings.pop(name))
        vars(self).update(settings)
        self._prepare(options)
        shapes = self._shapes()
        for name, shape in shapes.items():
            wanted = shape is not None and (biased or name != "bias")
            self.register_parameter(name, Parameter(empty(shape, **options)) if wanted else None)
        if shapes:  # a layer that has no parameters has no such method
            self.reset_parameters()

    def _prepare(self, options: dict[str, Any]) -> None:
        """Check and complete the settings."""

    def _shapes(self) -> dict[str, Any]:
        """The shapes of the parameters; None for one that there is not."""
        return {}

    def extra_repr(self) -> str:
        text = self.shows.format_map(vars(self) | {"bias": getattr(self, "bias", None) is not None})
        in_place = "inplace" not in self.shows and getattr(self, "inplace", False)
        return ", ".join(filter(None, [text, "inplace=True" if in_place else ""]))


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

    def reset_parameters(self: Any) -> None:
        """Draw the first values anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(init.fans(self.weight)[0] or math.inf)
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, self.weight, self.bias)


class LazyLinear(Linear):
    """A `Linear` that learns `in_features` from its first input."""

    takes = "out_features, bias=True, device=None, dtype=None"

    def _start(self, **settings: Any) -> None:
        super()._start(in_features=0, **settings)

    def reset_parameters(self) -> None:
        """Nothing is drawn yet."""
        for parameter in self.parameters():
            parameter.__class__ = UninitializedParameter

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.in_features = args[0].shape[-1]
        for name, parameter in self.named_parameters():
            parameter.__class__ = Parameter
            parameter.data = empty(self._shapes()[name], dtype=parameter.dtype)
        self.__class__ = Linear  # type: ignore[assignment]
        if self.in_features:
            self.reset_parameters()
        return self(*args, **kwargs)


class Embedding(Layer):
    """A table of vectors, looked up by number.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        The shape of the table.
    padding_idx : int, optional
        A row that is zero and learns nothing.

    Raises
    ------
    AssertionError
        If there is no such row.
    """

    takes = "num_embeddings, embedding_dim, padding_idx=None, *, device=None, dtype=None"
    shows = "{num_embeddings}, {embedding_dim}"

    def _prepare(self, options: dict[str, Any]) -> None:
        rows, padding = self.num_embeddings, self.padding_idx
        if padding is not None:
            errors.check(-rows <= padding < rows, "embedding_padding")
            self.padding_idx: Any = padding % rows  # a negative one counts from the end
            self.shows += ", padding_idx={padding_idx}"

    @classmethod
    def from_pretrained(cls, embeddings: Tensor, freeze: bool = True,
            padding_idx: int | None = None) -> Any:  # fmt: skip
        """The layer whose table is `embeddings`; with `freeze` it does not learn."""
        errors.check(embeddings.dim() == 2, "pretrained")
        layer = cls(0, embeddings.shape[1])  # which draws no numbers
        layer.num_embeddings, layer.padding_idx = len(embeddings), padding_idx
        layer._prepare({})
        layer.weight = Parameter(embeddings, requires_grad=not freeze)
        return layer

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
        "bias=True, device=None, dtype=None"
    )
    shows = "{in_channels}, {out_channels}, kernel_size={kernel_size}, stride={stride}"

    def _prepare(self, options: dict[str, Any]) -> None:
        for name in ("in_channels", "out_channels"):
            errors.check(getattr(self, name) % self.groups == 0, "conv_divisible", name)
        for name in ("kernel_size", "stride", "padding", "dilation"):
            value = getattr(self, name)
            value = value if hasattr(value, "__iter__") else (value, value)
            setattr(self, name, value if isinstance(value, str) else tuple(value))
        errors.check(self.padding != "same" or self.stride == (1, 1), "conv_layer_same")
        usual = {"padding": (0, 0), "dilation": (1, 1), "groups": 1}
        unusual = [name for name, value in usual.items() if getattr(self, name) != value]
        self.shows += "".join([f", {name}={{{name}}}" for name in unusual])

    def _shapes(self) -> dict[str, Any]:
        weight = (self.out_channels, self.in_channels // self.groups, *self.kernel_size)
        return {"weight": weight, "bias": (self.out_channels,)}

    reset_parameters = Linear.reset_parameters

    def forward(self, input: Tensor) -> Tensor:
        geometry = (self.stride, self.padding, self.dilation, self.groups)
        return F.conv2d(input, self.weight, self.bias, *geometry)

    def extra_repr(self) -> str:
        return super().extra_repr() + ", bias=False" * (self.bias is None)


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


class _BatchNorm(Layer):
    """What `BatchNorm1d` and `BatchNorm2d` share."""

    takes = (
        "num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, "
        "dtype=None, *, bias=True"
    )
    shows = (
        "{num_features}, eps={eps}, momentum={momentum}, affine={affine}, bias={bias}, "
        "track_running_stats={track_running_stats}"
    )
    _expected: str

    def _prepare(self, options: dict[str, Any]) -> None:
        buffers = {n: empty(self.num_features, **options) for n in ("running_mean", "running_var")}
        buffers["num_batches_tracked"] = empty((), dtype=int64)
        for name, buffer in buffers.items():
            self.register_buffer(name, buffer if self.track_running_stats else None)

    def reset_running_stats(self) -> None:
        """Forget the running values: mean 0, variance 1, no batches."""
        for name, buffer in self.named_buffers():
            init.constant_(buffer, float(name == "running_var"))

    def reset_parameters(self) -> None:
        """Weight 1 and bias 0, and no running values."""
        self.reset_running_stats()
        LayerNorm.reset_parameters(cast("Any", self))

    def _shapes(self) -> dict[str, Any]:
        shape = (self.num_features,) if self.affine else None
        return {"weight": shape, "bias": shape}

    def forward(self, input: Tensor) -> Tensor:
        errors.check(self.momentum is not None, "left_out", "batch norm with momentum=None")
        wanted, given = self._expected, f"{input.dim()}D"
        errors.check(given in wanted, "batch_norm_dims", wanted, given)
        stats = (self.running_mean, self.running_var)
        if self.training and not self.track_running_stats:  # which may be set after it was made
            stats = (None, None)
        elif self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
        parts = (*stats, self.weight, self.bias)
        training = self.training or self.running_mean is None
        return F.batch_norm(input, *parts, training, self.momentum, self.eps)


class BatchNorm1d(_BatchNorm):
    """Normalise each channel of input of shape (N, C) or (N, C, L).

    Parameters
    ----------
    num_features : int
        The number of channels.
    eps : float
        Added to the variance.
    momentum : float
        How far the running values move at each batch.
    affine : bool
        Whether there are a weight and a bias.
    track_running_stats : bool
        Whether there are running values, which `eval` mode uses.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
    """

    _expected = "2D or 3D"


class BatchNorm2d(_BatchNorm):
    """Normalise each channel of input of shape (N, C, H, W); parameters as for `BatchNorm1d`."""

    _expected = "4D"


class Dropout(Layer):
    """While training, set elements to 0 with probability `p`, and make the others larger."""

    takes = "p=0.5, inplace=False"
    shows = "p={p}, inplace={inplace}"

    def _prepare(self, options: dict[str, Any]) -> None:
        errors.check(not (self.p < 0 or self.p > 1), "dropout_p", self.p)

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

    def _prepare(self, options: dict[str, Any]) -> None:
        self.stride = self.kernel_size if self.stride is None else self.stride


_OLDER = "size_average=None, reduce=None"
_CLASSES = "weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean'"


class _Loss(Layer):
    """A loss, whose older settings `size_average` and `reduce` say what `reduction` says now."""

    def _prepare(self, options: dict[str, Any]) -> None:
        in_old_words(vars(self))


def _calling(name: str, function: str, takes: str = "", hides: str = "inplace", *,
        base: Any = Layer) -> Any:  # fmt: skip
    """The class `name`, which calls `function` with what its constructor `takes`.

    ``repr`` shows all but what it `hides`, and ``inplace=True``.
    """
    said = {"takes": takes, "__module__": __name__, "__doc__": f"``{function}`` as a module."}
    cls: Any = type(name, (base,), said)
    names = [n for n in cls.__init__.__code__.co_varnames[1:] if f"{n}=None" not in _OLDER]
    how = "!r" * (name == "GELU")
    cls.shows = ", ".join([f"{n}={{{n}{how}}}" for n in names if n not in hides])
    inputs = "input, target" if base is _Loss else "input"
    passed = [] if function.startswith("input.") else [inputs]
    by_name = base is _Loss or name in ("GELU", "MaxPool2d")  # functions of another order
    passed += [f"{n}=self.{n}" if by_name else f"self.{n}" for n in names]
    write_method(cls, "forward", inputs, f"return {function}({', '.join(passed)})")
    return cls


def _loss(name: str, function: str, takes: str = f"{_OLDER}, reduction='mean'") -> Any:
    """The class of a loss; its ``repr`` shows no settings."""
    return _calling(name, function, takes, takes, base=_Loss)


# fmt: off
ReLU = _calling("ReLU", "F.relu", "inplace=False")
LeakyReLU = _calling("LeakyReLU", "F.leaky_relu", "negative_slope=0.01, inplace=False")
ELU = _calling("ELU", "F.elu", "alpha=1.0, inplace=False")
GELU = _calling("GELU", "F.gelu", "approximate='none'")
SiLU = _calling("SiLU", "F.silu", "inplace=False")
Sigmoid = _calling("Sigmoid", "sigmoid")
LogSigmoid = _calling("LogSigmoid", "F.logsigmoid")
Tanh = _calling("Tanh", "tanh")
Softplus = _calling("Softplus", "F.softplus", "beta=1.0, threshold=20.0")
Softmax = _calling("Softmax", "F.softmax", "dim=None")
LogSoftmax = _calling("LogSoftmax", "F.log_softmax", "dim=None")
Flatten = _calling("Flatten", "input.flatten", "start_dim=1, end_dim=-1")

MaxPool2d = _calling("MaxPool2d", "F.max_pool2d", "kernel_size, stride=None, padding=0, "
    "dilation=1, return_indices=False, ceil_mode=False", "return_indices", base=_Pool)
AvgPool2d = _calling("AvgPool2d", "F.avg_pool2d", "kernel_size, stride=None, padding=0, "
    "ceil_mode=False, count_include_pad=True, divisor_override=None",
    "ceil_mode, count_include_pad, divisor_override", base=_Pool)

MSELoss = _loss("MSELoss", "F.mse_loss")
L1Loss = _loss("L1Loss", "F.l1_loss")
SmoothL1Loss = _loss("SmoothL1Loss", "F.smooth_l1_loss", f"{_OLDER}, reduction='mean', beta=1.0")
NLLLoss = _loss("NLLLoss", "F.nll_loss", _CLASSES)
CrossEntropyLoss = _loss("CrossEntropyLoss", "F.cross_entropy", f"{_CLASSES}, label_smoothing=0.0")
BCELoss = _loss("BCELoss", "F.binary_cross_entropy", f"weight=None, {_OLDER}, reduction='mean'")
BCEWithLogitsLoss = _loss("BCEWithLogitsLoss", "F.binary_cross_entropy_with_logits",
    f"weight=None, {_OLDER}, reduction='mean', pos_weight=None")
# fmt: on
