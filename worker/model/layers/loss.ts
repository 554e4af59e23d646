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
  const loss = single(training.loss);
  if (loss === null || loss === undefined) return null;
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
    throw inputError(`${file}: label smoothing of ${name} is not supported; name the loss as "loss" in basin.json.`);
  }
  const settings: LossSettings = {
    kind,
    ...(typeof ignored === 'number' && { ignoreIndex: ignored }),
    ...(typeof smoothing === 'number' && smoothing !== 0 && { labelSmoothing: smoothing }),
  };
  return { settings, fromLogits: options.from_logits === true };
}

/** Losses may be listed, one an output. */
function single(loss: unknown): unknown {
  if (Array.isArray(loss)) return loss.length === 1 ? loss[0] : null;
  if (isConfig(loss) && loss.class_name === undefined) {
    const own = Object.values(loss);
    return own.length === 1 ? own[0] : null;
  }
  return loss;
}

/** `SparseCategoricalCrossentropy` and `meanSquaredError` as Keras names the functions. */
const snakeCase = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
