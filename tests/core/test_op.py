"""The declaration of an operation, and what it is compiled to."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

import numpy as np
import pytest

import minigrad as torch
from minigrad.op import Op, registry
from minigrad.ops.arithmetic import mul


def test_a_declaration_is_all_that_an_operation_needs() -> None:
    cube = Op(
        "CubeBackward0",
        lambda self: self * self * self,
        self=lambda grad, self: grad * 3 * self * self,
    )
    try:
        x = torch.tensor([1.0, -2.0], requires_grad=True)
        y = cube(x)
        assert repr(y) == "tensor([ 1., -8.], grad_fn=<CubeBackward0>)"
        assert y.grad_fn._saved_self is x
        (first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        (second,) = torch.autograd.grad(first.sum(), x)
        assert first.tolist() == [3.0, 12.0]
        assert second.tolist() == [6.0, -12.0]
        assert cube(np.array([2.0])).tolist() == [8.0]
        assert registry["CubeBackward0"] is cube
    finally:
        del registry["CubeBackward0"]


def test_a_rule_that_asks_for_what_is_not_there() -> None:
    typo = Op("TypoBackward0", np.negative, self=lambda grad, slef: grad)
    del registry["TypoBackward0"]
    with pytest.raises(TypeError, match="no rule can ask for 'slef'"):
        typo.apply(torch.ones(2, requires_grad=True))
    for op in registry.values():
        assert isinstance(op.saved, dict), op  # no declaration makes that mistake


def test_nothing_is_saved_that_no_wanted_rule_asks_for() -> None:
    x = torch.ones(3, requires_grad=True)
    constant = torch.ones(3)
    node = (x * constant).grad_fn
    assert node._saved_other is constant
    assert node._saved_self is None


def test_saved_tensors_are_freed_by_backward() -> None:
    x = torch.ones(3, requires_grad=True)
    y = x * 2
    middle = weakref.ref(y)
    z = (y * y).sum()
    del y
    assert middle() is not None
    z.backward()
    assert middle() is None


def test_a_graph_without_a_name_goes_at_once() -> None:
    """No reference cycle: nothing waits for the collector."""
    gc.collect()
    gc.disable()
    try:
        x = torch.ones(3, requires_grad=True)
        y = (x.exp() * x.sigmoid()).sum()

        def nodes() -> int:  # no weak reference to a node: PyTorch has none either
            return sum(type(it).__name__.endswith("Backward0") for it in gc.get_objects())

        before = nodes()
        del y
        assert nodes() == before - 4
    finally:
        gc.enable()


@pytest.mark.parametrize("call", [
    lambda x: x.add(torch.ones(4)), lambda x: torch.add(x, torch.ones(4)), lambda x: x.sum(3),
    lambda x: x.view(5), lambda x: x.matmul(torch.ones(4)), lambda x: torch.cat([x, torch.ones(2, 2)]),
    lambda x: torch.nn.Linear(4, 4)(x), lambda x: x.add_(torch.ones(2, 3)), lambda x: x.backward(),
    lambda x: torch.nn.functional.cross_entropy(x, torch.ones(4)), lambda x: x.mul("a"),
])  # fmt: skip
def test_what_has_failed_goes_at_once(call: Any) -> None:
    gc.disable()
    try:
        x = torch.ones(3, requires_grad=True) * 1
        alive = weakref.ref(x)
        with pytest.raises((RuntimeError, IndexError, TypeError)) as info:
            call(x)
        del x, info
        assert alive() is None
    finally:
        gc.enable()


def test_the_grad_mode_belongs_to_the_thread() -> None:
    x = torch.ones(2, requires_grad=True)
    seen: list[Any] = []
    with torch.no_grad():
        thread = threading.Thread(target=lambda: seen.append((x * 2).requires_grad))
        thread.start()
        thread.join()
        seen.append((x * 2).requires_grad)
    assert seen == [True, False]


def test_threads_compute_side_by_side() -> None:
    results: list[float] = []

    def work() -> None:
        x = torch.full((50, 50), 0.01, requires_grad=True)
        for _ in range(20):
            (x @ x).sum().backward()
        results.append(x.grad.sum().item())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert max(results) - min(results) < 1e-3


def test_numpys_warnings_stay_out_and_numpys_own_state_stays() -> None:
    before = np.geterr()
    x = torch.tensor([0.0, -1.0, 1e38], requires_grad=True)
    (1 / x + x.log() + x.sqrt() + x * x).sum().backward()  # warnings are errors in these tests
    assert np.geterr() == before


def test_the_compiled_source_can_be_read() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    (x * x).backward()
    assert mul.source["vjp"].startswith("def vjp(node, grads, keep=True):")
    assert "rule_self(grad, other_)" in mul.source["vjp"]


PROGRAMS = [
    "y = (x * w + x).relu() * x",
    "a = x * w; b = a + x; c = a * b; y = c + a * c",
    "a, b = (x * w).chunk(2); y = a * b + a",
    "v = x[:2]; z = x * 1; z[:2].mul_(w[:2]); y = z * v.sum()",
    "a = x.exp(); y = a * a.detach() + torch.where(x > 0, a, w)",
    "y = (x.double() * w).float() * x",
]


@pytest.mark.parametrize("source", PROGRAMS)
def test_a_plain_pass_does_what_the_walk_does(source: str) -> None:
    """The two paces agree: anomaly mode makes `backward` take the walk from the first node on."""

    def gradients() -> list[Any]:
        x = torch.tensor([1.0, -2.0, 3.0, 0.5], requires_grad=True)
        w = torch.tensor([0.5, 1.5, -1.0, 2.0], requires_grad=True)
        names: dict[str, Any] = {"x": x, "w": w, "torch": torch}
        exec(source, names)
        names["y"].sum().backward()
        names["y"] = None
        return [x.grad.tolist(), w.grad.tolist()]

    plain = gradients()
    with torch.autograd.set_detect_anomaly(True):
        assert gradients() == plain


def test_a_pass_that_fails_has_accumulated_what_was_complete() -> None:
    x, w, v = (torch.ones(2, requires_grad=True) for _ in range(3))
    a = x * w
    early = (v * 2).sum()
    late = (a * a).sum() + early
    with torch.no_grad():
        a.mul_(2)  # the square of `a` can no longer be differentiated
    with pytest.raises(RuntimeError, match="modified by an inplace"):
        (late + early).backward()
    assert (x.grad, w.grad) == (None, None)


def test_a_leaf_with_a_hook_is_called_in_the_order_of_the_walk() -> None:
    seen: list[str] = []
    x, w = (torch.ones((), requires_grad=True) for _ in range(2))
    w.register_hook(lambda grad: seen.append("w"))
    y = x * 3
    y.register_hook(lambda grad: seen.append("y"))
    ((y * w) * 2).backward()
    assert seen == ["w", "y"]
