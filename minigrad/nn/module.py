"""Module: the base class of everything that has parameters."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple, Self, TypeVar

from minigrad import dtypes, errors
from minigrad.device import device
from minigrad.disguise import OpenType, full_name
from minigrad.missing import MissingError
from minigrad.nn.module_hooks import at_last_node, call_with_hooks
from minigrad.nn.parameter import Parameter, reset_grad
from minigrad.node import RemovableHandle, add_hook
from minigrad.tensor import Tensor

T = TypeVar("T")
Values = tuple[Any, ...]
Named = Iterator[tuple[str, T]]

_PARTS = {
    "_parameters": ("parameter", "torch.nn.Parameter"),
    "_buffers": ("buffer", "torch.nn.Buffer, torch.Tensor"),
    "_modules": ("child module", "torch.nn.Module"),
}
"""Where a module keeps its parts, and what messages call a part and its type."""
_HOOKS = ("_backward_hooks", "_forward_hooks", "_forward_pre_hooks")


class Module(metaclass=OpenType):
    """A part of a network: parameters, buffers, other modules, and a `forward` that computes.

    Attributes that are a `Parameter` or a Module are its parts. A subclass calls
    ``super().__init__()`` first and defines `forward`; the module is then called like a function.

    Attributes
    ----------
    training : bool
        Whether layers such as dropout behave as in training; see `train` and `eval`.
    _parameters, _buffers, _modules : dict
        The parts by name, in which `__getattr__` looks.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
    """

    def __init__(self, *args: Any) -> None:
        errors.check(not args, "module_arguments", self, 1 + len(args))
        empty: dict[str, Any] = {place: {} for place in _PARTS}
        empty |= {place: OrderedDict() for place in _HOOKS}
        vars(self).update(training=True, _non_persistent_buffers_set=set(), **empty)

    # --- calling

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute; every subclass defines its own."""
        raise errors.no_forward(type(self).__name__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run `forward`, with the hooks around it."""
        if self._backward_hooks or self._forward_hooks or self._forward_pre_hooks:
            return call_with_hooks(self, args, kwargs)
        return self.forward(*args, **kwargs) if kwargs else self.forward(*args)

    def register_forward_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, args)`` before `forward`; what it returns replaces the arguments."""
        return add_hook(self._forward_pre_hooks, hook)

    def register_forward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after `forward`; a result replaces the output."""
        return add_hook(self._forward_hooks, hook)

    def register_full_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)``; a result replaces `grad_input`."""
        self._settle_kind(True)
        return add_hook(self._backward_hooks, hook)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Let `hook` see the gradients of the node that makes the output: PyTorch's older kind."""
        self._settle_kind(False)
        return self.register_forward_hook(partial(at_last_node, hook))

    def _settle_kind(self, is_full: bool) -> None:
        kind = vars(self).setdefault("_is_full_backward_hook", is_full)
        errors.check(kind is is_full, "two_kinds_of_hooks")

    # --- attributes

    def __getattr__(self, name: str) -> Any:
        for place in _PARTS:
            if name in (parts := self.__dict__.get(place, ())):
                return parts[name]
        raise MissingError(f"'{type(self).__name__}' object", "torch.nn.Module", name)

    def __setattr__(self, name: str, value: Any) -> None:
        old = next((place for place in _PARTS if name in self.__dict__.get(place, ())), "")
        is_parameter = isinstance(value, Parameter) or old == "_parameters"
        place = "_parameters" if is_parameter else "_modules" if isinstance(value, Module) else old
        if not place:
            super().__setattr__(name, value)
            return
        what = "module" if place == "_modules" else "parameters"
        hidden = isinstance(value, Parameter) and not old and hasattr(type(self), name)
        errors.check(not hidden, "part_name_taken", name)
        self._keep(place, name, value, what, "part_assigned", *_PARTS[place])
        if old not in ("", place):
            del self.__dict__[old][name]

    def _keep(self, place: str, name: str, value: Any, what: str, *wrong: str) -> None:
        errors.check(place in self.__dict__, "part_too_early", what)
        fits = value is None or isinstance(value, _KINDS[place])
        errors.check(fits, wrong[0], typename(value), name, *wrong[1:])
        self.__dict__[place][name] = value
        vars(self).pop(name, None)

    def __delattr__(self, name: str) -> None:
        for place in _PARTS:
            if name in self.__dict__[place]:
                del self.__dict__[place][name]
                return
        super().__delattr__(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._parameters, *self._buffers, *self._modules]

    def _register(self, what: str, name: str, value: Any, wrong: str) -> None:
        place = f"_{what}s"
        errors.check(isinstance(name, str), "part_name_type", what, name)
        errors.check("." not in name, "part_name", what, f", got: {name}" * (what == "module"))
        errors.check(name, "part_name_empty", what)
        free = name in self.__dict__.get(place, ()) or not hasattr(self, name)
        errors.check(free, "part_name_taken", name)
        self._keep(place, name, value, what, wrong)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register `param` under `name`; None keeps the name for none."""
        self._register("parameter", name, param, "no_parameter")

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a tensor that belongs to the state but is not learnt."""
        self._register("buffer", name, tensor, "no_buffer")
        passing = self._non_persistent_buffers_set
        (passing.discard if persistent else passing.add)(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Register `module` as a child under `name`."""
        self._register("module", name, module, "no_module")

    register_module = add_module

    # --- finding a part by its path, such as ``layers.0.weight``

    def get_submodule(self, target: str) -> Module:
        """The module at the path `target`."""
        return self._part("_modules", target, "an nn.Module") if target else self

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at the path `target`."""
        return self._part("_parameters", target, "an nn.Parameter")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at the path `target`."""
        return self._part("_buffers", target, "a buffer")

    def _part(self, place: str, target: str, what: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        errors.check(hasattr(module, name), "no_part", type(module).__name__, name)
        errors.check(name in vars(module)[place], "part_of_another_kind", name, what)
        return vars(module)[place][name]

    # --- walking over parts

    def named_modules(self, memo: Any = None, prefix: str = "",
            remove_duplicate: bool = True) -> Named[Module]:  # fmt: skip
        """Yield this module and all below it, each once, with their names."""
        memo = set[Any]() if memo is None else memo
        if self not in memo:
            memo |= {self} if remove_duplicate else set()
            yield prefix, self
            for name, module in self._modules.items():
                if module is not None:
                    yield from module.named_modules(memo, _join(prefix, name), remove_duplicate)

    def _named(self, place: str, prefix: str, recurse: bool) -> Named[Any]:
        """The parts in this `place`, each once, with their names."""
        seen: set[Any] = {None}
        for path, module in self.named_modules(prefix=prefix) if recurse else [(prefix, self)]:
            for name, part in getattr(module, place).items():
                if part not in seen:
                    seen.add(part)
                    yield _join(path, name), part

    def named_children(self) -> Named[Module]:
        """The modules directly below, each once, with their names."""
        yield from self._named("_modules", "", False)

    def named_parameters(self, prefix: str = "", recurse: bool = True) -> Named[Parameter]:
        """The parameters with their names, such as ``0.weight``."""
        yield from self._named("_parameters", prefix, recurse)

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Named[Tensor]:
        """The buffers with their names."""
        yield from self._named("_buffers", prefix, recurse)

    def modules(self) -> Iterator[Module]:
        """Yield this module and all below it, each once."""
        yield from (module for _, module in self.named_modules())

    def children(self) -> Iterator[Module]:
        """The modules directly below, each once."""
        yield from (module for _, module in self.named_children())

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters, each once."""
        yield from (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers, each once."""
        yield from (buffer for _, buffer in self.named_buffers(recurse=recurse))

    # --- changing all parts

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every module, children first, and return this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set `training` here and below."""
        errors.check(isinstance(mode, bool), "training_mode")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """``train(False)``."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Set `requires_grad` of all parameters."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or make them zero."""
        reset_grad(self.parameters(), set_to_none)

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Change the dtype of parameters and buffers of floating point.

        Raises
        ------
        TypeError
            If the dtype is not of floating point.
        """
        for given in (*args, *kwargs.values()):
            fits = not isinstance(given, dtypes.dtype) or given.is_floating_point
            errors.check(fits, "module_dtype", str(given))
            if isinstance(given, (str, int)) and given.__class__ is not bool:
                device(given)
        return self._apply(lambda t: t.to(*args, **kwargs) if t.is_floating_point() else t)

    def _apply(self, change: Callable[[Tensor], Tensor]) -> Self:
        for parameter in self.parameters():
            changed, grad = change(parameter.data), parameter._grad
            parameter.data = changed
            parameter._grad = None if grad is None else change(grad)
        for module in self.modules():
            for name, buffer in module.named_buffers(recurse=False):
                module._buffers[name] = change(buffer)
        return self

    def float(self) -> Self:
        """To float32."""
        return self.to(dtypes.float32)

    def double(self) -> Self:
        """To float64."""
        return self.to(dtypes.float64)

    def half(self) -> Self:
        """To float16."""
        return self.to(dtypes.float16)

    def type(self, dst_type: Any) -> Self:
        """To a dtype, integers too."""
        return self._apply(lambda tensor: tensor.type(dst_type))

    def cpu(self) -> Self:
        """Nothing: all is on the CPU."""
        return self

    def cuda(self, device: Any = None) -> Self:
        """Fail, as in a PyTorch without CUDA."""
        return self.to(device if isinstance(device, int) else "cuda")

    # --- state

    def _named_state(self) -> Named[Any]:
        """Parameters and persistent buffers, with their paths."""
        for path, module in self.named_modules(remove_duplicate=False):
            for name, value in (module._parameters | module._buffers).items():
                if value is not None and name not in module._non_persistent_buffers_set:
                    yield _join(path, name), value

    def state_dict(self, *, prefix: str = "", keep_vars: bool = False) -> OrderedDict[str, Any]:
        """Parameters and persistent buffers by name, sharing memory."""
        state = self._named_state()
        return OrderedDict((prefix + n, v if keep_vars else v.detach()) for n, v in state)

    def load_state_dict(self, state_dict: Any, strict: bool = True) -> _IncompatibleKeys:
        """Copy what `state_dict` holds into the parameters and buffers.

        Parameters
        ----------
        state_dict : mapping of str to Tensor
        strict : bool
            Whether all names must be there, and no others.

        Raises
        ------
        RuntimeError
            With one line for each name that is missing, unexpected, or of another shape.
        """
        errors.check(hasattr(state_dict, "keys"), "no_state", state_dict)
        own = dict(self._named_state())
        paths = [_join(path, "") for path, _ in self.named_modules(remove_duplicate=False)]
        differ = {  # batch norm has not always counted its batches, so that may be missing
            "Missing": [k for k in own if k not in state_dict and "num_batches_tracked" not in k],
            "Unexpected": [key for key in state_dict if key not in own],
        }
        # Those of an outer module come first.
        differ["Unexpected"].sort(key=lambda key: [key.startswith(path) for path in paths[::-1]])
        complaints = [
            errors.state_keys(what, ", ".join([f'"{key}"' for key in keys]))
            for what, keys in differ.items()
            if keys and strict
        ]
        for key in [key for key in own if key in state_dict]:
            mine, theirs = own[key], state_dict[key]
            if not isinstance(theirs, Tensor):
                complaints.append(errors.state_type(key, theirs))
            elif mine.shape == theirs.shape:
                mine.detach().copy_(theirs)
            else:
                complaints.append(errors.state_size(key, f"{theirs.shape}", f"{mine.shape}"))
        if complaints:
            raise errors.state(type(self).__name__, "\n\t".join(map(str, complaints)))
        return _IncompatibleKeys(*differ.values())

    # --- text

    def extra_repr(self) -> str:
        """What stands in the brackets behind the name."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def _child_lines(self) -> list[str]:
        return [f"({name}): {indented(repr(module))}" for name, module in self._modules.items()]

    def __repr__(self) -> str:
        extra, children, name = self.extra_repr(), self._child_lines(), self._get_name()
        own = extra.split("\n") if extra else []
        if len(own) == 1 and not children:
            return f"{name}({extra})"
        lines = "".join([f"\n  {line}" for line in own + children])
        return f"{name}({lines}\n)" if lines else f"{name}()"


_KINDS: Any = {"_modules": Module, "_parameters": Parameter, "_buffers": Tensor}


class _IncompatibleKeys(NamedTuple):
    """What `load_state_dict` returns: the names that did not meet."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        keys = f"missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys}"
        return f"_IncompatibleKeys({keys})" if any(self) else "<All keys matched successfully>"


def typename(value: Any) -> str:
    """The name of the type of `value`, as PyTorch's messages say it."""
    if isinstance(value, Tensor):
        return value.type()
    return full_name(value if hasattr(value, "__qualname__") else type(value))


def indented(text: str) -> str:
    """`text` with its lines after the first moved in by two."""
    return text.replace("\n", "\n  ")


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
