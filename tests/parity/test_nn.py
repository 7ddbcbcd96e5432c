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
    "nn.Unflatten(1, (2, 3))",
    "nn.Dropout(0.2)",
    "nn.Dropout(inplace=True)",
    "nn.Embedding(3, 4)",
    "nn.Embedding(5, 4, padding_idx=-1)",
    "nn.Conv1d(1, 2, 3)",
    "nn.Conv2d(1, 2, 3, stride=2, padding=1, dilation=2, bias=False)",
    "nn.Conv2d(1, 2, 3, padding='same')",
    "nn.Conv2d(4, 2, (3, 2), groups=2)",
    "nn.MaxPool1d(2)",
    "nn.MaxPool2d((2, 2), padding=1)",
    "nn.AvgPool1d(2)",
    "nn.AvgPool2d(2)",
    "nn.AdaptiveAvgPool2d((1, 2))",
    "nn.BatchNorm1d(3)",
    "nn.BatchNorm2d(3, affine=False, track_running_stats=False, momentum=None)",
    "nn.LayerNorm(3)",
    "nn.LayerNorm((2, 3), elementwise_affine=False)",
    "nn.LayerNorm(3, bias=False)",
    "nn.ReLU()",
    "nn.ReLU(inplace=True)",
    "nn.Hardtanh(-2, 2, True)",
    "nn.LeakyReLU(0.2, True)",
    "nn.Threshold(1, 2)",
    "nn.ELU()",
    "nn.SELU()",
    "nn.CELU()",
    "nn.GELU()",
    "nn.GELU('tanh')",
    "nn.SiLU()",
    "nn.Mish()",
    "nn.Softplus()",
    "nn.LogSigmoid()",
    "nn.Sigmoid()",
    "nn.Tanh()",
    "nn.Softmax(1)",
    "nn.Softmax()",
    "nn.LogSoftmax(-1)",
    "nn.Softmin(1)",
    "nn.Softsign()",
    "nn.Tanhshrink()",
    "nn.Hardswish()",
    "nn.Hardsigmoid()",
    "nn.Hardshrink()",
    "nn.ReLU6()",
    "nn.MSELoss()",
    "nn.CrossEntropyLoss()",
    "nn.NLLLoss(weight=torch.ones(2))",
    "nn.BCELoss()",
    "nn.BCEWithLogitsLoss(pos_weight=torch.ones(2))",
    "nn.L1Loss()",
    "nn.SmoothL1Loss()",
    "nn.HuberLoss()",
    "nn.KLDivLoss()",
    "nn.Sequential()",
    "nn.Sequential(nn.Linear(1, 2), nn.Sequential(nn.ReLU(), nn.Linear(2, 1)))",
    "nn.ModuleList()",
    "nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1), nn.ReLU()])",
    "nn.ModuleDict({'a': nn.Linear(1, 1), 'b': nn.Sequential(nn.ReLU())})",
    "nn.ParameterList()",
    "nn.ParameterList([torch.ones(2)])",
    "nn.ParameterList([torch.ones(2, 3), torch.tensor(1.0), 3])",
    "nn.ParameterDict()",
    "nn.ParameterDict({'a': torch.ones(2)})",
    "nn.ParameterDict({'a': torch.ones(2), 'b': torch.ones(2).double()})",
    "nn.Module()",
]


@pytest.mark.parametrize("layer", LAYERS)
def test_text_and_first_values(layer: str) -> None:
    agree(
        f"m = {layer}; [repr(m), m.state_dict(), list(m.state_dict()._metadata.items()), "
        "m.training]",
        order=0,
    )


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
        "nn.Dropout(0.3)(x)",
        "nn.Dropout(0.3).eval()(x)",
        "nn.Embedding(3, 4)(torch.tensor([[0, 2]]))",
        "nn.Conv1d(3, 2, 2).double()(x)",
        "nn.Conv2d(2, 2, (2, 1)).double()(x)",
        "nn.MaxPool2d(2)(x)",
        "nn.AvgPool1d(2)(x)",
        "nn.BatchNorm1d(3).double()(x)",
        "nn.BatchNorm1d(3).double().eval()(x)",
        "m = nn.BatchNorm1d(3, momentum=None).double(); m(x); m(x); [b + 0 for b in m.buffers()]",
        "m = nn.BatchNorm1d(3).double(); m(x); m(x * 2); [b + 0 for b in m.buffers()]",
        "nn.BatchNorm2d(2).double()(x[None])",
        "nn.LayerNorm(4).double()(x)",
        "nn.GELU('tanh')(x)",
        "nn.LeakyReLU(0.3)(x)",
        "nn.Softmax(dim=-1)(x)",
        "nn.MSELoss(reduction='sum')(x, x.detach() * 2)",
        "nn.HuberLoss(delta=0.3)(x, x.detach() * 2)",
        "nn.CrossEntropyLoss(label_smoothing=0.1)(x[0], torch.tensor([0, 2, 1]))",
        "nn.CrossEntropyLoss(weight=torch.ones(4).double())(x[0], torch.tensor([0, 2, 1]))",
        "nn.NLLLoss()(x[0], torch.tensor([0, 2, 1]))",
        "nn.BCEWithLogitsLoss()(x, x.detach().sigmoid())",
        "nn.BCELoss()(x.sigmoid(), x.detach().sigmoid())",
        "nn.KLDivLoss(reduction='batchmean')(x, x.detach().sigmoid())",
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
        "eye_(w)",
        "eye_(w[0])",
        "xavier_uniform_(w)",
        "xavier_uniform_(w, gain=nn.init.calculate_gain('relu'))",
        "xavier_normal_(w)",
        "xavier_normal_(w[0])",
        "kaiming_uniform_(w, a=0.2)",
        "kaiming_uniform_(w, mode='fan_out', nonlinearity='relu')",
        "kaiming_uniform_(w, mode='foo')",
        "kaiming_uniform_(w, nonlinearity='foo')",
        "kaiming_normal_(w, nonlinearity='tanh')",
        "kaiming_uniform_(torch.empty(0, 3))",
        "calculate_gain('leaky_relu', 'a')",
        "calculate_gain('selu')",
    ],
)
def test_init(fill: str) -> None:
    agree(f"w = torch.empty(5, 4); nn.init.{fill}", order=0)


NET = (
    "m = nn.Linear(2, 2); s = nn.Sequential(m); p = nn.Parameter(torch.ones(1)); b = nn.Module(); "
)
NET += "b.register_buffer('b', torch.ones(2)); b.c = m; t = torch.ones(2); "


@pytest.mark.parametrize(
    "statement",
    [
        "b.c = 3",
        "b.b = 3",
        "b.b = 'x'",
        "m.weight = 3",
        "m.weight = t.double()",
        "b.register_parameter('a.b', p)",
        "b.register_parameter('', p)",
        "b.register_parameter('c', p)",
        "b.register_parameter('z', 3)",
        "b.register_parameter('z', t)",
        "b.register_parameter(3, p)",
        "b.register_buffer('a.b', t)",
        "b.register_buffer('', t)",
        "b.register_buffer('c', t)",
        "b.register_buffer('z', 3)",
        "b.register_buffer(3, t)",
        "b.add_module('a.b', m)",
        "b.add_module('', m)",
        "b.add_module('b', m)",
        "b.add_module('z', 3)",
        "b.add_module(3, m)",
        "m.train(3)",
        "m.foo",
        "del m.foo",
        "nn.foo",
        "nn.Module()(1)",
        "nn.Module(3)",
        "s.get_submodule('0.x')",
        "s.get_submodule('0.weight')",
        "s.get_parameter('0.weightx')",
        "s.get_parameter('0.training')",
        "s.get_buffer('0.weight')",
        "s.get_parameter('0.weight')",
        "m.load_state_dict(3)",
        "m.load_state_dict({})",
        "m.load_state_dict({'weight': 1, 'bias': torch.ones(3), 'foo': 3})",
        "repr(m.load_state_dict(m.state_dict()))",
        "repr(m.load_state_dict({}, strict=False))",
        "m.load_state_dict({'weight': t, 'q': 1}, strict=False)",
        "m.load_state_dict(nn.Linear(3, 2).state_dict())",
        "nn.Sequential(m, nn.BatchNorm1d(2)).load_state_dict({})",
        "m.to(torch.int32)",
        "m()",
        "m(1)",
        "m(torch.ones(1), 2, 3)",
        "m(torch.ones(3))",
        "m(torch.ones(1, 2).long())",
        "nn.Linear(2)",
        "nn.Linear(0, 2).weight",
        "nn.Dropout(3)",
        "nn.Sequential(3)",
        "nn.ModuleList([3])",
        "s['a']",
        "s[-3]",
        "nn.ModuleList([m])[3]",
        "nn.ModuleDict({'a': m})['b']",
        "s + 3",
        "repr(s + s)",
        "nn.BatchNorm1d(3)(torch.ones(2, 3, 3, 3))",
        "nn.BatchNorm2d(3)(torch.ones(2, 3))",
        "nn.BatchNorm1d(2)(torch.ones(2, 3))",
        "nn.BatchNorm1d(2)(torch.ones(1, 2))",
        "nn.Conv2d(3, 2, 2)(torch.ones(2, 3))",
        "nn.Conv2d(3, 2, 2, groups=2)",
        "sorted(m.state_dict())",
        "'weight' in dir(m)",
        "m.double().weight",
        "m.half().weight",
        "m.to('cpu').weight",
        "m.to(torch.ones(1).double()).weight",
        "m.zero_grad(); m.weight.grad",
        "m.requires_grad_(False); list(m.parameters())",
        "[repr(x) for x in s.modules()]",
        "str(s.state_dict())",
    ],
)
def test_module(statement: str) -> None:
    agree(NET + statement, order=0)


def test_hooks_agree_on_order_and_gradients() -> None:
    agree(
        "seen = []; m = nn.Linear(4, 2).double();\n"
        "m.register_forward_pre_hook(lambda m, a: seen.append('pre'));\n"
        "m.register_forward_hook(lambda m, a, r: seen.append('forward'));\n"
        "m.register_full_backward_pre_hook(lambda m, g: seen.append(g[0]));\n"
        "m.register_full_backward_hook(lambda m, i, o: seen.append(i[0]));\n"
        "y = m(x); name = y.grad_fn.name(); y.sum().backward(); [name, [s + '' if type(s) is str "
        "else s + 0 for s in seen], m.weight.grad, x.grad + 0]",
        x=X,
        order=0,
    )
