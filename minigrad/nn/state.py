"""Loading the state of a module, and what PyTorch says when it does not fit."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from minigrad.modes import no_grad
from minigrad.nn.parameter import Parameter
from minigrad.tensor import Tensor


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict` returns: the names that did not meet."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        missing, unexpected = self.missing_keys, self.unexpected_keys
        return f"_IncompatibleKeys(missing_keys={missing!r}, unexpected_keys={unexpected!r})"

    __str__ = __repr__


def load(module: Any, state_dict: Any, *, strict: bool, assign: bool) -> IncompatibleKeys:
    """See `Module.load_state_dict`."""
    if not hasattr(state_dict, "keys"):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
    versions = getattr(state_dict, "_metadata", {})
    places = {
        (f"{path}.{name}" if path else name): (
            part,
            name,
            value,
            versions.get(path, {}).get("version", 0),
        )
        for path, part in module.named_modules(remove_duplicate=False)
        for name, value in part._persistent()
    }
    missing = [
        key
        for key, (part, name, _, version) in places.items()
        if key not in state_dict and not part._may_miss(name, version)
    ]
    unexpected = [key for key in state_dict if key not in places]
    complaints: list[str] = []
    for key, (part, name, own, _) in places.items():
        if key in state_dict:
            complaint = _mismatch(key, own, state_dict[key])
            if complaint:
                complaints.append(complaint)
            else:
                _put(part, name, own, state_dict[key], assign=assign)
    if strict:
        complaints = _named("Missing", missing) + _named("Unexpected", unexpected) + complaints
    if complaints:
        text = "\n\t".join(complaints)
        raise RuntimeError(f"Error(s) in loading state_dict for {type(module).__name__}:\n\t{text}")
    return IncompatibleKeys(missing, unexpected)


def _named(what: str, keys: list[str]) -> list[str]:
    names = ", ".join([f'"{key}"' for key in keys])
    return [f"{what} key(s) in state_dict: {names}. "] if keys else []


def _mismatch(key: str, own: Tensor, value: Any) -> str:
    if not isinstance(value, Tensor):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like '
            f"object from checkpoint but received {type(value)}"
        )
    if value.shape != own.shape and not (own.ndim == 0 and value.shape == (1,)):
        return (
            f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, "
            f"the shape in current model is {own.shape}."
        )
    return ""


def _put(part: Any, name: str, own: Tensor, value: Tensor, *, assign: bool) -> None:
    if assign:
        is_parameter = isinstance(own, Parameter) and not isinstance(value, Parameter)
        setattr(part, name, Parameter(value, own.requires_grad) if is_parameter else value)
        return
    with no_grad():
        own.copy_(value.reshape(own.shape) if value.ndim != own.ndim else value)


def typename(value: Any) -> str:
    """The name of the type of `value`, as PyTorch's messages say it."""
    if isinstance(value, Tensor):
        return value.dtype.tensor_type
    kind = cast(Any, type(value))
    module = kind.__module__.replace("minigrad", "torch", 1)
    return kind.__qualname__ if module in ("builtins", "") else f"{module}.{kind.__qualname__}"
