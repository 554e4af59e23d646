/** The environment variable that names another ONNX Runtime; the extension sets it from its setting. */
export const RUNTIME_VARIABLE = 'BASIN_ONNXRUNTIME';
