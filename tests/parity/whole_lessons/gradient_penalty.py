# type: ignore  (written as notebooks are)
"""A Wasserstein critic with a gradient penalty, a net that must obey an equation, a learnt first step."""

import torch
import torch.nn as nn
from torch.autograd import grad

device = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else "cpu"
print(device)
torch.manual_seed(1)
torch.set_printoptions(precision=3, sci_mode=False)

critic = nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 1)).to(device)
real, fake = torch.randn(8, 2) + 2, torch.randn(8, 2)
optimizer = torch.optim.Adam(critic.parameters(), lr=0.05, betas=(0.5, 0.9))
for step in range(4):
    alpha = torch.rand(8, 1).expand(8, 2)
    between = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    scores = critic(between)
    gradients = grad(
        outputs=scores,
        inputs=between,
        grad_outputs=torch.ones(scores.size()),
        create_graph=True,
        retain_graph=True,
        only_inputs=True,
    )[0]
    penalty = ((gradients.norm(2, dim=1) - 1) ** 2).mean()
    loss = critic(fake).mean() - critic(real).mean() + 10 * penalty
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, f"{penalty.item():.3f}", penalty.grad_fn.name(), gradients.grad_fn.name())
print([p.grad is not None for p in critic.parameters()], gradients.shape, between.grad.shape)

print("--- u'' + u = 0")
net = nn.Sequential(nn.Linear(1, 5), nn.Tanh(), nn.Linear(5, 1))
t = torch.linspace(0, 1, 6).view(-1, 1).requires_grad_()
u = net(t)
du = grad(u, t, torch.ones_like(u), None, True, True)[0]
d2u = grad(du, t, grad_outputs=torch.ones_like(du), create_graph=True)[0]
residual = ((d2u + u) ** 2).mean()
residual.backward()
print(residual, du.grad_fn.name(), d2u.grad_fn.name())
print(net[0].weight.grad.flatten())
print(grad(net(t).sum(), [t, net[2].bias], allow_unused=True)[1])

print("--- a first step that learns")
w = torch.tensor([1.5], requires_grad=True)
outer = torch.optim.SGD([w], lr=0.1)
for step in range(3):
    outer.zero_grad()
    total = 0
    for task in (2.0, 3.0):
        fast = w
        for _ in range(2):
            (g,) = grad(((fast - task) ** 2).sum(), fast, create_graph=True)
            fast = fast - 0.1 * g
        total = total + ((fast - task) ** 2).sum()
    total.backward()
    outer.step()
    print(step, total, w.data, w.grad)
for wrong in (
    lambda: grad(net(t), t),
    lambda: grad(net(t).sum(), torch.ones(1)),
    lambda: grad(net(t).sum(), w),
    lambda: grad(net(t).sum(), [], allow_unused=True),
):
    try:
        print(wrong())
    except Exception as error:  # noqa: BLE001
        print(type(error).__name__, error)
