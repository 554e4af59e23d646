/** How far training was when a checkpoint was written. */
export interface Position {
  readonly step: number | null;
  readonly epoch: number | null;
}

/**
 * A number of a file's name that stands alone or follows a word for steps or epochs, so that `step_00300.pt` has 300,
 * `epoch=3-step=1200.ckpt` both, and neither `resnet20-12fca82f.th` nor the loss in `model_0.123.pt` any.
 */
const NUMBER =
  /(?<![a-z0-9.]|\d\.)(?:(?<word>epoch|step|iteration|iter|checkpoint|ckpt|ep|e|it|s)s?[-_=]?)?(?<digits>\d+)(?![a-z0-9]|\.\d)/gi;

const EPOCH_WORD = /^(epoch|ep|e)$/i;

/** What a file's name tells; a number without a word is the step. The last number of each kind counts. */
export function positionInName(file: string): Position {
  const position: { step: number | null; epoch: number | null } = { step: null, epoch: null };
  let bare: number | null = null;
  for (const { groups } of file.matchAll(NUMBER)) {
    const value = Number(groups!.digits);
    if (!Number.isSafeInteger(value)) continue;
    const { word } = groups!;
    if (word === undefined) bare = value;
    else position[EPOCH_WORD.test(word) ? 'epoch' : 'step'] = value;
  }
  return position.step === null && position.epoch === null ? { step: bare, epoch: null } : position;
}
