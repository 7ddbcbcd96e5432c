# type: ignore  (written as notebooks are)
"""The whole way: a Dataset, loaders, a model, training, saving, loading, predicting."""

import io

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Rings(Dataset):
    """Points in the plane; the class is the ring they lie in."""

    def __init__(self, count, seed, transform=None):
        g = torch.Generator().manual_seed(seed)
        self.points = torch.rand(count, 2, generator=g) * 2 - 1
        radius = self.points.norm(dim=1)
        self.labels = torch.where(radius < 0.5, 0, torch.where(radius < 0.9, 1, 2))
        self.transform = transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, idx):
        point, label = self.points[idx], self.labels[idx].item()
        if self.transform:
            point = self.transform(point)
        return point, label


torch.manual_seed(1234)
training_data = Rings(200, seed=1)
test_data = Rings(60, seed=2, transform=lambda p: p.clone())
print(len(training_data), training_data[0])
batch_size = 20
train_dataloader = DataLoader(training_data, batch_size=batch_size, shuffle=True)
test_dataloader = DataLoader(test_data, batch_size=batch_size)
for X, y in test_dataloader:
    print(f"Shape of X [N, C]: {X.shape}")
    print(f"Shape of y: {y.shape} {y.dtype}")
    break
print(y)

device = "cuda" if torch.cuda.is_available() else "cpu"
print(f"Using {device} device")


class NeuralNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(
            nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3)
        )

    def forward(self, x):
        x = self.flatten(x)
        return self.linear_relu_stack(x)


model = NeuralNetwork().to(device)
print(model)
logits = model(X[:3])
pred_probab = nn.Softmax(dim=1)(logits)
print(logits, pred_probab, pred_probab.argmax(1), sep="\n")
for name, param in model.named_parameters():
    print(f"Layer: {name} | Size: {param.size()} | Values : {param[:2]} \n")

loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
print(optimizer)


def train(dataloader, model, loss_fn, optimizer):
    size = len(dataloader.dataset)
    model.train()
    for batch, (X, y) in enumerate(dataloader):
        X, y = X.to(device), y.to(device)
        pred = model(X)
        loss = loss_fn(pred, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if batch % 5 == 0:
            loss, current = loss.item(), (batch + 1) * len(X)
            print(f"loss: {loss:>.4f}  [{current:>5d}/{size:>5d}]")


def test(dataloader, model, loss_fn):
    size = len(dataloader.dataset)
    num_batches = len(dataloader)
    model.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for X, y in dataloader:
            X, y = X.to(device), y.to(device)
            pred = model(X)
            test_loss += loss_fn(pred, y).item()
            correct += (pred.argmax(1) == y).type(torch.float).sum().item()
    test_loss /= num_batches
    correct /= size
    print(f"Test Error: \n Accuracy: {(100 * correct):>0.1f}%, Avg loss: {test_loss:>.4f} \n")


for t in range(5):
    print(f"Epoch {t + 1}\n-------------------------------")
    train(train_dataloader, model, loss_fn, optimizer)
    test(test_dataloader, model, loss_fn)
print("Done!")

file = io.BytesIO()
torch.save(model.state_dict(), file)
file.seek(0)
again = NeuralNetwork()
print(again.load_state_dict(torch.load(file, weights_only=True)))
classes = ["inner", "middle", "outer"]
again.eval()
x, y = test_data[0][0], test_data[0][1]
with torch.no_grad():
    pred = again(x.unsqueeze(0))
    predicted, actual = classes[pred[0].argmax(0)], classes[y]
    print(f'Predicted: "{predicted}", Actual: "{actual}"')
    print(torch.equal(again(X), model(X)))
checkpoint = {"epoch": 5, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
file = io.BytesIO()
torch.save(checkpoint, file)
file.seek(0)
loaded = torch.load(file)
print(loaded["epoch"], list(loaded), list(loaded["optimizer"]["param_groups"][0]))
try:
    again.load_state_dict({"flatten.weight": torch.ones(2)})
except RuntimeError as error:
    print(error)
