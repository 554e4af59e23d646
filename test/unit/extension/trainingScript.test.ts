import assert from 'node:assert/strict';
import { type ExportPlace, findExportPlace } from '../../../extension/trainingScript.ts';

const flat = `import torch
from torch.utils.data import DataLoader

test_loader = DataLoader(test)
train_loader = DataLoader(train, shuffle=True)
model = Net()
model = model.to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in train_loader:
    loss = criterion(model(x), y)
    loss.backward()

torch.save(model.state_dict(), "model.pt")

`;

const inMain = `"""Trains.

model = nothing
"""
def train(network, loader, optimizer):
    for x, y in loader:
        optimizer.step()


def main():
    net = Net()
    dataloader = DataLoader(data)
    optimizer = Adam(net.parameters())

    train(net, dataloader, optimizer)

    return net


if __name__ == "__main__":
    main()
`;

const guarded = `class Net(nn.Module):
    def __init__(self):
        self.model = nn.Linear(1, 1)

if __name__ == "__main__":
    model: nn.Module = Net()
    optimizer = SGD(model.parameters())
    # model = Other()
    train(model)
`;

const tokens = `tokenizer = load()
model = GPT()
for batch in train_dl:
    loss = loss_of(model(batch["input_ids"]), batch["labels"])
`;

const early = `def main():
\tmodel = Net()
\tif dry:
\t\treturn
\tfor x, y in val_loader:
\t\tpass
`;

describe('the place of the export in a training script', () => {
  const cases: readonly [name: string, script: string, expected: ExportPlace | null][] = [
    ['a flat script', flat, { line: 13, indentation: '', model: 'model', loader: 'train_loader', kind: 'pairs' }],
    [
      'a function that returns the model',
      inMain,
      { line: 15, indentation: '    ', model: 'net', loader: 'dataloader', kind: 'pairs' },
    ],
    [
      'under the guard of a script, with the data elsewhere',
      guarded,
      { line: 9, indentation: '    ', model: 'model', loader: 'train_loader', kind: 'pairs' },
    ],
    ['token batches', tokens, { line: 4, indentation: '', model: 'model', loader: 'train_dl', kind: 'dictionaries' }],
    [
      'an early return, and tabs',
      early,
      { line: 6, indentation: '\t', model: 'model', loader: 'val_loader', kind: 'pairs' },
    ],
    [
      'the same with Windows line ends',
      flat.replaceAll('\n', '\r\n'),
      { line: 13, indentation: '', model: 'model', loader: 'train_loader', kind: 'pairs' },
    ],
    ['no model', 'import torch\nprint(torch.__version__)\n', null],
    ['an empty file', '', null],
  ];
  for (const [name, script, expected] of cases) {
    it(name, () => assert.deepEqual(findExportPlace(script), expected));
  }
});
