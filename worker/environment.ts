/** The environment variable that names another ONNX Runtime; the extension sets it from its setting. */
export const RUNTIME_VARIABLE = 'BASIN_ONNXRUNTIME';

/** The one that names a folder with a native TensorFlow.js; the extension sets it from its setting. */
export const TFJS_VARIABLE = 'BASIN_TFJS';

/** The one that names the folder of results for the command line; the extension sets it in its terminals. */
export const RESULTS_VARIABLE = 'BASIN_RESULTS';
