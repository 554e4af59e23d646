"""Cells a second of a ResNet-20 surface in plain PyTorch: the loop a user would write. Prints one JSON object."""

import json
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

checkpoint, data, threads, cells, batch = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
torch.set_num_threads(threads)


class Block(nn.Module):
    """A residual block with the parameter-free shortcut of He et al. 2016, section 4.2 (option A)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.narrow = inputs != outputs

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.narrow:
            quarter = y.shape[1] // 4
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, quarter, quarter))
        return F.relu(y + x)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1), Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1), Block(32, 32, 1))
        self.layer3 = nn.Sequential(Block(32, 64, 2), Block(64, 64, 1), Block(64, 64, 1))
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


state = torch.load(checkpoint, map_location="cpu")["state_dict"]
model = ResNet20().eval()
model.load_state_dict({name.replace("module.", ""): tensor for name, tensor in state.items()})
arrays = numpy.load(data)
mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
x = (torch.from_numpy(arrays["x"][:256]).float() / 255 - mean) / std
y = torch.from_numpy(arrays["y"][:256].astype("int64"))

torch.manual_seed(0)
origin = [p.clone() for p in model.parameters()]
first, second = ([torch.randn_like(p) * p.norm() / p.numel() ** 0.5 for p in origin] for _ in range(2))


@torch.no_grad()
def cell(a, b):
    for p, o, d, e in zip(model.parameters(), origin, first, second):
        torch.add(o, d, alpha=a, out=p)
        p.add_(e, alpha=b)
    total = 0.0
    for start in range(0, len(x), batch):
        logits = model(x[start : start + batch])
        total += F.cross_entropy(logits, y[start : start + batch], reduction="sum").item()
    return total / len(x)


loss = cell(0.0, 0.0)
cell(0.01, 0.0)
start = time.perf_counter()
for index in range(cells):
    cell(index / cells - 0.5, 0.1)
seconds = time.perf_counter() - start
print(json.dumps({"cellsPerSecond": cells / seconds, "loss": loss}))
