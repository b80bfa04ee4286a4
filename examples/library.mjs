// Kernel regression with the library: the kernel of a network of depth 5 with global average pooling, on 200 digits.
//   node examples/library.mjs
import { computeGram, evaluate, fit, predict } from 'cntk-webgpu';
import { openDevice } from 'cntk-webgpu/node';
import { digits } from './digits.mjs';

const train = digits(0, 200);
const test = digits(200, 200);
const channels = [{ kernel: 'ntk', depth: 5, readout: 'gap', trained: 'hidden' }];

const { gpu, close } = await openDevice();
const square = await computeGram(gpu, { images: train.images, channels });
const against = await computeGram(gpu, { images: test.images, against: train.images, channels });
const model = await fit(gpu, square.matrices[0], train.labels, { ridge: 1e-6 });
const predicted = predict(model, against.matrices[0]).labels;
close();

console.log(`${evaluate(test.labels, predicted).correct} of 200 digits right`);
