"""The engine view: dependency counts, buffers, the ready queue."""

from typing import Any

from minigrad_widgets import step
from minigrad_widgets.queue import engine_table, states
from minigrad_widgets.trace import trace


def three_paths(lib):
    """Three gradients meet in y; its leaf w and the leaf b come after it."""
    w = lib.tensor([1.0, 2.0], requires_grad=True)
    b = lib.tensor(0.5, requires_grad=True)
    y = w + b
    loss = (y * y + y * 3).sum()
    return loss, {"w": w, "b": b, "y": y, "loss": loss}


def test_what_waits_and_what_is_in_its_buffer(lib):
    taken = trace(*three_paths(lib))
    seen = list(states(taken))
    assert len(seen) == len(taken.frames) + 1
    waiting = {
        position: [
            (taken.nodes[w.node].label, w.missing, w.total, w.buffer[0].tolist()) for w in waits
        ]
        for position, (waits, _) in enumerate(seen)
        if waits
    }
    assert waiting == {3: [("y", 2, 3, [3.0, 3.0])]}
    assert [[taken.nodes[node].label for node in ready] for _, ready in seen] == [
        ["loss"], [None], [None, None], [None], ["y"], ["w", "b"], ["b"], [],
    ]  # fmt: skip
    assert seen[-1] == ((), ())


def test_a_gradient_that_is_none_counts_as_delivered(lib: Any):
    class Half(lib.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a + b

        @staticmethod
        def backward(ctx, grad):
            return grad, None

    x = lib.tensor(1.0, requires_grad=True)
    y = x * 2
    taken = trace(Half.apply(y, y) + y, {"x": x, "y": y})
    waits = [one for waiting, _ in states(taken) for one in waiting]
    assert [(w.missing, w.total, w.buffer[0].item()) for w in waits] == [(2, 3, 1.0)]


def test_the_text(lib):
    loss, names = three_paths(lib)
    assert engine_table(trace(loss, names)).splitlines()[4:7] == [
        "   3  AddBackward0 (y) has [3., 3.], misses 2 of 3  MulBackward0",
        "   4  -                                             AddBackward0 (y)",
        "   5  -                                             w, b",
    ]
    assert step(loss, names, engine=True).text.endswith(engine_table(trace(loss, names)))
    assert "misses" not in step(loss, names).text
