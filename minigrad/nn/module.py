"""Module: the base class of everything that has parameters."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Self, cast

from minigrad import dtypes
from minigrad.nn.hooks import call_with_hooks
from minigrad.nn.parameter import Parameter, UninitializedParameter, reset_grad
from minigrad.nn.state import IncompatibleKeys, load, typename
from minigrad.node import RemovableHandle, add_hook
from minigrad.tensor import Tensor

_PARTS = ("_parameters", "_modules")
_HOOKS = ("_backward_hooks", "_backward_pre_hooks", "_forward_hooks", "_forward_pre_hooks")


class Module:
    """A part of a network: parameters, buffers, other modules, and a `forward` that computes.

    Attributes that are a `Parameter` or a Module are its parts. A subclass calls
    ``super().__init__()`` first and defines `forward`; the module is then called like a function.

    Attributes
    ----------
    training : bool
        Whether layers such as dropout behave as in training; see `train` and `eval`.
    _parameters, _modules : dict
        The attributes that are of that kind.
    _persistent : dict
        The names of the buffers, and whether they belong to the state.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
    """

    training: bool
    _parameters: dict[str, Parameter]
    _modules: dict[str, Module]
    _persistent: dict[str, bool]

    def __init__(self) -> None:
        own = self.__dict__
        own |= {"training": True, "_persistent": {}} | {name: {} for name in (*_PARTS, *_HOOKS)}

    # --- calling

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute; every subclass defines its own."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run `forward`, with the hooks around it."""
        hooked = self._backward_hooks or self._backward_pre_hooks
        if hooked or self._forward_hooks or self._forward_pre_hooks:
            return call_with_hooks(self, args, kwargs)
        return self.forward(*args, **kwargs)

    def register_forward_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, args)`` before `forward`; what it returns replaces the arguments."""
        return add_hook(self._forward_pre_hooks, hook)

    def register_forward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after `forward`; a result replaces the output."""
        return add_hook(self._forward_hooks, hook)

    def register_full_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)``; a result replaces `grad_input`."""
        return add_hook(self._backward_hooks, hook)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, grad_output)``, before backward runs through the module."""
        return add_hook(self._backward_pre_hooks, hook)

    # --- attributes

    if TYPE_CHECKING:  # parts may have any name

        def __getattr__(self, name: str) -> Any: ...

    @property
    def _buffers(self) -> dict[str, Tensor | None]:
        own = self.__dict__
        return {name: own[name] for name in self._persistent if name in own}

    def __setattr__(self, name: str, value: Any) -> None:
        own, is_module = self.__dict__, isinstance(value, Module)
        kind = "_modules" if is_module else "_parameters" if isinstance(value, Parameter) else ""
        if kind and kind not in own:
            what = "module" if is_module else "parameters"
            raise AttributeError(f"cannot assign {what} before Module.__init__() call")
        if not kind and value is not None and (refusal := self._refusal(name, value)):
            raise TypeError(f"cannot assign '{typename(value)}' as {refusal} expected)")
        self._forget(name, "" if kind else "_persistent", kind)
        if kind:
            own[kind][name] = value
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        self._forget(name)

    def _forget(self, name: str, *but: str) -> None:
        for place in {*_PARTS, "_persistent"}.difference(but):
            self.__dict__.get(place, {}).pop(name, None)

    def _refusal(self, name: str, value: Any) -> str:
        """Why `value`, which is no part, cannot take the place of a part; empty if it can."""
        own, old = self.__dict__, self.__dict__.get(name)
        if isinstance(old, Parameter):
            return f"parameter '{name}' (torch.nn.Parameter or None"
        if isinstance(old, Module):
            return f"child module '{name}' (torch.nn.Module or None"
        if name in own.get("_persistent", ()) and not isinstance(value, Tensor):
            return f"buffer '{name}' (torch.nn.Buffer, torch.Tensor or None"
        return ""

    def _register(self, kind: str, wanted: Any, name: Any, value: Any) -> None:
        if "training" not in self.__dict__:
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {typename(name)}")
        if "." in name or not name:
            got = f", got: {name}" if kind == "module" else ""
            wrong = f'contain "."{got}' if name else 'be empty string ""'
            raise KeyError(f"{kind} name can't {wrong}")
        if getattr(self, name, None) is not None and name not in getattr(self, f"_{kind}s"):
            raise KeyError(f"attribute '{name}' already exists")
        if value is not None and not isinstance(value, wanted):
            required = "torch.nn.Parameter" if kind == "parameter" else "torch Tensor"
            raise TypeError(
                f"cannot assign '{typename(value)}' object to {kind} '{name}' "
                f"({required} or None required)"
            )
        setattr(self, name, value)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register `param` under `name`; None keeps the name for none."""
        self._register("parameter", Parameter, name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a tensor that belongs to the state but is not learnt."""
        self._register("buffer", Tensor, name, tensor)
        self._persistent[name] = persistent

    def add_module(self, name: str, module: Module | None) -> None:
        """Register `module` as a child under `name`."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{typename(module)} is not a Module subclass")
        self._register("module", Module, name, module)

    register_module = add_module

    # --- walking over parts

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """Yield this module and all below it, each once, with their names."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            yield from module.named_modules(memo, _join(prefix, name), remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """Yield this module and all below it."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly below, each once, with their names."""
        names = {module: name for name, module in reversed(self._modules.items())}
        for module in self.children():
            yield names[module], module

    def children(self) -> Iterator[Module]:
        """The modules directly below, each once."""
        yield from dict.fromkeys(self._modules.values())

    def _named(
        self, places: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[Any] = {None}
        for path, module in self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate):
            for name, value in getattr(module, places).items():
                if value not in seen:
                    yield _join(path, name), value
                seen |= {value} if remove_duplicate else set()
            if not recurse:
                return

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters with their names, such as ``0.weight``."""
        yield from self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters, each once."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers with their names."""
        yield from self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def get_submodule(self, target: str) -> Module:
        """The module at a path such as ``layers.0``."""
        return self._get(target, Module, "an nn.Module") if target else self

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a path such as ``layers.0.weight``."""
        return self._get(target, Parameter, "an nn.Parameter")

    def _get(self, target: str, kind: Any, what: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
        if not isinstance(found := getattr(module, name), kind):
            raise AttributeError(f"`{name}` is not {what}")
        return found

    # --- changing all parts

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every module, children first, and return this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set `training` here and below."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
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
        for parameter in self.parameters():
            reset_grad(parameter, set_to_none)

    def _apply(self, change: Callable[[Tensor], Tensor]) -> Self:
        """Replace every parameter, its gradient and every buffer by ``change(tensor)``."""
        for parameter in self.parameters():
            grad, parameter._grad = parameter._grad, None
            parameter.data = change(parameter.data)
            parameter._grad = None if grad is None else change(grad)
        for module in self.modules():
            for name, buffer in module._buffers.items():
                setattr(module, name, None if buffer is None else change(buffer))
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Change the dtype of parameters and buffers of floating point.

        Raises
        ------
        TypeError
            If the dtype is not of floating point.
        """
        kinds = [getattr(argument, "dtype", argument) for argument in (*args, *kwargs.values())]
        wanted = next((kind for kind in kinds if isinstance(kind, dtypes.dtype)), None)
        if wanted is not None and not wanted.is_floating_point:
            text = "nn.Module.to only accepts floating point or complex dtypes, but got desired"
            raise TypeError(f"{text} dtype={wanted}")
        all_kinds = wanted is None
        return self._apply(
            lambda t: t.to(*args, **kwargs) if all_kinds or t.is_floating_point() else t
        )

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
        """To `dst_type`, buffers and all."""
        return self._apply(lambda t: t.type(dst_type))

    def cpu(self) -> Self:
        """Nothing: all is on the CPU."""
        return self

    def cuda(self, device: Any = None) -> Self:
        """Fail, as in a PyTorch without CUDA."""
        return self.to("cuda")

    # --- state

    def _named_state(self) -> Iterator[tuple[str, Module, str, Any]]:
        """Parameters and persistent buffers: path, module, name in the module, tensor."""
        for path, module in self.named_modules(remove_duplicate=False):
            for name, value in [*module._parameters.items(), *module._buffers.items()]:
                if value is not None and module._persistent.get(name, True):
                    yield _join(path, name), module, name, value

    def state_dict(
        self, *, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> Any:
        """Parameters and persistent buffers by name, sharing memory: an OrderedDict."""
        state: Any = cast("Any", OrderedDict()) if destination is None else destination
        for key, _, _, value in self._named_state():
            keep = keep_vars or isinstance(value, UninitializedParameter)
            state[prefix + key] = value if keep else value.detach()
        return state

    def load_state_dict(
        self, state_dict: Any, strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy what `state_dict` holds into the parameters and buffers.

        Parameters
        ----------
        state_dict : mapping of str to Tensor
        strict : bool
            Whether all names must be there, and no others.
        assign : bool
            Put the tensors themselves in place of copying their numbers.

        Raises
        ------
        RuntimeError
            With one line for each name that is missing, unexpected, or of another shape.
        """
        return load(self, state_dict, strict=strict, assign=assign)

    # --- text

    def extra_repr(self) -> str:
        """What stands in the brackets behind the name."""
        return ""

    def _child_lines(self) -> list[str]:
        return [f"({name}): {indented(repr(module))}" for name, module in self._modules.items()]

    def __repr__(self) -> str:
        extra, children, name = self.extra_repr(), self._child_lines(), type(self).__name__
        own = extra.split("\n") if extra else []
        if len(own) == 1 and not children:
            return f"{name}({extra})"
        lines = "".join([f"\n  {line}" for line in own + children])
        return f"{name}({lines}\n)" if lines else f"{name}()"


def indented(text: str) -> str:
    """`text` with its lines after the first moved in by two."""
    return text.replace("\n", "\n  ")


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
