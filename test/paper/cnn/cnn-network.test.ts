// Backpropagation = central differences in every parameter array, both read-outs; a planted fault is seen.
import { NormalNumbers } from '../../../src/statistics/normal-numbers.js';
import { Cnn, type CnnShape } from '../../../src/paper/cnn/cnn-network.js';

const base = { grid: { height: 3, width: 4 }, channelsIn: 2, classes: 3, depth: 4, channels: 3 } as const;
const labels = [0, 2, 1];

function largestError(shape: CnnShape, scale = 1): number {
  const random = new NormalNumbers(5);
  const network = new Cnn(shape, random);
  const images = random.array(labels.length * 12 * 2);
  const { gradients } = network.step(images, labels);
  let largest = 0;
  for (const [a, values] of network.parameters.entries()) {
    for (let i = 0; i < values.length; i += 5) {
      const value = values[i];
      const at = (shift: number) => {
        values[i] = value + shift;
        return network.step(images, labels).loss;
      };
      const difference = (at(1e-5) - at(-1e-5)) / 2e-5;
      values[i] = value;
      const error = Math.abs(scale * gradients[a][i] - difference);
      if (!(error <= largest)) largest = error;
    }
  }
  return largest;
}

test.each(['vanilla', 'gap'] as const)('gradients of a %s network', (readout) => {
  expect(largestError({ ...base, readout })).toBeLessThan(1e-7);
});

test('a gradient that is one percent off is seen', () => {
  expect(largestError({ ...base, readout: 'gap' }, 1.01)).toBeGreaterThan(1e-4);
});
