import assert from 'node:assert/strict';
import {
  completeProject,
  missingParts,
  type ProjectDraft,
  type ProjectPart,
  resultsNamedIn,
} from '../../../extension/projectText.ts';

const whole: ProjectDraft = { model: 'model.onnx', inputs: 'd.npz#x', targets: 'd.npz#y', scale: 255, loss: 'mse' };

const made = `{
  "model": "model.onnx",
  "data": {
    "train": {
      "inputs": "d.npz#x",
      "targets": "d.npz#y"
    },
    "scale": 255
  },
  "loss": "mse"
}
`;

describe('basin.json', () => {
  const cases: readonly [name: string, text: string, draft: ProjectDraft, expected: string][] = [
    ['is made anew', '', whole, made],
    ['is left alone where nothing is missing', made, { ...whole, model: 'other.onnx', scale: 1, loss: 'output' }, made],
    [
      'keeps comments, a trailing comma and an indentation of its own',
      '{\n    // exported by hand\n    "model": "m.onnx", // small\n}\n',
      { inputs: 'x.npy', targets: 'y.npy', loss: 'mse' },
      '{\n    // exported by hand\n    "model": "m.onnx", // small\n    "data": {\n        "train": {\n            "inputs": "x.npy",\n            "targets": "y.npy"\n        }\n    },\n    "loss": "mse"\n}\n',
    ],
    [
      'gets a split beside what the data already says',
      '{\n  "model": "m.onnx",\n  "data": { "scale": 2 }\n}\n',
      { inputs: 'x.npy', scale: 255 },
      '{\n  "model": "m.onnx",\n  "data": {\n    "scale": 2,\n    "train": {\n      "inputs": "x.npy"\n    }\n  }\n}\n',
    ],
    [
      'takes no targets where there are none',
      '{}',
      { model: 'm.onnx', loss: 'output' },
      '{\n  "model": "m.onnx",\n  "loss": "output"\n}',
    ],
  ];
  for (const [name, text, draft, expected] of cases) {
    it(name, () => assert.equal(completeProject(text, draft), expected));
  }

  const lacking: readonly [text: string, missing: readonly ProjectPart[] | null][] = [
    ['', ['model', 'data']],
    ['{}', ['model', 'data']],
    [made, []],
    ['{ "model": "m.onnx" }', ['data']],
    ['{ "model": "m.onnx", "data": { "test": {} } }', ['data']],
    ['{ "model": "m.onnx", "loss": "output" }', []],
    ['{ "model": "m.onnx", "loss": { "kind": "output" } }', []],
    ['{ "data": { "train": {} }, /* a comment */ }', ['model']],
    ['{ "model": ', null],
    ['[]', null],
  ];
  for (const [text, missing] of lacking) {
    it(`lacks ${missing?.join(', ') ?? 'sense'} in ${JSON.stringify(text.slice(0, 50))}`, () => {
      assert.deepEqual(missingParts(text), missing);
    });
  }
});

describe('the folder of results in basin.json', () => {
  const cases: readonly [text: string, expected: string | null][] = [
    ['{ "results": "../shared" } // ours', '../shared'],
    ['{ "model": "m.onnx" }', null],
    ['{ "results": 3 }', null],
    ['{ "results": "" }', null],
    ['', null],
  ];
  for (const [text, expected] of cases) {
    it(`is ${expected ?? 'none'} in ${text || 'an empty file'}`, () => assert.equal(resultsNamedIn(text), expected));
  }
});
