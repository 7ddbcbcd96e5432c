# type: ignore  (written as notebooks are)
"""A small convolutional net on images made here: bars that stand, lie or cross."""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(0)
SIZE, CLASSES = 8, ["standing", "lying", "crossing"]


def make_images(count):
    images = 0.3 * torch.randn(count, 1, SIZE, SIZE)
    labels = torch.randint(0, len(CLASSES), (count,))
    for image, label in zip(images, labels, strict=True):
        place = torch.randint(1, SIZE - 1, (1,)).item()
        if label != 1:
            image[0, :, place] += 1.0
        if label != 0:
            image[0, place, :] += 1.0
    return images, labels


images, labels = make_images(160)
print(images.shape, images.dtype, labels.shape, labels.dtype)
print(labels[:12])
print(images[0, 0, :3])
print([CLASSES[label] for label in labels[:4]])
print([(labels == k).sum().item() for k in range(3)])
dataset = TensorDataset(images, labels)
train, test = random_split(dataset, [128, 32])
print(len(dataset), len(train), len(test), train.indices[:6])
loader = DataLoader(train, batch_size=16, shuffle=True)
test_loader = DataLoader(test, batch_size=32)
print(len(loader), len(test_loader))
batch, target = next(iter(loader))
print(batch.shape, target)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(4, 8, 3)
        self.fc1 = nn.Linear(8 * 1 * 1, 16)
        self.fc2 = nn.Linear(16, len(CLASSES))

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


net = Net()
print(net)
params = list(net.parameters())
print(len(params), params[0].size())
out = net(batch[:2])
print(out)
net.zero_grad()
print("conv1.bias.grad before backward:", net.conv1.bias.grad)
out.backward(torch.ones(2, len(CLASSES)))
print("conv1.bias.grad after backward:", net.conv1.bias.grad)
net.zero_grad()

criterion = nn.CrossEntropyLoss()
loss = criterion(net(batch), target)
print(loss)
print(loss.grad_fn.name(), loss.grad_fn.next_functions[0][0].name())

optimizer = optim.Adam(net.parameters(), lr=0.01)
for epoch in range(4):
    running, correct, seen = 0.0, 0, 0
    net.train()
    for i, (inputs, targets) in enumerate(loader, 0):
        optimizer.zero_grad()
        outputs = net(inputs)
        loss = criterion(outputs, targets)
        loss.backward()
        optimizer.step()
        running += loss.item()
        predicted = outputs.argmax(1)
        correct += (predicted == targets).sum().item()
        seen += targets.size(0)
        if i % 4 == 3:
            print(f"[{epoch + 1}, {i + 1:5d}] loss: {running / 4:.3f}")
            running = 0.0
    print(f"epoch {epoch + 1}: train accuracy {correct / seen:.3f}")
print("Finished Training")

net.eval()
correct = dict.fromkeys(CLASSES, 0)
total = dict.fromkeys(CLASSES, 0)
test_loss = 0.0
with torch.no_grad():
    for inputs, targets in test_loader:
        outputs = net(inputs)
        test_loss += criterion(outputs, targets).item() * len(targets)
        _, predictions = torch.max(outputs, 1)
        for label, prediction in zip(targets, predictions, strict=True):
            correct[CLASSES[label]] += int(label == prediction)
            total[CLASSES[label]] += 1
for name in CLASSES:
    print(f"Accuracy for class: {name:9s} is {100 * correct[name] / total[name]:.1f} %")
print(f"test loss {test_loss / len(test):.3f}")
probabilities = F.softmax(net(test[0][0].unsqueeze(0)), dim=1)
print(probabilities.sum().item() > 0.999, probabilities.argmax(dim=1), test[0][1])
print(net.conv1.weight.shape, net.conv1.weight.grad.shape)
print(net.conv1(images[:1]).shape, net.pool(images[:1]).shape)
