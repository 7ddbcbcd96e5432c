"""What random programs have found once (see `programs`), each as one line."""

from __future__ import annotations

import numpy as np
import pytest

from compare import agree

LINES = r"""
torch.tensor(1.).flip(2)
torch.tensor([1.5e12, -3e10, 300.7, 3e17], dtype=torch.float64).to(torch.uint8), torch.tensor(2.2e15).byte()
torch.tensor(1.).flip((0, -1))
y = torch.tensor(1.); z = y.flip(0); y.add_(1); z
torch.tensor([]).median(-1)
torch.tensor([], dtype=torch.bool).median(0)
torch.cat([torch.tensor([]), torch.tensor([])], 2)
torch.cat([torch.ones(3), torch.tensor(1.)], 2)
torch.where(torch.ones(1, 1) > 0, torch.ones(2), torch.ones(4))
torch.div(torch.tensor([], dtype=torch.uint8), 0, rounding_mode="trunc"), torch.tensor([], dtype=torch.int64) % 0
F.cross_entropy(torch.tensor(1.), torch.tensor(1.))
torch.outer(torch.ones(3, 3, requires_grad=True).diagonal(), torch.ones(3)).grad_fn.next_functions[0][0].name()
torch.ones(2, 3)[torch.tensor([]) > 0]
torch.ones(1, 0)[[0, 1]].shape, torch.ones(1, 0)[[0, -5]].shape
torch.ones(1, 0)[:, [0, 1]]
torch.ones(0, 3)[[0], [False, False, False]].shape
w = torch.eye(2, requires_grad=True); y = torch.stack([w.amax(-1), w.sum(-1)], 1); torch.autograd.grad((y ** 2).sum(), w, create_graph=True)[0]
y = torch.ones(2, 3); y[torch.tensor([]) > 0] = 1.5
y = torch.ones(1, 0); y[[0, 1]] = 1.; y._version
y = torch.ones(1, 0); y[[0, 1]] = torch.ones(3)
y = torch.ones(2, 3); y[y < 0] = y.expand(2, 3)
y = torch.ones(1).expand(3); y[[0, 1]] = 0.; y
y = torch.zeros(5, 5); torch.manual_seed(0); y.T.normal_(); y
torch.manual_seed(0); torch.randn_like(torch.zeros(5, 5).T)
torch.ones(2, 3).T.masked_fill(torch.eye(3)[:, :2] > 0, 0).stride(), torch.tensor([2, 0]).expand(2, 2).floor().stride()
L = []; y = x * x.exp(); y.grad_fn.register_hook(lambda i, o: L.append(i)); torch.autograd.grad(y.sum(), y.grad_fn.next_functions[1][0].next_functions[0][0].variable); L
L = []; y = x * x; y.grad_fn.register_hook(lambda i, o: L.append((i, o))); y.sum().backward(inputs=[y]); L, y.grad, x.grad
y = x * x; y.sum().backward(inputs=[y]); y.sum().backward()
L = []; w = torch.ones(2, requires_grad=True); y = (x + 1)[:1] * w; y.grad_fn.register_hook(lambda i, o: L.append(i)); torch.autograd.grad(y.sum(), w); L
torch.autograd.graph.register_multi_grad_hook((x, torch.ones(1)), print)
torch.autograd.graph.register_multi_grad_hook((x,), print, mode="z")
L = []; h = torch.autograd.graph.register_multi_grad_hook((torch.ones(1), x), L.append, mode="any"); x.sum().backward(); L
L = []; x.register_post_accumulate_grad_hook(lambda p: p.grad); x.register_post_accumulate_grad_hook(lambda p: L.append(p is x)); x.sum().backward()
x.register_post_accumulate_grad_hook(lambda p: p); x.sum().backward(); x.grad.tolist()
y = x @ x.detach(); x.data = y; y.backward(); x.grad.tolist()
b = x.chunk(2)[0]; x.detach_(); x.mul_(2); b.grad_fn
b = x[...]\nwith torch.no_grad(): b.mul_(2)\ny = x + 1; y.div_(b); y.grad_fn._sequence_nr() < b.grad_fn._sequence_nr()
n = nn.LayerNorm(3)(torch.eye(3)).grad_fn; n._saved_weight, nn.BatchNorm1d(3)(torch.eye(3)).grad_fn._saved_weight
y = x.var(-1); g, = torch.autograd.grad(y, x, create_graph=True); [f and f.name() for f, _ in g.grad_fn.next_functions], g.grad_fn._saved_self
y = x.sum().std(); g, = torch.autograd.grad(y, x, create_graph=True); g.grad_fn.name(), g
c = torch.tensor(3); y = c ** (x); g, = torch.autograd.grad(y.sum(), x); (g - y * np.log(3)).abs().max().item() < 1e-12
2 ** torch.tensor([-2 ** 63, 3, -1]), torch.tensor([-1, 2]) ** torch.tensor([-2 ** 63, 2])
torch.lerp(torch.tensor(2), torch.tensor(4), torch.tensor(0.5)), torch.lerp(x[0], x[1], torch.tensor(0.5))
torch.lerp(torch.ones(2).half(), torch.zeros(2).half(), torch.tensor(0.5))
torch.lerp(torch.ones(2), torch.ones(2).half(), torch.tensor(0.5))
torch.tensor(2).lerp_(torch.tensor(4), torch.tensor(0.5))
torch.lerp(torch.eye(3).mT, torch.eye(3), torch.eye(3).mT).stride(), torch.eye(3).mT.lerp(torch.eye(3), 0.5).stride()
torch.full_like(torch.tensor([1], dtype=torch.uint8), -1), torch.tensor([1], dtype=torch.uint8).fill_(-3)
torch.full_like(torch.tensor([1], dtype=torch.uint8), -0.25)
y = torch.tensor([1, 2]); y[0] = float("nan")
y = torch.tensor([1, 2], dtype=torch.int8); y[0] = 300
y = torch.tensor([1, 2]); y[0] = 2.7; y[1] = True; y
torch.tensor([1, 2]).masked_fill(torch.tensor([True, False]), float("inf"))
torch.tensor([1, 2]).masked_fill(torch.tensor([True, False]), torch.tensor(2.7))
y = torch.tensor(1., requires_grad=True); torch.set_grad_enabled(False); y = float(y); torch.set_grad_enabled(True); y
torch.trace(torch.eye(2) > 0)
torch.ones(2, 3).expand(2, 2, 3).permute(2, 0, 1).clone().stride(), torch.ones(2, 3).expand(2, 2, 3).mT.double().stride()
w = torch.ones(3, 2).t().requires_grad_(); w.sum().backward(create_graph=True); w.grad.stride()
v = torch.arange(4.).reshape(2, 2); v[None].mul_(x[0]); v.retain_grad(); v.retains_grad
with torch.no_grad(): v = x.view(3)\nx.detach().zero_(); v.retain_grad()
with torch.inference_mode(): d = x.data\nd._version, d.is_inference()
b = torch.zeros(3, dtype=torch.double); b[1:] = x.sum(); b.grad_fn(torch.ones(3, dtype=torch.double))
L = []; y = x * x; y.grad_fn.register_hook(lambda i, o: L.append(y.grad_fn._saved_self is x)); y.sum().backward(); L
L = []; y = x * x; y.grad_fn.register_hook(lambda i, o: L.append(y.grad_fn._saved_self is x)); y.sum().backward(); y.grad_fn._saved_self
y = x * x; y.grad_fn.register_hook(None)\ntry: y.sum().backward()\nexcept TypeError: pass\ny.grad_fn._saved_self is x
y = x.exp(); x.data = torch.ones(2, dtype=torch.double); x.sum().backward()
y = x.sum(); x.data = torch.ones(2, dtype=torch.double); torch.autograd.grad(y, x)
y = x.sum(); x.data = torch.ones(3); x.register_hook(lambda g: print('hook', g)); y.backward(); print(x.grad)
y = x.sum(); del y; x.data = torch.ones(2, dtype=torch.double); x.sum().backward(); x.grad.tolist()
torch.ones(5).matmul(torch.ones(2, 3, 4).mT)
torch.ones(4) @ torch.ones(2, 3, 4, requires_grad=True).mT, torch.ones(4) @ torch.ones(2, 4, 3, requires_grad=True)
y = torch.addcdiv(x, torch.tensor([2, 0, 1]), x.sum(), value=1.5); torch.autograd.grad(y.sum(), x)
torch.tensor(True) - True
True - torch.tensor(True)
torch.tensor([1.5]) - True
torch.tensor([1.5]).sub_(True)
torch.sub(torch.tensor(True), torch.tensor(True), alpha=-1)
torch.add(torch.tensor(True), torch.tensor(True), alpha=-1)
torch.add(torch.tensor(1), torch.tensor(2), alpha=1.5)
torch.add(torch.tensor(1.), torch.tensor(2), alpha=2.5)
torch.tensor(2, dtype=torch.uint8) % -1, torch.tensor(2, dtype=torch.uint8) + (-1)
torch.tensor(2, dtype=torch.uint8) * 300, torch.tensor(2, dtype=torch.int8) + 200
torch.tensor([2], dtype=torch.uint8) // -1, torch.tensor(2, dtype=torch.uint8).fmod(-1)
torch.tensor(2, dtype=torch.uint8) & -1, torch.tensor(2, dtype=torch.uint8).clamp(-1, 1)
torch.tensor(2, dtype=torch.uint8).add_(-1)
torch.tensor(True).pow(True), torch.tensor([True, False]) ** False
torch.tensor([1, 2]).clamp_(1.5, 2.5)
torch.isfinite(torch.ones(2)).clamp_(1, 1)
torch.tensor([0, 0.5, -2], dtype=torch.uint8)
torch.tensor([0, -0.5, -2], dtype=torch.uint8)
torch.tensor([-128, 127.], dtype=torch.int8)
torch.tensor([-256], dtype=torch.uint8)
torch.tensor(1.)[0]
torch.tensor(1.)[5]
torch.ones(3).sum()[-1]
torch.tensor(1.)[1.5]
torch.tensor(1.)['a']
torch.ones(2)[0, 'a']
torch.ones(2, 2, 2)[[[True, False], [True, True]], 0]
torch.trace(torch.tensor([[True]]))
w = torch.ones(2, 3, requires_grad=True); (-w.trace()).backward(); w.grad.tolist()
torch.ones(2).index_add(0, torch.tensor([2]), torch.ones(1))
torch.ones(5, 2, 2).index_select(-2, torch.tensor([5]))
torch.ones(5, 2, 2).index_select(2, torch.tensor([5]))
torch.tensor(1.).index_select(0, torch.tensor([0, 0]))
torch.ones(0).take(torch.tensor([0]))
torch.tensor(1.).index_add(0, torch.tensor([0, 1]), torch.tensor(1.))
torch.tensor(2).softmax(0)
torch.meshgrid(torch.ones(2), torch.ones(2, 2).double(), indexing='ij')
a = torch.arange(6.).reshape(2, 3).t(); [b.stride() for b in (*a.sort(0), a.argsort(1), a.masked_fill(a > 0, 1.))]
a = torch.arange(24.).reshape(2, 3, 4).permute(2, 0, 1)[::2]; a.sort(1)[0].stride(), a.expand(2, 2, 2, 3).sort(-1)[1].stride()
a = torch.ones(2, 3).t(); [b.stride() for b in (a.scatter(0, torch.tensor([[0, 1]]), 1.), a.index_add(0, torch.tensor([0]), torch.ones(1, 2)))]
a = torch.ones(2, 3).t(); a.scatter_add(0, torch.tensor([[0, 1]]), torch.ones(1, 2)).stride()
F.logsigmoid(torch.tensor([1., 2., 3., -1., 0.3])).tolist(), F.softplus(torch.tensor(0.7)).item()
torch.ones(2) ^ torch.ones(3)
torch.tensor(True).median()
torch.tensor([True]).median(0)
torch.ones(2, 2, 2).t_()
torch.tensor([True, False]).topk(1)
x.topk(0)
[torch.tensor([0.001, 0.3]).half() == 0.3, torch.tensor(0.001).half() > 0.001, torch.tensor([0.3]).half() * 0.3]
torch.arange(6.0)[4:2].storage_offset()
b = torch.tensor([True, True]); b.sign().zero_(); b.sgn().zero_(); b
torch.ones(2, 3).clamp(torch.tensor(1.), torch.ones(6))
F.relu(torch.tensor([0., -0., -1., float('nan')])), F.relu(torch.tensor(-0.)), torch.tensor([-0.]).relu_()
F.elu(torch.tensor([0., -0., -1.]))
torch.tensor([0., -0., -1.]).clamp(0, 1), torch.tensor([0., -0., -1.]).clamp(max=0), torch.tensor(-0.).clamp(0, 1)
torch.maximum(torch.tensor([0., -0.]), torch.tensor([-0., 0.])), torch.minimum(torch.tensor(0.), torch.tensor(-0.))
F.softmax(torch.tensor(0.), -1), F.softmax(torch.tensor(float('inf')), -1)
F.softmax(torch.tensor([], dtype=torch.int64), -1), F.log_softmax(torch.ones(2, 0), 0)
F.logsigmoid(torch.tensor([True]))
F.logsigmoid(torch.arange(6.).reshape(1, 2, 3).mT).stride()
torch.ones(2, 3).t().relu().stride(), torch.ones(3).expand(2, 3).relu().stride()
a = torch.ones(2, 3).t(); (a * torch.ones(2, 3, 2)).stride(), (torch.ones(4, 1, 2) * a).stride()
a = torch.ones(2, 3).t().expand(4, 3, 2); (a + a).stride(), (a * 2).stride(), (a + torch.ones(2)).stride()
F.nll_loss(torch.ones(3), torch.tensor([[1]]))
F.nll_loss(torch.tensor(1.), torch.tensor(0))
F.cross_entropy(torch.ones(3), torch.tensor([1, 2]))
F.cross_entropy(torch.tensor(0.5), torch.tensor([0, 2]))
F.binary_cross_entropy_with_logits(torch.tensor(0.5), torch.tensor(True))
F.binary_cross_entropy_with_logits(torch.tensor([0.5]).double(), torch.tensor([1.]))
F.layer_norm(torch.ones(3), ())
x.sum(dtype=torch.uint8)
x.sum(0, dtype=torch.int64)
x.grad = torch.tensor([1, 2])
(x.view(3, 1).t() * 2).sum().backward(); x.grad.stride()
w = torch.ones(2, 3, requires_grad=True); (w.t() * 2).sum().backward(); w.grad.stride()
w = torch.ones(3, 2).t().requires_grad_(); (w * 2).sum().backward(); w.grad.stride()
e = x + 0.5; e[0].add_(1); r = e.sum(); r.backward(); r.backward()
e = x + 0.5; e[0].add_(1); r = e.sum(); r.backward(retain_graph=True); r.backward(); x.grad.tolist()
[*torch.ones(0, 2, requires_grad=True) * 2]
(torch.ones(0, 2, requires_grad=True) * 2).unbind()
def twice(g): return g.sum()\nx.register_hook(twice); x.sum().backward()
def single(g): return g.float()\nx.register_hook(single); x.sum().backward()
L = []; x.register_hook(L.append); y = x * 2; y.grad_fn.register_hook(lambda i, o: (None, None)); y.sum().backward(); L
x.register_hook(lambda g: torch.ones(3)); y = x * 2; y.grad_fn.register_hook(lambda i, o: (None, None)); y.sum().backward()
x.uniform_(-1, 1)
torch.ones(2, 3).t().uniform_(), torch.ones(2, 3).t().normal_(), torch.ones(2, 3).t().bernoulli_(0.5)
torch.normal(torch.tensor([], dtype=torch.uint8), 1.)
with torch.inference_mode(): d = torch.ones(2, 2) * 1\nd[0]._base, d.t()._base
y = x.std(); y.grad_fn(torch.tensor(1.)).grad_fn.name(), F.silu(x).grad_fn(x).grad_fn.name()
x * np.float64(2), np.float64(2) * x, x / np.sqrt(2), np.sqrt(2) - x, x ** np.float64(2), np.float64(2) ** x
x + np.float32(2), np.float32(2) - x, x * np.int64(2), np.int64(3) - x, x // np.int64(2), np.float64(3) % x
torch.arange(3) * np.float64(2), torch.arange(3) + np.int32(1), torch.tensor(1.) + np.float64(2), torch.ones(2).half() * np.float64(2)
x.clamp(np.float64(0), np.float64(1)), torch.where(x > 0, x, np.float64(2)), torch.pow(np.float64(2), x), torch.fmod(x, np.float64(2))
torch.sin(np.ones(2))
torch.ones(2).add(np.float64(1), alpha=np.ones(2))
torch.mm(torch.ones(2, 2), np.ones((2, 2)))
torch.tensor(1.).size(0)
torch.tensor(1.).size(-1)
F.mse_loss(x, 1.0)
F.mse_loss(x, np.ones(3))
F.binary_cross_entropy(x.sigmoid(), [1, 0, 1])
F.binary_cross_entropy_with_logits(x, 1)
F.cross_entropy(x, 1)
F.nll_loss(x, [1])
torch.tensor(1.).backward(create_graph=True)
str(type(x.exp().grad_fn)), str(type(x.exp().grad_fn.next_functions[0][0])), repr(torch.set_grad_enabled(True))
y = x * x; y.grad_fn.register_hook(lambda i, o: i[0]); y.sum().backward()
y = x * x; y.grad_fn.register_hook(lambda i, o: (i[0],)); y.sum().backward()
y = x * x; y.grad_fn.register_hook(lambda i, o: (torch.ones(2), None)); y.sum().backward()
y = x * x; y.grad_fn.register_hook(lambda i, o: (i[0].double(), i[1])); y.sum().backward()
y = x * x; y.grad_fn.register_prehook(lambda o: [o[0]]); y.sum().backward()
y = x * x; y.grad_fn.register_prehook(lambda o: (3,)); y.sum().backward()
y = x * x; y.grad_fn.register_hook(lambda i, o: (None, i[1])); y.sum().backward(); x.grad
y = x.sin(); y.register_hook(lambda g: g * 2); z = y.detach() * y; torch.autograd.grad(z.sum(), x, None, True, False, True, True), x.grad
torch.autograd.grad(x.exp().sum(), x, only_inputs=True, create_graph=True)
torch.accelerator.is_available(), torch.accelerator.current_accelerator(), torch.accelerator.device_count()
y = x / x; torch.autograd.grad(y.exp().sum(), x, create_graph=True)
w = torch.linspace(0, 1, 3).expand(2, 3).requires_grad_(); w.sum().backward(); w.grad.stride()
F.conv2d(torch.ones(1, 1, 3, 3).double(), torch.ones(1, 1, 2, 2), torch.ones(1))
[repr(each).split("0x")[0] for each in (torch.optim.lr_scheduler.StepLR(torch.optim.SGD([x.detach()]), 1), torch.no_grad(), torch.no_grad, torch.inference_mode(), torch.enable_grad)]
repr(torch.autograd.detect_anomaly), repr([x.layout, torch.preserve_format]), str(x.layout), repr(nn.Linear(1, 1)._forward_hooks), repr(nn.Linear(1, 1)._parameters)[:1]
x.dtype()
x.device() + 1
torch.tensor(np.array(["a", None], dtype=object))
torch.from_numpy(np.array(["a"]))
from IPython.lib.pretty import pretty; pretty([type(x), type(x.exp().grad_fn), type(nn.Linear(1, 1)), type(x.shape), type(x.dtype), torch.no_grad])
torch.view(x.detach(), 3)
torch.size
class Net(nn.module): pass
torch.random.rand(2)
torch.random.normal(0, 1, (2, 3))
torch.random.randint(0, 5, (2,))
torch.seed(42)
y = torch.Tensor(x); y.sum().backward(); y, y._base is x, x.grad.tolist()
torch.FloatTensor(torch.ones(2)).requires_grad_()
torch.Tensor(size=(2, 3)).shape, torch.LongTensor(size=[2]).dtype, torch.Tensor(data=[1, 2])
torch.from_numpy(np.ones(2), dtype=torch.float32)
x.size("a"), x.size(torch.tensor(0))
x.size([0])
x.split(split_size=2), x.split(1, dim=-1)
x.split(split_size_or_sections=1)
nn.ModuleList(modules=[nn.ReLU()]), nn.ModuleDict(modules={"a": nn.ReLU()}), nn.ModuleList(None)
nn.ModuleList(nn.ReLU(), nn.ReLU())
repr(torch.autograd.Variable)
torch.utils.data.DataLoader(torch.ones(3, 2), torch.ones(3))
torch.randn(2, mean=0, std=1)
torch.rand(3, low=2)
torch.ones(2).to(np.float32)
nn.Linear(1, 1).to([1])
torch.device(3.5)
torch.device(None)
torch.zeros(2, device=torch.float32)
torch.ones(2).cuda(0)
nn.Linear(1, 1).cuda(0)
nn.init.xavier_uniform_(nn.Linear(2, 2))
nn.init.kaiming_normal_(nn.Linear(2, 2))
nn.init.normal_([1.0])
nn.init.zeros_(nn.Linear(2, 2, bias=False).bias)
torch.random.manual_seed(4).initial_seed(), torch.random.initial_seed(), torch.rand(1)
torch.nn.Tensor([1.0])
nn.F.relu(torch.ones(2))
torch.autograd.functional.grad(lambda t: t, torch.ones(1))
torch.optim.Adam([x.detach()], betas=0.9)
repr(torch.optim.Adam([x.detach()], betas=[0.9, 0.99]))
x.sum().backward(retain_graph="yes")
x.backward(x.detach(), x.detach())
x.sum().backward(create_graph=None)
reversed(x.sin()), reversed(x.sum()), list(reversed(x.detach()))
torch.functional.F.relu(x.sin()), torch.functional.F is F
F.mse_loss(np.ones(3), x.sin())
nn.BCELoss()(np.ones(3), x.sigmoid())
F.binary_cross_entropy_with_logits(np.ones(3), x.sin())
F.l1_loss([1.0], x.sin())
nn.Sigmoid()(0.5)
nn.Tanh()([0.5])
F.one_hot(np.array([1]))
F.one_hot(tensor=torch.tensor([1])), x.shape
F.one_hot(input=torch.tensor([1])), x.shape
x.add(x, alpha=True)
torch.tensor([1]).sub(1, alpha=1.0)
torch.tensor([True]).add(torch.tensor([True]), alpha=True)
torch.empty(2).uniform_(0, float("inf"))
torch.empty(2).uniform_(float("nan"), 0)
torch.empty(2).uniform_(-3e38, 3e38)
torch.meshgrid(indexing="ij")
torch.meshgrid([], indexing="ij")
torch.einsum("ij, j1->i", torch.eye(2), torch.eye(2))
torch.einsum("ij,jk-> i,k", torch.eye(2), torch.eye(2))
torch.linalg.norm(torch.ones(2), "bad")
torch.linalg.norm(torch.eye(2), 3)
torch.linalg.norm(torch.ones(2), "fro")
nn.init.calculate_gain("leaky_relu", True)
del x.requires_grad
del x.shape
hash(x) == id(x)
nn.ReLU().to("gpu")
nn.ReLU().to("cuda"), nn.ReLU().to(torch.float64, non_blocking=True)
torch.autograd.backward(torch.autograd.graph.GradientEdge(x.sum().grad_fn, 1))
torch.ones(1, 1, 2).squeeze(0, 1), torch.ones(1, 1, 2).squeeze_(0, 1)
torch.ones(1, 1, 2).squeeze(0, "a")
torch.optim.SGD([x.detach()], lr=None)
torch.optim.SGD([x.detach()], lr=float("nan")), torch.optim.SGD([x.detach()], maximize="yes")
torch.optim.SGD([x.detach()], momentum="a")
torch.optim.Adam([x.detach()], lr=None)
torch.optim.RMSprop([x.detach()], lr=float("nan"))
torch.optim.AdamW([x.detach()], lr=torch.tensor(-0.5), eps=-1)
nn.MaxPool2d(np.int64(2)), nn.Flatten(torch.tensor(2)), nn.GELU("tanh"), nn.ELU(np.float32(0.5))
torch.reshape(torch.eye(2), torch.tensor([4]))
torch.full(np.array([2]), 1.0)
torch.flip(torch.eye(2), range(1))
torch.randint(3, torch.tensor([2]))
torch.div(torch.ones(2), torch.ones(2).shape)
(x * 1).requires_grad_(5)
import copy; copy.deepcopy(x.sum().grad_fn)
import copy; copy.copy((x * 2).grad_fn.next_functions[0][0])
x.exp().grad_fn.next_functions[0][0](torch.tensor(1.0, dtype=torch.double)); x.grad
x.exp().grad_fn.next_functions[0][0](torch.ones(2, 3, dtype=torch.double))
x.exp().grad_fn.next_functions[0][0](torch.ones(2, dtype=torch.double))
x.view(3, 1).grad_fn(torch.ones(2))
x.narrow(0, 1, 2).grad_fn(torch.ones(4))
x.select(0, 0).grad_fn(torch.ones(2))
torch.where(x > 0, x, 0.0).grad_fn(torch.ones(2))
nn.Linear(3, 2).double()(x).grad_fn(torch.ones(3))
x.sum().backward(); opt = torch.optim.SGD([x], 0.1); x.data = torch.ones(2, dtype=torch.double); opt.step()
torch.logsumexp(torch.eye(2), ())
torch.logsumexp(torch.eye(2), (), keepdim=True), torch.logsumexp(torch.tensor(2.0), ())
(x * 1).cumsum(0, dtype=torch.int32)
(x * 1).cumprod(0, dtype=torch.int8)
(x * 1).prod(0, dtype=torch.int64)
(x * 1).prod(dtype=torch.uint8)
torch.arange(3).cumsum(0, dtype=torch.bool)
torch.ones(2).cumprod(0, dtype=torch.bool)
torch.ones(0).cumsum(0, dtype=torch.bool), torch.tensor(2).cumprod(0, dtype=torch.bool)
y = (x + 2) * 1; y //= 2; y.sum().backward()
y = (x + 2) * 1; y[0].floor_divide_(2); y.sum().backward()
(x // 2).sum().backward()
F.elu(torch.tensor([0.0, -0.0]), -1.0)
torch.eye(2).index_add(-1, torch.tensor([0]), torch.eye(2))
z = torch.linspace(0.3, 3, 20, requires_grad=True); [v.hex() for p in (0.5, 2.5) for v in torch.autograd.grad(z.norm(p), z)[0].tolist()]
z = torch.linspace(0.5, 1.5, 48); [v.hex() for v in z.add(0.7, alpha=-1.3).tolist() + z.sub(torch.tensor([0.7]), alpha=1.3).tolist() + z.view(16, 3).t().add_(z[3], alpha=-1.7).flatten().tolist()]
y = F.binary_cross_entropy_with_logits(x * 1, x.detach(), pos_weight=torch.tensor(2.0)); y.backward(); y.grad_fn._saved_pos_weight
import warnings; x.register_hook(lambda g: warnings.warn("hook"))\nwith warnings.catch_warnings(record=True) as w:\n    warnings.simplefilter("always")\n    torch.set_warn_always(True); x.sum().backward(create_graph=True); torch.set_warn_always(False)\n[str(v.message)[:10] for v in w]
class B(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, v): return v * 2\n    @staticmethod\n    def backward(ctx, g): return g, g, None\nB.apply(x).sum().backward()
torch.eye(2).amax(dim=["a"])
torch.eye(2).logsumexp([1.5])
torch.manual_seed(0)\ntry:\n    torch.rand(2, requires_grad=1)\nexcept TypeError as error:\n    str(error)\ntorch.rand(2).tolist()
torch.zeros(0, 3).logsumexp(())
torch.zeros(3).scatter_add(0, torch.tensor(0), torch.ones(2)), torch.zeros(3).scatter(0, torch.tensor(1), torch.ones(2))
torch.zeros(2, 1).scatter_add(1, torch.zeros(2, 1, dtype=torch.int64), torch.ones(2))
torch.zeros(2, 1).scatter(1, torch.zeros(3, 1, dtype=torch.int64), torch.ones(3))
torch.tensor([1, 2]).round(decimals=0)
torch.tensor([True]).round(decimals=0)
torch.zeros(3).view(torch.float64)
torch.zeros(4, 2).t().view(torch.float64)
torch.zeros(3, 2).t().view(torch.float16)
torch.tensor(2.0).view(torch.float64)
torch.zeros(4)[1:3].view(torch.float64)
torch.zeros(4, 3)[:, :2].view(torch.float64)
torch.zeros(4, 4)[1:, 2:].view(torch.float64).storage_offset(), torch.zeros(4, 4)[::2].view(torch.uint8).stride()
y = x // 2; y.sum().backward(inputs=[y])
y = torch.zeros(3).view(torch.float32); y.mul_(x); y.grad_fn.name(), y._version, y._base
h = torch.ones(6, dtype=torch.float16); y = h.view(torch.float32); y.mul_(x); y.grad_fn.name(), h._version, h.requires_grad, y
""".strip().splitlines()


@pytest.mark.parametrize("line", LINES)
def test_detail(line: str) -> None:
    x = {"x": np.array([0.5, -1.0, 2.0])} if "x." in line or "x " in line or "(x" in line else {}
    agree(line.replace("\\n", "\n"), order=0, **x)
