/**
 * Draws in the next frame, so that a burst of changes is drawn once. While that is to come `root` has the attribute
 * `data-drawing`.
 */
export function nextFrame(root: HTMLElement, draw: () => void): () => void {
  let pending = 0;
  return () => {
    root.dataset.drawing = 'true';
    if (pending !== 0) return;
    pending = requestAnimationFrame(() => {
      pending = 0;
      draw();
      delete root.dataset.drawing;
    });
  };
}
