# type: ignore  (written as notebooks are)
"""A net of two layers, trained from a seed: by hand, with autograd, with nn and optim."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(42)
N, D_in, H, D_out = 16, 8, 12, 3
x = torch.randn(N, D_in)
y = torch.randn(N, D_out)
print(x[0])
print(y.mean(), y.std())

w1 = torch.randn(D_in, H) * 0.3
w2 = torch.randn(H, D_out) * 0.3
lr = 1e-3
torch.set_printoptions(precision=3, sci_mode=False)  # training adds up what each step rounds
print("by hand")
for t in range(100):
    h = x.mm(w1)
    h_relu = h.clamp(min=0)
    y_pred = h_relu.mm(w2)
    loss = (y_pred - y).pow(2).sum()
    if t % 20 == 0:
        print(t, f"{loss.item():.4g}")
    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h_relu.t().mm(grad_y_pred)
    grad_h = grad_y_pred.mm(w2.t()).clone()
    grad_h[h < 0] = 0
    grad_w1 = x.t().mm(grad_h)
    w1 -= lr * grad_w1
    w2 -= lr * grad_w2
print(w2)

print("with autograd")
torch.manual_seed(42)
w1 = (torch.randn(D_in, H) * 0.3).requires_grad_()
w2 = (torch.randn(H, D_out) * 0.3).requires_grad_()
for t in range(100):
    y_pred = x.mm(w1).clamp(min=0).mm(w2)
    loss = (y_pred - y).pow(2).sum()
    loss.backward()
    if t % 20 == 0:
        print(t, f"{loss.item():.4g}", f"|grad| {w1.grad.norm():.3g} {w2.grad.norm():.3g}")
    with torch.no_grad():
        w1 -= lr * w1.grad
        w2 -= lr * w2.grad
        w1.grad.zero_()
        w2.grad.zero_()
print(loss)
print(w1.grad, w1.is_leaf, w1.requires_grad)

print("with nn and optim")


class TwoLayerNet(nn.Module):
    def __init__(self, d_in, hidden, d_out):
        super().__init__()
        self.linear1 = nn.Linear(d_in, hidden)
        self.linear2 = nn.Linear(hidden, d_out)

    def forward(self, inputs):
        return self.linear2(F.relu(self.linear1(inputs)))


torch.manual_seed(0)
net = TwoLayerNet(D_in, H, D_out)
print(net)
print(sum(p.numel() for p in net.parameters()), "parameters")
for name, p in net.named_parameters():
    print(name, tuple(p.shape), f"{p.abs().max().item():.5f}")
print(net.linear1.weight)
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
history = []
for epoch in range(60):
    loss = F.mse_loss(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(loss.item())
    if (epoch + 1) % 10 == 0:
        print(f"Epoch [{epoch + 1}/60], Loss: {loss.item():.4f}")
print(all(a >= b for a, b in zip(history[::20], history[20::20], strict=False)))
with torch.no_grad():
    out = net(x[:2])
print(out)
print(out.requires_grad)
print(net.linear2.bias)
print(net.linear2.bias.grad)
state = net.state_dict()
print(type(state).__name__, list(state))
print(state["linear2.bias"])
twin = TwoLayerNet(D_in, H, D_out)
print(twin.load_state_dict(state))
print(torch.equal(twin(x), net(x)))

print("xor")
torch.manual_seed(7)
inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
targets = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1), nn.Sigmoid())
print(model)
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
criterion = nn.BCELoss()
for epoch in range(200):
    optimizer.zero_grad()
    loss = criterion(model(inputs), targets)
    loss.backward()
    optimizer.step()
    if epoch % 50 == 0:
        print(f"epoch {epoch:3d} loss {loss.item():.4f}")
print((model(inputs) > 0.5).float())
print(model(inputs).round().detach().numpy())
