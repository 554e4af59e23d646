/** Rows of a table of numbers, each with its uncertainty, its verdict and what it means. */

export interface MeasureRow {
  /** Name and sizes, which no two rows share: `Keskar's φ (ε = 0.001)`. */
  readonly label: string;
  readonly about: {
    /** What the number is, and what would change it. */
    readonly meaning: string;
    /** The paper that defines it. */
    readonly source: string;
  };
  /** `≥ 0.2525`, `10.0 ± 0.2`; null where there is none. */
  readonly value: string | null;
  /** Whether there is a value that has not converged. */
  readonly isRough: boolean;
  /** Why there is no value, what else was found, and what it took. */
  readonly notes: readonly string[];
  /** Of the rescaling check, where there is one. */
  readonly rescaling?: RescalingVerdict;
}

export interface RescalingVerdict {
  readonly kind: 'moves' | 'stays' | 'unknown';
  readonly text: string;
  readonly note: string | null;
}

export interface MeasureGroup {
  readonly title: string;
  readonly rows: readonly MeasureRow[];
}
