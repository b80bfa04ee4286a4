// Kernel regression with the library: the kernel of a network of depth 5 with global average pooling, on 200 digits.
//   node examples/library.mjs
import { cntk, evaluate, fit, kernel } from 'cntk-webgpu';
import { openGpu } from 'cntk-webgpu/node';
import { digits } from './digits.mjs';

const train = digits(0, 200);
const test = digits(200, 200);
const spec = cntk({ depth: 5, readout: 'gap' });

const gpu = await openGpu();
const model = await fit(gpu, await kernel(gpu, spec, train.images), train.labels, {
  ridge: { relative: 1e-6 },
});
const { labels } = model.predict(await kernel(gpu, spec, test.images, train.images));
gpu.close();

console.log(`${evaluate(test.labels, labels).correct} of 200 digits right`);
