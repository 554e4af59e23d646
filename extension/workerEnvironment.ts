import { RUNTIME_VARIABLE, TFJS_VARIABLE } from '../worker/environment.ts';
import type { Settings } from './settings.ts';

/** Variables of the worker's process: libraries of the user's own are loaded in a trusted workspace only. */
export function workerEnvironment(
  isTrusted: boolean,
  { onnxruntimePath, tfjsPath }: Pick<Settings, 'onnxruntimePath' | 'tfjsPath'>,
): Readonly<Record<string, string>> {
  if (!isTrusted) return {};
  return {
    ...(onnxruntimePath !== '' && { [RUNTIME_VARIABLE]: onnxruntimePath }),
    ...(tfjsPath !== '' && { [TFJS_VARIABLE]: tfjsPath }),
  };
}
