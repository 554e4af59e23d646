import { setTimeout as delay } from 'node:timers/promises';

/**
 * Looks again and again until nothing is thrown, and returns what was seen; throws what was thrown last once the limit is
 * over. For what arrives later and sends no event that a test could wait for.
 */
export async function eventually<T>(look: () => T | Promise<T>, limitSeconds = 60): Promise<T> {
  const end = performance.now() + limitSeconds * 1000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await delay(50);
  }
}
