"""Rows for what no other row needs: minigrad was changed in one place at a time, and these notice it."""

from __future__ import annotations

import pytest

from compare import agree

CORNERS = r"""
x = torch.ones(2, requires_grad=True); t = torch.ones(2); (x * t).sum().backward(inputs=[t])
x = torch.ones(2, requires_grad=True); torch.autograd.backward([x.sum(), x.sum()], [None, 'a'])
class B(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, v): ctx.save_for_backward(None, v); return v * 2\n    @staticmethod\n    def backward(ctx, g): print(ctx.saved_tensors); return g\nx = torch.ones(2, requires_grad=True); B.apply(x).sum().backward(); print(x.grad)
class B(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, v): r = v.exp(); ctx.save_for_backward(r); return r\n    @staticmethod\n    def backward(ctx, g): print(ctx.saved_tensors, ctx.saved_tensors[0].grad_fn); return g * ctx.saved_tensors[0]\nx = torch.ones(2, requires_grad=True); g, = torch.autograd.grad(B.apply(x).sum(), x, create_graph=True); print(g, g.grad_fn.next_functions); print(torch.autograd.grad(g.sum(), x))
class B(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, v): return v * 2\nx = torch.ones(2, requires_grad=True); B.apply(x).sum().backward()
class B(torch.autograd.Function):\n    @staticmethod\n    def forward(v, k=3): return v * k\n    @staticmethod\n    def setup_context(ctx, inputs, output): print(inputs); ctx.k = inputs[1]\n    @staticmethod\n    def backward(ctx, g): return g * ctx.k, None\nx = torch.ones(2, requires_grad=True); B.apply(x).sum().backward(); print(x.grad)
x = torch.arange(4.).requires_grad_(); y = x * 1; y.add_(torch.tensor([1., 2, 3, 4]).double()); print(y.grad_fn, y.grad_fn._saved_alpha); y.sum().backward(); print(x.grad)
t = torch.arange(3); x = torch.ones(3, requires_grad=True); t.copy_(x); print(t, t.requires_grad, t.grad_fn)
x = torch.arange(4.); y = x.view(2, 2); y.copy_(y.t()); print(x)
m = nn.Sequential(nn.Linear(2, 2), nn.Dropout()); m.foo = nn.Sequential(nn.Sequential(nn.ReLU())); m.eval(); print([k.training for k in m.modules()]); m.train(); print([k.training for k in m.modules()])
m = nn.Sequential(nn.Linear(2, 2)); print(m.get_parameter('0.weight')); m.get_parameter('0.foo')
m = nn.Linear(2, 2); m(torch.ones(1, 2)).sum().backward(); m.double(); print(m.weight.grad.dtype, m.bias.grad)
x = torch.ones(2, requires_grad=True)\nwith x.register_hook(lambda g: g * 5): (x * 2).sum().backward()\n(x * 2).sum().backward(); print(x.grad)
torch.roll(torch.arange(4), ())
torch.arange(6).view(2, -3)
torch.ones(2).add_('a', torch.ones(2))
torch.add(torch.ones(2), 3, torch.ones(2))
torch.isclose(torch.tensor([1., float('nan')]), torch.tensor([1., float('nan')]), equal_nan=True)
nn.functional.one_hot(torch.tensor([1, 2]), 2)
torch.linalg.solve(torch.ones(3), torch.ones(3))
x = torch.tensor([0., float('nan'), 0.], requires_grad=True); x.prod().backward(); print(x.grad)
x = torch.tensor([2., 0., 0.], requires_grad=True); g, = torch.autograd.grad(x.prod(), x, create_graph=True); print(g, g.grad_fn)
nn.functional.logsigmoid(torch.tensor([float('nan'), 1.]))
torch.cos(torch.zeros(3).expand(2, 2, 3)).stride()
torch.sub(torch.ones(3), torch.ones(3).expand(2, 2, 3), alpha=0.3).stride()
torch.norm(torch.zeros(0, 23, 59), p=2, dim=(-2, -1)).shape
x = torch.zeros(3, 1, requires_grad=True); g, = torch.autograd.grad(x.prod(1).sum(), x, create_graph=True); print(g, g.grad_fn)
x = torch.ones(3, requires_grad=True); g, = torch.autograd.grad(x.lerp(x, -2).log1p().sum(), x, create_graph=True); print(g.grad_fn.next_functions[0][0]._saved_other)
x = torch.ones(3, 4, requires_grad=True); y = x.masked_select(x > 0); x.data = torch.ones(5); y.sum().backward()
torch.tensor(1.).stride(-1)
x = torch.tensor(2., requires_grad=True); x.index_select(-1, torch.tensor([0])).sum().backward(); print(x.grad)
x = torch.arange(3, dtype=torch.int8); print(x + 1, x * 300, x == 300, 1 - x, x - True, (x + 1.5).dtype); x.add_(200); print(x)
torch.manual_seed(1); print(torch.randn(33, dtype=torch.float16), torch.rand(2), torch.empty(20, dtype=torch.float16).normal_(1, 2), torch.rand(1))
print([list(part) for part in torch.utils.data.random_split(range(1), [1, 0])])
x = torch.tensor(float('nan')); x.expand(2, 3)[[0]] = 0.25; print(x)
x = torch.zeros(3, requires_grad=True); torch.linalg.norm(x, 0.5).backward(); print(x.grad)
torch.norm(torch.ones(2), 'foo')
len(torch.tensor(1.))
torch.return_types.foo
print(torch.FloatTensor, torch.LongTensor.__name__, torch.FloatTensor.dtype)
F.dropout(torch.arange(4), 0.5)
F.batch_norm(torch.ones(2, 3), torch.zeros(3).double(), torch.ones(3).double())
torch.einsum('ij,kj->ik', torch.ones(2, 3), torch.arange(2.).view(2, 1))
torch.multinomial(torch.tensor([0., 0.]), 1)
print(torch.arange(1000), torch.arange(1001), torch.arange(1000.).view(10, 100)[:, :5])
print(torch.tensor([1e8]), torch.tensor([1.5, 1e8]), torch.tensor([100000001.]), torch.tensor([1.5e8]), torch.tensor([2e8, 1.]))
x = torch.ones(2, requires_grad=True); y = (x * 2).view(2); v = y.unbind()[0]; y.add_(1); print(v)
x = torch.ones(2, requires_grad=True); a = x.sum(); x.data = x.data.double(); a2 = x.sum(); print(a2.grad_fn.next_functions); a2.backward(); print(x.grad)
x = torch.rand(3, requires_grad=True); print(x[[0, 1]].grad_fn._saved_indices, torch.stack([x, x]).grad_fn.next_functions)
torch.manual_seed(0); print(torch.empty(5).uniform_(3, 3.0000002))
x = torch.ones(3, requires_grad=True); x.sum(keepdim=True)
x = torch.tensor(1., requires_grad=True); w = torch.tensor(2., requires_grad=True); v = torch.tensor(3., requires_grad=True)\ny = x.exp(); z = (y * w).sin() + v; y.add_(1)\ntry: z.backward()\nexcept RuntimeError as e: print('failed')\nprint(x.grad, w.grad, v.grad)
class B(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, v, w): return v * w\n    @staticmethod\n    @torch.autograd.function.once_differentiable\n    def backward(ctx, g): return None, g\nx = torch.ones(2, requires_grad=True); w = torch.ones(2, requires_grad=True)\na = B.apply(x, w); g = torch.autograd.grad((a * a).sum(), (x, w), create_graph=True, allow_unused=True); print(g)\ng[1].sum().backward()
x = torch.arange(4.); x.set_ if False else x.copy_(x[:1]); print(x)
l = nn.Sequential(nn.ReLU()); r = l.insert(0, nn.Tanh()); print(r is l, l)
m = nn.ReLU(); h = m.register_forward_pre_hook(lambda m, i: print('p')); m(torch.ones(1)); h.remove(); m(torch.ones(1))
x = torch.ones(3, requires_grad=True); y = x.exp(); s = y.grad_fn._saved_result; print(s._version, s is y); y.add_(1); print(s._version, s); y.sum().backward()
x = torch.ones(2, 3, 4, requires_grad=True); x.sum((2, 0)).sum().backward(); print(x.grad.shape)
torch.sum(torch.ones(2), 0, dim=0)
class V(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, v): return v.view(2, 2)\n    @staticmethod\n    def backward(ctx, g): return g.view(4)\nx = torch.ones(4, requires_grad=True); y = V.apply(x * 1); z = y[0]; z.add_(1)
x = torch.ones(2, 2, requires_grad=True)\nwith torch.no_grad(): x.t_(); print(x.shape)\nx.t_()
print(torch.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2)), torch.layer_norm(torch.arange(3.), (3,)))
torch.ones(3).maximum_(torch.ones(3))
class B(torch.autograd.Function):\n    boxed_grads_call = True\n    @staticmethod\n    def forward(ctx, v): return v * 2, v * 3\n    @staticmethod\n    def backward(ctx, grads): print(grads); return grads.pop()\nx = torch.ones(2, requires_grad=True); sum(B.apply(x)).sum().backward(); print(x.grad)
torch.where(torch.tensor([True, False]), 1, 2), torch.where(torch.tensor([True, False]), 1., 2), torch.where(torch.tensor([True, False]), 1, 2.5)
torch.ones(2).pow(np.float32(2)), torch.ones(2) ** np.int64(2), np.float32(2) * torch.ones(2), torch.ones(2) * np.float64(2)
F.layer_norm(torch.ones(2, 3).half(), (3,), torch.ones(3).half(), torch.ones(3))
torch.exp(torch.ones(2), out=torch.ones(2, dtype=torch.long))
o = torch.ones(3); torch.exp(torch.ones(2), out=o); print(o)
o = torch.optim.SGD([torch.tensor([0.5, 0.25], requires_grad=True)], 0.1, momentum=0.5, dampening=0.1, weight_decay=0.01); p = o.param_groups[0]['params'][0]\nfor k in range(3):\n    p.grad = torch.tensor([0.1, 0.7]); o.step(); print(p.tolist())
x = torch.arange(20.).view(4, 5).softmax(0), torch.arange(100.).softmax(0).sum(), torch.arange(40.).view(2, 20).log_softmax(1); print(x)
x = torch.tensor([3., 0.], requires_grad=True); y = x * 2; (y.sum() + torch.linalg.vector_norm(y, 0)).backward(); print(x.grad)
torch.manual_seed(0); torch.normal(2., 0., (2,)), torch.empty(2).normal_(1, 0), torch.normal(torch.ones(2), torch.zeros(2))
x = torch.arange(4); torch.narrow(x, 0, 4, 0).storage_offset(), x[4:].storage_offset(), x[2:2].storage_offset()
torch.zeros(3).scatter(0, torch.tensor([0]), 5.), torch.zeros(3).scatter(0, torch.tensor([0]), torch.ones(1)), torch.zeros(3).scatter_(0, torch.tensor([0]), np.float32(2))
print(torch.float16.is_signed, torch.uint8.is_signed, torch.bool.is_signed, torch.int8.is_signed)
torch.autograd.Function()(3)
x = torch.ones(2, 3, requires_grad=True); m = nn.BatchNorm1d(3); m.eval(); print(m(x).grad_fn.name(), F.batch_norm(torch.ones(0, 3, requires_grad=True), torch.zeros(3), torch.ones(3)).grad_fn)
torch.addmm(torch.ones(2), torch.ones(2), torch.ones(2, 2))
nn.Dropout(1.)(torch.ones(2)), nn.Dropout(0.)(torch.ones(2)), nn.Dropout(-0.1)
nn.utils.clip_grad_norm_((p for p in []), 1.)
torch.zeros(0, 2).view(-1, 0)
m = torch.tensor([2., 2., 3.], requires_grad=True); y = torch.tensor([1., 5., 3.]).clamp(max=m); print(torch.autograd.grad(y.sum(), m))
F.conv2d(torch.ones(1, 1, 3, 3, requires_grad=True), torch.ones(1, 1, 2, 2)).grad_fn._saved_bias_sym_sizes_opt, F.conv2d(torch.ones(1, 1, 3, 3, requires_grad=True), torch.ones(2, 1, 2, 2), torch.ones(2)).grad_fn._saved_bias_sym_sizes_opt
m = nn.Sequential(nn.Linear(2, 2)); print(m.get_submodule('0')); m.get_submodule('0.weight')
F.cross_entropy(torch.ones(2, 2), torch.tensor([0, 1]), ignore_index='a')
x = torch.tensor(2., requires_grad=True); (x * x).backward(); (x * 3).backward(); g = x.grad; (x * 3).backward(); g is x.grad, str(g)
x = torch.ones(3, requires_grad=True); y = x * 1; y.mul_(2); y.pow_(2); y.sum().backward(); x.grad
torch.ones(2, 3).masked_fill(torch.ones(4).bool(), 1.)
torch.ones(2, 3).masked_fill(torch.ones(3).bool(), torch.ones(2))
x = torch.ones(2, requires_grad=True); torch.autograd.grad(x.sum(), x, allow_unused=False, materialize_grads=True)
torch.narrow(torch.arange(4), 0, torch.tensor([1]), 2)
torch.randperm(0), torch.randperm(1)
2. in torch.arange(3.), torch.tensor(1.) in torch.arange(3.), True in torch.tensor([True])
torch.arange(3.).item()
torch.ones(3).max(torch.ones(3), True)
x = torch.tensor([0., 1.], requires_grad=True); F.binary_cross_entropy(x, torch.tensor([1., 0.])).backward(); print(x.grad)
F.conv2d(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 2, 2)), F.conv2d(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 3, 3), padding=1)
torch.tensor([[1, 2], [3, 4]]).unbind()[0].ge_(torch.tensor(2., requires_grad=True))
torch.tensor([[1, 2], [3, 4]]).unbind()[0][:] = torch.tensor(2., requires_grad=True)
e = torch.tensor([[1, 2], [3, 4]]).unbind()[0]; e.copy_(torch.tensor(2., requires_grad=True)), e.requires_grad
l = nn.LazyLinear(2); l(torch.zeros(3, 0)); l.bias._version
p = torch.tensor([1.], requires_grad=True); p.backward({'a': torch.tensor(1.)})
p = torch.tensor([1.], requires_grad=True); torch.autograd.backward({'a': p})
w = torch.tensor([1., 2.], requires_grad=True); v = w * 1\nwith torch.autograd.graph.saved_tensors_hooks(lambda t: (print(t), t.clone())[1], lambda t: t): v.mul_(v); v.exp_(); v **= v\nv.sum().backward(); print(w.grad)
x = torch.ones(2, requires_grad=True); y = x * 2; print(nn.utils.clip_grad_norm_(y, 0.5)); y.retain_grad(); y.sum().backward(); print(nn.utils.clip_grad_norm_([x, y], 0.5), x.grad)
x = torch.ones(2, requires_grad=True) * 2; x.grad = torch.ones(2); print(nn.utils.clip_grad_norm_(x, 0.5))
torch.ones(3)[:0].data_ptr(), torch.ones(3, 0)[1:].data_ptr()
class V(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, v): return v * 2, v * 3\n    @staticmethod\n    def backward(ctx, g, h): return g\nx = torch.ones(2, requires_grad=True); a, b = V.apply(x); y = b.sin(); b.detach().add_(1); y.sum().backward()
class V(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, v): a, b = v * 2, v * 3; ctx.save_for_backward(a, b); return a, b\n    @staticmethod\n    def backward(ctx, g, h): return g * ctx.saved_tensors[0]\nx = torch.ones(2, requires_grad=True); a, b = V.apply(x); b.detach().add_(1); b.sum().backward()
class V(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, v, w): ctx.mark_dirty(v); ctx.save_for_backward(v, w); return v\n    @staticmethod\n    def backward(ctx, g): return g, None\nx = torch.ones(2, requires_grad=True) * 2\ntry: V.apply(x, 0.5)\nexcept TypeError as e: print(e, x, x._version)
torch.full((7,), 0.3).std(), torch.full((3,), 0.7).double().var(), torch.full((3, 5), 0.3).std(), torch.full((3, 5), 0.3).std(1), torch.full((7,), 0.3).half().std()
torch.cat(torch.ones(1, 2, 2), 1)
torch.stack(torch.ones(1, 2))
torch.hstack(torch.ones(1, 2))
torch.vstack(torch.ones(1, 2))
torch.stack(torch.Size([1]))
x = torch.tensor([1., 2.], requires_grad=True); y = x ** torch.tensor(True); print(y); y.sum().backward()
""".strip().splitlines()


@pytest.mark.parametrize("line", CORNERS)
def test_corner(line: str) -> None:
    agree(line.replace("\\n", "\n"), order=0)


PLACES = r"""
torch.ones(1).std(); torch.var(torch.ones(1, 2), 0)
torch.ones(3, 3)[[[0, 1], [1, 2]]]
y = torch.zeros(3, 3); y[[[0, 1], [1, 2]]] = 1.0
torch.no_grad()(type("A", (), {})); torch.enable_grad()(type("A", (), {}))
torch.set_grad_enabled(True)(type("A", (), {}))
torch.autograd.gradcheck(lambda x: x * 2, torch.ones(1, requires_grad=True), raise_exception=False)
w = torch.ones(1, requires_grad=True); torch.optim.SGD([w, w], 0.1)
m = nn.Linear(2, 2); m.register_full_backward_hook(lambda *a: None); m(torch.ones(1, 2)).sum().backward()
m = nn.Flatten(); m.forward = lambda x: [x]; m.register_full_backward_hook(lambda *a: None); m(torch.ones(1, 2))
m = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)); m.register_backward_hook(lambda *a: None); m(torch.ones(1, 2))
m = nn.Linear(2, 2); m.register_backward_hook(lambda *a: None); nn.Sequential(m, m)(torch.ones(1, 2))
""".strip().splitlines()


@pytest.mark.parametrize("line", PLACES)
def test_a_warning_names_the_same_place(line: str) -> None:
    """A notebook shows it again for each line of a program that it names, and once for a library's."""
    agree(
        f"""
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    {line}
[w.filename == (lambda: 0).__code__.co_filename and w.lineno for w in caught]
""",
        order=0,
    )
