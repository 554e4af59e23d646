/** The package under test, as `npm test -- packaged` has just built it. */
import { fileURLToPath } from 'node:url';

export const vsix = fileURLToPath(new URL('../../out/guide.vsix', import.meta.url));
