import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeProject } from '../../../scripts/batchSize/experiment.ts';
import { initialParameters } from '../../../scripts/batchSize/network.ts';
import { sgdStep, type TrainingOptions, type TrainingState, train } from '../../../scripts/batchSize/train.ts';
import { Engines } from '../../../worker/commands/context.ts';
import { openProblem } from '../../../worker/commands/problem.ts';
import { openSample } from '../../../worker/data/sample.ts';
import { writeNpz } from '../../../worker/io/npzWriter.ts';
import type { Objective } from '../../../worker/objective/objective.ts';

const EXAMPLES = 48;
const SEED = 3;
const never = new AbortController().signal;

type Matrix = readonly (readonly number[])[];

interface Layer {
  readonly weight: Matrix;
  readonly bias: readonly number[];
}

interface Example {
  readonly pixels: readonly number[];
  readonly digit: number;
}

/** θ as the layers of the network, whose tensors lie one after the other: weight, bias, weight, … */
function layersOf({ slots }: Pick<Objective, 'slots'>, theta: Float32Array): Layer[] {
  const [weights, biases] = ['weight', 'bias'].map(kind => slots.filter(({ name }) => name.endsWith(kind)));
  return weights!.map(({ shape, offset }, index) => ({
    weight: Array.from({ length: shape[0]! }, (_, row) =>
      Array.from(theta.subarray(offset + row * shape[1]!, offset + (row + 1) * shape[1]!)),
    ),
    bias: Array.from(theta.subarray(biases![index]!.offset, biases![index]!.offset + shape[0]!)),
  }));
}

/** The gradient of one example's cross-entropy by back-propagation in float64, as layers. */
function backPropagate(layers: readonly Layer[], { pixels, digit }: Example): Layer[] {
  const inputs: (readonly number[])[] = [pixels];
  for (const [index, { weight, bias }] of layers.entries()) {
    const sums = weight.map((row, unit) => row.reduce((sum, w, at) => sum + w * inputs[index]![at]!, bias[unit]!));
    inputs.push(index === layers.length - 1 ? sums : sums.map(sum => Math.max(0, sum)));
  }
  const logits = inputs.at(-1)!;
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  let delta = logits.map((logit, unit) => Math.exp(logit) / total - (unit === digit ? 1 : 0));
  const gradients: Layer[] = [];
  for (const [index, { weight }] of [...layers.entries()].reverse()) {
    const input = inputs[index]!;
    gradients.unshift({ weight: delta.map(own => input.map(value => own * value)), bias: delta });
    delta = input.map((value, at) =>
      value > 0 ? delta.reduce((sum, own, unit) => sum + own * weight[unit]![at]!, 0) : 0,
    );
  }
  return gradients;
}

/** A step of a minibatch in float64, in the order of θ: the tensors one after the other. */
function expectedStep(
  objective: Objective,
  theta: Float32Array,
  minibatch: readonly Example[],
  { learningRate, weightDecay }: Pick<TrainingOptions, 'learningRate' | 'weightDecay'>,
): number[] {
  const layers = layersOf(objective, theta);
  const gradient = new Float64Array(theta.length);
  for (const example of minibatch) {
    backPropagate(layers, example).forEach(({ weight, bias }, index) => {
      const [own, ownBias] = [`fc${index + 1}.weight`, `fc${index + 1}.bias`].map(
        name => objective.slots.find(slot => slot.name === name)!,
      );
      weight.flat().forEach((value, at) => {
        gradient[own!.offset + at]! += value / minibatch.length;
      });
      bias.forEach((value, at) => {
        gradient[ownBias!.offset + at]! += value / minibatch.length;
      });
    });
  }
  return Array.from(theta, (value, at) => value - learningRate * (gradient[at]! + weightDecay * value));
}

describe('training on the gradients that checkpoints are measured with', () => {
  const engines = new Engines();
  let folder: string;
  let objective: Objective;
  let examples: Example[];
  let close: () => Promise<void>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-train-'));
    await writeProject(folder);
    const checkpoint = join(folder, 'start.npz');
    await writeNpz(checkpoint, initialParameters(SEED));
    const problem = await openProblem({ checkpoint, samples: EXAMPLES, threads: 1 }, { engines });
    ({ objective, close } = problem);
    const sample = await openSample({ ...problem.project.data.train!, samples: EXAMPLES }, folder);
    const { inputs, targets } = await sample.batch(0, EXAMPLES);
    const pixels = Array.from(inputs.get('')!.data, Number);
    examples = Array.from(targets!.data, Number).map((digit, row) => ({
      pixels: pixels.slice(64 * row, 64 * (row + 1)),
      digit,
    }));
    await sample.close();
  });

  after(async () => {
    await close();
    await engines.dispose();
    await rm(folder, { recursive: true });
  });

  const steps = [
    { learningRate: 0.1, weightDecay: 0, indices: [0] },
    { learningRate: 0.1, weightDecay: 0.01, indices: [5, 3, 40, 41] },
    { learningRate: 2, weightDecay: 0.5, indices: [...Array(EXAMPLES).keys()] },
  ];
  for (const { indices, ...options } of steps) {
    it(`steps by ${options.learningRate} times gradient and decay ${options.weightDecay}, on ${indices.length} examples`, async () => {
      const stepped = await sgdStep(objective.minibatch(indices), objective.origin, options, never);
      const minibatch = indices.map(index => examples[index]!);
      expectedStep(objective, objective.origin, minibatch, options).forEach((value, at) => {
        const error = Math.abs(stepped[at]! - value);
        assert.ok(error < 1e-6 * (1 + options.learningRate), `θ[${at}] is ${stepped[at]}, not ${value}`);
      });
    });
  }

  const trained = async (options: Partial<TrainingOptions>, from: Pick<Objective, 'samples' | 'minibatch'>) => {
    const states: TrainingState[] = [];
    const defaults = { learningRate: 0.1, weightDecay: 5e-4, batchSize: 20, epochs: 4, seed: SEED };
    for await (const state of train(from, objective.origin, { ...defaults, ...options }, never)) states.push(state);
    return states;
  };

  it('lowers the loss, and takes every example once an epoch, in an order of its own', async () => {
    const taken: (readonly number[])[] = [];
    const states = await trained(
      {},
      {
        samples: objective.samples,
        minibatch(indices) {
          taken.push(indices);
          return objective.minibatch(indices);
        },
      },
    );
    assert.deepEqual(
      states.map(({ epoch, step }) => [epoch, step]),
      [0, 1, 2, 3, 4].map(epoch => [epoch, 3 * epoch]),
    );
    assert.deepEqual(
      taken.slice(0, 3).map(({ length }) => length),
      [20, 20, 8],
    );
    const epochs = [0, 1, 2, 3].map(epoch => taken.slice(3 * epoch, 3 * epoch + 3).flat());
    for (const order of epochs) {
      assert.deepEqual(
        order.toSorted((a, b) => a - b),
        examples.map((_, index) => index),
      );
    }
    assert.equal(new Set(epochs.map(order => order.join())).size, 4);
    const [first, last] = [states[0]!, states.at(-1)!];
    const [before, after] = [await objective.evaluate(first.theta, never), await objective.evaluate(last.theta, never)];
    assert.ok(after.loss < 0.9 * before.loss, `${before.loss} has become ${after.loss}`);
  });

  it('gives the same parameters again, and others with another seed', async () => {
    const last = async (options: Partial<TrainingOptions>) => (await trained(options, objective)).at(-1)!.theta;
    const once = await last({});
    assert.deepEqual(await last({}), once);
    assert.notDeepEqual(await last({ seed: SEED + 1 }), once);
  });
});
