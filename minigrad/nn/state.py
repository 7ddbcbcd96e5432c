"""Loading the state of a module, and what PyTorch says when it does not fit."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from minigrad.modes import no_grad
from minigrad.nn.parameter import Parameter, UninitializedParameter
from minigrad.tensor import Tensor


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict` returns: the names that did not meet."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        missing, unexpected = self
        if not missing and not unexpected:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={missing!r}, unexpected_keys={unexpected!r})"

    __str__ = __repr__


def load(module: Any, state_dict: Any, *, strict: bool, assign: bool) -> IncompatibleKeys:
    """See `Module.load_state_dict`."""
    if not hasattr(state_dict, "keys"):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
    places = {key: (part, name, own) for key, part, name, own in module._named_state()}
    missing = [key for key in places if key not in state_dict]
    unexpected = [key for key in state_dict if key not in places]
    complaints = _named("Missing", missing) + _named("Unexpected", unexpected) if strict else []
    for key, (part, name, own) in places.items():
        if key in state_dict:
            complaints += _put(part, name, own, state_dict[key], key, assign)
    if complaints:
        text = "\n\t".join(complaints)
        raise RuntimeError(f"Error(s) in loading state_dict for {type(module).__name__}:\n\t{text}")
    return IncompatibleKeys(missing, unexpected)


def _named(what: str, keys: list[str]) -> list[str]:
    names = ", ".join([f'"{key}"' for key in keys])
    return [f"{what} key(s) in state_dict: {names}. "] if keys else []


def _put(part: Any, name: str, own: Tensor, value: Any, key: str, assign: bool) -> list[str]:
    """Put `value` in the place of `own`; return what does not fit."""
    if not isinstance(value, Tensor):
        text = f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like '
        return [f"{text}object from checkpoint but received {type(value)}"]
    shape = value.shape
    if isinstance(own, UninitializedParameter):
        own.materialize(shape)
    if shape != own.shape and not (own.ndim == 0 and shape == (1,)):
        text = f"size mismatch for {key}: copying a param with shape {shape} from checkpoint, "
        return [f"{text}the shape in current model is {own.shape}."]
    if assign:
        is_new = isinstance(own, Parameter) and not isinstance(value, Parameter)
        setattr(part, name, Parameter(value, own.requires_grad) if is_new else value)
    else:
        with no_grad():
            own.copy_(value.reshape(own.shape))
    return []


def typename(value: Any) -> str:
    """The name of the type of `value`, as PyTorch's messages say it."""
    if isinstance(value, Tensor):
        return value.dtype.tensor_type
    kind = cast(Any, type(value))
    module = kind.__module__.replace("minigrad", "torch", 1)
    return kind.__qualname__ if module in ("builtins", "") else f"{module}.{kind.__qualname__}"
