// A kernel in a page of your own: that of four images and a network of depth 5 with global average pooling.
//   npx esbuild examples/browser/kernel.js --bundle --format=esm --outdir=examples/browser/built --servedir=examples/browser
import { cntk, deviceRequest, Gpu, kernel } from 'cntk-webgpu';

const output = document.querySelector('output');
try {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error('no WebGPU here: it takes a recent browser, a GPU, and https or localhost');
  const gpu = await Gpu.open(await adapter.requestDevice(deviceRequest(adapter)));

  // Grey images of 8×8 pixels, bright in 1, 2, 3 and 4 of their columns: [count][channels][height][width].
  const data = Float32Array.from({ length: 4 * 64 }, (_, at) => (at % 8 <= at / 64 ? 1 : 0.1));
  const images = { data, count: 4, channels: 1, height: 8, width: 8 };
  const square = await kernel(gpu, cntk({ depth: 5, readout: 'gap' }), images);

  const row = (r) => Array.from(square.data.subarray(4 * r, 4 * r + 4), (value) => value.toPrecision(8));
  output.textContent = [0, 1, 2, 3].map((r) => row(r).join('  ')).join('\n');
} catch (error) {
  output.textContent = error.message;
}
