# type: ignore  (written as notebooks are)
# ruff: noqa: B007, RUF005
"""Logistic regression: by hand, as a module, with two classes in one output; decision and accuracy."""

import numpy as np
import torch
import torch.nn as nn

rng = np.random.RandomState(3)
X_numpy = np.concatenate([rng.randn(40, 2) + [1.5, 1.0], rng.randn(40, 2) - [1.5, 1.0]])
y_numpy = np.concatenate([np.ones(40), np.zeros(40)])
order = rng.permutation(80)
X_numpy, y_numpy = X_numpy[order], y_numpy[order]
split = 60
mean, std = X_numpy[:split].mean(0), X_numpy[:split].std(0)
X_numpy = (X_numpy - mean) / std
X_train = torch.from_numpy(X_numpy[:split].astype(np.float32))
X_test = torch.from_numpy(X_numpy[split:].astype(np.float32))
y_train = torch.from_numpy(y_numpy[:split].astype(np.float32)).view(-1, 1)
y_test = torch.from_numpy(y_numpy[split:].astype(np.float32)).view(-1, 1)
n_samples, n_features = X_train.shape
print(n_samples, n_features, X_train.dtype, y_train.shape)
print(X_train[:3])

print("by hand")
w = torch.zeros(n_features, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for epoch in range(5):
    p = 1 / (1 + torch.exp(-(X_train @ w + b)))
    loss = -(y_train * torch.log(p) + (1 - y_train) * torch.log(1 - p)).mean()
    loss.backward()
    print(epoch, f"{loss:.5f}", w.grad.flatten(), b.grad)
    with torch.no_grad():
        for t in (w, b):
            t -= 0.5 * t.grad
            t.grad.zero_()
print(w, b)


class LogisticRegression(nn.Module):
    def __init__(self, n_input_features):
        super().__init__()
        self.linear = nn.Linear(n_input_features, 1)

    def forward(self, x):
        return torch.sigmoid(self.linear(x))


torch.manual_seed(0)
model = LogisticRegression(n_features)
print(model, list(model.parameters()))
criterion = nn.BCELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(100):
    y_pred = model(X_train)
    loss = criterion(y_pred, y_train)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if (epoch + 1) % 10 == 0:
        print(f"epoch: {epoch + 1}, loss = {loss.item():.4f}")
with torch.no_grad():
    y_predicted = model(X_test)
    y_cls = y_predicted.round()
    acc = y_cls.eq(y_test).sum() / float(y_test.shape[0])
    print(f"accuracy = {acc:.4f}")
    print(y_predicted[:4], y_cls[:4].squeeze(), acc, sep="\n")
[w, b] = model.parameters()
w1, w2 = w[0].tolist()
print(f"{w1:.4f} {w2:.4f} {b.item():.4f}")
print(criterion)

print("logits and a penalty")
torch.manual_seed(0)
linear = nn.Linear(n_features, 1)
nn.init.zeros_(linear.bias)
nn.init.xavier_uniform_(linear.weight)
print(linear.weight)
loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0]))
optimizer = torch.optim.Adam(linear.parameters(), lr=0.05, weight_decay=1e-3)
for epoch in range(40):
    optimizer.zero_grad()
    loss = loss_fn(linear(X_train), y_train) + 0.01 * linear.weight.abs().sum()
    loss.backward()
    optimizer.step()
    if epoch % 10 == 0:
        print(epoch, loss)
print(linear.weight.data, linear.bias.data)

print("softmax")
torch.manual_seed(1)
model = nn.Linear(2, 2)
loss_fn = nn.CrossEntropyLoss()
labels = y_train.long().squeeze(1)
for epoch in range(30):
    loss = loss_fn(model(X_train), labels)
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p.sub_(p.grad, alpha=0.5)
print(f"{loss.item():.4f}", (model(X_train).argmax(dim=1) == labels).float().mean())
print(torch.softmax(model(X_test[:2]), dim=-1))
confusion = torch.zeros(2, 2, dtype=torch.int64)
for t, p in zip(y_test.long().view(-1), model(X_test).argmax(1), strict=True):
    confusion[t, p] += 1
print(confusion)
