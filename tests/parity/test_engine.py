"""The backward pass: what it accumulates, in which order, what it frees, what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import compare
from compare import assert_same, both

X = np.array([[0.5, -1.0, 2.0], [3.0, 0.25, -0.75]])
V = np.array([0.5, -1.5, 2.0])


def agree(source: str, **inputs: Any) -> None:
    """As `compare.agree`, but for versions.

    PyTorch adds gradients that meet in place where it can, so the version of a `.grad` counts paths.
    """
    ours, theirs = both(source, order=0, **inputs)
    assert_same(without_versions(ours), without_versions(theirs))


def without_versions(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: without_versions(value) for key, value in tree.items() if key != "version"}
    return [without_versions(item) for item in tree] if isinstance(tree, list) else tree


SOURCES = [
    # accumulation
    "y = (v * v).sum(); y.backward(); v.grad",
    "(v * v).sum().backward(); (v * v).sum().backward(); v.grad",
    "y = (v * v).sum(); y.backward(retain_graph=True); y.backward(); v.grad",
    "y = v.sum(); y.backward(); y.backward(); v.grad",  # sum saves no tensor: nothing is freed
    "v.backward(torch.ones_like(v)); v.grad",  # a leaf as root
    "(v * 2).backward(torch.tensor([1., 2., 3.], dtype=torch.float64)); v.grad",
    "torch.autograd.backward([v.sum(), (v * x).sum()]); v.grad, x.grad",
    "a = v * 2; torch.autograd.backward([a, (a * a).sum()], [v.detach(), None]); v.grad",
    "g = (v * v).sum(); g.backward(); before = v.grad; (v * 3).sum().backward(); before is v.grad",
    "(v * v).sum().backward(); v.grad = None; v.sum().backward(); v.grad",
    "(v * v).sum().backward(); v.grad.zero_(); v.sum().backward(); v.grad",
    "v.grad, = torch.autograd.grad(v.sum(), v); v.sum().backward()",  # that is one element, expanded
    "(v + x).sum().backward(); v.grad, x.grad",  # broadcast, summed back
    "(v[:, None] * x[0]).sum().backward(); v.grad",
    "y = v.sum(); (y * v).sum().backward(inputs=[v]); v.grad",
    "a = v * 1; (a * x).sum().backward(inputs=[v]); v.grad, x.grad",
    # retain_grad
    "a = v * 2; a.retain_grad(); (a * a).sum().backward(); a.grad, a.retains_grad, v.retains_grad",
    "a = v * 2; a.retain_grad(); a.mul_(3); (a * a).sum().backward(); a.grad",
    "a = v * 2; a.retain_grad(); y = (a * a).sum(); y.backward(retain_graph=True); y.backward(); a.grad",
    "a = v * 2; (a * a).sum().backward(); a.grad",  # the warning
    # create_graph
    "torch.autograd.grad((v ** 3).sum(), v, create_graph=True)",
    "y = (v ** 3).sum(); y.backward(create_graph=True); v.grad",
    "y = (v ** 3).sum(); y.backward(create_graph=True); z = v.grad.sum(); v.grad = None; z.backward(); v.grad",
    "g, = torch.autograd.grad((v * v * v).sum(), v, create_graph=True); "
    "h, = torch.autograd.grad(g.sum(), v, create_graph=True); torch.autograd.grad(h.sum(), v)",
    "g, = torch.autograd.grad((v * x).sum(), v, create_graph=True); g",  # sums back over the broadcast
    # autograd.grad
    "torch.autograd.grad((v * v).sum(), v)",
    "torch.autograd.grad((v * v).sum(), (v,), retain_graph=True)",
    "a = v * 2; torch.autograd.grad((a * a).sum(), [a, v])",
    "a = v * 2; torch.autograd.grad((a * a).sum(), a), v.grad",
    "torch.autograd.grad((v * v).sum(), [v, x], allow_unused=True)",
    "torch.autograd.grad((v * v).sum(), [v, x], allow_unused=True, materialize_grads=True)",
    "torch.autograd.grad([v * 2, x * 3], [v, x], [torch.ones_like(v), torch.ones_like(x)])",
    "torch.autograd.grad(v.sum(), [v, v])",
    "a, b = torch.autograd.grad(v.sum(), [v, v]); a is b",
    "torch.autograd.grad(v, v, v)[0] is v",
    # a gradient for the root comes in its dtype
    "v.backward(torch.ones(3, dtype=torch.float32)); v.grad.dtype",
    "torch.autograd.grad(v * 2, v, torch.ones(3, dtype=torch.int64))",
    # an input that is no leaf retains its gradient
    "d = v * 2; d.sum().backward(inputs=[d]); d.grad, v.grad, d.retains_grad",
    "d = v * 2; d.sum().backward(inputs=[d, v]); d.grad, v.grad",
    "d = v * 2; e = v * 3; d.sum().backward(inputs=[e]); e.grad, v.grad, e.retains_grad",
    # and is run, with its hooks; its node is then freed
    "d = v * v; d.grad_fn.register_hook(lambda i, o: print(end='')); (d * 2).sum().backward(inputs=[d]); "
    "e = d.sum(); e.backward()",
    "log = []; d = v * 2; d.grad_fn.register_prehook(lambda o: log.append(1)); v.register_hook(log.append); "
    "d.grad_fn.register_hook(lambda i, o: log.append(2)); d.sum().backward(inputs=d); log, d.grad, v.grad",
    # a dictionary of inputs gives one of gradients
    "torch.autograd.grad((v * x).sum(), {'v': v, 'x': x})",
    "torch.autograd.grad(v.sum(), {'v': v, 'x': x}, allow_unused=True)['x']",
    "(v * x).sum().backward(inputs={'v': v}); v.grad, x.grad",
    "torch.autograd.grad(v.sum(), {})",
    # zeros in place of nothing can be differentiated again
    "z, = torch.autograd.grad(v.sum(), x, create_graph=True, materialize_grads=True); "
    "z, torch.autograd.grad(z, x, torch.ones(2, 3), materialize_grads=True)",
    "e = torch.autograd.graph.get_gradient_edge(x); torch.autograd.grad(v.sum(), e, materialize_grads=True)",
    # what no longer requires a gradient receives none
    "b = v[0]; v.detach_(); b.backward(); v.grad",
    # what a hook after accumulation may return
    "v.register_post_accumulate_grad_hook(lambda p: p); v.sum().backward(); v.grad",
    "v.register_post_accumulate_grad_hook(lambda p: p * 2); v.sum().backward()",
    "v.register_post_accumulate_grad_hook(lambda p: 3); v.sum().backward()",
    # positions and masks are freed too
    "y = v[torch.tensor([0, 2])]; y.sum().backward(); y.sum().backward()",
    "y = torch.where(v > 0, v, 0); y.sum().backward(); y.grad_fn._saved_condition",
    # hooks of a node do not run if it is only asked for its gradient
    "seen = []; (v * 2).grad_fn.next_functions[0][0].register_prehook(lambda g: seen.append(1)); "
    "torch.autograd.grad((v * 3).sum(), v); seen",
    # grad modes
    "with torch.no_grad(): y = v * 2\ny",
    "with torch.no_grad():\n  with torch.enable_grad(): y = v * 2\ny",
    "with torch.set_grad_enabled(False): y = v * 2\n(y, torch.is_grad_enabled())",
    "f = torch.no_grad()(lambda: v * 2); f()",
    "f = torch.no_grad(lambda: v * 2); f()",
    "torch.set_grad_enabled(False); y = v * 2; torch.set_grad_enabled(True); y",
    "@torch.no_grad()\ndef f():\n  yield v * 2\n  yield v * 3\ng = f(); a = next(g); b = v * 1; (a, b, next(g))",
    # a generator is resumed in its mode, by a value, an exception, or the end
    "@torch.no_grad()\ndef f():\n  got = yield 1\n  yield v * got\ng = f(); next(g); g.send(v * 2)",
    "@torch.no_grad()\ndef f():\n  try: yield 1\n  except KeyError: yield v * 2\n"
    "g = f(); next(g); g.throw(KeyError()), v * 1",
    "log = []\n@torch.no_grad()\ndef f():\n  try: yield 1\n  finally: log.append(torch.is_grad_enabled())\n"
    "g = f(); next(g); g.close(); log, torch.is_grad_enabled()",
    "@torch.no_grad()\ndef f():\n  yield 1\n  1 / 0\ng = f(); next(g); next(g)",
    "@torch.enable_grad()\ndef f():\n  got = yield 1\n  return got\ndef g():\n  yield (yield from f())\n"
    "h = g(); next(h), h.send('back')",
    "@torch.no_grad()\nclass A:\n  def __init__(self): self.y = v * 2\nA().y, type(A()).__name__",
    # detach, data
    "(v.detach() * v).sum().backward(); v.grad",
    "d = v.detach(); d[0] = 7.; v, v._version, d._version",
    "d = v.data; d[0] = 7.; v._version, d._version",
    "y = v * v; v.data = torch.ones(3, dtype=torch.float64); v",
    "a = v * 2; b = a.detach().requires_grad_(); (b * b).sum().backward(); b.grad, v.grad",
    # nodes by hand
    "y = v * x; y.grad_fn(torch.ones_like(y))",  # not reduced
    "y = v * 2; y.grad_fn(torch.ones_like(y))",
    "y = v.exp(); y.grad_fn(torch.ones_like(y))",
    "acc = (v * 2).grad_fn.next_functions[0][0]; acc(torch.ones_like(v)), v.grad",
    "acc = (v * 2).grad_fn.next_functions[0][0]; acc(v * 3); acc(v * 1); v.grad",
    "acc = (v * 2).grad_fn.next_functions[0][0]; acc.variable is v",
    "a = v * 2; b = a + v; b.grad_fn.next_functions[0][0] is a.grad_fn",
    "a = v * 2; b = v * 3; a.grad_fn.next_functions[0][0] is b.grad_fn.next_functions[0][0]",
    "(v * 2).grad_fn.name(), (v * 2).grad_fn.next_functions[0][0].name()",
    "(v * 2).grad_fn._input_metadata[0].shape, (v * 2).grad_fn._input_metadata[0].dtype",
    "(v * 2).grad_fn.metadata, (v * 2).grad_fn.requires_grad",
    "f = (v * 2).grad_fn; f._saved_other, f._saved_self",
    "y = v * v; y.sum().backward(); y.grad_fn._saved_self",
    "y = v ** 2; y.sum().backward(); y.grad_fn._saved_exponent",
    # mixed dtypes
    "k = torch.tensor(2., requires_grad=True); (k * v).sum().backward(); k.grad, v.grad",
    "i = torch.tensor([1, 2, 3]); (v * i).sum().backward(); v.grad",
    "c = torch.full((), 0.5, requires_grad=True); (c * torch.tensor([12])).backward(); c.grad",
    "f = torch.ones(3, requires_grad=True); (f * v).sum().backward(); f.grad",
    # errors
    "v.backward()",
    "(v * 2).backward()",
    "(v * 2).sum().detach().backward()",
    "torch.ones(3).sum().backward()",
    "s = (v ** 2).sum(); s.backward(); s.backward()",
    "s = (v ** 2).sum(); s.backward(); s.grad_fn.next_functions[0][0]._saved_self",
    "torch.autograd.grad((v * 2).sum(), torch.ones(2, requires_grad=True))",
    "torch.autograd.grad((v * 2).sum(), [v, torch.ones(2, requires_grad=True)])",
    "torch.autograd.grad((v * 2).sum(), torch.ones(2))",
    "torch.autograd.grad(v * 2, v, torch.ones(2))",
    "(v * 2).sum().backward(torch.ones(2))",
    "torch.autograd.grad(v.sum(), [])",
    "(v * 2).backward(inputs=[])",
    "(v * 2).backward(3.)",
    "torch.autograd.backward([v.sum(), v.sum()], [None])",
    "torch.autograd.backward(v * 2, [torch.ones(3), 'left over']); v.grad",
    "torch.autograd.grad((v * 2).sum(), 3)",
    "torch.autograd.grad((v * 2).sum(), [v, None])",
    "v.sum().backward(inputs=[3])",
    "torch.autograd.grad(3, v)",
    "torch.autograd.grad([3], v)",
    "torch.autograd.backward([None])",
    "(v * 2).grad_fn()",
    "(v * 2).grad_fn(v, v)",
    "(v * 2).grad_fn(3)",
    "(v * 2).grad_fn(None)",
    "v.unbind()[0].grad_fn(v[0])",
    "v.unbind()[0].grad_fn(v[0], None, v[1])",
    "(v * 2).grad_fn.next_functions[0][0]()",
    "v.requires_grad = 3",
    "(v * 2).requires_grad = False",
    "(v * 2).requires_grad_(False)",
    "torch.tensor([1, 2]).requires_grad_()",
    "torch.tensor([1, 2]).requires_grad = True",
    "torch.tensor([1, 2], requires_grad=True)",
    "v.grad = torch.ones(2)",
    "v.grad = 3",
    "v.grad = v",
    "v.grad = torch.ones(3)",
    "v.data = 3",
    "torch.ones(2).retain_grad()",
    "torch.ones(2).register_hook(lambda g: g)",
    "v.numpy()",
    "v.is_leaf = 3",
    "del v.data",
    "v.sum().backward(); del v.grad; v.grad",
    "torch.set_grad_enabled(3)",
    "with torch.set_grad_enabled(None): v * 2",
    "torch.autograd.set_detect_anomaly(1)",
    "torch.autograd.grad((v * v).sum(), v, only_inputs=False)",
    "torch.autograd.functional.jacobian(torch.exp, v, strategy='backward')",
    "torch.autograd.functional.jacobian(torch.exp, v, strategy='forward-mode')",
    "torch.autograd.functional.hessian(torch.sum, v, outer_jacobian_strategy='forward-mode')",
    "v.grad_fn = 3",
    "v.sum().backward(retain_graph=True, foo=1)",
    # what is in .grad and what arrives have two shapes; and where .grad lies
    "v.sum().backward(); v.grad.data = torch.ones(2, dtype=v.dtype); v.sum().backward()",
    "v.sum().backward(); v.grad.data = torch.ones((), dtype=v.dtype); v.sum().backward()",
    """
base = torch.ones(4, 6, 2)
leaves = base[::2], base[:, ::2], base.permute(2, 0, 1), base.permute(2, 0, 1)[:, :, 1:], base[1:].mT, base[:, 0].t()
found = []
for leaf in leaves:
    for function in (lambda leaf: leaf.sum(), lambda leaf: leaf.exp().mT.sum()):
        leaf.requires_grad_().grad = None; function(leaf).backward(); found.append(leaf.grad.stride())
found
""",
]


@pytest.mark.parametrize("source", SOURCES)
def test_same_as_pytorch(source: str) -> None:
    agree(source, x=X, v=V)


HOOKS = [
    "v.register_hook(lambda g: log.append(['leaf', g.tolist()])); (v * v).sum().backward(); log, v.grad",
    "v.register_hook(lambda g: g * 2); v.register_hook(lambda g: g + 1); v.sum().backward(); v.grad",
    "h = v.register_hook(lambda g: g * 2); h.remove(); h.remove(); v.sum().backward(); v.grad",
    "a = v * 2; a.register_hook(lambda g: g * 10); a.retain_grad(); a.sum().backward(); a.grad, v.grad",
    "a = v * 2; a.retain_grad(); a.register_hook(lambda g: g * 10); a.sum().backward(); a.grad, v.grad",
    "a = v * 2; a.grad_fn.register_hook(lambda i, o: log.append(str((i, o)))); a.sum().backward(); log",
    "a = v * 2; a.grad_fn.register_hook(lambda i, o: (i[0] * 5, None)); a.sum().backward(); v.grad",
    "a = v * 2; a.grad_fn.register_prehook(lambda o: (o[0] * 7,)); a.sum().backward(); v.grad",
    "v.register_post_accumulate_grad_hook(lambda p: log.append(p.grad.tolist())); v.sum().backward(); log",
    "a = v * 2; b = a + 1; [t.grad_fn.register_hook(lambda i, o, t=t: log.append(t.grad_fn.name())) "
    "for t in (a, b)]; (a * b).sum().backward(); log",
    "v.register_hook(lambda g: g.sum()); v.sum().backward()",
    "v.register_hook(lambda g: 3); v.sum().backward()",
    "(v * 2).register_post_accumulate_grad_hook(lambda p: None)",
    "a = v * 2; a.register_hook(lambda g: log.append(g.requires_grad)); "
    "torch.autograd.grad(a.sum(), v, create_graph=True); log",
    "a = v * 2; a.register_hook(lambda g: g * 3); torch.autograd.grad(a.sum(), a)",
    "x.register_hook(lambda g: g * 3); torch.autograd.grad(x.sum(), x)",
    # what is asked for is what hooks made of it, but not if the node has to run, too
    "a = v * 2; a.register_hook(lambda g: g * 3); torch.autograd.grad(a.sum(), [a, v])",
    "a, b = v.chunk(2); b.register_hook(lambda g: g * 3); torch.autograd.grad(b.sum(), [v, b, a], allow_unused=True)",
    "a = v * 2; a.register_hook(lambda g: g * 3); a.retain_grad(); torch.autograd.grad(a.exp().sum(), [v, a]), a.grad",
    # the hooks that a tensor has: its own, where it stands in the graph at present
    "a = v * 2; before = a._backward_hooks; h = a.register_hook(lambda g: g); b = a * 1; "
    "n = len(a._backward_hooks); h.remove(); before, n, len(a._backward_hooks), b._backward_hooks, "
    "type(a._backward_hooks).__name__, v._backward_hooks",
    "v.register_hook(lambda g: g); len(v._backward_hooks), type(v._backward_hooks).__name__",
    "a = v * 2; a.register_hook(lambda g: log.append('old')); a.mul_(3); n = a._backward_hooks; "
    "a.register_hook(lambda g: log.append('new')); a.sum().backward(); n, len(a._backward_hooks), log",
    "a = v.exp(); a.register_hook(lambda g: log.append(1)); s = a.grad_fn._saved_result; n = s._backward_hooks; "
    "s.register_hook(lambda g: log.append(2)); a.register_hook(lambda g: log.append(3)); a.sum().backward(); "
    "n, len(s._backward_hooks), len(a._backward_hooks), log",
    "a = v * 2; b = a[:2]; b.register_hook(lambda g: log.append(1)); a.mul_(3); b.grad_fn; "
    "b.register_hook(lambda g: log.append(2)); b.sum().backward(); len(b._backward_hooks), log",
    "a, b = v.chunk(2); b.register_hook(lambda g: log.append(g.tolist())); (a.sum() + b.sum()).backward(); "
    "a._backward_hooks, len(b._backward_hooks), log",
    "a = v * 2; a.register_hook(lambda g: log.append(1)); b = a.sum(); del a; b.backward(); log",
    # a hook that removes itself is not in the way of what is freed
    "a = v * v; h = a.grad_fn.register_hook(lambda i, o: h.remove()); a.sum().backward(); a.grad_fn._saved_self",
    # a hook may change a leaf whose gradient was asked for
    "a = v * 1; a.register_hook(lambda g: log.append(v.requires_grad_(False))); torch.autograd.grad(a.sum(), v)",
]


@pytest.mark.parametrize("source", HOOKS)
def test_hooks(source: str) -> None:
    agree(f"log = []; {source}", x=X, v=V)


ORDER = """
log = []
leaves = [torch.ones(1, requires_grad=True) for _ in range({leaves})]
for nr, leaf in enumerate(leaves): leaf.register_hook(lambda g, nr=nr: log.append(f'leaf {{nr}}'))
def watch(t):
    t.grad_fn.register_hook(lambda i, o, n=t.grad_fn.name(), nr=len(seen): log.append(f'{{n}} {{nr}}'))
    seen.append(t); return t
seen = []
{program}
log
"""
PROGRAMS = [
    "torch.cat(leaves).sum().backward()",
    "(torch.cat(leaves) * leaves[3]).sum().backward()",
    "a = [watch(leaf * 2) for leaf in leaves]; watch(torch.cat(a[::-1])).sum().backward()",
    "a = watch(leaves[0] * leaves[1]); b = watch(a + leaves[2]); c = watch(a * b); watch(c + a).backward()",
    "a = watch(leaves[0] * 2); b = watch(leaves[1] * 3); c = watch(b * a); d = watch(a * a); watch(d + c).backward()",
]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("leaves", [4, 7, 12])
def test_order_of_nodes_is_pytorchs(program: str, leaves: int) -> None:
    agree(ORDER.format(leaves=leaves, program=program))


# leaves without a hook have their gradients when those with one are reached, or not yet
ONE_HOOK = """
log = []
a, b, c, d = [v.detach().requires_grad_() for _ in range(4)]
{leaf}.register_post_accumulate_grad_hook(lambda leaf: log.append([each.grad for each in (a, b, c, d)]))
torch.autograd.backward([each.sum() for each in {roots}])
log
"""


@pytest.mark.parametrize("leaf", ["a", "b", "c", "d"])
@pytest.mark.parametrize(
    "roots",
    ["[a * b - b]", "[d, c, b, b - a]", "[b - a, c * 2, d * 2, d * 3]", "[d, a.exp() * b + c]"],
)
def test_what_the_hook_of_one_leaf_sees_of_others(leaf: str, roots: str) -> None:
    agree(ONE_HOOK.format(leaf=leaf, roots=roots), v=V)


LAYERS = """
x = torch.tensor([[.3, .6, .2], [.7, .1, .4], [.5, .2, .9]], dtype=torch.float64, requires_grad=True)
y = torch.tensor([[.8, .1, .4], [.2, .9, .3], [.1, .6, .5]], dtype=torch.float64, requires_grad=True)
target = torch.tensor([0, 2, 1])
def nodes(tensor):
    found, stack = {{}}, [tensor.grad_fn]
    while stack:
        node = stack.pop()
        if node is not None and node.name() != 'torch::autograd::AccumulateGrad' and id(node) not in found:
            found[id(node)] = node
            stack += [end for end, _ in node.next_functions]
    made = sorted(found.values(), key=lambda node: node._sequence_nr())
    place = {{id(node): nr for nr, node in enumerate(made)}}
    return [[node.name(), *[place.get(id(end)) for end, _ in node.next_functions]] for node in made]
out = x * {of_x}
layers = [nodes(out)]
for _ in range(2):
    out, = torch.autograd.grad((out * out).sum(), x, create_graph=True)
    layers.append(nodes(out))
layers
"""
OF_X = """
x.exp() | x.log() | x.sqrt() | x.rsqrt() | x.sin() | x.tan() | x.asin() | x.atan() | x.tanh() | x.sigmoid() | x.erf()
1 / x | x ** 3 | 2 ** x | x ** x | x / (1 + x * x) | y / x | torch.lerp(x, y, x) | torch.addcmul(x, x, y) | F.silu(x) | F.softplus(x) | F.softplus(x, 2, 3)
torch.addcdiv(x, x, y) | torch.addcdiv(y, x.detach(), x, value=2) | torch.where(x > .5, x * x, y) | torch.minimum(x * x, y) | x.clamp(min=y) | x.softmax(0)
x.log_softmax(1) | x.logsumexp(0) | x.prod(0) | x.std() | x.var(0) | x.norm() | x.norm(1) | x.cumsum(0) | x.cumprod(0)
x.max(0)[0] | x @ y | y.mm(x) | x[0] @ y | torch.einsum('ij,kj->ik', x, y) | x.inverse()
F.mse_loss(x, y) | F.mse_loss(y, x * x, reduction='sum') | F.cross_entropy(x, target) | F.l1_loss(x, y) | F.linear(x, y)
F.binary_cross_entropy_with_logits(x, y) | x[[0, 1, 1]] | x.repeat(3, 1)[:3] | x.gather(1, target[None].expand(3, 3))
"""


@pytest.mark.parametrize("of_x", OF_X.strip().replace("\n", " | ").split(" | "))
def test_new_nodes_are_numbered_as_in_pytorch(of_x: str) -> None:
    agree(LAYERS.format(of_x=of_x))


def test_rules_that_nobody_asks_for_do_not_run() -> None:
    start = "a, b = [torch.rand(3, 3, requires_grad=True) for _ in range(2)]; place = torch.zeros(1, 3).long()"
    for name in ("scatter", "scatter_add"):  # the rule of `b` gives a gradient that does not fit
        made = f"{start}; c = a.{name}(0, place, b).sum()"
        agree(f"{made}; torch.autograd.grad(c, a)")
        agree(f"{made}; torch.autograd.grad(c, a, create_graph=True)")
        agree(f"{made}; c.backward(inputs=[a]); a.grad, b.grad")
        agree(f"{made}; torch.autograd.grad(c, b)")


FUNCTION = """
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, times=1):
        ctx.save_for_backward(x)
        ctx.times = times
        return times * x ** 2
    @staticmethod
    def backward(ctx, grad):
        x, = ctx.saved_tensors
        return {returned}
{program}
"""
FUNCTIONS = [
    ("2 * x * grad * ctx.times, None", "y = Square.apply(v, 3); y.sum().backward(); y, v.grad"),
    ("2 * x * grad * ctx.times, None", "Square.apply(v)"),
    ("2 * x * grad * ctx.times", "Square.apply(v).sum().backward()\nv.grad"),
    ("2 * x * grad", "Square.apply(v, 3).sum().backward()"),
    ("(x[:1], None)", "Square.apply(v, 3).sum().backward()\nv.grad"),
    ("(torch.ones(7), None)", "Square.apply(v, 3).sum().backward()"),
    ("('a', None)", "Square.apply(v, 3).sum().backward()"),
    ("(None, None)", "Square.apply(v, 3).sum().backward()\nv.grad"),
    ("(x, x)", "Square.apply(v, 3).sum().backward()"),
    ("(x, None, None, None)", "Square.apply(v, 3).sum().backward()\nv.grad"),
    ("2 * x * grad * ctx.times, None", "y = Square.apply(v, 3).sum(); y.backward(); y.backward()"),
    (
        "2 * x * grad * ctx.times, None",
        "g, = torch.autograd.grad(Square.apply(v, 3).sum(), v, create_graph=True)\ntorch.autograd.grad(g.sum(), v), g",
    ),
    (
        "2 * x * grad * ctx.times, None",
        "y = Square.apply(v, 3); y.grad_fn.name(), y.grad_fn.saved_tensors",
    ),
    (
        "2 * x * grad * ctx.times, None",
        "y = Square.apply(v, 3); y.grad_fn.apply(torch.ones_like(y))",
    ),
    ("2 * x * grad * ctx.times, None", "y = Square.apply(v, 3); y.grad_fn(torch.ones_like(y))"),
    ("2 * x * grad * ctx.times, None", "str(type(Square.apply(v).grad_fn))"),
    ("2 * x * grad, None", "with torch.no_grad(): y = Square.apply(v)\ny"),
    ("x.numpy(), None", "Square.apply(v).sum().backward()"),
    *[  # after a gradient that is refused, the node still has what it saved
        (
            f"{returned}, None",
            "y = Square.apply(v, 3)\n"
            "try: y.sum().backward()\nexcept RuntimeError: pass\n"
            "y.grad_fn.saved_tensors, v.grad",
        )
        for returned in ("torch.ones(7)", "'a'", "2 * x * grad")
    ],
    ("2 * x * grad, None", "a = v * 1; y = Square.apply(a); a.add_(1); y.sum().backward()"),
    ("2 * x * grad, None", "Square.apply()"),
    ("2 * x * grad, None", "Square()(v)"),
]


@pytest.mark.parametrize(("returned", "program"), FUNCTIONS)
def test_custom_function(returned: str, program: str) -> None:
    agree(FUNCTION.format(returned=returned, program=program), v=V)


RULES_OF_FUNCTIONS = [
    # defaults of forward are bound before setup_context sees them
    """
class Times(torch.autograd.Function):
    @staticmethod
    def forward(x, times=2): return x * times
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.seen = len(inputs), inputs[1]
    @staticmethod
    def backward(ctx, grad): return grad * ctx.seen[1], None
y = Times.apply(v); y.sum().backward(); v.grad, y.grad_fn.seen
""",
    """
class Saves(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.save_for_backward(x, 1); return x * 2
    @staticmethod
    def backward(ctx, grad): return grad
Saves.apply(v)
""",
    # an input that comes back as it was is a view that must not be changed
    """
class Same(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x
    @staticmethod
    def backward(ctx, grad): return grad
y = Same.apply(v * 1); y.square_()
""",
    """
class Dirty(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.mark_dirty(x); x.mul_(2); return x
    @staticmethod
    def backward(ctx, grad): return grad * 2
a = v * 1; b = Dirty.apply(a); b.sum().backward(); states = [v.grad, a._version, b is a]
for leaf in (v, v[:1]):
    try: Dirty.apply(leaf)
    except RuntimeError as error: states.append(str(error))
states, v._version
""",
    """
once_differentiable = torch.autograd.function.once_differentiable
class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.save_for_backward(x); return x ** 3
    @staticmethod
    @once_differentiable
    def backward(ctx, grad): x, = ctx.saved_tensors; return grad * 3 * x ** 2
Once.apply(v).sum().backward(); first = v.grad
g, = torch.autograd.grad(Once.apply(v).sum(), v, create_graph=True)
g.requires_grad, first, torch.autograd.grad((Once.apply(v) * v).sum(), v, create_graph=True)[0].sum().backward()
""",
    # all that it returns comes from one node, which refuses
    """
class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, times, y): ctx.save_for_backward(x, y); return times * x * y
    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad): x, y = ctx.saved_tensors; return grad * y, None, grad * x
w = v.detach().requires_grad_()
grads = torch.autograd.grad((Once.apply(v, 1, w) * v).sum(), [v, w], create_graph=True); grads
""",
    # outputs that are no tensors, and those without gradient, have their place among the gradients
    """
class Several(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return "text", x * 2, None, x > 0, x * 3, 5
    @staticmethod
    def backward(ctx, *grads): log.append(grads); return grads[1] * 2 + grads[4] * 3
log = []; text, a, none, mask, b, five = Several.apply(v); f = a.grad_fn
f.register_prehook(lambda grads: log.append(grads)); f.register_hook(lambda i, o: log.append((len(i), len(o))))
b.sum().backward(); [(list(m.shape), m.dtype) for m in f._input_metadata[:3]], a.output_nr, mask.output_nr, b, log, v.grad
""",
    """
class Square(torch.autograd.Function):
    @staticmethod
    def forward(x): return x ** 2, 2 * x.sum().item()
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.twice = output[1]
    @staticmethod
    def backward(ctx, grad, nothing): return grad * ctx.twice if nothing is None else None
y, twice = Square.apply(v); y.sum().backward(); twice, v.grad
""",
    # a tensor given by keyword has its place too
    """
class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y=None, z=2): ctx.save_for_backward(x, y); return x * y * z, ctx.needs_input_grad
    @staticmethod
    def backward(ctx, grad, nothing): x, y = ctx.saved_tensors; return grad * y, grad * x * 10
w = v.detach().requires_grad_(); y, needed = Product.apply(y=w, x=v); y.sum().backward(); needed, v.grad, w.grad
""",
    # vjp is another name of backward
    """
class Named(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x * 2
    @staticmethod
    def vjp(ctx, grad): return grad * 2
class Both(Named):
    @staticmethod
    def backward(ctx, grad): return grad * 2
Named.apply(v).sum().backward(); g = v.grad; g, Both.apply(v).sum().backward()
""",
    "torch.autograd.Function.apply(v)",
    # nothing of a Function outlives its use: what it saves goes with the pass, the rest with the graph
    """
import gc, weakref
class Saving(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): y = x.exp(); ctx.save_for_backward(x, y); return y
    @staticmethod
    def backward(ctx, grad): return grad * ctx.saved_tensors[1]
gc.disable(); a = v * 1; saved = weakref.ref(a); y = Saving.apply(a); del a
y.sum().backward(); gone = [saved() is None]; node = weakref.ref(y.grad_fn); del y; gone += [node() is None]
gc.enable(); gone
""",
    # an input that is marked as not differentiable comes back detached
    """
class Marked(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.mark_non_differentiable(x); return x, x * 2
    @staticmethod
    def backward(ctx, none, grad): return grad * 2
a, b = Marked.apply(v); b.sum().backward(); a, v.grad, a is v
""",
    # what was changed in place must come back, alone if it is a view
    """
class Changed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, comes_back):
        ctx.mark_dirty(x); x.mul_(2); return {0: x.clone(), 1: x, 2: (x, x.clone())}[comes_back]
    @staticmethod
    def backward(ctx, grad, other=0): return grad * 2 + other * 2, None
def of(*args):
    try: return Changed.apply(*args)
    except RuntimeError as error: return str(error)
a, b, c = v * 1, v * 1, v * 1; view = b[:2]
done = of(a, 0), of(v.detach(), 0), of(view, 2), of(v[:1], 1), of(c, 2), of(view, 1); b.sum().backward(); done, b, v.grad
""",
    # views that come from a Function must not be changed; the reason that is given differs
    """
class Views(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, several): return (x[:2], x[1:]) if several else x[:2]
    @staticmethod
    def backward(ctx, grad, other=None): return None, None
def change(view):
    try: view.add_(v[:2])
    except RuntimeError as error: return str(error)
a, b = Views.apply(v * 1, True)
[change(view) for view in (a, b, Views.apply(v * 1, False), Views.apply(v.detach(), False), Views.apply(v.detach(), True)[1])]
""",
    # an input that comes back as it was cannot be saved by setup_context
    """
class Same(torch.autograd.Function):
    @staticmethod
    def forward(x, w): return x
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(*inputs[:1])
    @staticmethod
    def backward(ctx, grad): return grad, None
def of(*args):
    try: return Same.apply(*args)
    except RuntimeError as error: return str(error)
[of(v, v), of(v.detach(), v), of(v.detach(), 1)]
""",
    # what is returned twice is the last of the two
    """
class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): y = x * 2; ctx.save_for_backward(y); return y, y
    @staticmethod
    def backward(ctx, *grads): return ctx.saved_tensors[0]
y, _ = Twice.apply(v); y.add_(1); y.sum().backward()
""",
    # what was changed but has no gradient comes back detached
    """
class Both(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.mark_dirty(x); ctx.mark_non_differentiable(x); return x.mul_(2)
    @staticmethod
    def backward(ctx, grad): return grad
a = v * 1; b = Both.apply(a); a.sum().backward(); found = [a, b, b is a, v.grad]
with torch.no_grad(): c = v.clone()
c.requires_grad_(); found + [Both.apply(c), c]
""",
]


@pytest.mark.parametrize("source", RULES_OF_FUNCTIONS)
def test_rules_of_functions(source: str) -> None:
    agree(source, v=V)


NAMES = """
lone = nn.Linear(1, 1)
things = [v.register_hook(print), torch.autograd.set_detect_anomaly(False), lone.parameters(), lone.children()]
things += [lone.modules(), lone.buffers(), lone.named_parameters(), lone.named_children(), lone.named_buffers()]
[repr(thing).partition(" at ")[0] for thing in things]
"""


def test_what_a_cell_shows_that_ends_with_it() -> None:
    agree(NAMES, v=V)


CHANGES = """
def change(x, returned):
    class Change(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, w):
            x.mul_(w.detach()); new = x + 1; ctx.mark_dirty({dirty})
            return {returned}
        @staticmethod
        def backward(ctx, *grads):
            return sum(g for g in grads if g is not None) * 2, None
    w = torch.full_like(v, 3.)
    return Change.apply(x, w)
def unrecorded(make):
    with torch.no_grad(): return make()
a = v * 1; x = {x}
y = change(x, 0)
ys = y if isinstance(y, tuple) else (y,)
sum(each.sum() for each in ys).backward(retain_graph=True)
base = x if x._base is None else x._base
[each is x for each in ys], ys, v.grad, base, base.grad_fn and base.grad_fn.next_functions, x._version
"""

CHANGED = [
    (x, dirty, returned)
    for dirty, returned in [
        ("x", "x"),
        ("x", "(x, new)"),
        ("x", "(new, x)"),
        ("x", "new"),
        ("new", "new"),
        ("new[:]", "x"),
    ]
    for x in [
        "a",
        "a[:]",
        "v",
        "v[:]",
        "a.unbind()[0]",
        "v.split(3)[0]",
        "v.detach()",
        "unrecorded(lambda: a[:])",
        "unrecorded(lambda: v[:])",
    ]
]


@pytest.mark.parametrize(("x", "dirty", "returned"), CHANGED)
def test_what_a_function_changes_in_place(x: str, dirty: str, returned: str) -> None:
    agree(CHANGES.format(x=x, dirty=dirty, returned=returned), v=V)


MORE_RULES_OF_FUNCTIONS = [
    # views that a Function returns must not be changed; what for depends on how many there are
    """
def put(returned, x, w):
    class Put(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x): return returned(x)
        @staticmethod
        def backward(ctx, *grads): return grads[0]
    y = Put.apply(x); y = y[0] if isinstance(y, tuple) else y
    try: return (y.mul_(w), y.grad_fn)
    except RuntimeError as error: return str(error)
[
    put(returned, x, w)
    for returned in (lambda x: x, lambda x: x[:], lambda x: (x[:2], x + 1), lambda x: (x + 1)[:2])
    for x in (v * 1, v.detach().clone())
    for w in (2., torch.ones(1, dtype=v.dtype, requires_grad=True))
]
""",
    # a backward may be called vjp, but not both
    """
class Vjp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.save_for_backward(x); return x ** 2
    @staticmethod
    def vjp(ctx, grad): return 2 * ctx.saved_tensors[0] * grad
class Both(Vjp):
    @staticmethod
    def backward(ctx, grad): return grad
Vjp.apply(v).sum().backward(); found = [v.grad.clone()]
try: Both.apply(v).sum().backward()
except RuntimeError as error: found.append(str(error))
found
""",
    # where nothing was saved, backward runs again; to ask what was saved is an error all the same
    """
class Same(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x * 1
    @staticmethod
    def backward(ctx, grad): return grad
y = Same.apply(v); found = [y.grad_fn.saved_tensors]; y.sum().backward(); y.sum().backward()
try: found.append(y.grad_fn.saved_tensors)
except RuntimeError as error: found.append(str(error))
found, v.grad
""",
    # what forward saved, or changed, lives no longer than it is needed
    """
import gc, weakref
class Saves(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): y = x * 2; ctx.save_for_backward(x, y); return y
    @staticmethod
    def backward(ctx, grad): return grad * 2
class Changes(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.mark_dirty(x); ctx.save_for_backward(x); return x
    @staticmethod
    def backward(ctx, grad): return grad
def forgotten(function, keep):
    x = v * 1; y = function.apply(x); refs = weakref.ref(x), weakref.ref(y)
    if keep: y = y.sum(); y.backward()
    else: del y
    del x
    return [ref() is None for ref in refs]
gc.disable()
try: found = [forgotten(function, keep) for function in (Saves, Changes) for keep in (True, False)]
finally: gc.enable()
found
""",
    # a result that retains its gradient goes on doing so when a Function changes it
    """
class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.mark_dirty(x); return x.mul_(2)
    @staticmethod
    def backward(ctx, grad): return grad * 2
a = v * 3; a.retain_grad(); b = Double.apply(a); found = a is b, a.retains_grad; a.sum().backward(); found, a.grad, v.grad
""",
    # what is saved for forward mode does no harm
    """
class Both(torch.autograd.Function):
    @staticmethod
    def forward(x): return x * x
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(*inputs); ctx.save_for_forward(*inputs)
    @staticmethod
    def backward(ctx, grad): return grad * 2 * ctx.saved_tensors[0]
Both.apply(v).sum().backward(); v.grad
""",
    # ctx takes any attribute that PyTorch's takes, and nodes show no others than PyTorch's
    """
free = "meta rare sequence targets release vjp vjp_tensors n_outputs output_metadata share_result op unpack name shape"
taken = "next_functions metadata saved_tensors _input_metadata"
def refusal(node, name):
    try: setattr(node, name, name)
    except AttributeError as error: return str(error)
class Named(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.refused = [refusal(ctx, name) for name in f"{free} {taken}".split()]; return x * 2
    @staticmethod
    def backward(ctx, grad): ctx.taken = [n for n in free.split() if getattr(ctx, n) == n]; return grad * torch.nan
y = Named.apply(v)
try:
    with torch.autograd.set_detect_anomaly(True): y.sum().backward()
except RuntimeError as error: found = [str(error), y.grad_fn.refused, y.grad_fn.taken, v.grad]
base = v * v; base[0] = base[1]; nodes = [v.max(0)[0].grad_fn, (v * v).grad_fn, base.grad_fn]
nodes.append(nodes[1].next_functions[0][0])
shown = [[name for name in dir(node) if name[0] != "_"] for node in nodes]
found, shown, refusal(nodes[1], "_saved_self"), refusal(nodes[3], "metadata"), refusal(nodes[1], "meta").partition(" and ")[0]
""",
]


@pytest.mark.parametrize("source", MORE_RULES_OF_FUNCTIONS)
def test_more_rules_of_functions(source: str) -> None:
    agree(source, v=V)


def test_a_chain_of_a_million_nodes_needs_no_recursion() -> None:
    import minigrad as torch

    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(1_000_000):
        y = y + x
    y.backward()
    assert x.grad.item() == 1_000_001
    del y  # neither does taking it apart


def test_it_is_compared_with_something() -> None:
    """The comparison itself finds a planted difference."""
    with pytest.raises(AssertionError):
        agree("(v * v) if torch.__name__ == 'torch' else v * v * 1", v=V)
    assert compare.describe(3) == 3
