/** Draws one of the pictures as a file: SVG as text, PNG as bytes. */
import type { SurfaceResult } from '../../worker/results.ts';
import type { SurfaceChart } from '../charts/surface3d.ts';
import { contourPaper, type PictureName, paperSurface, paperTheme, surfacePaper } from '../picture/paper.ts';
import type { Picture } from '../picture/shapes.ts';
import { toSvg } from '../picture/svg.ts';
import type { View } from '../view/settings.ts';
import { type SurfaceView, surfaceView } from '../view/viewModel.ts';
import { pngOf } from './png.ts';

/**
 * As it is shown: the same metric, scale, colours, part of the plane and camera. `chartOf` gives what
 * draws in three dimensions. Null where there is nothing to draw.
 */
export async function drawForExport(
  kind: 'png' | 'svg',
  which: PictureName,
  surface: SurfaceResult,
  { settings, window }: View,
  chartOf: () => SurfaceChart | null,
): Promise<string | Uint8Array | null> {
  const view = surfaceView(surface, settings);
  const picture: Picture | null =
    which === 'contour'
      ? contourPaper(surface, view, settings.colorMap, window)
      : surfacePicture(surface, view, settings.colorMap, chartOf());
  if (picture === null) return null;
  const svg = toSvg(picture, paperTheme, {
    title: `Loss landscape of ${surface.checkpoint}`,
    description: view.description,
  });
  return kind === 'svg' ? svg : pngOf(svg, picture.width, picture.height);
}

function surfacePicture(
  surface: SurfaceResult,
  view: SurfaceView,
  map: View['settings']['colorMap'],
  chart: SurfaceChart | null,
): Picture | null {
  const drawn = chart?.drawForPaper(view, paperTheme, map, paperSurface) ?? null;
  return drawn && surfacePaper(surface, view, map, drawn);
}
