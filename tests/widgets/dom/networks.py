"""Networks that people know, in minigrad and in PyTorch alike: a ResNet, and a block of a transformer."""

import importlib


def resnet(torch, blocks=20, channels=3):
    """Return a network of residual blocks and its loss on a small picture."""
    nn = importlib.import_module(f"{torch.__name__}.nn")
    torch.manual_seed(0)

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(channels)
            self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(channels)

        def forward(self, x):
            h = torch.relu(self.bn1(self.conv1(x)))
            return torch.relu(self.bn2(self.conv2(h)) + x)

    class ResNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(1, channels, 3, padding=1)
            self.layers = nn.Sequential(*[Block() for _ in range(blocks)])
            self.fc = nn.Linear(channels, 4)

        def forward(self, x):
            return self.fc(self.layers(torch.relu(self.stem(x))).mean((2, 3)))

    net = ResNet()
    images, classes = torch.randn(2, 1, 4, 4), torch.tensor([1, 3])
    return net, lambda: nn.functional.cross_entropy(net(images), classes)


def transformer(torch, width=4, heads=2):
    """Return a block of a transformer, written by hand, and its loss: attention, norms, two layers."""
    nn = importlib.import_module(f"{torch.__name__}.nn")
    torch.manual_seed(0)

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

        def forward(self, x):
            length = x.shape[0]
            q, k, v = (
                part(x).reshape(length, heads, width // heads).transpose(0, 1)
                for part in (self.query, self.key, self.value)
            )
            weights = torch.softmax(q @ k.transpose(1, 2) / (width // heads) ** 0.5, -1)
            return self.out((weights @ v).transpose(0, 1).reshape(length, width))

    class Transformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = Attention()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.mlp = nn.Sequential(nn.Linear(width, 8), nn.ReLU(), nn.Linear(8, width))

        def forward(self, x):
            x = self.norm1(x + self.attention(x))
            return self.norm2(x + self.mlp(x))

    net = Transformer()
    words = torch.randn(3, width)
    return net, lambda: (net(words) ** 2).mean()


def encoder_layer(torch):
    """Return PyTorch's own block of a transformer, and its loss."""
    torch.manual_seed(0)
    net = torch.nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)
    words = torch.randn(1, 3, 4)
    return net, lambda: (net(words) ** 2).mean()
