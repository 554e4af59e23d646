import { inputError } from '../errors.ts';
import { type ByteSource, endsEarly } from '../io/source.ts';
import { stridedTensor } from '../io/strided.ts';
import type { LazyTensor } from '../tensor.ts';

/** Bytes of an image: 3 channels of 32×32, channels first. */
const IMAGE = 3 * 32 * 32;

/** A layout of the CIFAR binary files (cs.toronto.edu/~kriz/cifar.html): records of label bytes and an image. */
interface Variant {
  readonly name: string;
  /** Names of the label bytes, and how many classes each has. */
  readonly labels: readonly (readonly [name: string, classes: number])[];
}

const VARIANTS: readonly Variant[] = [
  { name: 'CIFAR-10', labels: [['labels', 10]] },
  {
    name: 'CIFAR-100',
    labels: [
      ['coarse', 20],
      ['fine', 100],
    ],
  },
];

const recordBytes = ({ labels }: Variant): number => labels.length + IMAGE;

/** Records whose labels are looked at before a file is believed to be CIFAR's. */
const CHECKED_RECORDS = 64;

/** The parts of a CIFAR file that a reference can name. */
export const CIFAR_PARTS: ReadonlySet<string> = new Set([
  'images',
  ...VARIANTS.flatMap(({ labels }) => labels.map(([name]) => name)),
]);

/** Whether a file's name is one of CIFAR's, since its bytes begin with nothing of their own. */
export const isCifarName = (name: string): boolean => /\.bin(\.gz)?$/i.test(name);

/**
 * The images [n, 3, 32, 32] or the labels [n] of a CIFAR-10 or CIFAR-100 binary file, as bytes.
 * @param part one of `CIFAR_PARTS`; null is refused with the parts that there are.
 * Throws `input` for a file of other records, `incomplete` where its last record is cut short.
 */
export async function cifarTensor(source: ByteSource, part: string | null): Promise<LazyTensor> {
  const variant = await tellVariant(source, part);
  const record = recordBytes(variant);
  const label = variant.labels.findIndex(([name]) => name === part);
  if (part !== 'images' && label < 0) {
    const parts = ['images', ...variant.labels.map(([name]) => name)].map(name => `#${name}`).join(' or ');
    throw inputError(
      `${source.name}: a ${variant.name} file; which part of it is meant? Write ${parts} after its name.`,
    );
  }
  const count = source.size / record;
  const common = { name: part!, dtype: 'uint8', byteOrder: 'little', source, start: 0, count: source.size } as const;
  return part === 'images'
    ? stridedTensor({
        ...common,
        shape: [count, 3, 32, 32],
        strides: [record, 32 * 32, 32, 1],
        offset: variant.labels.length,
      })
    : stridedTensor({ ...common, shape: [count], strides: [record], offset: label });
}

/** Which variant's records fill the file with labels that are its classes. */
async function tellVariant(source: ByteSource, part: string | null): Promise<Variant> {
  if (source.size === 0) throw endsEarly(source, 1);
  const fitting: Variant[] = [];
  for (const variant of VARIANTS) {
    const isNamed = part === null || part === 'images' || variant.labels.some(([name]) => name === part);
    if (isNamed && (await hasLabels(source, variant))) fitting.push(variant);
  }
  const whole = fitting.find(variant => source.size % recordBytes(variant) === 0);
  if (whole) return whole;
  const [first] = fitting;
  if (first) throw endsEarly(source, Math.ceil(source.size / recordBytes(first)) * recordBytes(first));
  throw inputError(
    `${source.name}: no CIFAR binary file, whose records are a label (CIFAR-10) or two (CIFAR-100) and 3072 bytes of image; save the data with numpy.savez.`,
  );
}

/** Whether the first labels, as far as the file goes, are classes of the variant. */
async function hasLabels(source: ByteSource, variant: Variant): Promise<boolean> {
  const record = recordBytes(variant);
  const records = Math.min(CHECKED_RECORDS, Math.ceil(source.size / record));
  for (let index = 0; index < records; index++) {
    const start = index * record;
    const bytes = await source.read(start, Math.min(variant.labels.length, source.size - start));
    if (!bytes.every((byte, at) => byte < variant.labels[at]![1])) return false;
  }
  return true;
}
