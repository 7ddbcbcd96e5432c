"""Optimizers and schedulers: steps, state, text and errors, against PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import compare
import minigrad
from compare import agree
from minigrad.digits import mkl

W = np.array([[0.5, -1.0], [2.0, 0.1]])
P = "w = nn.Parameter(w.detach()); b = nn.Parameter(torch.zeros(2).double()); "
P += "p = [w, b]; o = torch.optim\n"
STEPS = P + "q = o.{0}; "
STEPS += """
for i in range(4):
    q.zero_grad()
    loss = ((w @ w + b) ** 2).sum() + w.exp().sum()
    loss.backward()
    q.step()
state = q.state_dict()
kept = [[nr, k, v] for nr, s in state["state"].items() for k, v in s.items()]
[w, b, repr(q), state["param_groups"], q.param_groups[0].keys(), kept]
"""

OPTIMIZERS = [
    "SGD(p, lr=0.01)",
    "SGD(p)",
    "SGD(p, lr=0.01, momentum=0.9)",
    "SGD(p, lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.1)",
    "SGD(p, lr=0.01, momentum=0.9, dampening=0.3)",
    "SGD(p, lr=0.01, maximize=True, weight_decay=0.5)",
    "SGD(p, 0.01, 0.9, 0.1, 0.2)",
    "SGD(p, lr=torch.tensor(0.25))",
    "SGD([{'params': [w], 'lr': 0.1}, {'params': [b], 'momentum': 0.5}], lr=0.01)",
    "Adam(p)",
    "Adam(p, lr=0.1, betas=(0.5, 0.7), eps=1e-3, weight_decay=0.1)",
    "Adam(p, 0.1, (0.5, 0.9), 1e-4, 0.1, maximize=True, decoupled_weight_decay=True)",
    "AdamW(p)",
    "AdamW([{'params': w, 'lr': 0.5}, {'params': [b]}], lr=0.1, weight_decay=0.2)",
    "RMSprop(p)",
    "RMSprop(p, lr=0.1, momentum=0.5, weight_decay=0.1)",
    "RMSprop(p, 0.1, 0.9, 1e-6, 0.1, 0.5, maximize=True)",
    "Adagrad(p, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.2)",
    "Adagrad(p, 0.1, 0.1, 0.2, 0.3, 1e-3, maximize=True)",
    "Adagrad([{'params': [w]}, {'params': [b], 'lr': 0.5}])",
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
        "o.SGD(p, learning_rate=0.1)",
        "o.SGD(lr=0.1)",
        "o.SGD(None)",
        "o.SGD({'params': p})",
        "o.SGD(nn.Linear(1, 1))",
        "repr(o.SGD([w, w]))",
        "w.grad = w.detach(); q = o.SGD([w, w], lr=0.1); q.step(); [w, q.state_dict()]",
        "o.RMSprop(p, lr=-1)",
        "o.RMSprop(p, eps=-1)",
        "o.RMSprop(p, alpha=-1)",
        "o.RMSprop(p, momentum=-1)",
        "o.Adagrad(p, lr_decay=-1)",
        "o.Adagrad(p, initial_accumulator_value=-1)",
        "o.Optimizer(p, {'lr': 3})",
        "o.SGD(w, lr=0.1)",
        "o.SGD([w * 1], lr=0.1)",
        "o.SGD([3], lr=0.1)",
        "o.SGD([{'params': p}, {'params': [w]}], lr=0.1)",
        "o.SGD([{'parms': p}], lr=0.1)",
        "o.Adam(p, lr=-1)",
        "o.Adam(p, eps=-1)",
        "o.Adam(p, betas=(1, 0.9))",
        "o.Adam(p, betas=(0.1, 2))",
        "o.Adam(p, betas=(0, 0.999))",
        "o.Adam(p, weight_decay=-2)",
        "o.SGD(p).load_state_dict({'param_groups': [], 'state': {}})",
        "o.SGD(p).load_state_dict('model.pt')",
        "o.SGD(p).load_state_dict({'param_groups': [{'params': []}], 'state': {}})",
        "q = o.SGD([w]); q.add_param_group({'params': b, 'lr': 3.0}); repr(q)",
        "q = o.SGD([w]); q.add_param_group([b])",
        "o.Adagrad(p, initial_accumulator_value=0.5).state_dict()",
        "q = o.Adagrad([w]); q.add_param_group({'params': b}); b.grad = b.detach(); q.step(); q.state_dict()",
        "o.SGD(p).step(lambda: 3.0)",
        "w.grad = w.detach(); q = o.SGD(p); q.zero_grad(set_to_none=False); w.grad",
        "w.grad = w.detach(); q = o.SGD(p); q.zero_grad(); w.grad",
        (
            "w.grad = w.detach(); q = o.Adam(p); q.step(); r = o.Adam(p, lr=3.0); "
            "r.load_state_dict(q.state_dict()); r.step(); "
            "[w.clone(), repr(r), [v.clone() for s in r.state.values() for v in s.values()]]"
        ),
        (
            "w.grad = w.detach(); q = o.SGD(p, lr=0.1, momentum=0.9); q.step(); d = q.state_dict(); "
            "r = o.SGD(p, lr=3.0, momentum=0.1); r.load_state_dict(d); r.step(); d"
        ),
        (
            "class Own(o.SGD):\n"
            "    def __setstate__(self, state):\n"
            "        super().__setstate__(state)\n"
            "        for g in self.param_groups: g.setdefault('extra', sorted(state))\n"
            "q = Own(p); q.load_state_dict(o.SGD(p).state_dict()); repr(q)"
        ),
        (
            "w.grad = w.detach()\n"
            "class Own(o.Optimizer):\n"
            "    def __init__(self, params, lr): super().__init__(params, {'lr': lr})\n"
            "    @torch.no_grad()\n"
            "    def step(self):\n"
            "        for g in self.param_groups:\n"
            "            for q in g['params']:\n"
            "                if q.grad is not None:\n"
            "                    s = self.state[q]; s['n'] = s.get('n', 0) + 1\n"
            "                    q.add_(q.grad, alpha=-g['lr'] / s['n'])\n"
            "q = Own(p, 0.5); s = o.lr_scheduler.StepLR(q, 1); q.step(); s.step(); q.step()\n"
            "[w, repr(q), q.state_dict()]"
        ),
        (
            "q = o.SGD([w], lr=0.1); n = []\n"
            "def closure():\n"
            "    q.zero_grad(); loss = (w ** 2).sum(); loss.backward(); n.append(1); return loss\n"
            "with torch.no_grad(): loss = q.step(closure)\n"
            "[loss, w, len(n)]"
        ),
        "class Own(o.Optimizer):\n    def __init__(self): super().__init__([w], {})\nOwn().step()",
        *(
            "required = __import__(o.__name__ + '.optimizer', fromlist=['required']).required\n"
            "class Own(o.Optimizer):\n"
            "    def __init__(self, params, lr=required):\n"
            "        super().__init__(params, {'lr': lr})\n"
            f"q = Own({params}); [repr(q), repr(q.defaults)]"
            for params in ("[w]", "[w], 0.5", "[{'params': w, 'lr': 0.5}]")
        ),
        "o.Optimizer([w], {'amsgrad': True, 'centered': True}).defaults",
        "y = (w * 2).exp(); w.grad = w.detach(); o.AdamW([w]).step(); y.sum().backward()",
        "o.SGD([w]).add_param_group(w)",
        "o.foo",
    ],
)
def test_errors_and_state(source: str) -> None:
    agree(P + source, w=W, order=0)


SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.013}),
    ("SGD", {"lr": 0.013, "momentum": 0.9, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.013, "momentum": 0.9, "dampening": 0.3, "maximize": True}),
    ("SGD", {"lr": 0.013, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.013, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.013, "betas": (0.5, 0.9)}),
    ("AdamW", {"lr": 0.013, "betas": (0.3, 0.9), "maximize": True}),
    ("RMSprop", {"lr": 0.013, "momentum": 0.7, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.013}),
    ("Adagrad", {"lr": 0.013, "lr_decay": 0.1, "weight_decay": 0.1}),
]


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
@pytest.mark.parametrize("shape", [(), (1,), (17,), (40, 33)])
def test_every_bit_of_float32(
    name: str, settings: dict[str, Any], shape: tuple[int, ...], torch: Any, monkeypatch: Any
) -> None:
    """The same gradients give the same numbers, and versions.

    PyTorch's own square root depends on the processor: on others than AMD's it gets ours.
    """

    def sqrt(tensor: Any) -> Any:
        return torch.from_numpy(np.asarray(mkl.sqrt(tensor.numpy())))

    if not compare.is_processor_of_records():
        monkeypatch.setattr(torch.Tensor, "sqrt", sqrt)
        monkeypatch.setattr(torch.Tensor, "sqrt_", sqrt)
    if "AVX" not in torch.backends.cpu.get_cpu_capability():
        pytest.skip("this processor does not add a product in one instruction")
    random = np.random.default_rng(0)
    start, *grads = random.normal(size=(6, *shape)).astype(np.float32)
    outcomes: list[Any] = []
    for library in (minigrad, torch):
        param = library.nn.Parameter(library.tensor(start))
        optimizer = getattr(library.optim, name)([param], **settings)
        for grad in grads:
            param.grad = library.tensor(grad)
            optimizer.step()
        kept = {key: value.tolist() for key, value in optimizer.state[param].items()}
        versions = [value._version for value in optimizer.state[param].values()]
        outcomes.append([param.tolist(), param._version, kept, versions])
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    ("name", "setting"), [("Adam", "amsgrad"), ("RMSprop", "centered"), ("SGD", "differentiable")]
)
def test_what_is_left_out_is_refused(name: str, setting: str) -> None:
    with pytest.raises(NotImplementedError, match=f"no optimizer with {setting}=True"):
        getattr(minigrad.optim, name)([minigrad.nn.Parameter(minigrad.ones(1))], **{setting: True})


S = "w = nn.Parameter(w.detach()); v = nn.Parameter(w.detach().clone()); "
S += "o = torch.optim.SGD([{'params': [w]}, {'params': [v], 'lr': 2.0}], lr=0.5); "
S += "from_ = torch.optim.lr_scheduler; "
EPOCHS = "\nfor i in range(7): o.step(); seen.append([s.last_epoch, s.get_last_lr()]); s.step()\n"


@pytest.mark.parametrize(
    "scheduler",
    [
        "StepLR(o, step_size=3)",
        "StepLR(o, 2, gamma=0.7)",
        "StepLR(o, 2, 0.5, -1)",
        "LambdaLR(o, lambda epoch: 0.9 ** epoch)",
        "LambdaLR(o, lr_lambda=[lambda epoch: 1 / (epoch + 1), lambda epoch: epoch])",
    ],
)
def test_schedulers(scheduler: str) -> None:
    agree(
        f"{S}s = from_.{scheduler}; seen = []{EPOCHS}"
        "d = s.state_dict(); d = {n: d.get(n) for n in KNOWN}; [seen, d, repr(o)]".replace(
            "KNOWN", "['base_lrs', 'last_epoch', '_last_lr', 'gamma', 'step_size']"
        ),
        w=W,
        order=0,
    )


@pytest.mark.parametrize(
    "source",
    [
        "s = from_.StepLR(o, 2); s.step(); s.step(); s.get_last_lr()",
        "o.step(); s = from_.StepLR(o, 2); s.step()",
        "s = from_.StepLR(o, 2); r = from_.StepLR(o, 3); o.step(); r.step(); s.step(); s.step(); [s.get_last_lr(), r.get_last_lr()]",
        "s = from_.StepLR(o, 2); o.step(); r = from_.StepLR(o, 3); r.step()",
        "from_.StepLR(3, 2)",
        "from_.LambdaLR(o, [lambda e: 1])",
        "from_.StepLR(o)",
        (
            "s = from_.StepLR(o, 2); o.step(); s.step(); "
            "r = from_.StepLR(o, 5); r.load_state_dict(s.state_dict()); r.step(); [r.get_last_lr(), r.last_epoch, r.step_size]"
        ),
        (
            "f = lambda e: e + 1; s = from_.LambdaLR(o, f); o.step(); s.step(); "
            "r = from_.LambdaLR(o, f); r.load_state_dict(s.state_dict()); r.step(); r.get_last_lr()"
        ),
        "\nclass Half(from_.LRScheduler):\n    def get_lr(self): return [b / (self.last_epoch + 2) for b in self.base_lrs]\ns = Half(o); o.step(); s.step(); s.get_last_lr()",
        "s = from_.StepLR(o, 1); q = torch.optim.SGD([w], lr=7.0); q.add_param_group({'params': [v]}); o.state_dict()['param_groups']",
    ],
)
def test_what_schedulers_say(source: str) -> None:
    agree(S + source, w=W, order=0)


def test_the_module_of_schedulers_is_importable() -> None:
    from minigrad.optim.lr_scheduler import StepLR

    assert StepLR is minigrad.optim.lr_scheduler.StepLR
