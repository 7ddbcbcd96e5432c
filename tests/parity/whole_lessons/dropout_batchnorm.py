# type: ignore  (written as notebooks are)
"""Layers that behave otherwise in training: dropout and batch normalisation; initialisation; counting."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
drop = nn.Dropout(p=0.5)
x = torch.ones(2, 8)
print(drop(x))
drop.eval()
print(drop(x))
print(drop)
drop.train()
x = torch.ones(6, requires_grad=True)
y = drop(x)
y.sum().backward()
print(y, x.grad, sep="\n")
print(F.dropout(torch.ones(5), p=0.2), F.dropout(torch.ones(5), p=0.2, training=False))

torch.manual_seed(1)
bn = nn.BatchNorm1d(3)
print(bn, bn.weight, bn.bias, bn.running_mean, bn.running_var, bn.num_batches_tracked, sep="\n")
x = torch.randn(5, 3) * 2 + 1
y = bn(x)
print(y)
print(y.mean(0).abs().max() < 1e-6, y.var(0, unbiased=False))
print(bn.running_mean, bn.running_var, bn.num_batches_tracked, sep="\n")
bn.eval()
print(bn(x))
print([name for name, _ in bn.named_buffers()], list(bn.state_dict()))
ln = nn.LayerNorm(3)
print(ln, ln(x), sep="\n")
bn2 = nn.BatchNorm2d(2)
images = torch.arange(32.0).view(2, 2, 2, 4)
print(bn2(images))


class Net(nn.Module):
    def __init__(self, dropout=0.3):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(4, 10, bias=False),  # the next layer takes the mean away
            nn.BatchNorm1d(10),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(10, 10),
            nn.LeakyReLU(0.1),
        )
        self.head = nn.Linear(10, 2)
        self.apply(self.initialise)

    @staticmethod
    def initialise(module):
        if isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.head(self.body(x))


torch.manual_seed(5)
net = Net()
print(net)
print(sum(p.numel() for p in net.parameters() if p.requires_grad))
print({name: tuple(p.shape) for name, p in net.named_parameters()})
X = torch.randn(48, 4)
target = (X[:, 0] * X[:, 1] > 0).long()
optimizer = torch.optim.AdamW(net.parameters(), lr=0.02)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.5)
for epoch in range(25):
    net.train()
    optimizer.zero_grad()
    loss = F.cross_entropy(net(X), target)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(net.parameters(), max_norm=1.0)
    optimizer.step()
    scheduler.step()
    if epoch % 6 == 0:
        net.eval()
        with torch.no_grad():
            accuracy = (net(X).argmax(1) == target).float().mean().item()
        print(
            f"{epoch:2d} loss {loss.item():.4f} norm {norm:.3f} accuracy {accuracy:.3f} lr {scheduler.get_last_lr()}"
        )
print(net.training, net.body[3].training)
net.train()
print(torch.equal(net(X), net(X)))
net.eval()
print(torch.equal(net(X), net(X)))
print(net.body[1].num_batches_tracked, net.body[1].running_mean.round(decimals=3))
for module in net.modules():
    print(type(module).__name__, module.training)
for name, child in net.named_children():
    print(name, len(list(child.parameters())))
for p in net.body.parameters():
    p.requires_grad = False
print([name for name, p in net.named_parameters() if p.requires_grad])
loss = F.cross_entropy(net(X), target)
net.zero_grad()
loss.backward()
print(net.body[0].weight.grad, net.head.bias.grad)

activations = {}
handle = net.body[2].register_forward_hook(lambda m, i, o: activations.update(relu=o.detach()))
net(X[:3])
handle.remove()
print(activations["relu"].shape, (activations["relu"] == 0).float().mean())
try:
    nn.BatchNorm1d(3)(torch.ones(1, 3))
except ValueError as error:
    print(error)
try:
    nn.Dropout(1.5)
except ValueError as error:
    print(error)
