"""Reading and writing at an index, gather, scatter and their like: against PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compare import agree

INPUTS: dict[str, Any] = {
    "x": np.arange(6.0).reshape(2, 3),
    "z": np.linspace(-1, 1, 24).reshape(2, 3, 4),
    "v": np.arange(1.0, 4.0),
    "s": np.float64(2.0),
    "w": np.array([7.0, 8.0]),
    "d": np.float32(5.0),
    "i": np.array([0, 1]),
    "j": np.array([[0, 2], [1, 1]]),
}


def check(source: str, **options: Any) -> None:
    import ast

    used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    agree(source, **options, **{name: value for name, value in INPUTS.items() if name in used})


READING = """
x[0]
x[-1]
x[:, -1]
x[0:1]
x[-2:]
x[5:9]
x[1:-1]
x[:, 1:]
x[:, ::2]
x[::7]
x[0:0]
x[:]
x[0:2]
x[...]
x[()]
x[..., ...]
x[..., -1]
x[..., 0:1]
x[..., None]
x[0, ...]
x[0, 1]
x[(0, 1)]
x[0:2, 1]
x[:5, 1]
x[-2:, 1]
x[:, 0:3]
x[:, :]
x[0, :]
x[None]
x[None, None]
x[:, None]
x[None, ..., 1]
x[None, 0, ..., None, 1, None]
x[True]
x[False]
x[0, True]
x[True, 0]
x[True, True]
x[torch.tensor(True)]
x[torch.tensor(1)]
x[torch.tensor(1):]
x[np.int64(1)]
x[np.array(1)]
x[np.array([0, 1])]
x[np.array([])]
x[np.array([1.7, -1.0])]
x[np.array([0, 1], np.int8)]
x[np.array(1.0)]
x[np.array([True, False])]
x[np.float32(1)]
x[np.bool_(True)]
x[range(2)]
x[i]
x[(i,)]
x[[0, 1]]
x[[-1]]
x[i.int()]
x[i == 0]
x[[True, False]]
x[[]]
x[[0.5]]
x[[[0, 1], [1, 0]]]
x[([0, 1], [1, 0])]
x[[0, 1], [1, 0]]
x[[0, 1, 5], [1, 7, 0]]
x[[[0], [2]], [[1, 5]]]
x[[slice(0, 1), 1]]
x[[0, None]]
x[x > 2]
x[x > 99]
x[:, torch.tensor([True, False, True])]
x[torch.tensor([[0, 1], [1, 1]])]
x[torch.tensor([], dtype=torch.long)]
x[:, i]
x[:, [0]]
x[0, i]
x[i, 0]
x[i, None]
x[i, None, i]
x[True, i]
x[i, i]
x[i][0]
s[()]
s[...]
s[None]
s[True]
s[..., None]
v[s > 0]
z[i]
z[i, :, i]
z[i, 0, :]
z[:, 0, i]
z[0, :, i]
z[:, i, 0]
z[:, i, i]
z[None, i]
z[..., [0, 1], None]
z[[[0, 1]], [0]]
z[torch.tensor([[0], [1]]), :, torch.tensor([0, 1, 2])]
z[z > 0]
z[z[..., 0] > 0]
z[z[..., 0] > 0, 0]
z[z[..., 0] > 0, :]
z[:, z[0] > 0]
z[0, z[1] > 0]
z[z[..., 0] > 0, i[:1]]
z[i.bool()]
z[[True, False], 0]
z[0][i][0]
z[1, [0, 1]][0]
x[1][1] * x[0, 0]
x[[0, 0, 1]].sum(0)
""".strip().splitlines()

WRITING = """
y[:, torch.tensor([True, False, True])] = torch.tensor(2.0, dtype=torch.float32)
y[5:, 1:3] = 7
y[2:, ::2] += 1
y[False] = 4
y[y > 1] = y[0, 0]
y[0] = 1.0
y[0] = 5
y[0] = True
y[0] = s
y[0] = v
y[0] = v.reshape(1, 3)
y[0] = v.reshape(1, 1, 3)
y[0] = s.reshape(1)
y[0] = d
y[0] = i.sum()
y[0, 0] = s
y[0, 0] = s.reshape(1)
y[:, 1] = w
y[:, 1:] = w.reshape(2, 1)
y[:] = v
y[...] = v
y[()] = v
y[...] = s
y[0:2] = v
y[0:2, 0:3] = v
y[None] = v
y[None, 0] = v
y[torch.tensor(True)] = v
y[::2, ::2] = 0.5
y[i] = s
y[i] = v
y[i] = v.reshape(1, 1, 3)
y[i] = 1.5
y[[0, 1]] = 1
y[[0, 0]] = 3.0
y[y > 2] = s
y[y > 2] = 1.0
y[y > 2] = torch.arange(3.0, dtype=torch.float64)
y[:, i] = s
y[:, i] = w
y[0, i] = w
y[i, 0] = w
y[i, i] = w
y[0, i] = s
y[x > 2] = x[x > 2] * 2
y[0] = y[1]
y[0] += v
y[:, 0] *= s
y[0, 0] **= 2
y[i] += 1
y[0] = y[0] * v
y[1, 1] = y[0, 0] * y[0, 1]
y[0, 0] = x[0, 1] ** 2; y[0, 1] = x[1, 1] ** 3
y[:, torch.tensor([2, 0])] = x[:, :2] * 3
""".strip().splitlines()

FUNCTIONS = """
x.gather(1, j)
x.gather(-1, j)
x.gather(0, torch.zeros(5, 2).long())
x.gather(0, torch.zeros(1, 1).int())
torch.gather(x, dim=1, index=torch.zeros(2, 2).long())
s.gather(0, torch.tensor(0))
v.gather(0, torch.tensor([2, 2, 0]))
z.gather(2, torch.zeros(2, 3, 2).long())
x.scatter(1, j, 1.0)
x.scatter(1, j[:1], x[:1, :2] * 2)
x.scatter(1, torch.tensor([[0]]), value=2)
torch.ones(3, dtype=torch.uint8).scatter(-1, torch.tensor([0]), -2)
x.scatter(1, torch.tensor([[0, 2], [1, 2]]), x[:, 1:] * 2)
(x * 1).scatter_(1, j, 5.0)
(x * 1).scatter_(1, torch.tensor([[0, 2], [1, 2]]), x[:, 1:] * 2)
x.scatter_add(1, j, x[:, 1:] * 2)
(x * 1).scatter_add_(0, j[:, :1] * 0, x[:, 1:2] * 2)
x.index_select(0, torch.tensor([1, 1, 0]))
x.index_select(-1, i)
x.index_select(1, torch.tensor(1))
torch.index_select(input=x, dim=0, index=i)
s.index_select(0, torch.tensor([0]))
x.index_add(0, torch.tensor([1, 1]), x * 2)
x.index_add(0, i, x * 2, alpha=3)
torch.tensor([5, 6], dtype=torch.uint8).index_add(0, torch.tensor([0]), torch.tensor([1], dtype=torch.uint8), alpha=-1)
(x * 1).index_add_(1, i, x[:, 1:] * 2)
x[:, :0].index_add(0, i + 8, torch.ones(2, 0).double())
torch.ones(0, 3).double().index_add(0, torch.tensor([5]), x[:1])
(x[:, :0] * 1).index_add_(1, i[:1], x[:, :1])
x.take(torch.tensor([0, 4, 4]))
x.take(torch.tensor([[0, -1]]))
torch.take(x, i)
x.masked_select(x > 1)
torch.masked_select(x, torch.tensor([True, False, True]))
s.masked_select(torch.tensor([True, False]))
x.masked_fill(x > 2, 1.0)
x.half().masked_fill(x > 2, -1e9)
(lambda y: y.__setitem__(0, 1e9) or y)(torch.ones(2).half())
torch.ones(2).__setitem__(0, 1e39)
x.masked_fill(x > 2, s)
(x * 1).masked_fill_(x > 2, 1.0)
(x * 1).masked_fill_(x > 2, s)
(lambda y: y.masked_fill_(x > 2, y[0, 1]))(x * 1)
x.masked_fill_(torch.ones(5, 5) > 2, 1.0)
torch.where(x > 2, x, s)
torch.where(x > 2, x, 0.0)
torch.where(x > 2, 1, 0)
torch.where(x > 2)
x.where(x > 2, s)
x.nonzero()
x.nonzero(as_tuple=True)
s.nonzero()
torch.tensor(0.0).nonzero()
""".strip().splitlines()

ERRORS = """
x[..., ..., 0]
x[torch.tensor([True, False]), torch.tensor([True, False, False])] = torch.tensor(2.0, dtype=torch.float32)
x.sum()[np.int64(0)]
x[5]
x[-3]
x[0, 3]
x[..., 5]
x[None, 5]
z[:, None, 9]
x[0, 0, 0]
x[i, i, i]
x[[0, 7]]
x[:, torch.tensor([0, -4])]
x[i, torch.tensor([0, 9])]
z[:, i, torch.tensor([0, 9])]
z[torch.tensor([5]), :, torch.tensor([0])]
x[1.5]
x[{}]
x[x]
x[[x]]
x[::-1]
x[::0]
x[0:1.5]
x[torch.tensor([True, False, True])]
x[i, i > 0]
x[x > 2, 0]
z[:, torch.zeros(3, 2).bool()]
x[torch.zeros(2, 2).long(), torch.zeros(3).long()]
s[0]
s[:]
s[torch.tensor([0])]
s[torch.tensor([True])]
y = x * 1; y[0] = torch.ones(2)
y = x * 1; y[0] = torch.ones(2, 3)
y = x * 1; y[0] = [1, 2, 3]
y = x * 1; y[0] = np.ones(3)
y = x * 1; y[0] = "a"
y = x * 1; y[0] = None
y = x * 1; y[0, 0] = torch.ones(2)
y = x * 1; y[5] = 1
y = x * 1; y[::-1] = 1
y = x * 1; y[1.5] = 1
y = x * 1; y[...] = x.t()
y = x * 1; y[i] = torch.ones(4).double()
y = x * 1; y[i] = torch.ones(3)
y = x * 1; y[i] = torch.ones(3).long()
y = x * 1; y[x > 0] = torch.ones(2).double()
y = x * 1; y[[0, 7]] = 1
y = x * 1; y[:, i] = v
y = x * 1; y[[0, 1]] = y
x[[0, 1]] = x
y = (x * 1)[0]; y[y > 9] = y
y = x * 1; y[i, i] = v
del x[0]
x[0] = 1.0
x[i] = 1.0
x[x > 2] = 0.0
x.gather(1, torch.tensor([[0, 5]]))
x.gather(1, [0])
x.scatter_add(1, torch.tensor([[0]]), 1.0)
x.index_add(0, torch.tensor([0]), torch.ones(1).double())
x.index_add(0, torch.tensor([0]), 1.0)
x.index_add(0, torch.tensor(0), x[0])
x.index_add(0, torch.tensor([0, 1]), x[:, 0])
(x * 1).index_add_(0, torch.tensor([0]), 1.0)
(x * 1).gather(1, 2)
(x * 1).take(2)
(x * 1).scatter_add_(0, 2, 3)
x.take([0])
torch.zeros(0, 3)[torch.tensor([0])]
s[torch.tensor(0)]
s[(0,)]
s[[0]]
s[:,]
x.gather(1, torch.tensor([[0, -1]]))
x.gather(1, torch.tensor([0]))
x.gather(0, torch.zeros(1, 4).long())
x.gather(0, torch.zeros(1, 1))
x.gather(2, torch.zeros(1, 1).long())
x.scatter(1, torch.tensor([[0, 5]]), 1.0)
x.scatter(1, torch.tensor([[0, 2]]), x.float())
x.scatter(1, torch.tensor([[0, 2]]), x[:1, :1])
x.scatter(1, torch.tensor([0]), 1.0)
x.scatter(1, torch.tensor([[0.0]]), 1.0)
x.scatter(0, torch.zeros(1, 4).long(), 1.0)
x.scatter_add(1, torch.tensor([[0, 9]]), x)
x.index_select(0, torch.tensor([0, 5]))
x.index_select(0, torch.tensor([0, -1]))
x.index_select(1, torch.tensor([[0, 1]]))
x.index_select(1, torch.tensor([1.0]))
x.index_select(3, i)
x[:, :0].index_select(0, i + 8)
x[:0].index_select(0, i)
x[0, :0].index_select(0, i)
x[0, :0].index_add(0, i, x[0, :2])
x.detach()[:, :0].index_add(0, i + 8, x[:, :0]).sum().backward()
x.index_add(0, torch.tensor([0]), x)
x.index_add(0, torch.tensor([0, 3]), x)
x.index_add(0, i, x.float())
x.index_add(0, torch.tensor([0.0, 1]), x)
x.index_add(0, torch.tensor([[0, 1]]), x)
x.take(torch.tensor([0, 7]))
x.take(torch.tensor([0.0]))
x.take(0)
x.masked_select(torch.ones(3))
x.masked_select(torch.tensor([True, False]))
torch.where(x, 1, 0)
""".strip().splitlines()

INTEGERS = """
warnings.simplefilter("ignore"); torch.eye(2)[torch.tensor([0, 1], dtype=torch.uint8)]
a = torch.arange(6).reshape(2, 3); a[0] = 1.5; a
a = torch.arange(6).reshape(2, 3); a[a > 2] = 9; a
a = torch.arange(6).reshape(2, 3); a[[0]] = True; a
a = torch.arange(6).reshape(2, 3); a[0] = torch.tensor([1.9, 2.9, 3.9]); a
a = torch.zeros(3, dtype=torch.bool); a[1] = 1; a
a = torch.zeros(3, dtype=torch.float16); a[1] = 1 / 3; a
torch.arange(6)[torch.arange(6) % 2 == 0]
torch.arange(6)[-2:]
torch.eye(3)[[0, 2]]
torch.zeros(2, 3)[0].storage_offset(), torch.zeros(2, 3)[1, 1:].storage_offset()
torch.arange(24).reshape(2, 3, 4)[:, 1:, ::2].stride()
torch.arange(24).reshape(2, 3, 4)[..., None, 1].stride()
a = torch.zeros(2, 3, 4).mT; a[[0], :, [1]].stride(), a[[0, 1], [1, 0]].stride()
torch.tensor(1.0)[0]
""".strip().splitlines()


@pytest.mark.parametrize("source", READING + FUNCTIONS)
def test_values_graphs_and_gradients(source: str) -> None:
    check(source)


@pytest.mark.parametrize("source", WRITING)
def test_writing(source: str) -> None:
    check(f"y = x * 1; {source}; y, y._version")


@pytest.mark.parametrize("source", WRITING)
def test_writing_into_a_tensor_without_history(source: str) -> None:
    check(f"y = x.detach().clone(); {source}; y, y._version")


@pytest.mark.parametrize("source", ERRORS)
def test_errors(source: str) -> None:
    check(source)


@pytest.mark.parametrize("source", INTEGERS)
def test_integers_and_geometry(source: str) -> None:
    agree(source)


def test_the_seed_notebook_cell() -> None:
    agree(
        "n = torch.zeros(1, 2); n[0, 0] = m[0, 0] ** 2; n[0, 1] = m[0, 1] ** 3\n"
        "text = repr(n); n.backward(torch.ones_like(n)); text, m.grad.tolist()",
        m=np.array([[2.0, 3.0]], np.float32),
    )


def test_an_index_that_changes_later_does_not_change_the_gradient() -> None:
    """The node keeps the index as it was; PyTorch refuses to go backward instead."""
    import minigrad as torch

    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    index = torch.tensor([0, 1])
    y = x[index]
    index.fill_(2)
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0, 0.0]
