"""What PyTorch's own test-suite asks of the parts that minigrad has, each as a line of ours."""

from __future__ import annotations

import pytest

from compare import agree

DTYPES = r"""
u = torch.tensor([1, 200], dtype=torch.uint8); u += torch.tensor([1, -2]); u
u = torch.tensor([3], dtype=torch.uint8); u *= torch.tensor([2], dtype=torch.int16); u
u = torch.tensor([3], dtype=torch.uint8); torch.add(u, torch.tensor([7]), out=u)
b = torch.tensor([True]); b += torch.tensor([1], dtype=torch.uint8)
i = torch.tensor([1], dtype=torch.int8); i += torch.tensor([300]); i
x = torch.ones(2, 4, requires_grad=True); x.view(torch.int32).requires_grad, x.view(torch.float32).requires_grad
x = torch.ones(2, 4); y = x.view(torch.int32); x.add_(1); y, y._version
torch.where(torch.tensor([0, 1, 2], dtype=torch.uint8), t, -t), t.where(torch.tensor([0, 1, 2]) > 0, 1)
torch.tensor([1, 2]).clamp_(torch.tensor([1.5]))
torch.tensor([1, 2]).clamp_(1.5)
torch.addcmul(torch.tensor([1, 2]), torch.tensor([1, 2]), torch.tensor([1, 2]), value=1.5)
torch.tensor([[1, 2], [3, 255]], dtype=torch.uint8).trace()
""".strip().splitlines()

REDUCTIONS = r"""
torch.all(t, dim=()), t.any(()), torch.tensor([0, 2], dtype=torch.uint8).all([])
torch.linalg.norm(t, 1), torch.linalg.norm(t, -1), torch.linalg.norm(t, 1, (1, 0), True)
torch.linalg.norm(t, float('inf')), torch.linalg.norm(t, float('-inf'), dim=(-1, 0))
torch.linalg.norm(torch.arange(24.).reshape(2, 3, 4), float('inf'), (0, 2), keepdim=True)
torch.linalg.norm(torch.ones(0), float('inf'))
torch.linalg.norm(torch.ones(0, 3), -2.0, 0)
torch.linalg.norm(torch.ones(0, 3), float('inf'), 1), torch.ones(0).norm(), torch.ones(0).norm(1), torch.ones(0).norm(0)
x = t.clone().requires_grad_(); y = torch.linalg.norm(x, 1); y.backward(); y, x.grad, y.grad_fn.next_functions[0][0].name()
x = t.clone().requires_grad_(); y = torch.linalg.norm(x, float('-inf')); y.backward(); y, x.grad
""".strip().splitlines()

INDICES = r"""
u = torch.zeros(3, dtype=torch.uint8); u[0] = 300
u = torch.zeros(3, dtype=torch.uint8); u[0] = -1; u[1:] = 255.7; u
i = torch.zeros(2, 2, dtype=torch.int64); i[0] = float('nan')
i = torch.zeros(2, 2, dtype=torch.int64); i[i == 0] = float('inf')
i = torch.zeros(2, dtype=torch.int16); i[[0, 1]] = 40000
b = torch.zeros(3, dtype=torch.bool); b[0] = 5; b[1] = 0.0; b
t[torch.tensor([0], dtype=torch.int16)]
t[torch.tensor([0], dtype=torch.int8)]
t[torch.tensor(1, dtype=torch.int8)], t[torch.tensor([1, 0], dtype=torch.int32)]
t[np.int8(1)], t[np.uint8(1)], t[np.array([1, 0])]
t[[range(2), range(2)]]
t[[[0, 1]] * 31]
t[[[0, 1]] * 32].shape, t[[range(2)] * 40].shape
t.split(0)
torch.ones(0, 2).split(0)
t.split(-1)
""".strip().splitlines()

ARGUMENTS = r"""
torch.arange(4).add(1, alpha=2.5)
torch.arange(4).sub_(torch.arange(4), alpha=2.5)
torch.arange(4).add(1.5, alpha=2.5), torch.arange(4).add(t[0, 0], alpha=2.5), t.sub(1, alpha=2.5)
t.view([1., 9])
t.view((1., 9))
torch.where([True], t, t)
t.lerp([1], [2])
torch.stack([1, 2])
torch.stack((True,))
torch.movedim(t, (0.0, 1), (1, 0))
t.round(1)
t.tril(0, 1)
t.flatten(None)
t.view(None)
torch.flip(t, None)
torch.zeros(None)
torch.zeros(np.array([2, 3]))
t.cumsum(None)
t.sum(None), t.argmax(None)
t.sum(axis=0, foo=1)
t.sum(foo=1, axis=0)
t.max(dim=0, foo=1)
torch.sort(t, dim=1, keepdim=True)
torch.all(t, (0,), None)
t.clamp(t, 'a')
a = t.clone().requires_grad_(); a.logical_and_(t > 0); a, a._version
a = t.clone().requires_grad_(); a.logical_not_(), a.logical_xor_(1)
a = t.clone().requires_grad_(); [[n for n, _ in y.grad_fn.next_functions] == [y.grad_fn.next_functions[0][0]] for y in (t.floor_divide(a), a // t, 2 // a)]
a = t.clone().requires_grad_(); torch.autograd.grad((t // a).sum(), a, create_graph=True)
nn.utils.clip_grad_value_(t.clone().requires_grad_(), 0.1)
torch.autograd.Variable(torch.tensor([2]), requires_grad=True)
torch.autograd.Variable(torch.ones(2), volatile=True)
torch.autograd.Variable(torch.ones(2), require_grad=True)
torch.autograd.Variable(torch.ones(2), True, False)
torch.autograd.Variable(torch.ones(2), requires_grad=True, volatile=True)
torch.nn.functional.conv2d(torch.ones(2, 3, 2), torch.ones(2, 3, 2), padding=1)
torch.nn.functional.conv2d(torch.ones(1, 2, 3, 2), torch.ones(1, 2, 1, 1, 1), stride=2)
torch.nn.functional.conv2d(torch.ones(2, 3, 2), torch.ones(2, 3, 2), padding='same')
x = torch.arange(16.).view(1, 1, 4, 4).requires_grad_(); g, = torch.autograd.grad(nn.functional.max_pool2d(x, 2).sum(), x, create_graph=True); str(g)
x = torch.arange(16.).view(1, 1, 4, 4).requires_grad_(); g, = torch.autograd.grad(nn.functional.avg_pool2d(x, 2).sum(), x, create_graph=True); str(g)
x = torch.arange(12.).view(2, 3, 2).requires_grad_(); g, = torch.autograd.grad(nn.functional.nll_loss(x ** 2, torch.tensor([[0, 1], [2, 1]]), reduction='none').t().pow(2).sum(), x, create_graph=True); str(g), str(torch.autograd.grad(g.sum(), x))
torch.count_nonzero(t, dim='a')
np.sum(t)
np.max(t, axis=0)
t.add()
t.sub_()
torch.add()
torch.addcmul(t)
t.copy_()
t.copy_(np.ones(3))
t.copy_(2)
t.where(t > 0, 'a')
t.shape + [1]
[1] + t.shape
1 + t.shape
t.shape + (1,), (1,) + t.shape
t.unbind(0, 1)
torch.unbind(t, dims=0)
t.floor_(1)
t.uniform_(a=0, b=1)
t.uniform_(**{'from': -1}).min() < 0
t.uniform_('a')
t.to('float32')
t.to('torch.FloatTensor')
torch.device('cuda0')
torch.device('cuda:01')
torch.device('gpu:0')
t.repeat(2, -1)
t.repeat(-1, 1, 1)
torch.from_numpy(t)
""".strip().splitlines()

NUMPY = r"""
t + np.ones(3), t - np.arange(3), t * np.array(2), t / np.array([True, False, True])
torch.tensor([1, 2]) + np.ones(2), torch.ones(2).half() * np.arange(2)
t @ np.ones(3), t ** np.arange(3), t // np.full(3, 2), t % np.full(3, 2)
np.ones(3) / t
np.ones(3) + t
np.ones(3) * t
np.array(2) * t
t < np.ones(3)
t + np.ones(2)
t == np.arange(3), np.arange(3) == t, t != np.arange(3)
t == np.ones(2)
x = torch.ones(2, requires_grad=True); x * np.ones(2)
x = torch.ones(2, requires_grad=True); x * np.float64(2), np.float32(2) * x
y = t; y += np.ones(3); y is t, y, t
t.add(np.ones(3))
torch.mul(t, np.ones(3))
torch.cat([t, np.ones((1, 3))])
torch.where(t > 0, t, np.ones(3))
torch.maximum(t, np.ones(3))
np.array(t), np.asarray(t), np.add(t, 1), np.exp(t), np.asarray(t, dtype=np.int8)
""".strip().splitlines()

OPERATORS = r"""
t += None
t -= None
t *= 'a'
t /= [1, 2, 3]
t //= None
t %= 'a'
t **= None
t &= 'a'
t += np.float32(2); t -= True; t
None / t
'a' / t
[1, 2, 3] / t
{} - t
""".strip().splitlines()

MODULES = r"""
nn.Linear(5 / 2, 3)
nn.Linear(2, 3.0)
nn.Embedding(2.5, 3)
nn.BatchNorm1d(2.0)
nn.Module().register_buffer('', t)
nn.Module().register_parameter('', nn.Parameter(t))
nn.Module().add_module('', nn.ReLU())
nn.Module().register_buffer(1, t)
nn.Module().register_parameter(1, None)
nn.Module().add_module(1, nn.ReLU())
nn.ModuleDict({1: nn.ReLU()})
class Net(nn.Module):\n    def __init__(self): self.width = 3\nnet = Net(); list(net.parameters())
class Net(nn.Module):\n    def __init__(self): self.width = 3\nnet = Net(); net.eval()
l = nn.Linear(2, 3); l.load_state_dict({'weight': 3, 'bias': torch.ones(3)})
l = nn.Linear(2, 3); l.load_state_dict({'weight': np.ones((3, 2)), 'bias': torch.ones(2)})
""".strip().splitlines()

CONTAINERS = r"""
s = nn.Sequential(nn.Tanh(), nn.ReLU()); s.insert(5, nn.GELU())
s = nn.Sequential(nn.Tanh(), nn.ReLU()); s.insert(-3, nn.GELU())
s = nn.Sequential(nn.Tanh(), nn.ReLU()); print(s.insert(-1, nn.GELU()), s + s)
b = nn.BatchNorm1d(3); b(t); b.weight.data.mul_(3); b.reset_running_stats(); b.running_mean, b.running_mean._version, b.running_var, b.num_batches_tracked, b.weight
b = nn.BatchNorm1d(3); b(t); b.weight.data.mul_(3); b.reset_parameters(); b.running_mean, b.running_var, b.running_var._version, b.num_batches_tracked, b.weight
b = nn.BatchNorm1d(3); b.track_running_stats = False; b(t); b.running_mean, b.num_batches_tracked, b.eval()(t)
b = nn.BatchNorm1d(3, track_running_stats=False); b(t); b.reset_parameters(); b.running_mean, b.num_batches_tracked
m = nn.ModuleList([nn.Tanh()]); print(m.insert(0, nn.ReLU()), m.insert(1, nn.GELU()), m)
s = nn.Sequential(nn.Tanh(), nn.ReLU()); s[7] = nn.GELU()
s = nn.Sequential(nn.Tanh(), nn.ReLU()); del s[7]
s = nn.Sequential(nn.Tanh(), nn.ReLU(), nn.GELU()); del s[-1]; del s[:1]; print(s, s.pop(-1), s)
l = nn.ModuleList([nn.Tanh()]); print(l + [nn.ReLU()], l + l)
nn.ModuleList(nn.Tanh())
nn.ModuleList([]).extend(3)
nn.ParameterDict({'w': t, 'b': t[0]})
list(nn.ParameterDict([('w', t), ('b', t[0])]).keys())
nn.Sequential(nn.Tanh(), nn.functional.relu)
nn.Sequential(nn.Tanh, nn.ReLU())
""".strip().splitlines()

CLASSES = r"""
print(f"{nn.Parameter(torch.tensor(2.5))}", f"{torch.tensor(2.5):.2f}")
print(type(nn.Linear(1, 1)), nn.Linear, nn.Module, nn.Sequential, nn.ModuleList, nn.ReLU, nn.MSELoss, nn.Conv2d, nn.BatchNorm2d)
print(nn.Parameter, nn.Embedding, nn.Flatten, nn.Dropout, nn.MaxPool2d, nn.LayerNorm, nn.Identity, nn.ParameterDict, nn.LazyLinear)
o = torch.optim; print(type(o.SGD([t], 0.1)), o.Adam, o.AdamW, o.RMSprop, o.Adagrad, o.Optimizer, o.lr_scheduler.StepLR)
d = torch.utils.data; print(d.Dataset, d.TensorDataset, d.Subset, d.DataLoader)
print(torch.Tensor, torch.Size, torch.dtype, torch.device, type(t.max(0)), torch.TypedStorage, type(t.untyped_storage()))
class Net(nn.Linear): pass\nprint(Net, Net(1, 1), torch.autograd.Function)
from abc import ABC, abstractmethod\nclass Net(nn.Module, ABC):\n    @abstractmethod\n    def f(self): pass\ntry: Net()\nexcept TypeError as error: text = str(error)[:39]\ntext
class Rows(torch.utils.data.Dataset[int]): pass\nlen(list(Rows.__mro__)) > 1
torch.from_numpy(nn.ReLU())
t[0] = nn.ReLU()
torch.optim.SGD([nn.ReLU()], 0.1)
""".strip().splitlines()

LAYERS = r"""
e = nn.Embedding.from_pretrained(t); print(e, e(torch.tensor([2, 0])), e.weight); torch.rand(1)
e = nn.Embedding.from_pretrained(t, freeze=False, padding_idx=1); e(torch.tensor([1, 2])).sum().backward(); e, e.weight.grad
nn.Embedding.from_pretrained(t[0])
nn.Embedding.from_pretrained([[1.0]])
nn.Embedding(3, 2)(1)
nn.functional.embedding(torch.tensor(1), 3)
[nn.init.calculate_gain(kind) for kind in ('conv1d', 'conv2d', 'conv_transpose3d', 'sigmoid', 'selu')]
nn.init.calculate_gain('leaky_relu', None), nn.init.calculate_gain('leaky_relu', 1)
torch.optim.SGD([{'params': {t}}], 0.1)
o = torch.optim.SGD([t], 0.1); s = torch.optim.lr_scheduler.StepLR(o, 2); s.state_dict()
o = torch.optim.SGD([t], 0.1); s = torch.optim.lr_scheduler.LambdaLR(o, lambda e: 1); d = s.state_dict(); s.load_state_dict(d); o.step(); s.step(); d, s.state_dict()
o = torch.optim.SGD([t], 0.1); torch.optim.lr_scheduler.StepLR(o, 2, last_epoch=3)
class S(torch.optim.lr_scheduler._LRScheduler):\n    def get_lr(self): return [0.5]\no = torch.optim.SGD([t], 0.1); S(o); o
""".strip().splitlines()

LOSSES = r"""
nn.CrossEntropyLoss(ignore_index=1)(t, t)
h = t.half() * 3000; nn.functional.layer_norm(h, (3,)), nn.LayerNorm(3)(h), nn.LayerNorm((3, 3)).half()(h)
h = t.half() * 3000; b = nn.BatchNorm1d(3).half(); y = b(h); y, b.running_mean, b.running_var, y.grad_fn._saved_result1, y.grad_fn._saved_result2
h = (t.sin() * 500).half().requires_grad_(); b = nn.BatchNorm1d(3).half(); b(h)[0, 0].backward(); h.grad, b.weight.grad
h = (t.sin() * 500).half().requires_grad_(); y = nn.LayerNorm(3).half()(h); y[0, 0].backward(); y, y.grad_fn._saved_result1, y.grad_fn._saved_result2, h.grad
nn.BatchNorm1d(3, eps=0.0)(t)
nn.BatchNorm1d(3, eps=0.0).eval()(t), nn.LayerNorm(3, eps=0.0)(t)
nn.functional.batch_norm(t[:0], None, None, training=True, eps=-1)
nn.MSELoss(t, t)
nn.CrossEntropyLoss(t, torch.tensor([0, 1, 2]))
l = nn.MSELoss(size_average=False); l(t, t + 1), l, l.reduction
nn.MSELoss(reduce=False)(t, t + 1)
nn.L1Loss(False, False)(t, t + 1)
nn.SmoothL1Loss(size_average=True, reduce=True, beta=2.0)(t, t + 1)
nn.CrossEntropyLoss(None, None, 1, None, 'sum')(t, torch.tensor([0, 1, 2]))
nn.NLLLoss(size_average=False)(t, torch.tensor([0, 1, 2]))
nn.BCELoss(None, False)(t / 9, t / 8)
nn.BCEWithLogitsLoss(None, None, None, 'none', torch.ones(3))(t, t)
""".strip().splitlines()

SEQUENCES = r"""
F.cross_entropy(x, y)
F.cross_entropy(x, y).grad_fn.next_functions[0][0].next_functions[0][0].name()
F.cross_entropy(x, y, reduction='none')
F.cross_entropy(x, y, torch.tensor([1., 2., 3., 4.]), ignore_index=1)
F.cross_entropy(x, y, torch.tensor([1., 2., 3., 4.]), reduction='sum')
F.nll_loss(x.transpose(1, 2), torch.tensor([[0, 1, 2, 0], [4, 3, 2, 1]]), reduction='mean')
F.cross_entropy(x.reshape(2, 4, 5, 1), y[..., None])
F.cross_entropy(x.reshape(2, 4, 5, 1), y[..., None]).grad_fn
F.cross_entropy(x.reshape(2, 4, 5, 1, 1), y[..., None, None], reduction='none')
F.cross_entropy(x.reshape(2, 4, 5, 1), y)
F.cross_entropy(x.reshape(2, 4, 5, 1), y[:, None])
F.cross_entropy(x, torch.zeros(2, 4).long())
F.cross_entropy(x, torch.zeros(2).long())
F.cross_entropy(x, y[:1])
F.cross_entropy(x, y + 1)
F.cross_entropy(x, y.float())
F.cross_entropy(x[:0], y[:0])
nn.CrossEntropyLoss()(x, torch.zeros(2, 4).long())
""".strip().splitlines()

FUNCTIONS = r"""
class Part(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n        part = x.clone()[:2]; part += 2\n        return part\n    @staticmethod\n    def backward(ctx, g): return torch.cat([g, g[:1] * 5])\nx = t.clone().requires_grad_(); y = Part.apply(x); y.sum().backward(); y.grad_fn.name(), y, x.grad
class Parts(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n        a, b, c = x.clone().unbind(); a += 1\n        return a, c\n    @staticmethod\n    def backward(ctx, g, h): return torch.stack([g, g * 0, h])\nx = t.clone().requires_grad_(); a, c = Parts.apply(x); (a * 2 + c).sum().backward(); a, c, x.grad
with torch.inference_mode():\n    c = torch.ones(2, 2, requires_grad=True); v = c.view(-1); w = c[0]\nv.requires_grad, v.is_leaf, w.requires_grad, v.is_inference()
with torch.inference_mode():\n    l = nn.Linear(2, 1); y = l(torch.ones(1, 2))\ny.requires_grad, l.weight.requires_grad, l.weight.t().is_inference()
""".strip().splitlines()

OTHERS = r"""
with torch.device('cpu') as d: x = torch.ones(2)\nd, x
t.as_strided((2, 1), (2, -1), 3)
x = t.clone().requires_grad_()\nwith torch.autograd.set_detect_anomaly(True), warnings.catch_warnings():\n    warnings.simplefilter('error'); y = x + 1; z = y ** 2; y += 1; z.sum().backward()
torch.roll(t, 1, None), t.roll(2, dims=None)
torch.save(t, 'no/such/directory.pt')
l = nn.Linear(2, 1); l(torch.ones(1, 2)).sum().backward(); nn.utils.clip_grad_norm_(l.parameters(), 0.5, 'inf'), l.weight.grad
len(torch.utils.data.TensorDataset().tensors)
d = torch.utils.data; s = d.Subset(d.Subset(d.TensorDataset(t), [0, 2]), [1, 0]); s[0], s[:], s[[1]]
torch.utils.data.DataLoader[int].__origin__ is torch.utils.data.DataLoader
class Odd:\n    def __len__(self): return 6\n    def __getitem__(self, i): return 6 // i\nit = iter(torch.utils.data.DataLoader(Odd(), batch_size=3)); seen = []\nfor _ in range(2):\n    try: seen.append(next(it))\n    except ZeroDivisionError: seen.append('?')\nseen
list(torch.utils.data.DataLoader([b'ab', b'c'], batch_size=2))
""".strip().splitlines()

HOOKS = r"""
y = torch.cat([t, v, t.double()]); y.grad_fn.register_hook(lambda i, o: print(i, o)); y.sum().backward()
y = torch.stack([t, v]); y.grad_fn.register_hook(lambda i, o: print(i, o)); y.grad_fn(torch.stack([t, t * 2])), y.sum().backward()
class M(nn.Module):\n    def forward(self, x, y): return x * y\nd = M(); d.register_full_backward_hook(lambda m, i, o: print(i, o)); d(v, t).sum().backward()
class M(nn.Module):\n    def forward(self, x, y): return x * y\nd = M(); d.register_full_backward_hook(lambda m, i, o: print(i)); d(t, v).sum().backward()
m.register_full_backward_hook(lambda m, i, o: print(i, o)); g, = torch.autograd.grad(m(v).square().sum(), v, create_graph=True); g.sum().backward()
class F(torch.autograd.Function):\n    forward = staticmethod(lambda ctx, a, b: a * b)\n    backward = staticmethod(lambda ctx, g: (g, g * 2))\ny = F.apply(t, v); y.grad_fn.register_hook(lambda i, o: print(i, o)); y.sum().backward()
m.register_full_backward_hook(lambda m, i, o: i[:-1]); m(v).sum().backward()
m.register_full_backward_hook(lambda m, i, o: (*i, t)); m(v).sum().backward()
m.register_full_backward_hook(lambda m, i, o: 'no'); m(v).sum().backward()
m.register_full_backward_hook(lambda m, i, o: i[0] * 2); m(v).sum().backward()
m.register_full_backward_hook(lambda m, i, o: [i[0] * 2]); m(v).sum().backward(); v.grad
m.register_full_backward_hook(lambda m, i, o: i[0] * 2); m(v[:1]).sum().backward()
m.register_full_backward_hook(lambda m, i, o: (None,)); m(t).sum().backward()
m.register_full_backward_hook(lambda m, i, o: (t,)); m(t).sum().backward()
m.register_full_backward_hook(lambda m, i, o: t); m(t).sum().backward()
class M(nn.Module):\n    def forward(self, x, k): return x.exp() * k\nd = M(); d.register_backward_hook(lambda m, i, o: print(i, o)); d(v, 3).sum().backward()
class M(nn.Module):\n    def forward(self, l): return l[0] + l[1]\nd = M(); d.register_backward_hook(lambda m, i, o: print(i, o)); d([v, t]).sum().backward()
class M(nn.Module):\n    def forward(self, x): return [x * 2, x]\nd = M(); d.register_backward_hook(lambda m, i, o: print(i, o)); d(v)[0].sum().backward()
d = nn.Tanh(); d.register_backward_hook(print).remove(); d.register_full_backward_hook(print)
d = nn.Tanh(); d.register_full_backward_hook(print); d.register_backward_hook(print)
d = nn.Tanh(); d.register_full_backward_hook(print); d.register_full_backward_hook(print); len(d._backward_hooks)
class D(nn.Module):\n    def forward(self, x): return {'y': x * 2}\nd = D(); d.register_full_backward_hook(lambda m, i, o: print(i)); d(v)['y'].sum().backward(); v.grad
class D(nn.Module):\n    def forward(self, x): return [x * 2]\nd = D(); d.register_full_backward_hook(lambda m, i, o: print(i)); d(v)[0].sum().backward(); v.grad
h = m.register_full_backward_hook(lambda m, i, o: print(i, o)); y = m(v); h.remove(); y.sum().backward()
h = m.register_full_backward_hook(lambda m, i, o: print(i, o)); m.register_forward_pre_hook(lambda m, i: h.remove()); m(v).sum().backward(); m(v).sum().backward()
class M(nn.Module):\n    def forward(self, x): return x.exp(), x * 2\nd = nn.Sequential(M()); [each.register_full_backward_hook(lambda m, i, o: print(type(m).__name__, i, o)) for each in d.modules()]; d(v)[0].sum().backward(); v.grad
m.register_full_backward_hook(lambda m, i, o: i[0] * 2); m.register_full_backward_hook(lambda m, i, o: print(i)); m(v[:1]).sum().backward()
""".strip().splitlines()


@pytest.mark.parametrize(
    "line",
    DTYPES
    + REDUCTIONS
    + INDICES
    + ARGUMENTS
    + NUMPY
    + OPERATORS
    + MODULES
    + CONTAINERS
    + CLASSES
    + LAYERS
    + LOSSES
    + FUNCTIONS
    + OTHERS,
)
def test_case(line: str) -> None:
    agree("t = torch.arange(9.).reshape(3, 3)\n" + line.replace("\\n", "\n"), order=0)


@pytest.mark.parametrize("line", SEQUENCES)
def test_classes_of_sequences_and_images(line: str) -> None:
    setting = "F = nn.functional; x = torch.arange(40.).sin().reshape(2, 4, 5).requires_grad_(); "
    agree(setting + "y = torch.tensor([[0, 1, 2, 3, 1], [3, 2, 1, 0, 1]]); " + line, order=0)
    if "reduction" not in line and "grad_fn" not in line:
        agree(
            f"{setting}y = torch.arange(10).reshape(2, 5) % 4; z = {line}; "
            "g, = torch.autograd.grad(z.sin(), x, create_graph=True); "
            "g, torch.autograd.grad(g.square().sum(), x)",
            order=0,
            saved=False,
        )


@pytest.mark.parametrize("line", HOOKS)
def test_hooks_of_modules(line: str) -> None:
    setting = "t = torch.ones(4, 3); m = nn.Linear(3, 2); v = t.clone().requires_grad_()"
    agree(f"{setting}; 0\n" + line.replace("\\n", "\n"), order=0)
