"""Determinants, inverses and solutions of small matrices are PyTorch's to the last bit, and so they print."""

from __future__ import annotations

import pytest

from compare import agree

pytestmark = pytest.mark.usefixtures("recorded_elsewhere")
RESULTS = (
    "torch.det(x), torch.inverse(x), torch.linalg.solve(x, y), torch.linalg.solve(x, y[:, 0]), "
    "torch.autograd.grad(torch.det(x), x)[0], torch.autograd.grad(torch.inverse(x).sum(), x)[0], torch.det(x.t())"
)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8])
def test_every_bit(size: int, dtype: str) -> None:
    agree(
        f"""
        import numpy
        random = numpy.random.RandomState({size})
        x = torch.from_numpy(random.randn({size}, {size}).astype("{dtype}")).requires_grad_()
        y = torch.from_numpy(random.randn({size}, 3).astype("{dtype}"))
        [[number.hex() for number in z.flatten().tolist()] for z in ({RESULTS})]
        """.replace("\n        ", "\n"),
        order=0,
    )


@pytest.mark.parametrize("size", [2, 3, 4])
def test_whole_numbers_as_they_print(size: int) -> None:
    agree(
        f"""
        import numpy
        random = numpy.random.RandomState(0)
        matrices = [torch.from_numpy(random.randint(-5, 6, ({size}, {size}))).float() for _ in range(20)]
        [str(m.det()) for m in matrices], [str(m.double().det()) for m in matrices]
        """.replace("\n        ", "\n")
    )


MORE = """
torch.det(torch.eye(0)), torch.inverse(torch.eye(0)), torch.linalg.solve(torch.eye(0), torch.ones(0, 2)).shape
x = torch.arange(12.).reshape(3, 2, 2) ** 2; x.det().tolist(), (x + 1).inverse().tolist(), x.mT.det().tolist()
x = torch.arange(8.).reshape(2, 2, 2) ** 2; torch.linalg.solve(x, torch.ones(2, 1)).tolist()
x = torch.arange(4.).reshape(2, 2); torch.linalg.solve(x, torch.ones(2, 2, 2)).tolist()
torch.inverse(torch.ones(3, 3))
torch.inverse(torch.stack([torch.eye(3), torch.zeros(3, 3)]))
torch.linalg.solve(torch.tensor([[1., 2, 3], [2, 4, 6], [0, 0, 1]]), torch.ones(3))
x = torch.ones(2, 3, 3).triu().requires_grad_(); y = x * torch.tensor([1., 0]).view(2, 1, 1); y.det().sum().backward(); x.grad.tolist()
x = torch.ones(9, 9).triu(); x.det(), x.inverse()[0], torch.linalg.solve(x, x.sum(1)), torch.ones(20, 20).triu().det()
torch.linalg.LinAlgError, torch.linalg.LinAlgError.__mro__[1:]
torch.inverse(torch.ones(9, 9).tril() * (torch.arange(9) != 4))
"""


@pytest.mark.parametrize("line", MORE.strip().splitlines())
def test_batches_singular_and_larger_ones(line: str) -> None:
    agree(line, order=0)
