"""Optimizers: steps, state, text and errors, against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from compare import agree

W = np.array([[0.5, -1.0], [2.0, 0.1]])
P = "w = nn.Parameter(w.detach()); b = nn.Parameter(torch.zeros(2).double()); "
P += "p = [w, b]; o = torch.optim; "
STEPS = P + "q = o.{0}; "
STEPS += """
for i in range(4):
    q.zero_grad()
    loss = ((w @ w + b) ** 2).sum() + w.exp().sum()
    loss.backward()
    q.step()
state = q.state_dict()
kept = [[k, v.clone()] for s in state["state"].values() for k, v in s.items()]
[w.clone(), b.clone(), repr(q), state["param_groups"], kept]
"""

OPTIMIZERS = [
    "SGD(p, lr=0.01)",
    "SGD(p)",
    "SGD(p, lr=0.01, momentum=0.9)",
    "SGD(p, lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.1)",
    "SGD(p, lr=0.01, momentum=0.9, dampening=0.3)",
    "SGD(p, lr=0.01, maximize=True)",
    "SGD([{'params': [w], 'lr': 0.1}, {'params': [b], 'momentum': 0.5}], lr=0.01)",
    "Adam(p)",
    "Adam(p, lr=0.1, betas=(0.5, 0.7), eps=1e-3, weight_decay=0.1)",
    "Adam(p, amsgrad=True)",
    "AdamW(p)",
    "AdamW([{'params': w, 'lr': 0.5}, {'params': [b]}], lr=0.1, weight_decay=0.2)",
    "RMSprop(p)",
    "RMSprop(p, lr=0.1, momentum=0.5, centered=True, weight_decay=0.1)",
    "Adagrad(p, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.2)",
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_steps(optimizer: str) -> None:
    agree(STEPS.format(optimizer), w=W, order=0)


@pytest.mark.parametrize(
    "source",
    [
        "o.SGD([], lr=0.1)",
        "o.SGD(p, lr=-1)",
        "o.SGD(p, momentum=-1)",
        "o.SGD(p, weight_decay=-1)",
        "o.SGD(p, nesterov=True)",
        "o.SGD(p, lr='a')",
        "o.SGD(w, lr=0.1)",
        "o.SGD([w * 1], lr=0.1)",
        "o.SGD([3], lr=0.1)",
        "o.SGD([{'params': {w}}], lr=0.1)",
        "o.SGD([{'params': p}, {'params': [w]}], lr=0.1)",
        "o.SGD([{'parms': p}], lr=0.1)",
        "o.SGD([('a', w)], lr=0.1).state_dict()",
        "o.Adam(p, lr=-1)",
        "o.Adam(p, eps=-1)",
        "o.Adam(p, betas=(1, 0.9))",
        "o.Adam(p, betas=(0.1, 2))",
        "o.Adam(p, weight_decay=-2)",
        "o.SGD(p).load_state_dict({'param_groups': [], 'state': {}})",
        "o.SGD(p).load_state_dict({'param_groups': [{'params': []}], 'state': {}})",
        "o.SGD(p).add_param_group(3)",
        "q = o.SGD([w]); q.add_param_group({'params': b, 'lr': 3.0}); repr(q)",
        "o.SGD(p).step(lambda: 3.0)",
        "w.grad = w.detach(); q = o.SGD(p); q.zero_grad(set_to_none=False); w.grad",
        "w.grad = w.detach(); q = o.SGD(p); q.zero_grad(); w.grad",
        (
            "w.grad = w.detach(); q = o.Adam(p); q.step(); r = o.Adam(p, lr=3.0); "
            "r.load_state_dict(q.state_dict()); r.step(); "
            "[w.clone(), repr(r), [v.clone() for s in r.state.values() for v in s.values()]]"
        ),
        "o.foo",
    ],
)
def test_errors_and_state(source: str) -> None:
    agree(P + source, w=W, order=0)
