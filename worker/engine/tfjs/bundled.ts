/** TensorFlow.js as it comes with Basin: a file of its own in dist/, loaded when the engine is first used. */
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

// The build puts the WebAssembly beside this file.
setWasmPaths(`${__dirname}/`);

export { tf };
