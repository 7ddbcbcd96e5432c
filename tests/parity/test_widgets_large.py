"""A ResNet of 20 blocks and a transformer block of PyTorch: drawn folded, unfolded, and stepped."""

import xml.etree.ElementTree as ET

import pytest

from minigrad_widgets import View, Viewer, draw, layout, scopes, step

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
nn = torch.nn


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        h = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(h)) + x)


class ResNet(nn.Module):
    def __init__(self, blocks=20, channels=4):
        super().__init__()
        self.stem = nn.Conv2d(3, channels, 3, padding=1)
        half = blocks // 2
        self.layer1 = nn.Sequential(*[Block(channels) for _ in range(half)])
        self.layer2 = nn.Sequential(*[Block(channels) for _ in range(blocks - half)])
        self.fc = nn.Linear(channels, 10)

    def forward(self, x):
        return self.fc(self.layer2(self.layer1(torch.relu(self.stem(x)))).mean((2, 3)))


class Transformer(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.ln1 = nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, 2, batch_first=True)
        self.ln2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x):
        h = self.ln1(x)
        x = x + self.attn(h, h, h, need_weights=False)[0]
        return x + self.mlp(self.ln2(x))


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """The pictures of Graphviz, however busy the machine: the simple ones have no boxes."""
    monkeypatch.setattr(layout, "SECONDS", 300.0)


@pytest.fixture(params=["resnet", "transformer"])
def trained(request):
    """A network, its loss, and what noted its modules."""
    torch.manual_seed(0)
    net = ResNet() if request.param == "resnet" else Transformer()
    inputs = torch.randn(2, 3, 6, 6) if request.param == "resnet" else torch.randn(2, 3, 8)
    with scopes(net, "net") as noted:
        loss = net(inputs).square().mean()
    return net, loss, noted


def shown(svg, what="node"):
    return {e.get(f"data-{what}") for e in ET.fromstring(svg).iter() if e.get(f"data-{what}")}


def test_by_the_names_of_the_parameters(trained):
    net, loss, _ = trained
    view = draw(loss, {"net": net, "loss": loss}, fold="module")
    check(view, net)
    assert view.folded.rule == "module"


def test_by_what_ran_in_which_module(trained):
    net, loss, noted = trained
    view = draw(loss, {"loss": loss}, fold=noted)
    check(view, net)
    assert view.folded.rule == "scope"
    names = {group.name for group in view.folded.groups.values()}
    made = {call.path[-1] for call in noted.calls}
    assert names <= made
    # every module that made more than one node is a group
    assert {"net.layer1.3", "net.layer2.9.conv1"} <= names or {"net.attn", "net.mlp"} <= names


def check(view, net):
    assert isinstance(view, Viewer)
    start = shown(view.svg)
    assert 1 < len(start) <= 40
    view.fold()
    folded = shown(view.svg)
    assert len(folded) <= 8
    group = next(name for name in folded if name.startswith("g"))
    view.opened = [group]
    assert len(shown(view.svg)) > len(folded)
    assert shown(view.svg, "box") == {group}
    view.unfold()
    assert shown(view.svg) == {node.id for node in view.graph.nodes}
    assert shown(view.svg, "box") == set(view.folded.groups)
    leaves = sum(node.kind == "leaf" for node in view.graph.nodes)
    assert leaves == len(list(net.parameters()))


def test_a_large_graph_is_folded_without_being_asked(trained):
    net, loss, _ = trained
    view = draw(loss, {"net": net})
    if len(draw(loss, fold=False).graph.nodes) > 100:
        assert "folded by scope into" in repr(view)
    else:
        assert isinstance(view, View)


def test_they_can_be_stepped_and_give_the_gradients_of_backward(trained):
    net, loss, _ = trained
    stepper = step(loss, {"net": net})
    assert stepper.svg
    stepper.position = len(stepper.trace.frames)
    stepped = [parameter.grad.clone() for parameter in net.parameters()]
    stepper.position = 0
    assert all(parameter.grad is None for parameter in net.parameters())
    loss.backward()
    for one, parameter in zip(stepped, net.parameters(), strict=True):
        torch.testing.assert_close(one, parameter.grad)
