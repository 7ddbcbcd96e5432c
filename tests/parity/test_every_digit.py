"""Small trainings print PyTorch's losses with all their digits, from the first step to the last."""

from __future__ import annotations

import pytest

from compare import agree

CUBIC = """
torch.manual_seed(0)
x = torch.linspace(-torch.pi, torch.pi, 2000)
powers = x.unsqueeze(-1).pow(torch.tensor([1, 2, 3]))
model = nn.Sequential(nn.Linear(3, 1), nn.Flatten(0, 1))
optimizer = torch.optim.{optimizer}
seen = []
for step in range(1000):
    loss = nn.functional.mse_loss(model(powers), torch.sin(x), reduction="sum")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 49:
        seen.append(loss.item().hex())
(seen, [p.hex() for p in model[0].weight[0].tolist()], model[0].bias.item().hex())
"""


@pytest.mark.usefixtures("recorded_elsewhere")
@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam", "AdamW", "Adagrad"])
def test_a_cubic_for_a_sine(name: str) -> None:
    """With RMSprop a wrong last bit grows: it ends in another parabola."""
    rate = "1e-6" if name == "SGD" else "1e-3"
    agree(CUBIC.format(optimizer=f"{name}(model.parameters(), lr={rate})"), order=0)


TRAINING = """\
optimizer = torch.optim.{optimizer}
seen = []
for step in range({steps}):
    loss = nn.functional.{loss}(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    seen.append(loss.item().hex())
seen
"""

XOR = """
torch.manual_seed(1)
x = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
y = torch.tensor([[0.0], [1], [1], [0]])
model = nn.Sequential(nn.Linear(2, {hidden}), nn.{activation}(), nn.Linear({hidden}, 1){last})
"""


@pytest.mark.usefixtures("recorded_elsewhere")
@pytest.mark.parametrize("loss", ["mse_loss", "binary_cross_entropy_with_logits"])
@pytest.mark.parametrize("activation", ["Sigmoid", "ReLU"])
@pytest.mark.parametrize(
    "rule", ["SGD(model.parameters(), lr=0.5)", "Adam(model.parameters(), lr=0.01)"]
)
def test_the_exclusive_or(rule: str, activation: str, loss: str) -> None:
    last = ", nn.Sigmoid()" if loss == "mse_loss" else ""
    start = XOR.format(activation=activation, last=last, hidden=2)
    agree(start + TRAINING.format(optimizer=rule, steps=300, loss=loss), order=0)


CLASSES = """
torch.manual_seed(3)
x = torch.randn(30, 2)
y = torch.randint(0, 3, (30,))
model = nn.{model}
"""


@pytest.mark.usefixtures("recorded_elsewhere")
@pytest.mark.parametrize(
    "model", ["Linear(2, 3)", "Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 3))"]
)
def test_three_classes(model: str) -> None:
    rule = "SGD(model.parameters(), lr=0.1)"
    training = TRAINING.format(optimizer=rule, steps=100, loss="cross_entropy")
    agree(CLASSES.format(model=model) + training, order=0)


# The net that PyTorch's tutorial "Learning PyTorch with Examples" trained for years, in its forms.

TWO_LAYERS = """
torch.manual_seed(0)
x, y = torch.randn(64, 1000), torch.randn(64, 10)
w1, w2 = torch.randn(1000, 100, requires_grad={by_hand}), torch.randn(100, 10, requires_grad={by_hand})
seen = []
for step in range(60):
    {step}
seen
"""
BY_TENSORS = """
    h = x.mm(w1)
    h_relu = h.clamp(min=0)
    y_pred = h_relu.mm(w2)
    seen.append((y_pred - y).pow(2).sum().item().hex())
    grad_y_pred = 2.0 * (y_pred - y)
    grad_h = grad_y_pred.mm(w2.t())
    grad_h[h < 0] = 0
    w1 -= 1e-6 * x.t().mm(grad_h)
    w2 -= 1e-6 * h_relu.t().mm(grad_y_pred)
"""
BY_AUTOGRAD = """
    loss = (x.mm(w1).clamp(min=0).mm(w2) - y).pow(2).sum()
    seen.append(loss.item().hex())
    loss.backward()
    with torch.no_grad():
        for w in (w1, w2):
            w -= 1e-6 * w.grad
            w.grad.zero_()
"""


@pytest.mark.usefixtures("recorded_elsewhere")
@pytest.mark.parametrize("step", [BY_TENSORS, BY_AUTOGRAD], ids=["tensors", "autograd"])
def test_two_layers_by_hand(step: str) -> None:
    agree(TWO_LAYERS.format(by_hand=step is BY_AUTOGRAD, step=step.strip()), order=0)


TWO_LAYERS_OF_NN = """
torch.manual_seed(0)
x, y = torch.randn(64, {inputs}), torch.randn(64, 10)
model = nn.Sequential(nn.Linear({inputs}, 100), nn.ReLU(), nn.Linear(100, 10))
"""


@pytest.mark.usefixtures("recorded_elsewhere")
@pytest.mark.parametrize(("rule", "inputs"), [("SGD", 1000), ("SGD", 300), ("Adam", 1000)])
def test_two_layers_of_nn(rule: str, inputs: int) -> None:
    optimizer = f"{rule}(model.parameters(), lr=1e-3)"
    training = TRAINING.format(optimizer=optimizer, steps=60, loss="mse_loss")
    agree(TWO_LAYERS_OF_NN.format(inputs=inputs) + training, order=0)


ATTENTION = """
torch.manual_seed(1)
x, y = torch.randn(6, 10, 24), torch.randn(6, 10, 24)
query, key, value = (nn.Linear(24, 24, bias=False) for _ in range(3))
parameters = [p for part in (query, key, value) for p in part.parameters()]
optimizer = torch.optim.AdamW(parameters, lr=1e-2)
seen = []
for step in range(40):
    q, k, v = query(x), key(x), value(x)
    loss = F.mse_loss((q @ k.mT / 24**0.5).softmax(-1) @ v, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    seen.append(loss.item().hex())
seen
"""


@pytest.mark.usefixtures("recorded_elsewhere")
def test_attention() -> None:
    agree(ATTENTION, order=0)


CONVOLUTIONS = """
torch.manual_seed(0)
x, y = torch.randn(20, 1, 12, 12), torch.randint(0, 4, (20,))
model = nn.Sequential(
    nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 9, 3, padding=1), nn.ReLU(),
    nn.AvgPool2d(5), nn.Flatten(), nn.Linear(9, 4),
)
"""


@pytest.mark.usefixtures("recorded_elsewhere")
@pytest.mark.parametrize("rule", ["SGD(model.parameters(), lr=0.1)", "Adam(model.parameters())"])
def test_a_small_net_of_images(rule: str) -> None:
    agree(CONVOLUTIONS + TRAINING.format(optimizer=rule, steps=15, loss="cross_entropy"), order=0)


LENET = """
torch.manual_seed(0)
x, y = torch.randn(64, 1, 28, 28), torch.arange(64) % 10
model = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
)
"""


@pytest.mark.usefixtures("recorded_elsewhere")
def test_the_first_losses_of_lenet() -> None:
    """With 64 digits at a time, as many lessons have it: 15 million terms in the second layer."""
    rule = "Adam(model.parameters(), lr=1e-3)"
    agree(LENET + TRAINING.format(optimizer=rule, steps=10, loss="cross_entropy"), order=0)
