# type: ignore  (written as notebooks are)
# ruff: noqa: BLE001
"""Optimizers side by side, schedules of the learning rate, groups of parameters, saving their state."""

import torch
from torch import nn, optim

torch.manual_seed(0)
torch.set_printoptions(precision=3)  # training adds up what each step rounds


def banana(p):
    return (1 - p[0]) ** 2 + 5 * (p[1] - p[0] ** 2) ** 2


for name, make in {
    "SGD": lambda ps: optim.SGD(ps, lr=0.01),
    "momentum": lambda ps: optim.SGD(ps, lr=0.01, momentum=0.9),
    "Nesterov": lambda ps: optim.SGD(ps, lr=0.01, momentum=0.9, nesterov=True),
    "decay": lambda ps: optim.SGD(ps, lr=0.01, weight_decay=0.1),
    "Adagrad": lambda ps: optim.Adagrad(ps, lr=0.3),
    "RMSprop": lambda ps: optim.RMSprop(ps, lr=0.02),
    "Adam": lambda ps: optim.Adam(ps, lr=0.1),
    "AdamW": lambda ps: optim.AdamW(ps, lr=0.1, weight_decay=0.05),
}.items():
    p = torch.tensor([-1.0, 1.0], requires_grad=True)
    optimizer = make([p])
    for _ in range(30):
        optimizer.zero_grad()
        loss = banana(p)
        loss.backward()
        optimizer.step()
    print(f"{name:10s} {loss.item():.3f}  ({p[0].item():.3f}, {p[1].item():.3f})")
    print(p)
torch.set_printoptions(profile="default")

model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
optimizer = optim.SGD(
    [{"params": model[0].parameters(), "lr": 0.1}, {"params": model[2].parameters()}],
    lr=0.01,
    momentum=0.9,
)
print(optimizer)
print(len(optimizer.param_groups), [g["lr"] for g in optimizer.param_groups])
x, y = torch.randn(6, 2), torch.randn(6, 1)
for _ in range(3):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    print(loss)
state = optimizer.state_dict()
print(list(state), list(state["state"]), state["param_groups"][1])
print(state["state"][3])

w = torch.zeros(1, requires_grad=True)
optimizer = optim.SGD([w], lr=1.0)
scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
for epoch in range(5):
    print(epoch, scheduler.get_last_lr(), optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step()
optimizer = optim.SGD([w], lr=0.5)
scheduler = optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=lambda epoch: 0.95**epoch)
for _ in range(3):
    optimizer.step()
    scheduler.step()
    print(scheduler.get_last_lr())


def closure():
    optimizer.zero_grad()
    loss = ((w - 3) ** 2).sum()
    loss.backward()
    return loss


print(optimizer.step(closure), w, w.grad)
print(optimizer.zero_grad(), w.grad)
for wrong in (
    lambda: optim.SGD([], lr=0.1),
    lambda: optim.SGD([w], lr=-1),
    lambda: optim.Adam([w * 2]),
    lambda: optim.SGD(w),
):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, error)
