"""The tools of torch.autograd against PyTorch: gradcheck, functional, graph, anomaly, inference."""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any

import numpy as np
import pytest

import minigrad
from compare import assert_same, both
from minigrad.autograd import Variable, anomaly_mode, gradcheck
from minigrad.autograd.functional import jacobian  # pyright: ignore[reportMissingImports]
from minigrad.autograd.gradcheck import GradcheckError  # pyright: ignore[reportMissingImports]

X = np.array([0.5, -1.0, 2.0])
W = np.array([[0.5, -1.0], [2.0, 3.0]])
HALF = X.astype(np.float16)
SINGLE = X.astype(np.float32)

MAKE = """
def make(backward, materialize=True):
  class Custom(torch.autograd.Function):
    @staticmethod
    def forward(ctx, t):
      ctx.set_materialize_grads(materialize); ctx.save_for_backward(t); return t * t
    @staticmethod
    def backward(ctx, grad): return backward(grad, *ctx.saved_tensors)
  return Custom.apply
"""


def agree(source: str, *, order: int = 0, **inputs: Any) -> None:
    """As `compare.agree`, but for where the lines of a traceback stand, and for versions."""
    ours, theirs = both(source, order=order, **inputs)
    assert_same(_comparable(ours), _comparable(theirs))


def _comparable(tree: Any) -> Any:
    if isinstance(tree, dict):
        # PyTorch adds gradients in place where it can, so the version of a `.grad` counts paths.
        return {key: _comparable(value) for key, value in tree.items() if key != "version"}
    if isinstance(tree, list):
        return [_comparable(item) for item in tree]
    return _own_lines(tree) if isinstance(tree, str) else tree


def _own_lines(text: str) -> str:
    """A text without the lines of a traceback that are not in the tested source."""
    return re.sub(r'  File "(?!<source>).*\n(    .*\n)?', "", text)


# --- gradcheck

CHECKS = r"""
gradcheck(lambda t: t * t, x)
gradcheck(lambda t, u: t * u[0, 0], (x, w))
gradcheck(lambda t, u: (t * u[0, 0], u.exp()), [x, w])
gradcheck(lambda t: [t * 2, t * t], x)
gradcheck(lambda t: t.sum(), x * 2)
gradcheck(lambda t: (t * t, t.argmax()), x)
gradcheck(lambda t: (t * t, t.detach() * 0), x)
gradcheck(lambda t: t.argmax(), x)
gradcheck(lambda t: torch.ones(2), x)
gradcheck(lambda t: t, x)
gradcheck(lambda t: t.view(3), x)
gradcheck(lambda t: t.clone().mul_(2), x)
gradcheck(lambda t, s: t * t, (x, 'text'))
gradcheck(lambda t, i: t[i], (x, torch.tensor([0, 1])))
gradcheck(lambda t, u: t * 2, (x, w))
gradcheck(lambda t: t * 2, torch.zeros(0, dtype=torch.float64, requires_grad=True))
gradcheck(lambda t: t * t, x, masked=True, check_batched_grad=True, fast_mode=True)
gradcheck(lambda t: t.abs(), torch.zeros(2, dtype=torch.float64, requires_grad=True))
gradcheck(lambda t: t * t, x), x.tolist(), x._version, x.grad
gradcheck(lambda t: t * t, f)
gradcheck(lambda t: t * t, f, eps=1e-2, atol=1e-2)
gradcheck(lambda t, u: t * u, (f, x))
gradcheck(lambda t: t * t, h)
gradcheck(lambda t: t * t, x.detach())
gradcheck(lambda t: t * t, x.detach(), raise_exception=False)
gradcheck(lambda t: t * t, 3.)
gradcheck(lambda t: (t * t).detach(), x)
gradcheck(lambda t: None, x)
gradcheck(lambda t: 3., x)
gradcheck(lambda t, u: t * u, (x, x.detach()))
gradcheck(lambda t: (t - t).sqrt(), x)
gradcheck(lambda t: t.floor(), x)
gradcheck(lambda t: t.mul_(2), x)
gradcheck(lambda t: t.view(7), x, raise_exception=False)
gradcheck(make(lambda g, t: 2 * g * t), x)
gradcheck(make(lambda g, t: (2 * g * t).float()), x)
gradcheck(make(lambda g, t: 3 * g * t), x)
gradcheck(make(lambda g, t: 3 * g * t), x, raise_exception=False)
gradcheck(make(lambda g, t: 3 * g * t), torch.tensor(2., dtype=torch.float64, requires_grad=True))
gradcheck(lambda t: make(lambda g, t: 3 * g * t)(t).sum(), x)
gradcheck(lambda a, b: (a.sum(), make(lambda g, t: 3 * g * t)(b)), (x, w))
gradcheck(make(lambda g, t: None), x)
gradcheck(make(lambda g, t: torch.ones(5, dtype=torch.float64)), x)
gradcheck(make(lambda g, t: 2 * g * t, False), x, check_undefined_grad=False)
runs = []; gradcheck(make(lambda g, t: (runs.append(1), 2 * g * t * (1 + 1e-9 * len(runs)))[1]), x, nondet_tol=1e-3)
gradgradcheck(lambda t: t * t, x)
gradgradcheck(lambda t: t * 3, x)
gradgradcheck(lambda t, u: (t * u[0, 0], u.exp()), (x, w))
gradgradcheck(lambda t, u: t * t, (x, w))
gradgradcheck(lambda t: (t * t, t.argmax()), x)
gradgradcheck(lambda t: t * t, x, torch.ones(3, dtype=torch.float64, requires_grad=True))
gradgradcheck(lambda t: t * t, x, [torch.ones(3, dtype=torch.float64)], gen_non_contig_grad_outputs=True)
gradgradcheck(make(lambda g, t: 2 * g * t), x)
gradgradcheck(make(lambda g, t: 2 * g * t.detach()), x)
gradgradcheck(make(lambda g, t: 2 * g * t.detach()), x, raise_exception=False)
gradgradcheck(lambda t: t * t, f)
gradgradcheck(lambda t: t * t, x.detach())
""".strip().splitlines()


@pytest.mark.parametrize("source", CHECKS)
def test_gradcheck(source: str) -> None:
    inputs = {"x": X, "w": W, "f": SINGLE, "h": HALF}
    setup = MAKE if "make(" in source else ""
    source = source.replace("gradcheck(", "torch.autograd.gradcheck(").replace(
        "gradtorch.autograd.", "torch.autograd.grad"
    )
    used = {n: v for n, v in inputs.items() if re.search(rf"\b{n}\b", source)}
    agree(setup + source, **used)


def test_gradcheck_puts_the_input_back_when_the_function_fails() -> None:
    x = minigrad.tensor(X, requires_grad=True)
    calls = iter(range(9))

    def fails_at_the_third_call(t: Any) -> Any:
        if next(calls) == 2:
            raise KeyError("third")
        return t * t

    with pytest.raises(KeyError):
        gradcheck(fails_at_the_third_call, x)
    assert x.tolist() == X.tolist()


# --- functional

FUNCTIONAL = r"""
jacobian(lambda t: t * t, x)
jacobian(lambda t: t * t, (x,))
jacobian(lambda t: (t * t,), x)
jacobian(lambda t: (t * t, t.sum()), x)
jacobian(lambda a, b: (a * b[0, 0], b.sum()), (x, w))
jacobian(lambda a, b: a * b[0, 0], (x, w))
jacobian(lambda t: t.exp().sum(1), w)
jacobian(lambda t: t * t, x, create_graph=True)
jacobian(lambda t: t * t, x.detach(), create_graph=True)
jacobian(lambda a, b: a * a * b[0, 0], (x, w), create_graph=True)
jacobian(lambda t: t * t, x, vectorize=True)
jacobian(lambda t: t * t, x, strict=True)
jacobian(lambda t: t.detach(), x, strict=True)
hessian(lambda t: t.detach().sum(), x, strict=True)
vjp(lambda t: t.detach(), x, v, strict=True)
jacobian(lambda t: t.detach(), x)
jacobian(lambda t: torch.ones(2), x)
jacobian(lambda t: (t * t, torch.ones(2)), x)
jacobian(lambda t: t.sum(), x)
jacobian(lambda t: t.sum(), torch.tensor(2.))
jacobian(lambda t: t.argmax(), x)
jacobian(lambda t: torch.stack([t.sum(), x.sum()]), x)
jacobian(lambda t: 3., x)
jacobian(lambda t: (t, 3.), x)
jacobian(lambda t: [t], x)
jacobian(lambda t: t, [x])
jacobian(lambda t: t, (x, 3.))
jacobian(lambda t: t * 2, torch.tensor([1, 2]))
jacobian(lambda t: t[:0], x)
with torch.no_grad(): j = jacobian(lambda t: t * t, x)\nj
hessian(lambda t: (t ** 3).sum(), x)
hessian(lambda t: (t ** 3).sum(), (x,))
hessian(lambda a, b: (a ** 3).sum() * b.sum(), (x, w))
hessian(lambda a, b: (a ** 3).sum(), (x, w))
hessian(lambda t: (t ** 3).sum(), x, create_graph=True)
hessian(lambda t: (t ** 3).sum(), x, strict=True)
hessian(lambda t: t.sum(), x)
hessian(lambda t: t.sum().view(1, 1), x)
hessian(lambda t: t.detach().sum(), x)
hessian(lambda t: t * t, x)
hessian(lambda t: (t.sum(),), x)
hessian(lambda t: 3., x)
hessian(lambda t: t.sum(), 3.)
vjp(lambda t: t * t, x, v)
vjp(lambda t: (t * t).sum(), x)
vjp(lambda t: (t * t).sum(), x, strict=True)
vjp(lambda t: (t * t, t.sum()), x, (v, torch.tensor(2.)))
vjp(lambda a, b: a * b[0, 0], (x, w), v)
vjp(lambda t: t * t, x, v, create_graph=True)
vjp(lambda t: t * t, x, v.requires_grad_(), create_graph=True)
vjp(lambda t: t.detach(), x, v)
vjp(lambda t: t * t, x)
vjp(lambda t: t * t, x, torch.ones(2))
vjp(lambda t: (t * t,), x, torch.ones(2))
vjp(lambda t: t * t, x, (v, v))
vjp(lambda t: (t * t,), x, (v, v))
vjp(lambda t: t * t, x, 3.)
jvp(lambda t: t * t, x, v)
jvp(lambda t: t * t, torch.tensor(2.))
jvp(lambda t: (t * t, t.sum()), x, v)
jvp(lambda a, b: a * b[0, 0], (x, w), (v, w.detach()))
jvp(lambda t: t.sin() * 2, x, v, create_graph=True)
jvp(lambda t: t ** 3, x, v, create_graph=True)
jvp(lambda t: t.detach(), x, v)
jvp(lambda t: (t * 2, torch.ones(2)), x, v)
jvp(lambda t: t * t, x)
jvp(lambda t: t * t, x, torch.ones(2))
vhp(lambda t: (t ** 3).sum(), x, v)
vhp(lambda t: (t ** 3).sum(), torch.tensor(2.))
vhp(lambda a, b: (a ** 3).sum() * b.sum(), (x, w), (v, w.detach()))
vhp(lambda a, b: (a ** 3).sum(), (x, w), (v, w.detach()))
vhp(lambda t: (t ** 3).sum(), x, v, create_graph=True)
vhp(lambda t: t.sum(), x, v)
vhp(lambda t: t * t, x, v)
vhp(lambda t: (t.sum(), t.sum()), x, v)
vhp(lambda t: 3., x)
hvp(lambda t: (t ** 3).sum(), x, v)
hvp(lambda t: (t ** 3).sum(), torch.tensor(2.))
hvp(lambda a, b: (a ** 3).sum() * b.sum(), (x, w), (v, w.detach()))
hvp(lambda t: t.sum(), x, v)
hvp(lambda t: t.detach().sum(), x, v)
hvp(lambda t: (t ** 3).sum(), x, torch.ones(2))
hvp(lambda t: t * t, x, v)
jacobian(lambda t: t.detach() + x.detach().requires_grad_() * 2, x, strict=True)
jacobian(lambda a, b: (a * b[0, 0], a * 2), (x, w), strict=True)
jacobian(lambda t: t * 2, x, strict=True, create_graph=True)
jacobian(lambda a, b: (a * a, a + b.sum()), (x, w), strict=True, create_graph=True)
jacobian(lambda t: t * 2, x, strict=True, vectorize=True)
jacobian(lambda t: t, x, nonsense=True)
hessian(lambda t: (2 * t).sum(), x, strict=True)
hessian(lambda a, b: (a ** 2).sum(), (x, w), strict=True)
hessian(lambda a, b: (a ** 2).sum() + (b ** 2).sum(), (x, w), strict=True)
hessian(lambda t: (t ** 2).sum(), x, strict=True, create_graph=True)
hessian(lambda t: (t ** 3).sum(), x, strict=True, vectorize=True)
vjp(lambda a, b: a * a, (x, w), v, strict=True)
vjp(lambda t: t * 2, x, v, strict=True, create_graph=True)
vjp(lambda t: t.detach() + x.detach().requires_grad_() * 2, x, v, strict=True)
vjp(lambda t: t * 2)
jvp(lambda a, b: a * a, (x, w), (v, w.detach()), strict=True)
jvp(lambda t: t * 2, x, v, strict=True, create_graph=True)
jvp(lambda t: (t * 2, x.detach().requires_grad_() * 2), x, v, strict=True)
vhp(lambda a, b: (a ** 2).sum(), (x, w), (v, w.detach()), strict=True)
vhp(lambda t: (2 * t).sum(), x, v, strict=True)
vhp(lambda t: (t ** 2).sum(), x, v, strict=True, create_graph=True)
vhp(lambda a, b: a @ a + (b * w.detach().requires_grad_()).sum(), (x, w), (v, w.detach()), strict=True)
hvp(lambda t: (2 * t).sum(), x, v, strict=True)
hvp(lambda a, b: a @ a + (b * w.detach().requires_grad_()).sum(), (x, w), (v, w.detach()), strict=True)
""".strip().splitlines()


@pytest.mark.parametrize("source", FUNCTIONAL)
def test_functional(source: str) -> None:
    source = source.replace("\\n", "\n")
    name = re.search("jacobian|hessian|vjp|jvp|vhp|hvp", source)
    assert name
    vector = (
        "v = torch.tensor([1., -2., 0.5], dtype=torch.float64)\n"
        if re.search(r"\bv\b", source)
        else ""
    )
    inputs = {"x": X} | ({"w": W} if re.search(r"\bw\b", source) else {})
    agree(f"{vector}{name[0]} = torch.autograd.functional.{name[0]}\n{source}", order=2, **inputs)


# --- modules


def test_modules_can_be_imported_from() -> None:
    """`gradcheck` is a function and a module, as in PyTorch."""
    assert minigrad.autograd.functional.jacobian is jacobian
    assert minigrad.autograd.gradcheck is gradcheck
    assert sys.modules["minigrad.autograd.gradcheck"].gradcheck is gradcheck
    assert issubclass(GradcheckError, RuntimeError)
    assert anomaly_mode.detect_anomaly is minigrad.autograd.detect_anomaly
    assert importlib.import_module("minigrad.autograd.variable").Variable is Variable


# --- graph

GRAPH = r"""
e = get_gradient_edge(x); type(e.node).__name__, e.output_nr, e.ownership_token, len(e)
e = get_gradient_edge(x.unbind(0)[1]); e.node.name(), e.output_nr
get_gradient_edge(x * 2).node is x
get_gradient_edge(torch.ones(2))
get_gradient_edge(3.)
isinstance((x * 2).grad_fn, Node), isinstance(get_gradient_edge(x).node, Node), isinstance(3, Node)
""".strip().splitlines()

GRAPH_IN_THE_CORE = r"""
a = x * 2; e = get_gradient_edge(a); torch.autograd.grad((a * a).sum(), e)
a = x * 2; e = get_gradient_edge(a); torch.autograd.grad((a * a).sum(), (e, x))
a = x * 2; e = get_gradient_edge(a); torch.autograd.grad(e, x, torch.ones_like(x))
a = x * 2; e = get_gradient_edge(a); torch.autograd.grad(e, x)
a = x * 2; e = get_gradient_edge(a); torch.autograd.backward(e, torch.ones_like(x)); x.grad
a = x * 2; e = get_gradient_edge(a); torch.autograd.backward(e, torch.ones(2)); x.grad
a = (x * 2).sum(); e = get_gradient_edge(a); torch.autograd.backward([e, x.sum()]); x.grad
e = get_gradient_edge(x); (x * y).sum().backward(inputs=[e]); x.grad, y.grad
e = get_gradient_edge(x); (x * y).sum().backward(inputs=e); x.grad, y.grad
with saved_tensors_hooks(lambda t: t * 2, lambda t: t + 1): z = x * y\nz.sum().backward(); x.grad, y.grad
with saved_tensors_hooks(lambda t: t.numpy(force=True), torch.as_tensor): z = x.exp()\nz.sum().backward(); x.grad
with saved_tensors_hooks(lambda t: t * 2, lambda t: t): z = x * x\nw = x * x; (z + w).sum().backward(); x.grad
with saved_tensors_hooks(lambda t: t * 2, lambda t: t): z = (x * 2).exp_()\nz.sum().backward(); x.grad
import threading\nL = []\ndef work(): L.append(x.exp())\nwith saved_tensors_hooks(lambda t: L.append(2) or t, lambda t: t): one = threading.Thread(target=work); one.start(); one.join(); z = x * y\nL
with saved_tensors_hooks(lambda t: t * 2, lambda t: t): b = x * 1; b[0] = y[0] * y[1]\nb.sum().backward(); x.grad, y.grad
with saved_tensors_hooks(lambda t: t + 10, lambda t: t):\n  with saved_tensors_hooks(lambda t: t * 2, lambda t: t): z = x * x\nz.sum().backward(); x.grad
with saved_tensors_hooks(lambda t: t, lambda t: t): z = x * x * y\ng, = torch.autograd.grad(z.sum(), x, create_graph=True); torch.autograd.grad(g.sum(), [x, y])
with saved_tensors_hooks(lambda t: t, lambda t: t): z = x.exp() * y\ng, = torch.autograd.grad(z.sum(), x, create_graph=True); torch.autograd.grad(g.sum(), [x, y])
L = []\nwith saved_tensors_hooks(lambda t: (L.append((t.tolist(), t.requires_grad, t.is_leaf)), t)[1], lambda t: t): x * y; x + y; x * 2; x.sum(); x / y; x ** 2; x.sigmoid(); x * torch.tensor(2.)\nL
L = []\nwith saved_tensors_hooks(lambda t: t, lambda t: (L.append(t.tolist()), t)[1]): z = x.sigmoid() * y\nn = len(L); z.sum().backward(retain_graph=True); z.sum().backward(); n, sorted(L)
with saved_tensors_hooks(lambda t: t * 2, lambda t: t): z = x.sigmoid()\nz.view(3); z.detach().sum(); z.sum().backward(); x.grad
with saved_tensors_hooks(lambda t: None, lambda t: torch.ones(3)): z = x * y\nz.sum().backward(); z.grad_fn._saved_self
with saved_tensors_hooks(lambda t: 3, lambda t: 4): z = x * x\nz.sum().backward()
with saved_tensors_hooks(lambda t: 3, lambda t: 4): z = x * x\nz.grad_fn._saved_self
with saved_tensors_hooks(lambda t: 3, lambda t: torch.ones(3) * 7): z = x * x\nz.grad_fn._saved_self
with saved_tensors_hooks(lambda t: 1 / 0, lambda t: t): z = x * x
with saved_tensors_hooks(lambda t: t, lambda t: 1 / 0): z = x * x\nz.sum().backward()
with saved_tensors_hooks(lambda t: t.clone(), lambda t: t): a = x * 1; z = a * a\na.mul_(2); z.sum().backward(); x.grad
with saved_tensors_hooks(lambda t: t, lambda t: t): a = x * 1; z = a * a\na.mul_(2); z.sum().backward(); x.grad
with saved_tensors_hooks(lambda t: t, lambda t: t): z = x * x\nz.sum().backward(); z.sum().backward()
z = x.exp(); z.detach()\nwith saved_tensors_hooks(lambda t: t, lambda t: t): q = z.var(0)\nq.grad_fn._saved_self.detach(); z.add_(1); z.sum().backward()
with saved_tensors_hooks(lambda t: 3, lambda t: torch.ones(3, dtype=torch.float64) * 7): z = make(lambda g, t: g * t)(x)\nz.sum().backward(); x.grad
with saved_tensors_hooks(lambda t: t.mul_(2), lambda t: t): z = x.exp()
with saved_tensors_hooks(lambda t: t.mul_(2), lambda t: t): z = x * x
with saved_tensors_hooks(lambda t: t.detach().add_(1), lambda t: t): z = x.sin()
z = x ** 2; z.grad_fn._raw_saved_self.register_hooks(lambda t: t * 2, lambda t: t + 1); z.sum().backward(); x.grad
L = []; z = (x * 2) ** 2; z.grad_fn._raw_saved_self.register_hooks(lambda t: L.append(t) or t, lambda t: L.append(t) or t); z.sum().backward(); L, x.grad
z = x.sigmoid(); z.grad_fn._raw_saved_result.register_hooks(lambda t: t.numpy(force=True), torch.from_numpy); z.sum().backward(); x.grad
z = x ** 2; s = z.grad_fn._raw_saved_self; s.register_hooks(lambda t: t, lambda t: t); s.register_hooks(lambda t: t, lambda t: t)
z = x ** 2; s = z.grad_fn._raw_saved_self; z.sum().backward(); s.register_hooks(lambda t: t, lambda t: t)
z = x ** 2; z.sum().backward(); z.grad_fn._raw_saved_self.register_hooks(lambda t: t, lambda t: t)
z = x * torch.ones(3); z.grad_fn._raw_saved_self.register_hooks(lambda t: t, lambda t: t)
y = x.expand(3, 3) + 0; z = y.softmax(-1), y.sum((-1, -2)), y[-1], y[:, -2:-1], y.roll(-1, -1), y.permute(-1, 0); [[getattr(f.grad_fn, a) for a in dir(f.grad_fn) if '_saved_' in a and 'raw' not in a and a != '_saved_result'] for f in z]
y = x.expand(3, 3) + 0; z = y.tril(-1), y.diagonal(-1), y ** -2, y.clamp(-2, -1), y.std(0, correction=-1), y.addcmul(y, y, value=-2), y.transpose(-1, 0); [[getattr(f.grad_fn, a) for a in dir(f.grad_fn) if '_saved_' in a and 'raw' not in a and a != '_saved_result'] for f in z]
torch.nn.functional.cross_entropy(x, torch.tensor(1)).grad_fn._saved_ignore_index, torch.nn.functional.embedding(torch.tensor(1), x.view(3, 1)).grad_fn._saved_padding_idx
z = x ** 2; str(type(z.grad_fn._raw_saved_self)), hasattr(z.grad_fn, '_raw_saved_exponent')
with saved_tensors_hooks(lambda t: t, lambda t: t): z = x ** 2\nz.grad_fn._raw_saved_self.register_hooks(lambda t: t, lambda t: t)
z = make(lambda g, t: g * t)(x); s, = z.grad_fn._raw_saved_tensors; s.register_hooks(lambda t: t * 2, lambda t: t + 1); z.sum().backward(); x.grad
z = make(lambda g, t: g * t)(x); z.sum().backward(); z.grad_fn._raw_saved_tensors
z = make(lambda g, t: g * t)(x); z.grad_fn.saved_variables
L = []; register_multi_grad_hook((x, y), L.append); (x * y).sum().backward(); L
L = []; register_multi_grad_hook((x, y), L.append); (x * 2).sum().backward(); L
L = []; register_multi_grad_hook((x, y), L.append, mode='any'); (x * y).sum().backward(); L
L = []; register_multi_grad_hook((x, y), L.append, mode='any'); (x * 2).sum().backward(); (y * y).sum().backward(); L
L = []; a = x * 2; b = a * y; register_multi_grad_hook([a, b, y], L.append); (a.sum() + b.sum()).backward(); L
L = []; s = x.sum(); register_multi_grad_hook([s], L.append); s.backward(); L
L = []; s = x.sum(); register_multi_grad_hook([s, x], L.append); s.backward(); L
L = []; a = y * 2; register_multi_grad_hook((a, x), L.append); x.backward(a); L
L = []; s = x.sum(); register_multi_grad_hook([s, x], L.append); torch.autograd.backward([s, y.sum()]); L
L = []; a = x.max(); register_multi_grad_hook((a, x), L.append); a.sum().backward(inputs=a); L
L = []; a = x * 2; b = a * 3; register_multi_grad_hook((a, b), L.append); b.sum().backward(inputs=[a]); L
L = []; register_multi_grad_hook((x, y), L.append).remove(); (x * y).sum().backward(); L
L = []; register_multi_grad_hook((x, y), L.append); (x * y).sum().backward(); (x * y).sum().backward(); L
L = []; a = x * 2; b = y * 3; register_multi_grad_hook((a, b), L.append); torch.autograd.grad((a * b).sum(), x); L
L = []; register_multi_grad_hook((x, y), L.append); (x * y).sum().backward(inputs=[x]); L
""".strip().splitlines()


def agree_on_graph(source: str) -> None:
    source = source.replace("\\n", "\n")
    names = "|".join(
        n for n in vars(minigrad.autograd.graph) if n[0] != "_" and n not in ("Any", "np")
    )
    source = re.sub(rf"\b({names})\b", r"torch.autograd.graph.\1", source)
    inputs = {"x": X} | ({"y": X[::-1] + 1} if re.search(r"\by\b", source) else {})
    agree((MAKE if "make(" in source else "") + source, **inputs)


@pytest.mark.parametrize("source", GRAPH)
def test_graph(source: str) -> None:
    agree_on_graph(source)


# --- what needs the calls that the core makes


@pytest.mark.parametrize("source", GRAPH_IN_THE_CORE)
def test_graph_in_the_core(source: str) -> None:
    agree_on_graph(source)


ANOMALY = r"""
with anomaly(): pass\ntorch.is_anomaly_enabled()
with anomaly(check_nan=False): r = torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()\nr, torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()
a = anomaly(); torch.is_anomaly_enabled()
set_anomaly(True); r = torch.is_anomaly_enabled(); set_anomaly(False); r, torch.is_anomaly_enabled()
with set_anomaly(True): r = torch.is_anomaly_enabled()\nr, torch.is_anomaly_enabled()
with set_anomaly(True):\n  with set_anomaly(False): r = torch.is_anomaly_enabled()\n  q = torch.is_anomaly_enabled()\nr, q, torch.is_anomaly_enabled()
with anomaly(): z = (x * 0).sqrt().sum() * 0; z.backward()
z = (x * 0).sqrt().sum() * 0\nwith anomaly(): z.backward()
def f(t):\n  u = t * 0\n  return u.sqrt()\nwith anomaly():\n  z = f(x).sum() * 0\n  z.backward()
with anomaly(check_nan=False): z = (x * 0).sqrt().sum() * 0; z.backward()\nx.grad
with anomaly(): a = x.exp(); b = a * a; a.add_(1); b.sum().backward()
a = x.exp(); b = a * a; a.add_(1)\nwith anomaly(): b.sum().backward()
with anomaly(): s = (x * x).sum(); s.backward(); s.backward()
with anomaly(): (x * 2).backward(torch.tensor([1., float('nan'), 1.]))
with anomaly(): x.register_hook(lambda g: g * float('nan')); (x * 2).sum().backward()\nx.grad
with anomaly(): a = x * 3; a.register_hook(lambda g: g * float('nan')); a.sum().backward()
with anomaly(): torch.autograd.grad((x * float('nan')).sum(), x)
with anomaly(): make(lambda g, t: g * float('nan'))(x).sum().backward()
with anomaly(): make(lambda g, t: 1 / 0)(x).sum().backward()
with anomaly(): (x * x).sum().backward()\nx.grad
anomaly()(abs)
""".strip().splitlines()


@pytest.mark.parametrize("source", ANOMALY)
def test_anomaly(source: str) -> None:
    names = (
        "anomaly = torch.autograd.detect_anomaly; set_anomaly = torch.autograd.set_detect_anomaly"
    )
    agree(f"{names}\n{MAKE if 'make(' in source else ''}" + source.replace("\\n", "\n"), x=X)


INFERENCE = r"""
with inf(): a = x * 2; r = a.is_inference(), torch.is_inference_mode_enabled(), torch.is_grad_enabled()\nr, a, a.is_inference(), torch.is_inference_mode_enabled(), torch.is_grad_enabled(), x.is_inference()
with inf(False): a = x * 2\na, a.is_inference()
with inf():\n  with inf(False): a = x * 2; b = torch.is_grad_enabled()\n  c = x * 2\na, a.is_inference(), b, c.is_inference()
with torch.no_grad():\n  with inf(False): a = x * 2\na
@inf()\ndef f(t): return t * 2\nf(x), f(x).is_inference()
@inf\ndef f(t): return t * 2\nf(x), f(x).is_inference(), f.__name__
@inf(False)\ndef f(t): return t * 2\nf(x), f(x).is_inference()
@inf(mode=True)\ndef f(t): return t * 2\nf(x)
@inf()\ndef f(t):\n  yield t * 2\n  yield t * 3\ng = f(x); u = next(g); w = x * 1; u.is_inference(), w.is_inference(), next(g).is_inference()
inf().mode, inf(False).mode
i * x
i + x
i * 3, (i * 3).is_inference(), i.exp() * x
i.clone().is_inference(), i.detach().is_inference(), i.view(3).is_inference(), i[0].is_inference()
i.clone() * x
x.exp().mul_(i)
x.clone().copy_(i)
F.mse_loss(x, i)
torch.where(i > 0, x, i)
torch.cat([i, x])
make(lambda g, t: g * t)(i)
i.add_(1)
i[0] = 3
i.view(3).add_(1)
i.zero_()
with inf(): i.add_(1); i[0] = 7.\ni
with inf(): s = torch.tensor(2.); s.add_(1)\ns
x.detach().add_(i)
i.requires_grad_()
i.requires_grad = True
i.requires_grad_(False)
with inf(): a = torch.ones(3, requires_grad=True); b = a * 2\na, b, a.is_leaf
i._version
i.backward()
i.register_hook(abs)
with inf(): a = x.view(3); n = x._version\na, a.is_inference(), a._is_view(), a.is_leaf, n
with inf(): x.add_(1)\nx, x._version
n = x * 1\nwith inf(): n.add_(1)\nn, n._version, n.is_inference()
y = (x * x).sum()\nwith inf(): y.backward()\nx.grad, x.grad.is_inference()
x.grad = i; (x * 2).sum().backward()
i.numpy(), i.tolist(), torch.from_numpy(i.numpy()).is_inference()
l = nn.Linear(3, 1)\nwith inf(): o = l(torch.ones(1, 3))\no.is_inference(), o.requires_grad
i * i.is_inference()
[t._is_view() for t in (i.view(3), *i.unbind(0))]
nn.Parameter(i)
nn.Parameter(i, requires_grad=False).is_inference()
with inf(): p = nn.Parameter(torch.ones(2)); l = nn.Linear(2, 1)\np.is_inference(), p, l.weight.is_inference(), l.bias.is_leaf
with inf(): p = nn.Parameter(torch.ones(2))\nwith torch.no_grad(): p.add_(1)
with inf():\n  with torch.enable_grad(): a = x * 2; b = a.exp(), a.is_inference(), torch.is_grad_enabled()\na, b, torch.is_grad_enabled()
with inf():\n  with torch.enable_grad(): (x * 2).sum().backward()
with inf():\n  with torch.enable_grad():\n    with inf(False): (x * 2).sum().backward()\nx.grad
with inf():\n  with torch.set_grad_enabled(True): a = x.view(3); a.add_(1); b = x.numpy()
with inf():\n  with torch.set_grad_enabled(True): x.add_(1)\nx, x._version
n = x * 2\nwith inf(): v = n.view(3)\nw = v.view(3); v.mul_(2)
n = x * 2\nwith inf(): v = n.view(3)\nw = v.view(3); w.mul_(2)
n = x * 2\nwith inf(): v = n.view(3); v.mul_(2)\nn, v.grad_fn
n = x * 2\nwith inf(): v = n.view(3)\nw = v.view(3); n.mul_(2); w.grad_fn
n = x * 2\nwith inf(): u = n.unbind(0)\nu[0].mul_(2)
n = x * 2\nwith torch.no_grad(): v = n.view(3)\nw = v.view(3); w.mul_(2)
""".strip().splitlines()


@pytest.mark.parametrize("source", INFERENCE)
def test_inference_mode(source: str) -> None:
    setup = "inf = torch.inference_mode\n"
    if re.search(r"\bi\b", source):
        setup += "with inf(): i = torch.ones(3, dtype=torch.float64)\n"
    agree(setup + (MAKE if "make(" in source else "") + source.replace("\\n", "\n"), x=X)
