"""Modules: what they print, their first values, state, errors and results, against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from compare import agree

X = np.linspace(-1, 1, 24).reshape(2, 3, 4)

LAYERS = [
    "nn.Linear(3, 2)",
    "nn.Linear(40, 30)",
    "nn.Linear(2, 3, bias=False)",
    "nn.Identity(3)",
    "nn.Flatten()",
    "nn.LazyLinear(3)",
    "nn.Dropout(0.2)",
    "nn.Dropout(inplace=True)",
    "nn.Embedding(3, 4)",
    "nn.Embedding(5, 4, padding_idx=1)",
    "nn.Embedding(5, 4, padding_idx=-1)",
    "nn.Embedding(5, 4, padding_idx=7)",
    "nn.Conv2d(1, 2, 3, stride=2, padding=1, dilation=2, bias=False)",
    "nn.Conv2d(1, 2, 3, padding='same')",
    "nn.Conv2d(1, 2, [3, 2], padding=[1, 1], stride=(2,))",
    "type('Named', (nn.Module,), {'_get_name': lambda self: 'Net'})()",
    "nn.Conv2d(4, 2, (3, 2), groups=2)",
    "nn.MaxPool2d((2, 2), padding=1)",
    "nn.AvgPool2d(2)",
    "nn.BatchNorm1d(3)",
    "nn.BatchNorm2d(3, affine=False, track_running_stats=False, momentum=0.2)",
    "nn.LayerNorm(3)",
    "nn.LayerNorm(np.int64(3))",
    "nn.LayerNorm((2, 3), elementwise_affine=False)",
    "nn.LayerNorm(3, bias=False)",
    "nn.ReLU()",
    "nn.ReLU(inplace=True)",
    "nn.ELU(0.5, inplace=True)",
    "nn.LeakyReLU(0.2, True)",
    "nn.ELU()",
    "nn.GELU()",
    "nn.GELU('tanh')",
    "nn.SiLU()",
    "nn.Softplus()",
    "nn.LogSigmoid()",
    "nn.Sigmoid()",
    "nn.Tanh()",
    "nn.Softmax(1)",
    "nn.Softmax()",
    "nn.LogSoftmax(-1)",
    "nn.MSELoss()",
    "nn.CrossEntropyLoss()",
    "nn.NLLLoss(weight=torch.ones(2))",
    "nn.BCELoss()",
    "nn.BCEWithLogitsLoss(pos_weight=torch.ones(2))",
    "nn.L1Loss()",
    "nn.SmoothL1Loss()",
    "nn.Sequential()",
    "nn.Sequential(nn.Linear(1, 2), nn.Sequential(nn.ReLU(), nn.Linear(2, 1)))",
    "nn.ModuleList()",
    "nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1), nn.ReLU()])",
    "nn.ModuleDict({'a': nn.Linear(1, 1), 'b': nn.Sequential(nn.ReLU())})",
    "nn.ParameterList()",
    "nn.ParameterList([torch.ones(2)])",
    "nn.ParameterDict()",
    "nn.ParameterDict({'a': torch.ones(2)})",
    "nn.ParameterDict({'a': torch.ones(2), 'b': torch.ones(2).double()})",
    "nn.Module()",
]


@pytest.mark.parametrize("layer", LAYERS)
def test_text_and_first_values(layer: str) -> None:
    agree(f"m = {layer}; [repr(m), m.state_dict(), m.training]", order=0)


@pytest.mark.parametrize(
    "source",
    [
        "nn.Parameter(torch.tensor([1.0, 2.0]))",
        "nn.Parameter(torch.tensor(1.0))",
        "f'{nn.Parameter(torch.tensor(1.0))}'",
        "nn.Parameter()",
        "nn.Parameter(torch.tensor([1]), requires_grad=False)",
        "nn.Parameter(torch.tensor([1]))",
        "nn.Parameter([1.0])",
        "nn.Parameter(torch.ones(2)) * 2",
        "class Own(torch.Tensor):\n    def __new__(cls, x): return torch.Tensor._make_subclass(cls, x, True)\n"
        "p = Own(torch.ones(2)); (p * p).sum().backward(); [repr(p), p.is_leaf, repr(p.grad)]",
        "class Own(torch.Tensor): pass\nrepr(torch.Tensor._make_subclass(Own, torch.ones(2)))",
        "list(nn.Linear(2, 1).named_parameters())",
    ],
)
def test_parameter(source: str) -> None:
    agree(source, order=0)


@pytest.mark.parametrize(
    "source",
    [
        "nn.Linear(4, 2).double()(x)",
        "nn.Linear(4, 2).double()(x[0])",
        "nn.Sequential(nn.Linear(4, 2), nn.Tanh(), nn.Linear(2, 1)).double()(x)",
        "nn.Flatten()(x)",
        "nn.Flatten(0, 1)(x)",
        "m = nn.Sequential(nn.LazyLinear(3), nn.ReLU(), nn.LazyLinear(1, bias=False)).double(); "
        "[repr(m), m(x), repr(m), list(m.parameters())]",
        "nn.AvgPool2d(2)(x)",
        "nn.LayerNorm((3, 4), bias=False).double()(x)",
        "nn.BatchNorm1d(3, affine=False, track_running_stats=False).double().eval()(x)",
        "nn.Tanh()(x)",
        "nn.Softplus(2.0)(x)",
        "nn.LogSoftmax(1)(x)",
        "nn.SmoothL1Loss(beta=0.5)(x, x.detach() * 2)",
        "nn.L1Loss(reduction='none')(x, x.detach() * 2)",
        "nn.BCEWithLogitsLoss(pos_weight=torch.full((4,), 3.0).double())(x, x.detach().sigmoid())",
        "nn.Dropout(0.3)(x)",
        "nn.Dropout(0.3).eval()(x)",
        "nn.Embedding(3, 4)(torch.tensor([[0, 2]]))",
        "nn.Conv2d(2, 2, (2, 1)).double()(x)",
        "nn.MaxPool2d(2)(x)",
        "nn.MaxPool2d(2, 1)(x)",
        "nn.AvgPool2d(3, stride=1)(x)",
        "nn.BatchNorm1d(3).double()(x)",
        "nn.BatchNorm1d(3).double().eval()(x)",
        "m = nn.BatchNorm1d(3).double(); m(x); m(x * 2); [b + 0 for b in m.buffers()]",
        "nn.BatchNorm2d(2).double()(x[None])",
        "nn.LayerNorm(4).double()(x)",
        "nn.GELU('tanh')(x)",
        "nn.LeakyReLU(0.3)(x)",
        "nn.Softmax(dim=-1)(x)",
        "nn.MSELoss(reduction='sum')(x, x.detach() * 2)",
        "nn.CrossEntropyLoss(weight=torch.ones(4).double())(x[0], torch.tensor([0, 2, 1]))",
        "nn.NLLLoss()(x[0], torch.tensor([0, 2, 1]))",
        "nn.BCEWithLogitsLoss()(x, x.detach().sigmoid())",
        "nn.BCELoss()(x.sigmoid(), x.detach().sigmoid())",
    ],
)
def test_results(source: str) -> None:
    agree(source, x=X, order=1)


@pytest.mark.parametrize(
    "fill",
    [
        "uniform_(w)",
        "uniform_(w, -2, 3)",
        "normal_(w, 1, 2)",
        "constant_(w, 0.3)",
        "ones_(w)",
        "zeros_(w)",
        "xavier_uniform_(w)",
        "xavier_uniform_(w, gain=nn.init.calculate_gain('relu'))",
        "xavier_normal_(w)",
        "xavier_normal_(w[0])",
        "kaiming_uniform_(w, a=0.2)",
        "kaiming_normal_(w, mode='FAN_OUT')",
        "kaiming_uniform_(w, mode='fan_out', nonlinearity='relu')",
        "kaiming_uniform_(w, mode='foo')",
        "kaiming_uniform_(w, nonlinearity='foo')",
        "kaiming_uniform_(w[:0]), nn.init.kaiming_normal_(torch.empty(0)), nn.Linear(0, 2).weight.shape",
        "kaiming_normal_(w, nonlinearity='tanh')",
        "calculate_gain('selu')",
    ],
)
def test_init(fill: str) -> None:
    agree(f"w = torch.empty(5, 4); nn.init.{fill}", order=0)


NET = (
    "m = nn.Linear(2, 2); s = nn.Sequential(m); p = nn.Parameter(torch.ones(1)); b = nn.Module(); "
)
NET += "b.register_buffer('b', torch.ones(2)); b.c = m; t = torch.ones(2)\n"


@pytest.mark.parametrize(
    "statement",
    [
        "b.c = 3",
        "b.b = 3",
        "b.b = 'x'",
        "m.weight = 3",
        "m.weight = t.double()",
        "b.register_parameter('a.b', p)",
        "b.register_parameter('c', p)",
        "b.register_parameter('z', 3)",
        "b.register_parameter('z', t)",
        "b.register_buffer('a.b', t)",
        "b.register_buffer('c', t)",
        "b.register_buffer('z', 3)",
        "b.add_module('a.b', m)",
        "b.add_module('b', m)",
        "b.add_module('z', 3)",
        "m.train(3)",
        "m.foo",
        "del m.foo",
        "nn.foo",
        "nn.Module()(1)",
        "nn.Module(3)",
        "m.load_state_dict(3)",
        "m.load_state_dict({})",
        "m.load_state_dict({'weight': t, 'bias': torch.ones(3), 'foo': 3})",
        "repr(m.load_state_dict(m.state_dict()))",
        "repr(m.load_state_dict({}, strict=False))",
        "m.load_state_dict({'weight': t, 'q': 1}, strict=False)",
        "m.load_state_dict(nn.Linear(3, 2).state_dict())",
        "nn.Sequential(m, nn.BatchNorm1d(2)).load_state_dict({})",
        "nn.BatchNorm1d(2).load_state_dict({'weight': torch.ones(2)}, strict=False)",
        "nn.Sequential(m, nn.Sequential(nn.Linear(2, 2, bias=False))).load_state_dict("
        "{k: t for k in ('1.0.bias', '0.x', '2.weight', '1.a', '0.weight.y', 'z')}, strict=False)",
        "s.state_dict(prefix='a.')",
        "s.state_dict(keep_vars=True)",
        "b.state_dict()",
        "list(b.named_buffers(prefix='q'))",
        "b.register_buffer('t', t, persistent=False); [list(b.state_dict()), list(b.named_buffers())]",
        "b.register_buffer('t', t, persistent=False); b.register_buffer('t', t); list(b.state_dict())",
        "[n for n, _ in s.named_parameters(prefix='q')]",
        "[n for n, _ in s.named_parameters(recurse=False)]",
        "[n for n, _ in nn.Sequential(m, m).named_modules(remove_duplicate=False)]",
        "[n for n, _ in nn.Sequential(m, m).named_children()]",
        "nn.LazyLinear(3).weight",
        "nn.LazyLinear(3).weight.shape",
        "sum(p.numel() for p in nn.LazyLinear(3).parameters())",
        "nn.LazyLinear(3).weight.nelement()",
        "l = nn.LazyLinear(3); l.bias.data.fill_(0); [l.weight.data.normal_(), l(t), l.weight.shape]",
        "del m.bias; m(t)",
        "b._modules['c'] = nn.ReLU(); b._buffers['b'] = t * 5; m._parameters['weight'] = nn.Parameter("
        "torch.eye(2)); [b.c, b.b, m(t), m.weight, 'weight' in vars(m), 'weight' in dir(m)]",
        "class N(nn.Module): w = 7\nN().w = p",
        "import copy; a = copy.copy(b); a.c = nn.ReLU(); del a.b; [b.c, list(b._buffers)]",
        "del b.b; [list(b.state_dict()), hasattr(b, 'b')]",
        "b.c = None; [list(b.children()), b.c, list(b._modules), repr(b)]",
        "b._modules['d'] = nn.ReLU(); [list(b._modules), repr(b)]",
        "b.b = None; [list(b.state_dict()), b.b]",
        "b.b = p; [list(b.named_buffers()), list(b.parameters())[0]]",
        "b.b = t * 3; b.state_dict()",
        "m.weight = None; [m.weight, list(m.state_dict())]",
        "m.weight = m.weight * 2",
        "m.weight = nn.ReLU()",
        "s[0].weight = None; s[0].weight = nn.ReLU()",
        "b.b = nn.ReLU(); [list(b.buffers()), repr(b)]",
        "b.x = t; b.register_buffer('x', t)",
        "m.cuda()",
        "m.to('cuda')",
        "nn.Linear(2, 1, dtype=torch.float64).weight",
        "nn.Linear(2, 1, device='cuda')",
        "nn.ReLU(1, 2, 3)",
        "nn.MSELoss()(None, t)",
        "nn.L1Loss()([1.0], t)",
        "nn.SmoothL1Loss()(None, t)",
        "nn.BCELoss()(None, t)",
        "nn.BCEWithLogitsLoss()(None, t)",
        "nn.CrossEntropyLoss()(None, t)",
        "nn.NLLLoss()(None, t)",
        "nn.Softmax(1)(None)",
        "nn.LogSoftmax(1)(None)",
        "nn.BatchNorm1d(2)(None)",
        "nn.BatchNorm2d(2)()",
        "[isinstance(nn.BatchNorm2d(2), c) for c in (nn.BatchNorm1d, nn.LayerNorm, nn.Module)]",
        "nn.CrossEntropyLoss()(t.max(0), t)",
        "nn.ReLU()(t.max(0))",
        "torch.zeros(2)[0] + t.sort(0)",
        "z = torch.zeros(2); z[0] = t.max(0)",
        "torch.rand((2.0, 3), generator=torch.Generator())",
        "repr(nn.ReLU(t))",
        "repr(nn.Sequential(nn.ReLU(torch.ones(1))))",
        "nn.Sequential(m, torch.relu)",
        "nn.CrossEntropyLoss(weight=[1, 2])",
        "nn.BCEWithLogitsLoss(pos_weight=2.0)",
        "nn.BCEWithLogitsLoss(pos_weight=torch.ones(2))(torch.ones(3), torch.ones(3))",
        "nn.Conv2d(1, 2, 3, stride=2, padding='same')",
        "nn.Conv2d(1, 2, 3, stride=(1, 2), padding='same')",
        "nn.Module(3, 4)",
        "list(nn.NLLLoss()._buffers.items())",
        "nn.ReLU(foo=1)",
        "nn.Sigmoid(3)",
        "s[5]",
        "s.append(3)",
        "nn.ModuleList([m]).append(3)",
        "nn.ModuleDict({'a': m}).pop('z')",
        "nn.ModuleDict({'keys': m})",
        "nn.ModuleList([m])(1)",
        "m.to(torch.int32)",
        "m()",
        "m(1)",
        "m(torch.ones(1), 2, 3)",
        "m(torch.ones(3))",
        "m(torch.ones(1, 2).long())",
        "nn.Linear(2)",
        "nn.Dropout(3)",
        "nn.Sequential(3)",
        "nn.Sequential(lambda x: x)",
        "nn.Conv2d()",
        "[nn.ModuleDict({'a': m}).keys(), nn.ParameterDict({'b': t}).keys()]",
        "class MySeq(nn.Module):\n"
        "    def __init__(self, *args):\n"
        "        super().__init__()\n"
        "        for nr, module in enumerate(args): self._modules[str(nr)] = module\n"
        "    def forward(self, x):\n"
        "        for module in self._modules.values(): x = module(x)\n"
        "        return x\n"
        "q = MySeq(nn.Linear(2, 3), nn.ReLU()); [q, q(t), q.state_dict()]",
        "nn.ModuleList([3])",
        "nn.ModuleList(0)",
        "[nn.ModuleList(None), nn.ModuleList(()), nn.ModuleDict(None), nn.ModuleDict({})]",
        "s['a']",
        "s[-3]",
        "nn.ModuleList([m])[3]",
        "nn.ModuleDict({'a': m})['b']",
        "del nn.ModuleDict({'a': m})['b']",
        "s[0] = F.relu",
        "nn.ModuleList([m])[0] = 3",
        "s[0] = None; s",
        "l = nn.ParameterList([t]); l[0] = t + 1; [l, l[0]]",
        "nn.BatchNorm1d(3)(torch.ones(2, 3, 3, 3))",
        "nn.BatchNorm2d(3)(torch.ones(2, 3))",
        "nn.BatchNorm2d(3)._check_input_dim(torch.ones(2, 3))",
        "nn.BatchNorm1d(2)(torch.ones(2, 3))",
        "nn.BatchNorm1d(2)(torch.ones(1, 2))",
        "nn.Conv2d(3, 2, 2)(torch.ones(2, 3))",
        "nn.Conv2d(3, 2, 2, groups=2)",
        "sorted(m.state_dict())",
        "'weight' in dir(m)",
        "[hasattr(l, 'reset_parameters') for l in (m, nn.ReLU(), nn.Conv2d(1, 1, 1), nn.MSELoss(), s)]",
        "m.double().weight",
        "m.register_buffer('b', nn.Parameter(t)); m.float(); m.double(); [list(m.parameters()), m.b]",
        "m.to('cpu').weight",
        "m.to(torch.ones(1).double()).weight",
        "m.zero_grad(); m.weight.grad",
        "m.requires_grad_(False); list(m.parameters())",
        "[repr(x) for x in s.modules()]",
        "[type(s.state_dict()).__name__, str(dict(s.state_dict()))]",
    ],
)
def test_module(statement: str) -> None:
    agree(NET + statement, order=0)


PROGRAMS = {
    "a wrapper that passes questions on": """
class Wrapper(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__("inner"), name)
m = Wrapper(nn.Linear(2, 3))
[m.in_features, m.weight.shape, m.inner]
""",
    "a device that is not there": """
m = nn.Linear(2, 1)
m(torch.ones(1, 2)).sum().backward()
try:
    m.to("cuda")
except AssertionError:
    pass
[p.grad for p in m.parameters()]
""",
    "sequential": """
s = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Tanh())
texts = [repr(s[-1]), repr(s[0:2]), repr(s[::2])]
del s[0]
s.insert(0, nn.GELU())
s.append(nn.ELU())
s.extend([nn.SiLU()])
s += nn.Sequential(nn.ELU())
s[0] = nn.Sigmoid()
[texts, repr(s.pop(-1)), repr(s), len(s)]
""",
    "named sequential": """
from collections import OrderedDict
s = nn.Sequential(OrderedDict([("a", nn.Linear(1, 2)), ("b", nn.ReLU())]))
texts = [repr(s), repr(s.a), repr(s[1:]), list(s.state_dict())]
s.append(nn.Tanh())
s.b = nn.ELU()
[texts, repr(s)]
""",
    "module list": """
m = nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Linear(1, 1)])
texts = [repr(m), repr(m[1:]), repr(m[-1])]
m[1] = nn.Tanh()
del m[0]
m.insert(1, nn.GELU())
m.append(nn.SiLU()).extend([nn.ELU()])
m += [nn.ELU()]
[texts, repr(m), repr(m.pop(0)), len(m)]
""",
    "module dict": """
m = nn.ModuleDict({"a": nn.ReLU()})
m.update([("b", nn.Tanh())])
m["c"] = nn.Linear(1, 1)
[repr(m.pop("a")), list(m.keys()), [repr(v) for v in m.values()], "b" in m, len(m), repr(m)]
""",
    "parameter containers": """
p = nn.ParameterList([torch.ones(2), nn.Parameter(torch.zeros(1))])
p.append(torch.ones(3))
p[0] = torch.zeros(4)
d = nn.ParameterDict({"a": torch.ones(2)})
d["z"] = torch.ones(3, 2)
same = p[1]
p.append(same)
[repr(p), p[-1] is same, list(p.state_dict()), repr(d), list(d.keys()), d.get("q"), d.pop("a"), repr(d)]
""",
    "copies": """
import copy
m = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.CrossEntropyLoss(torch.ones(2)))
m[0].weight.grad = torch.ones(3, 2)
c = copy.deepcopy(m)
[repr(c), str(dict(c.state_dict())), list(c.parameters()), c[0].weight is m[0].weight, c[0].weight.grad, copy.copy(m)[0] is m[0]]
""",
    "forward hooks": """
seen = []
m = nn.Linear(2, 1)
before = m.register_forward_pre_hook(lambda m, a: a[0] * 2)
m.register_forward_pre_hook(lambda m, a: seen.append(a))
m.register_forward_hook(lambda m, a, o: (seen.append((a, o)), o * 2)[1])
first = m(torch.ones(1, 2))
before.remove()
[first, m(input=torch.ones(1, 2)), seen, len(m._forward_pre_hooks), len(m._forward_hooks)]
""",
    "backward hooks": """
class Two(nn.Module):
    def forward(self, a, b):
        return a * b, a + b

seen = []
m = Two()
m.register_full_backward_hook(lambda m, i, o: seen.append((i, o)))
y = m(torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True) * 3)
y[0].sum().backward()
[y, seen]
""",
    "backward hooks of modules in modules, and a result that nobody uses": """
class Two(nn.Module):
    def forward(self, x):
        return x * 2, x.sum()
m = nn.Sequential(Two(), nn.Identity())
seen = []
for each in (m, *m):
    each.register_full_backward_hook(lambda m, i, o: seen.append((i, o)))
m(torch.ones(2, requires_grad=True))[0].sum().backward()
seen
""",
    "backward hooks without grad": """
m = nn.Linear(2, 1)
m.register_full_backward_hook(lambda m, i, o: 1 / 0)
with torch.no_grad():
    y = m(torch.ones(1, 2, requires_grad=True))
y
""",
    "backward hooks that change": """
m = nn.Linear(2, 1)
m.register_full_backward_hook(lambda m, i, o: (i[0] * o[0],))
x = torch.ones(1, 2, requires_grad=True)
m(x).sum().backward()
[x.grad, m.weight.grad]
""",
    "older backward hooks": """
seen = []
net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
see = lambda m, i, o: seen.append((repr(m), [g if g is None else g + 0 for g in i], o[0] + 0))
handles = [m.register_backward_hook(see) for m in net]
net(torch.ones(1, 2, requires_grad=True)).sum().backward()
[handle.remove() for handle in handles]
net(torch.ones(1, 2)).sum().backward()
seen
""",
    "older backward hooks that change": """
m = nn.ReLU()
m.register_backward_hook(lambda m, i, o: (i[0] * 3,))
x = torch.ones(1, 2, requires_grad=True)
m(x).sum().backward()
with torch.no_grad():
    m(x)
x.grad
""",
    "no input requires grad": """
seen = []
m = nn.Linear(2, 1)
m.register_full_backward_hook(lambda m, i, o: seen.append((i, o)))
m(torch.ones(1, 2)).sum().backward()
seen
""",
    "super().__init__ forgotten": """
class Net(nn.Module):
    def __init__(self):
        self.layer = nn.Linear(1, 1)

Net()
""",
    "super().__init__ forgotten, parameter": """
class Net(nn.Module):
    def __init__(self):
        self.weight = nn.Parameter(torch.ones(1))

Net()
""",
    "super().__init__ forgotten, buffer": """
class Net(nn.Module):
    def __init__(self):
        self.register_buffer("b", torch.ones(1))

Net()
""",
    "super().__init__ forgotten, call": """
class Net(nn.Module):
    def __init__(self):
        pass

Net()(1)
""",
    "super().__init__ given arguments": """
class Net(nn.Module):
    def __init__(self, width):
        super().__init__(width)

Net(3)
""",
    "a module of one's own": """
class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(2))
        self.scale = nn.Parameter(torch.ones(()))
        self.register_buffer("shift", torch.zeros(width))

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.scale * x + self.shift

    def extra_repr(self):
        return f"width={self.width}"

net = Net(3)
loss = nn.MSELoss()(net(torch.ones(2, 3)), torch.zeros(2, 3))
loss.backward()
[repr(net), loss, [(n, p.grad) for n, p in net.named_parameters()]]
""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_programs(program: str) -> None:
    agree(program, order=0)


@pytest.mark.parametrize(
    "source",
    [
        "nn.utils.clip_grad_norm_(m.parameters(), 0.5)",
        "nn.utils.clip_grad_norm_(m.weight, max_norm=100.0)",
        "nn.utils.clip_grad_norm_(list(m.parameters()), 0.5, norm_type=1)",
        "nn.utils.clip_grad_norm_(m.parameters(), 0.5, float('inf'))",
        "nn.utils.clip_grad_norm_([], 1.0)",
        "nn.utils.clip_grad_norm_([], 'a')",
        "nn.utils.clip_grad_norm_(m.parameters(), '0.5')",
        "nn.utils.clip_grad_value_(m.parameters(), 0.1)",
    ],
)
def test_utils(source: str) -> None:
    setting = "m = nn.Linear(4, 2); (m(torch.arange(1.0, 5.0)) ** 2).sum().backward(); r = "
    *statements, value = source.split("; ")
    source = "; ".join([*statements, f"r = {value}"])
    agree(f"{setting}0; {source}; [r, [p.grad + 0 for p in m.parameters()]]", order=0)


def test_hooks_agree_on_order_and_gradients() -> None:
    agree(
        "seen = []; m = nn.Linear(4, 2).double();\n"
        "m.register_forward_pre_hook(lambda m, a: seen.append('pre'));\n"
        "m.register_forward_hook(lambda m, a, r: seen.append('forward'));\n"
        "m.register_full_backward_hook(lambda m, i, o: seen.append(i[0]));\n"
        "y = m(x); name = y.grad_fn.name(); y.sum().backward(); [name, [s + '' if type(s) is str "
        "else s + 0 for s in seen], m.weight.grad, x.grad + 0]",
        x=X,
        order=0,
    )
