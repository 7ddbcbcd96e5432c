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
        seen.append(loss.item())
(seen, model[0].weight.tolist(), model[0].bias.item())
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
    seen.append(loss.item())
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
