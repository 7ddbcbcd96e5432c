"""Layer: a module that is declared by the parameters of its constructor."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minigrad.factories import empty
from minigrad.nn import init
from minigrad.nn.module import Module
from minigrad.nn.parameter import Parameter


class Layer(Module):
    """A module whose constructor keeps what it is given, and makes a weight and a bias.

    Attributes
    ----------
    takes : str
        The parameters of the constructor. Each becomes an attribute, bar `bias`, `device`, `dtype`.
    shows : str
        The text in the brackets of ``repr``: a format string over the attributes.
    """

    takes: str
    shows = ""

    if TYPE_CHECKING:  # written from `takes`

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __init_subclass__(cls) -> None:
        """Write and compile the constructor, as `dataclasses` does it."""
        if "takes" in vars(cls):
            names = [part.partition("=")[0].strip() for part in cls.takes.split(",")]
            given = ", ".join([f"{name}={name}" for name in names if name not in ("", "*")])
            scope: dict[str, Any] = {"__name__": cls.__module__}
            exec(f"def __init__(self, {cls.takes}): self._start({given})", scope)  # noqa: S102
            cls.__init__ = scope["__init__"]
            cls.__init__.__qualname__ = f"{cls.__name__}.__init__"

    def _start(self, **settings: Any) -> None:
        Module.__init__(self)
        options = {name: settings.pop(name, None) for name in ("device", "dtype")}
        unwanted = () if settings.pop("bias", True) else ("bias",)
        vars(self).update(settings)
        self._prepare()
        for name, shape in self._shapes().items():
            wanted = shape is not None and name not in unwanted
            self.register_parameter(name, Parameter(empty(shape, **options)) if wanted else None)
        self.reset_parameters()

    def _prepare(self) -> None:
        """Check and complete the settings."""

    def _shapes(self) -> dict[str, Any]:
        """The shapes of the parameters; None for one that there is not."""
        return {}

    def reset_parameters(self) -> None:
        """Draw the first values anew, as most layers do."""
        if self._shapes():
            init.kaiming_uniform_(self.weight, a=math.sqrt(5))
            if self.bias is not None:
                fan_in, _ = init.fans(self.weight)
                bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
                init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        text = self.shows.format_map(vars(self) | {"bias": getattr(self, "bias", None) is not None})
        in_place = "inplace" not in self.shows and getattr(self, "inplace", False)
        return ", ".join([part for part in (text, "inplace=True" if in_place else "") if part])
