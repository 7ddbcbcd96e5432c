# type: ignore  (written as notebooks are)
"""Modules looked into: parts by their paths, dtypes, registration, and what is refused."""

import copy
from collections import OrderedDict

import torch
from torch import nn

torch.manual_seed(0)


class Block(nn.Module):
    """A linear layer with a learnt scale and a count of its calls."""

    def __init__(self, width):
        super().__init__()
        self.inner = nn.Sequential(OrderedDict(lin=nn.Linear(width, width), act=nn.ReLU()))
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("calls", torch.zeros((), dtype=torch.long))
        self.register_module("drop", nn.Dropout(0.1))

    def forward(self, x):
        self.calls += 1
        return self.drop(self.inner(x)) * self.scale


net = nn.Sequential(Block(2), Block(2))
print(net)
print(net.get_submodule("1.inner.lin"), net.get_submodule("") is net)
print(net.get_parameter("0.scale"), net.get_buffer("0.calls"))
for path in ("0.missing", "0.scale", "2.inner", "0.inner.lin.weight"):
    try:
        print(net.get_submodule(path))
    except AttributeError as error:
        print(error)
for ask in (
    lambda: net.get_parameter("0.calls"),
    lambda: net.get_parameter("0.inner"),
    lambda: net.get_buffer("0.scale"),
    lambda: net.get_buffer("0.nothing"),
    lambda: net.nothing,
    lambda: net[0].bias,
    lambda: setattr(net[0], "scale", 3.0),
    lambda: net[0].register_parameter("scale.a", None),
    lambda: net.to(torch.int64),
):
    try:
        print(ask())
    except Exception as error:  # noqa: BLE001
        print(type(error).__name__, error)

print(net.half().get_parameter("0.scale").dtype, net[0].calls.dtype)
print(net.type(torch.float64).get_parameter("0.scale").dtype, net.float()[0].scale.dtype)
net(torch.ones(1, 2)).sum().backward()
print(
    net[0].calls,
    net.eval()[1].drop.training,
    [n for n, p in net.named_parameters() if p.requires_grad],
)
twin = copy.deepcopy(net)
twin.load_state_dict(net.state_dict())
print(
    twin.get_parameter("0.scale") is net.get_parameter("0.scale"),
    torch.equal(twin[0].scale, net[0].scale),
)
net.get_submodule("0.inner").add_module("extra", nn.Tanh())
print(net.get_submodule("0.inner"))
print(hasattr(net, "get_submodule"), hasattr(net, "nothing"), getattr(net, "nothing", "none"))
