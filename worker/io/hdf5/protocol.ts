/** What the worker and the thread that runs the HDF5 library say to each other. */

export interface Hdf5ThreadOptions {
  /** Two 32-bit integers: whether an answer has come, and how many bytes it has or {@link UNREAD}. */
  readonly control: SharedArrayBuffer;
  /** Where bytes of the file arrive, {@link WINDOW} of them at most. */
  readonly window: SharedArrayBuffer;
}

/** Bytes that the thread may ask for at once. */
export const WINDOW = 1 << 20;

/** Stands for the number of bytes where they could not be read. */
export const UNREAD = -1;

/** A file that the thread opens when it first hears of it. */
export interface FileHandle {
  readonly file: number;
  /** In bytes. */
  readonly size: number;
}

export type Hdf5Request = { readonly id: number } & FileHandle &
  (
    | { readonly kind: 'list' }
    | { readonly kind: 'texts'; readonly path: string; readonly attribute: string }
    | {
        readonly kind: 'read';
        readonly path: string;
        readonly from: readonly number[];
        readonly count: readonly number[];
      }
    | { readonly kind: 'close' }
  );

/** Everything in a file that can be reached from its root by links inside of it. */
export interface Listing {
  readonly groups: readonly ListedGroup[];
  readonly datasets: readonly ListedDataset[];
  /** Paths of what cannot be described, and why. */
  readonly others: readonly (readonly [path: string, reason: string])[];
}

export interface ListedGroup {
  /** Without a slash at the beginning; empty for the root. */
  readonly path: string;
  readonly attributes: readonly string[];
}

/** A dataset as the library describes it. */
export interface ListedDataset {
  readonly path: string;
  readonly type: ElementClass;
  /** Bytes of an element. */
  readonly bytes: number;
  readonly signed: boolean;
  /** Null where it has no elements at all (H5S_NULL). */
  readonly shape: readonly number[] | null;
  /** Whether its elements lie in chunks, which may be missing. */
  readonly chunked: boolean;
  /** Identifiers of the filters that its chunks go through (H5Z_FILTER_…). */
  readonly filters: readonly number[];
  /** Whether its elements are those of other datasets. */
  readonly virtual: boolean;
  /** Keras names here what NumPy has no element type for. */
  readonly dtype: string | null;
}

export type ElementClass = 'float' | 'integer' | 'boolean' | 'opaque' | 'other';

export type Hdf5Answer = Listing | readonly string[] | Uint8Array<ArrayBuffer> | null;

export type Hdf5Message =
  | { readonly kind: 'bytes'; readonly file: number; readonly offset: number; readonly length: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Hdf5Answer }
  /** `fatal`: the library's memory can no longer be trusted. */
  | { readonly kind: 'error'; readonly id: number; readonly message: string; readonly fatal: boolean };
