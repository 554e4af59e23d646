/**
 * What a picture is made of: shapes in CSS pixels from the upper left corner, in the order to paint them. The same list
 * is painted on a canvas (canvas.ts) and written as SVG (svg.ts), so that what is exported is what was seen.
 */
import type { Path } from '../view/contourLabels.ts';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** `dots`: nothing computed here; `hatching`: computed, and not finite. */
export type PatternName = 'dots' | 'hatching';

/** A colour as CSS writes it, or a pattern. */
export type Fill = string | { readonly pattern: PatternName };

export interface Stroke {
  readonly color: string;
  readonly width: number;
  /** 1 where absent. */
  readonly opacity?: number;
  /** Lengths of dashes and of the gaps between them, in turn; a whole line where absent. */
  readonly dash?: readonly number[];
}

export interface TextShape {
  readonly kind: 'text';
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** Relative to the theme's font size. */
  readonly scale: number;
  readonly color: string;
  readonly align: 'left' | 'center' | 'right';
  readonly baseline: 'top' | 'middle' | 'bottom';
  /** Radians about (x, y), clockwise. */
  readonly angle?: number;
  /** Colour behind the letters, so that lines below them do not cross them. */
  readonly halo?: string;
}

export type Shape =
  /** Boxes that do not overlap. */
  | { readonly kind: 'boxes'; readonly boxes: readonly Box[]; readonly fill: Fill; readonly opacity?: number }
  | { readonly kind: 'paths'; readonly paths: readonly Path[]; readonly stroke: Stroke; readonly name?: string }
  /** Closed outlines, filled. */
  | { readonly kind: 'areas'; readonly paths: readonly Path[]; readonly fill: string; readonly opacity?: number }
  | {
      readonly kind: 'ring';
      readonly x: number;
      readonly y: number;
      readonly radius: number;
      readonly stroke: Stroke;
      /** Colour within; none where absent. */
      readonly fill?: string;
    }
  | TextShape
  /** Shapes of which only what lies within the box is seen. */
  | { readonly kind: 'clip'; readonly box: Box; readonly shapes: readonly Shape[] };

/** How wide a text is, in CSS pixels, at a scale of the theme's font size. */
export type MeasureText = (text: string, scale: number) => number;

/** A finished picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Pixels below the shapes, such as those of a surface that WebGL drew. */
  readonly image?: { readonly href: string; readonly box: Box };
  readonly shapes: readonly Shape[];
}
