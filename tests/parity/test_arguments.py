"""Arguments that do not fit, other words for arguments that do: all as PyTorch reads them."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from recall import recall

import minigrad
from minigrad import signatures

CALLS = """
x.sum('a')
torch.sum(x, 'a')
x.sum(0, 1)
x.sum(keepdims='a')
x.mean(dim='a')
x.prod('a')
x.std('a')
x.var(dim='a')
x.max('a')
torch.max(x, 'a')
x.min(0, 1, 2)
x.all('a')
x.argmax('a')
x.cumsum()
x.cumsum('a')
x.logsumexp()
x.topk('a')
x.sort(5.5)
x.transpose(0)
x.transpose(0, 'a')
x.transpose(0, 1, 2)
torch.transpose(x, 0, dim1='b')
x.permute('a', 'b')
x.reshape(2.0, 2)
torch.reshape(x, 3)
x.flatten(a=1)
x.squeeze('a')
x.unsqueeze(1.5)
x.expand('a')
x.expand()
x.repeat()
x.repeat(1.5, 2)
x.flip('a')
x.roll('a')
x.unbind('a')
x.narrow(0)
x.select(0)
x.movedim(0)
x.t(1)
x.gather(0)
x.gather(0, 1)
x.index_select(0, 1)
torch.index_select(x, 0)
torch.cat(x)
torch.cat([x, 3])
torch.stack(x)
torch.stack(x, x)
x.exp(1)
x.exp(foo=1)
torch.exp()
torch.exp(3)
torch.exp(x, foo=1)
x.relu(1)
x.clamp('a')
torch.clamp(x, 'a')
x.add('a')
torch.add(x)
torch.add(x, 'a')
torch.add(x, x, x)
torch.add(x, [2], x)
torch.addcmul(x, x, x, x)
x.add(x, alpha=torch.tensor(2.0, requires_grad=True))
x.copy_([1])
x.copy_('a')
x.mul_()
x.add_('a')
x + 'a'
x @ 'a'
x ** 'a'
x < 'a'
x.pow('a')
torch.pow(x)
x.eq('a')
torch.gt(x)
x.logical_and(3)
x.masked_fill(3, 2)
torch.where(x > 0, 'a', x)
torch.lerp(x, x, 'a')
torch.maximum(x, 2)
torch.atan2(x)
x.mm(3)
x.mm()
torch.mm(x)
torch.bmm(x, 3)
torch.dot(x)
torch.outer(x, 2)
x.matmul([1, 2])
torch.matmul(x, 'a')
torch.diag('a')
x.tril('a')
x.norm('a')
torch.equal(x, 2)
torch.isclose(x, 2)
torch.allclose(x, 2)
torch.relu(3)
torch.softmax(x)
x.softmax('a')
torch.nn.functional.relu(3)
torch.nn.functional.linear(x, 3)
torch.nn.functional.conv2d(x, 3)
torch.nn.functional.mse_loss(x)
torch.zeros('a')
torch.zeros(2, 'a')
torch.ones(2.5)
torch.full((2,))
torch.eye('a')
torch.arange('a')
torch.linspace(0, 1)
torch.randn('a')
torch.rand(2, 2, foo=1)
torch.randint(5)
torch.multinomial(x)
torch.bernoulli('a')
x.fill_('a')
x.requires_grad_(1)
x.clone(3)
""".strip().splitlines()

FINE = """
x.sum(axis=1, keepdims=True)
torch.sum(input=x)
torch.sum(x, axis=0)
torch.mean(x, keepdim=True, dim=(0, 1))
torch.exp(input=x)
torch.add(input=x, other=2, alpha=3)
torch.add(2, x)
torch.transpose(dim0=0, dim1=1, input=x)
torch.argmax(x, axis=1)
torch.squeeze(x, dim=0)
torch.clamp(x, max=1)
torch.cat(tensors=[x, x], dim=1)
torch.matmul(input=x, other=x)
torch.softmax(input=x, dim=0)
torch.max(x, dim=0)
torch.sum(x, 0, out=torch.zeros(2))
x.reshape(shape=(4,))
x.permute(dims=(1, 0))
x.add(2, x)
x.add_(-0.5, x)
torch.add(x, 2, x)
torch.add(x, 2, x, out=torch.zeros(2, 2))
torch.sub(x, torch.tensor(3), x)
x.addcmul(2, x, x)
x.addcdiv_(-2, x, x)
torch.addcmul(x, 2, x, x)
torch.addcdiv(x, 0.5, x, x)
x.add(x, alpha=torch.tensor(2))
x.sub_(x, alpha=torch.tensor(2.5))
torch.addcmul(x, x, x, value=torch.tensor(2.0))
x.normal_(torch.tensor(1.0), 0)
""".strip().splitlines()


def outcome(torch: Any, source: str) -> str:
    """What a call on a matrix gives, or complains."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return str(eval(source, {"torch": torch, "x": torch.ones(2, 2)}))
        except Exception as error:  # noqa: BLE001 - any may be the answer
            return f"{type(error).__name__}: {error}"


def theirs(source: str) -> str:
    def ask() -> dict[str, str]:
        import torch  # pyright: ignore[reportMissingImports]

        return {"outcome": outcome(torch, source)}

    return recall(source, ask)["outcome"]


@pytest.mark.parametrize("source", CALLS)
def test_complaint(source: str) -> None:
    found = outcome(minigrad, source)
    assert "Error: " in found
    assert found == theirs(source)


@pytest.mark.parametrize("source", FINE)
def test_other_words(source: str) -> None:
    found = outcome(minigrad, source)
    assert "Error: " not in found
    assert found == theirs(source)


def test_outdated_order() -> None:
    """``x.add(2, x)`` is said to be outdated, once in a process."""

    def ask(library: Any) -> list[str]:
        library.set_warn_always(True)
        x, said = library.ones(2), []
        for call in (lambda: x.add_(2, x), lambda: library.addcmul(x, 2, x, x)):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                call()
            said += [str(warning.message).partition(" (Triggered")[0] for warning in caught]
        library.set_warn_always(False)
        return said

    def theirs() -> dict[str, Any]:
        import torch  # pyright: ignore[reportMissingImports]

        return {"said": ask(torch)}

    assert ask(minigrad) == recall("outdated order", theirs)["said"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        minigrad.ones(2).sub(2, minigrad.ones(2))


def test_every_form_can_be_read() -> None:
    names = signatures._table()
    assert len(names) > 300
    for name in names:
        for form in signatures.forms_of(name):
            assert all(p.name.isidentifier() and p.kind for p in form.parameters), name
