# type: ignore  (written as notebooks are)
"""A two-layer net on numpy's data, scaled with numpy's numbers, and its gradient checked by hand."""

import numpy as np
import torch
import torch.nn.functional as F

torch.manual_seed(0)
N, D, H, C = 6, 4, 5, 3
X = np.linspace(-1.0, 1.0, N * D).reshape(N, D).astype(np.float32)
y = np.arange(N) % C
x, labels = torch.from_numpy(X), torch.from_numpy(y)
print(x.dtype, labels.dtype, labels)

W1 = torch.randn(D, H) * np.sqrt(2.0 / D)
W2 = np.float64(0.5) * torch.randn(H, C)
print(W1.dtype, W2.dtype, W1[0])
b1, b2 = torch.zeros(H, requires_grad=True), torch.zeros(C, requires_grad=True)
W1.requires_grad_()
W2.requires_grad_()

torch.set_printoptions(precision=3, sci_mode=False)
lr = np.float64(0.5)
for step in range(30):
    hidden = torch.clamp(x.mm(W1) + b1, min=0)
    scores = hidden.mm(W2) + b2
    shifted = scores - scores.max(dim=1, keepdim=True)[0]
    log_probs = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    loss = -log_probs[np.arange(N), y].mean() + np.float64(0.5e-3) * (W1 * W1).sum()
    loss.backward()
    with torch.no_grad():
        for p in (W1, b1, W2, b2):
            p -= lr * p.grad
            p.grad.zero_()
    if step % 10 == 0:
        print(step, f"{loss.item():.3f}", loss.dtype, loss.grad_fn.name())
print(np.mean(scores.detach().numpy().argmax(axis=1) == y), F.cross_entropy(scores, labels))


def numerical(f, w, h=1e-4):
    """Two-sided differences, one number at a time."""
    grad = np.zeros_like(w)
    it = np.nditer(w, flags=["multi_index"], op_flags=["readwrite"])
    for _ in it:
        old = w[it.multi_index]
        w[it.multi_index] = old + h
        above = f(torch.from_numpy(w)).item()
        w[it.multi_index] = old - h
        grad[it.multi_index] = (above - f(torch.from_numpy(w)).item()) / (2 * h)
        w[it.multi_index] = old
    return grad


w = torch.tensor([[0.5, -1.0], [2.0, 0.25]], dtype=torch.double, requires_grad=True)
f = lambda w: (w.sin() * np.pi / np.sqrt(3) + w ** np.float64(2) - np.int64(2) / w).sum()
f(w).backward()
print(w.grad)
print(np.allclose(w.grad.numpy(), numerical(f, w.detach().numpy().copy()), rtol=1e-5))
for call in (
    lambda: torch.sin(X),
    lambda: F.mse_loss(scores, 1.0),
    lambda: F.cross_entropy(scores, y),
    lambda: F.relu(X),
    lambda: loss.size(0),
    lambda: w.numpy(),
):
    try:
        print(call())
    except Exception as error:  # noqa: BLE001
        print(type(error).__name__, error)
