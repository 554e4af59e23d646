/** Colours and fonts of VS Code's theme, as what is drawn takes them. */
export interface Theme {
  readonly isHighContrast: boolean;
  readonly background: string;
  readonly foreground: string;
  /** Labels and secondary text. */
  readonly muted: string;
  /** Frames and grid lines. */
  readonly line: string;
  /** Colours of lines that are told apart, the most distinct first. */
  readonly series: readonly string[];
  readonly fontFamily: string;
  /** In CSS pixels. */
  readonly fontSize: number;
}
