/** The map of |λmin/λmax| as shapes: the cells as of a landscape, and crosses where an eigenvalue has not converged. Pure. */
import { type ContourGeometry, type ContourStyle, contourGeometry, contourPicture } from '../picture/contourPicture.ts';
import { captioned, measureOnPaper, PAPER_WIDTH, paperTheme } from '../picture/paper.ts';
import type { Picture, Shape } from '../picture/shapes.ts';
import type { ColorMapName } from '../view/colormap.ts';
import { wholePlane } from '../view/contourWindow.ts';
import type { ConvexityView } from './view.ts';

/** Half of a cross, in CSS pixels. */
const ARM = 4;

export const convexityGeometry = ({ grid }: ConvexityView, width: number, maxHeight: number, ratio: number) =>
  contourGeometry(grid, width, maxHeight, wholePlane, ratio);

export const convexityPicture = (view: ConvexityView, geometry: ContourGeometry, style: ContourStyle): Shape[] => [
  ...contourPicture(view.grid, geometry, style),
  ...crosses(view, geometry),
];

/** In black on white, to be seen on every colour. */
function crosses({ rough }: ConvexityView, { toPoint }: ContourGeometry): Shape[] {
  const paths = rough.flatMap(({ row, column }) => {
    const [x, y] = toPoint(column, row);
    return [
      [
        [x - ARM, y - ARM],
        [x + ARM, y + ARM],
      ],
      [
        [x - ARM, y + ARM],
        [x + ARM, y - ARM],
      ],
    ] as const;
  });
  if (paths.length === 0) return [];
  return [
    { kind: 'paths', paths, stroke: { color: '#fff', width: 3.5 } },
    { kind: 'paths', paths, stroke: { color: '#000', width: 1.5 } },
  ];
}

/** The map with a caption, for print. */
export function convexityPaper(view: ConvexityView, map: ColorMapName, caption: string): Picture {
  const geometry = { ...convexityGeometry(view, PAPER_WIDTH, PAPER_WIDTH, 10), hairline: 0.6 };
  const style: ContourStyle = { theme: paperTheme, map, measure: measureOnPaper };
  return captioned(caption, convexityPicture(view, geometry, style), geometry.height);
}
