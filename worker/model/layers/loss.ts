/** The loss that a Keras model was compiled with. */
import { inputError } from '../../errors.ts';
import type { LossSettings } from '../../objective/loss.ts';
import { isConfig } from './layer.ts';

/** A loss, and whether it takes what the network gives as logits; `null` where nobody said. */
export interface CompiledLoss {
  readonly settings: LossSettings;
  readonly fromLogits: boolean;
}

/** Losses of Keras as Basin has them, by the names of their functions. */
const LOSSES: Readonly<Record<string, LossSettings['kind']>> = {
  sparse_categorical_crossentropy: 'cross-entropy',
  categorical_crossentropy: 'cross-entropy',
  binary_crossentropy: 'bce-with-logits',
  bce: 'bce-with-logits',
  mean_squared_error: 'mse',
  mse: 'mse',
};

/**
 * The loss of a compile configuration; null where there is none.
 * @param file what messages call the model.
 * Throws `input` for a loss that Basin does not have.
 */
export function compiledLoss(training: unknown, file: string): CompiledLoss | null {
  if (!isConfig(training)) return null;
  const refuse = (what: string): Error => inputError(`${file}: ${what}; name the loss as "loss" in basin.json.`);
  const losses = listed(training.loss);
  if (losses.length === 0) return null;
  if (losses.length > 1) throw refuse(`the model was compiled with a loss for each of ${losses.length} outputs`);
  const weight = listed(training.loss_weights).find(own => own !== 1);
  if (weight !== undefined) throw refuse(`the model was compiled with the loss weight ${JSON.stringify(weight)}`);
  const [loss] = losses;
  const described = isConfig(loss) ? loss : { class_name: loss };
  const options = isConfig(described.config) ? described.config : {};
  const given = typeof described.config === 'string' ? described.config : described.class_name;
  const name = typeof given === 'string' && given !== 'function' ? snakeCase(given) : '';
  const kind = Object.hasOwn(LOSSES, name) ? LOSSES[name] : undefined;
  if (!kind) {
    throw inputError(
      `${file}: the model was compiled with the loss ${JSON.stringify(given)}, which Basin does not have; name one as "loss" in basin.json.`,
    );
  }
  const { ignore_class: ignored, label_smoothing: smoothing } = options;
  if (typeof smoothing === 'number' && smoothing !== 0 && name !== 'categorical_crossentropy') {
    throw refuse(`label smoothing of ${name} is not supported`);
  }
  const odd = Object.entries(MEANS).find(([option, values]) => !values.includes(options[option] ?? null));
  if (odd) throw refuse(`the loss ${name} with ${odd[0]} ${JSON.stringify(options[odd[0]])} is not supported`);
  const settings: LossSettings = {
    kind,
    ...(typeof ignored === 'number' && { ignoreIndex: ignored }),
    ...(typeof smoothing === 'number' && smoothing !== 0 && { labelSmoothing: smoothing }),
  };
  return { settings, fromLogits: options.from_logits === true };
}

/** Options that every loss has, with the values that make it a mean over the last axis's losses. */
const MEANS: Readonly<Record<string, readonly unknown[]>> = {
  reduction: [null, 'auto', 'sum_over_batch_size', 'mean'],
  axis: [null, -1],
};

/** Losses, or their weights, may be listed, one an output, or stand alone; nothing is listed as null. */
function listed(value: unknown): readonly unknown[] {
  const all = Array.isArray(value)
    ? value
    : isConfig(value) && value.class_name === undefined
      ? Object.values(value)
      : [value];
  return all.filter((own: unknown) => own !== null && own !== undefined);
}

/** `SparseCategoricalCrossentropy` and `meanSquaredError` as Keras names the functions. */
const snakeCase = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
