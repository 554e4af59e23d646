/** From SVG to PNG, by the browser itself. */

/** Device pixels a CSS pixel: 384 dots an inch. */
const RATIO = 4;

/** The bytes of a PNG of `width` × `height` CSS pixels; null where the browser cannot make one. */
export async function pngOf(svg: string, width: number, height: number): Promise<Uint8Array | null> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * RATIO);
    canvas.height = Math.round(height * RATIO);
    const context = canvas.getContext('2d');
    if (context === null) return null;
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/png'));
    return blob && new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(url);
  }
}
