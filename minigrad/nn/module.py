"""Module: the base class of everything that has parameters."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from minigrad import dtypes
from minigrad.nn.backward_hooks import as_tuple, watch
from minigrad.nn.parameter import Parameter, reset_grad
from minigrad.nn.state import IncompatibleKeys, load, typename
from minigrad.node import RemovableHandle, add_hook
from minigrad.tensor import Tensor

# What an attribute may be: where it is kept, its name in messages.
_PLACES = (("_parameters", "parameter"), ("_modules", "child module"), ("_buffers", "buffer"))
_EXPECTED = {
    "_parameters": "torch.nn.Parameter or None",
    "_modules": "torch.nn.Module or None",
    "_buffers": "torch.nn.Buffer, torch.Tensor or None",
}


class Module:
    """A part of a network: parameters, buffers, other modules, and a `forward` that computes.

    Assigning a `Parameter` or a Module to an attribute registers it. A subclass calls
    ``super().__init__()`` first and defines `forward`; the module is then called like a function.

    Attributes
    ----------
    training : bool
        Whether layers such as dropout behave as in training; see `train` and `eval`.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
    """

    training: bool
    _version = 1
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    _non_persistent_buffers_set: set[str]

    def __init__(self) -> None:
        put = super().__setattr__
        put("training", True)
        for name in ("_parameters", "_buffers"):
            put(name, {})
        put("_non_persistent_buffers_set", set())
        for name in (
            "_backward_pre_hooks",
            "_backward_hooks",
            "_forward_hooks",
            "_forward_pre_hooks",
        ):
            put(name, {})
        put("_modules", {})

    # --- calling

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute; every subclass defines its own."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run `forward`, with the hooks around it."""
        own = self.__dict__
        if not (
            own["_forward_hooks"]
            or own["_forward_pre_hooks"]
            or own["_backward_hooks"]
            or own["_backward_pre_hooks"]
        ):
            return self.forward(*args, **kwargs)
        for hook, with_kwargs in list(self._forward_pre_hooks.values()):
            changed = hook(self, args, kwargs) if with_kwargs else hook(self, args)
            if changed is not None and with_kwargs:
                args, kwargs = changed
            elif changed is not None:
                args = as_tuple(changed)
        if self._backward_hooks or self._backward_pre_hooks:
            result = watch(self, args, kwargs)
        else:
            result = self.forward(*args, **kwargs)
        for hook, with_kwargs in list(self._forward_hooks.values()):
            changed = hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
            result = result if changed is None else changed
        return result

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before `forward`; what it returns replaces the arguments."""
        return add_hook(self._forward_pre_hooks, (hook, with_kwargs))

    def register_forward_hook(
        self, hook: Callable[..., Any], *, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after `forward`.

        What it returns replaces the output.
        """
        return add_hook(self._forward_hooks, (hook, with_kwargs))

    def register_full_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` when both are known.

        What it returns replaces `grad_input`.
        """
        return add_hook(self._backward_hooks, hook)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` before backward runs through the module."""
        return add_hook(self._backward_pre_hooks, hook)

    # --- attributes

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        for place, _ in _PLACES:
            if place in own and name in own[place]:
                return own[place][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if isinstance(value, Parameter):
            if "_parameters" not in own:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            self._forget(name, but="_parameters")
            self.register_parameter(name, value)
            return
        if isinstance(value, Module):
            if "_modules" not in own:
                raise AttributeError("cannot assign module before Module.__init__() call")
            self._forget(name, but="_modules")
            own["_modules"][name] = value
            return
        for place, kind in _PLACES:
            if place in own and name in own[place]:
                if value is not None and not (place == "_buffers" and isinstance(value, Tensor)):
                    raise TypeError(
                        f"cannot assign '{typename(value)}' as {kind} '{name}' ({_EXPECTED[place]} "
                        "expected)"
                    )
                own[place][name] = value
                return
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if any(name in self.__dict__[place] for place, _ in _PLACES):
            self._forget(name)
        else:
            super().__delattr__(name)

    def _forget(self, name: str, but: str = "") -> None:
        """Take `name` out of everywhere but one place: there, what is replaced keeps its rank."""
        self.__dict__.pop(name, None)
        for place, _ in _PLACES:
            if place != but:
                self.__dict__[place].pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    def __dir__(self) -> list[str]:
        names = {*super().__dir__(), *self._parameters, *self._modules, *self._buffers}
        return sorted([name for name in names if not name[0].isdigit()])

    def _check_name(self, kind: str, name: Any, place: str) -> None:
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {typename(name)}")
        if hasattr(self, name) and name not in self.__dict__[place]:
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            raise KeyError(
                f'{kind} name can\'t contain "."' + (f", got: {name}" if kind == "module" else "")
            )
        if not name:
            raise KeyError(f'{kind} name can\'t be empty string ""')

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register `param` under `name`; None keeps the name for none."""
        if "_parameters" not in self.__dict__:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        self._check_name("parameter", name, "_parameters")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{typename(param)}' object to parameter '{name}' "
                "(torch.nn.Parameter or None required)"
            )
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be "
                f"created explicitly. To express '{name}' as a function of another Tensor, compute "
                "the value in the forward() method."
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a tensor that belongs to the state but is not learnt."""
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        self._check_name("buffer", name, "_buffers")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' (torch Tensor or "
                "None required)"
            )
        self._buffers[name] = tensor
        (
            self._non_persistent_buffers_set.discard
            if persistent
            else self._non_persistent_buffers_set.add
        )(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Register `module` as a child under `name`."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{typename(module)} is not a Module subclass")
        self._check_name("module", name, "_modules")
        self._modules[name] = module

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
            if module is not None:
                yield from module.named_modules(memo, _join(prefix, name), remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """Yield this module and all below it."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly below, each once, with their names."""
        seen: set[Module] = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The modules directly below."""
        for _, module in self.named_children():
            yield module

    def _named(
        self, place: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in modules:
            for name, value in module.__dict__[place].items():
                if value is None or id(value) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(value))
                yield _join(path, name), value

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters with their names, such as ``0.weight``."""
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters, each once."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers with their names."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def get_submodule(self, target: str) -> Module:
        """The module at a path such as ``layers.0``."""
        module = self
        for name in target.split(".") if target else []:
            if not hasattr(module, name):
                raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
            module = getattr(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a path such as ``layers.0.weight``."""
        return self._get(target, "_parameters", "an nn.Parameter")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a path such as ``1.running_mean``."""
        return self._get(target, "_buffers", "a buffer")

    def _get(self, target: str, place: str, kind: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
        if name not in module.__dict__[place]:
            raise AttributeError(f"`{name}` is not {kind}")
        return module.__dict__[place][name]

    # --- changing all parts

    def apply(self, fn: Callable[[Module], Any]) -> Module:
        """Call `fn` on every module, children first, and return this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Module:
        """Set `training` here and below."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Module:
        """``train(False)``."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        """Set `requires_grad` of all parameters."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or make them zero."""
        for parameter in self.parameters():
            reset_grad(parameter, set_to_none)

    def _apply(self, change: Callable[[Tensor], Tensor]) -> Module:
        """Replace every parameter, its gradient and every buffer by ``change(tensor)``."""
        for module in self.modules():
            for parameter in module._parameters.values():
                if parameter is not None:
                    grad, parameter._grad = parameter._grad, None
                    parameter.data = change(parameter.data)
                    parameter._grad = None if grad is None else change(grad.data)
            for name, buffer in module._buffers.items():
                if buffer is not None:
                    module._buffers[name] = change(buffer)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Module:
        """Change the dtype of parameters and buffers of floating point.

        Raises
        ------
        TypeError
            If the dtype is not of floating point.
        """
        given = [*args, *kwargs.values()]
        wanted = next(
            (
                a.dtype if isinstance(a, Tensor) else a
                for a in given
                if isinstance(a, (dtypes.dtype, Tensor))
            ),
            None,
        )
        if wanted is None:
            return self._apply(lambda t: t.to(*args, **kwargs))
        if not wanted.is_floating_point:
            raise TypeError(
                "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                f"dtype={wanted}"
            )
        return self._apply(lambda t: t.to(wanted) if t.is_floating_point() else t)

    def float(self) -> Module:
        """To float32."""
        return self.to(dtypes.float32)

    def double(self) -> Module:
        """To float64."""
        return self.to(dtypes.float64)

    def half(self) -> Module:
        """To float16."""
        return self.to(dtypes.float16)

    def type(self, dst_type: Any) -> Module:
        """To `dst_type`, buffers and all."""
        return self._apply(lambda t: t.type(dst_type))

    def cpu(self) -> Module:
        """Nothing: all is on the CPU."""
        return self

    # --- state

    def state_dict(self, *, prefix: str = "", keep_vars: bool = False) -> OrderedDict[str, Any]:
        """Parameters and persistent buffers by name, sharing memory."""
        state: OrderedDict[str, Any] = OrderedDict()
        metadata: OrderedDict[str, Any] = OrderedDict()
        for path, module in self.named_modules(prefix=prefix, remove_duplicate=False):
            metadata[path] = {"version": module._version}
            for name, value in module._persistent():
                state[_join(path, name)] = value if keep_vars else value.detach()
        state._metadata = metadata  # type: ignore[attr-defined]
        return state

    def _persistent(self) -> Iterator[tuple[str, Tensor]]:
        for name, value in [*self._parameters.items(), *self._buffers.items()]:
            if value is not None and name not in self._non_persistent_buffers_set:
                yield name, value

    def _may_miss(self, name: str, version: int) -> bool:
        """Whether a state that was saved by a module of this `version` need not hold `name`."""
        return False

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

    def _get_name(self) -> str:
        return type(self).__name__

    def _child_lines(self) -> list[str]:
        return [f"({name}): {indented(repr(module))}" for name, module in self._modules.items()]

    def __repr__(self) -> str:
        extra = self.extra_repr()
        own, children = extra.split("\n") if extra else [], self._child_lines()
        if len(own) == 1 and not children:
            return f"{self._get_name()}({extra})"
        lines = "".join([f"\n  {line}" for line in own + children])
        return f"{self._get_name()}({lines}\n)" if lines else f"{self._get_name()}()"


def indented(text: str) -> str:
    """`text` with its lines after the first moved in by two."""
    return text.replace("\n", "\n  ")


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
