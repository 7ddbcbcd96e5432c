"""Layer: a module that is declared by the parameters of its constructor."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minigrad.factories import empty
from minigrad.nn import functional, init
from minigrad.nn.module import Module
from minigrad.nn.parameter import Parameter
from minigrad.tensor import Tensor


def write_method(cls: type[Any], name: str, parameters: str, body: str) -> None:
    """Write a method of `cls` and compile it, as `dataclasses` does it."""
    scope: dict[str, Any] = {"F": functional, "Tensor": Tensor}
    exec(f"def {name}(self, {parameters}): {body}", scope)  # noqa: S102 - the source is ours
    scope[name].__qualname__ = f"{cls.__name__}.{name}"
    setattr(cls, name, scope[name])


class Layer(Module):
    """A module whose constructor keeps what it is given, and makes a weight and a bias.

    Attributes
    ----------
    takes : str
        The parameters of the constructor. Each becomes an attribute, bar `bias`, `device`, `dtype`;
        tensors become buffers.
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
        vars(self).update(settings)
        self._buffers.update({n: v for n, v in settings.items() if isinstance(v, Tensor)})
        self._prepare(options)
        for name, shape in self._shapes().items():
            wanted = shape is not None and (biased or name != "bias")
            self.register_parameter(name, Parameter(empty(shape, **options)) if wanted else None)
        self.reset_parameters()

    def _prepare(self, options: dict[str, Any]) -> None:
        """Check and complete the settings."""

    def _shapes(self) -> dict[str, Any]:
        """The shapes of the parameters; None for one that there is not."""
        return {}

    def reset_parameters(self) -> None:
        """Draw the first values anew, as most layers do."""
        if self._shapes():
            init.kaiming_uniform_(self.weight, a=math.sqrt(5))
            if self.bias is not None:
                bound = 1 / math.sqrt(init.fans(self.weight)[0] or math.inf)
                init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        text = self.shows.format_map(vars(self) | {"bias": getattr(self, "bias", None) is not None})
        in_place = "inplace" not in self.shows and getattr(self, "inplace", False)
        return ", ".join([part for part in (text, "inplace=True" * in_place) if part])
