"""Module: registration, walking over parts, hooks, errors.

Where there is no need of PyTorch to know what is right.
"""

from __future__ import annotations

import copy
import pickle

import pytest

import minigrad as torch
from minigrad import nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.scale = nn.Parameter(torch.ones(3))
        self.register_buffer("count", torch.zeros(1))
        self.register_buffer("scratch", torch.zeros(1), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.first(x) * self.scale


def test_parts_are_found_in_order() -> None:
    net = Net()
    assert [n for n, _ in net.named_parameters()] == ["scale", "first.weight", "first.bias"]
    assert [n for n, _ in net.named_buffers()] == ["count", "scratch"]
    assert [n for n, _ in net.named_modules()] == ["", "first"]
    assert list(net.children()) == [net.first]
    assert list(net.state_dict()) == ["scale", "count", "first.weight", "first.bias"]


def test_a_shared_part_is_counted_once() -> None:
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, nn.ReLU(), layer)
    assert len(list(net.parameters())) == 2
    assert len(list(net.children())) == 2
    assert list(net.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_parameter_shares_memory_and_results_are_plain_tensors() -> None:
    data = torch.ones(2)
    parameter = nn.Parameter(data)
    data.add_(1)
    assert parameter.tolist() == [2, 2]
    assert type(parameter * 1) is torch.Tensor
    assert type(parameter.detach()) is torch.Tensor
    assert parameter.is_leaf
    assert parameter.requires_grad


def test_assigning_replaces_and_deleting_forgets() -> None:
    net = Net()
    net.scale = nn.Parameter(torch.zeros(3))
    assert net.scale.tolist() == [0, 0, 0]
    net.first = None
    assert [n for n, _ in net.named_parameters()] == ["scale"]
    del net.scale
    assert list(net.parameters()) == []
    net.count = torch.ones(1)
    assert net._buffers["count"].item() == 1
    net.plain = 3
    net.plain = nn.ReLU()
    assert list(net._modules) == ["first", "plain"]  # "first" is none, but keeps its place


def test_train_eval_apply_and_requires_grad() -> None:
    net = nn.Sequential(nn.Dropout(), nn.Sequential(nn.Linear(1, 1)))
    assert not net.eval()[1][0].training
    assert net.train()[0].training
    seen: list[str] = []
    assert net.apply(lambda m: seen.append(type(m).__name__)) is net
    assert seen == ["Dropout", "Linear", "Sequential", "Sequential"]
    net.requires_grad_(False)
    assert not any(p.requires_grad for p in net.parameters())


def test_a_part_may_have_a_train_of_its_own() -> None:
    class Frozen(nn.BatchNorm1d):
        def train(self, mode: bool = True) -> Frozen:
            return super().train(False)

    net = nn.Sequential(Frozen(2), nn.Dropout()).train()
    assert [module.training for module in net] == [False, True]


def test_zero_grad() -> None:
    net = nn.Linear(2, 1)
    net(torch.ones(2)).sum().backward()
    net.zero_grad(set_to_none=False)
    assert net.weight.grad.tolist() == [[0, 0]]
    net.zero_grad()
    assert net.weight.grad is None


def test_dtype_changes_keep_the_parameters_and_their_gradients() -> None:
    net = nn.Linear(2, 1)
    weight = net.weight
    net(torch.ones(2)).sum().backward()
    assert net.double() is net
    assert net.weight is weight
    assert weight.dtype == torch.float64
    assert weight.grad.dtype == torch.float64
    assert net(torch.ones(2, dtype=torch.float64)).dtype == torch.float64
    norm = nn.BatchNorm1d(2).to(torch.float64)
    assert norm.num_batches_tracked.dtype == torch.int64


def test_forward_hooks_change_arguments_and_results() -> None:
    net = nn.Identity()
    before = net.register_forward_pre_hook(lambda m, args: args[0] + 1)
    net.register_forward_hook(lambda m, args, result: result * 10)
    assert net(torch.tensor(1.0)).item() == 20
    before.remove()
    assert net(torch.tensor(1.0)).item() == 10


def test_backward_hooks_see_and_change_gradients() -> None:
    net = nn.Linear(1, 1, bias=False)
    net.weight.data.fill_(3.0)
    seen: list[float] = []

    def hook(module: nn.Module, grad_in: tuple[torch.Tensor], grad_out: tuple[torch.Tensor]):
        seen.append(grad_out[0].item())
        return (grad_in[0] * 2,)

    net.register_full_backward_hook(hook)
    x = torch.ones(1, 1, requires_grad=True)
    (net(x) * 5).sum().backward()
    assert seen == [5]
    assert x.grad.item() == 30
    assert net.weight.grad.item() == 5


def test_a_backward_hook_is_called_where_no_input_requires_grad() -> None:
    net = nn.Linear(1, 1)
    seen: list[tuple[object, ...]] = []
    net.register_full_backward_hook(
        lambda m, grad_in, grad_out: seen.append((grad_in, grad_out[0].item()))
    )
    with pytest.warns(UserWarning, match="no inputs require gradients"):
        net(torch.ones(1, 1)).sum().backward()
    assert seen == [((None,), 1)]


def test_state_goes_from_module_to_module() -> None:
    a, b = Net(), Net()
    a.count.add_(7)
    assert str(b.load_state_dict(a.state_dict())) == "<All keys matched successfully>"
    assert b.count.item() == 7
    assert b.first.weight.tolist() == a.first.weight.tolist()
    assert b.first.weight is not a.first.weight
    b.load_state_dict({"scale": torch.zeros(3)}, strict=False)
    assert isinstance(b.scale, nn.Parameter)
    assert b.scale.tolist() == [0, 0, 0]


def test_copies_are_independent() -> None:
    net = Net()
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert isinstance(other.scale, nn.Parameter)
        assert other.scale.requires_grad
        with torch.no_grad():
            other.scale.add_(1)
        assert net.scale.tolist() == [1, 1, 1]
        assert other(torch.ones(2)).shape == (3,)


def test_sequential_is_a_list_of_modules() -> None:
    net = nn.Sequential(nn.Linear(1, 2), nn.ReLU())
    net.append(nn.Linear(2, 1)).insert(1, nn.Tanh())
    assert [type(m).__name__ for m in net] == ["Linear", "Tanh", "ReLU", "Linear"]
    assert [type(m).__name__ for m in net[1:3]] == ["Tanh", "ReLU"]
    assert list(net[1:3]._modules) == ["1", "2"]
    assert isinstance(net.pop(-1), nn.Linear)
    del net[0]
    assert list(net._modules) == ["0", "1"]
    net[0] = nn.Sigmoid()
    assert isinstance(net[0], nn.Sigmoid)
    with pytest.raises(TypeError):
        net.insert(0, 3)
    assert [type(m).__name__ for m in net] == ["Sigmoid", "ReLU"]


def test_a_sequence_with_parameters_of_its_own_counts_its_modules() -> None:
    class Scaled(nn.Sequential):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(1))
            self.append(nn.ReLU())

    assert len(Scaled()) == 1
    assert list(Scaled()._modules) == ["0"]


def test_lists_and_dictionaries_register_what_they_hold() -> None:
    net = nn.Module()
    net.layers = nn.ModuleList([nn.Linear(1, 1)])
    net.layers += [nn.ReLU()]
    net.named = nn.ModuleDict({"a": nn.Linear(1, 1)})
    net.numbers = nn.ParameterList([torch.ones(1)])
    net.byname = nn.ParameterDict({"b": torch.ones(1)})
    names = [n for n, _ in net.named_parameters()]
    assert names == [
        "layers.0.weight",
        "layers.0.bias",
        "named.a.weight",
        "named.a.bias",
        "numbers.0",
        "byname.b",
    ]
    assert len(net.layers) == 2
    assert "a" in net.named
    assert dict(net.byname.items()).keys() == {"b"}
    assert net.numbers[-1] is net.numbers[0]


def test_optimizers_and_modules_meet() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
    x = torch.linspace(-1, 1, 20).reshape(-1, 1)
    losses: list[float] = []
    for _ in range(100):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(x), x**2)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.01 < losses[0]


@pytest.mark.parametrize("name", ["nn", "optim"])
def test_missing_names_are_named(name: str) -> None:
    with pytest.raises(AttributeError, match=rf"module 'torch.{name}' has no attribute 'foo'"):
        getattr(getattr(torch, name), "foo")  # noqa: B009 - the name is what is tested


def test_a_form_that_is_left_out_changes_nothing() -> None:
    norm = nn.BatchNorm1d(3, momentum=None)
    with pytest.raises(NotImplementedError, match="minigrad has no batch norm with momentum=None"):
        norm(torch.ones(2, 3))
    assert norm.running_mean.tolist() == [0.0] * 3
    assert norm.num_batches_tracked.item() == 0
