// The planner computes only the planes that somebody reads, counts them as the design does, and reuses memory without
// overwriting what is still needed; exponents keep tensors near 1 at any depth.
import { avgpool, conv, dense, flatten, gap, lap, relu, residual } from '../../src/network/builder.js';
import { nodeExponents } from '../../src/network/exponents.js';
import { buildGraph } from '../../src/network/graph.js';
import type { Layer } from '../../src/network/layers.js';
import { neededAxes } from '../../src/network/needs.js';
import { Network } from '../../src/network/network.js';
import { elementLayers, planNetworks } from '../../src/network/plan.js';
import { presetNetwork } from '../../src/network/presets.js';
import { assignSlots } from '../../src/network/slots.js';
import { loadGoldenNetworks } from '../support/golden-networks.js';

const CIFAR = { channels: 3, height: 32, width: 32 };

test.each([
  ['cntk-v:11', 10 * 2 ** 10],
  ['cntk-gap:21', 20 * 2 ** 20],
  // |D| ≤ 2c along both axes: 9 of 32 classes.
  ['cntk-lap:5:2', 4 * 81 * 2 ** 10],
  ['cntk-lap:5:12', 4 * 2 ** 20],
  ['fc:4', 3],
  ['myrtle5', 2 * 2 ** 20 + 2 ** 16 + 2 ** 12],
  ['myrtle10', 3 * (2 ** 20 + 2 ** 16 + 2 ** 12)],
  ['vgg19', 2 * 2 ** 20 + 2 * 2 ** 16 + 4 * 2 ** 12 + 4 * 2 ** 8 + 4 * 2 ** 4 + 2],
  // Two strides of 2 read every fourth displacement of the first group, every second of the second.
  ['resnet:8', 3 * 2 ** 16 + 2 * 2 ** 14 + 2 * 2 ** 12],
])('%s at 32×32: %i element-layers per pair', (name, expected) => {
  expect(elementLayers(buildGraph([presetNetwork(name)], CIFAR))).toBe(expected);
});

test('a sweep costs what its deepest network does', () => {
  const names = ['cntk-gap:3', 'cntk-gap:11', 'cntk-gap:21'];
  expect(elementLayers(buildGraph(names.map(presetNetwork), CIFAR))).toBe(20 * 2 ** 20);
});

/** Classes of rows before each layer that makes a node. */
function classes(layers: Layer[], height: number, pass: 'values' | 'variances' = 'values') {
  const graph = buildGraph([Network.from(layers)], { channels: 1, height, width: height });
  return neededAxes(graph, pass).map((axes) => axes?.rows.classes);
}

describe('needed planes, from the end backwards', () => {
  const end = [flatten(), dense()];

  test('plane 0 before flatten, through convolutions of any stride', () => {
    expect(classes([conv(3), relu(), conv(3, { stride: 2 }), relu(), ...end], 8)).toEqual(
      new Array(7).fill([0]),
    );
  });

  test('all before gap', () => {
    expect(classes([conv(3), gap(), dense()], 4)).toEqual([[0, 1, 2, 3], [0, 1, 2, 3], [0], [0]]);
  });

  test('every s-th before a stride, and both input classes of an output class where n is no multiple of s', () => {
    expect(classes([conv(3, { stride: 2 }), gap(), dense()], 8)[0]).toEqual([0, 2, 4, 6]);
    // 7 → 4 positions: displacements −6, −4, …, 6.
    expect(classes([conv(3, { stride: 2 }), gap(), dense()], 7)[0]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('neighbours before pooling, twice as far before two', () => {
    expect(classes([avgpool(2), conv(1), ...end], 8)[0]).toEqual([0, 1, 7]);
    expect(classes([avgpool(2), avgpool(2), conv(1), ...end], 16)[0]).toEqual([0, 1, 2, 3, 13, 14, 15]);
    expect(classes([lap(2), conv(1), ...end], 16)[0]).toEqual([0, 1, 2, 3, 4, 12, 13, 14, 15]);
  });

  test('all before a lap of any radius, as cheap to plan as gap', () => {
    const graph = buildGraph([presetNetwork('cntk-lap:3:4096')], CIFAR);
    expect(neededAxes(graph, 'values')[1]?.rows.classes).toHaveLength(32);
    expect(planNetworks([presetNetwork('cntk-lap:3:4096')], CIFAR).elementLayersPerPair).toBe(2 * 2 ** 20);
  });

  test('what any branch of a sum reads', () => {
    const branches = residual([conv(1)], [avgpool(1), conv(3)]);
    expect(classes([conv(3), branches, ...end], 8)[1]).toEqual([0]);
    expect(classes([conv(3), residual([conv(1)], [lap(1), conv(3)]), ...end], 8)[1]).toEqual([0, 1, 2, 6, 7]);
  });

  test('variances: plane 0 up to the first pooling, what pooling reads before, nothing behind the last activation', () => {
    const layers = [conv(3), relu(), conv(3), gap(), dense()];
    expect(classes(layers, 4, 'variances')).toEqual([[0], [0], undefined, undefined, undefined, undefined]);
    const pooled = [conv(3), relu(), avgpool(2), conv(3), relu(), ...end];
    expect(classes(pooled, 8, 'variances').slice(0, 5)).toEqual([[0, 1, 7], [0, 1, 7], [0, 1, 7], [0], [0]]);
    const tail = [conv(3), gap(), dense(), relu(), dense()];
    expect(classes(tail, 4, 'variances')[1]).toEqual([0, 1, 2, 3]);
  });
});

describe('slots', () => {
  test('a chain needs two tensors for Σ and two for Θ, whatever its depth', () => {
    const bytes = (depth: number) =>
      planNetworks([presetNetwork(`cntk-gap:${depth}`)], CIFAR).sizeBytesPerPair;
    // Σ, Θ, and the halves and results of their gathers.
    expect(bytes(21)).toBe(bytes(6));
    expect(bytes(21)).toBeLessThanOrEqual(4 * 4 * 2 ** 20 + 4 * 2 ** 15);
  });

  test('no step overwrites a tensor that a later one reads, in all golden networks', () => {
    for (const { network, images } of loadGoldenNetworks()) {
      const { values, variances } = planNetworks([network], images);
      for (const pass of [values, variances]) {
        const { slotOf } = assignSlots(pass);
        const holds: number[] = [];
        for (const step of pass.steps) {
          const reads = step.kind === 'gather' ? [step.source, step.added] : [];
          if (step.kind === 'variance') reads.push(step.sigma);
          if (step.kind === 'activation') reads.push(step.sigma, step.theta);
          if (step.kind === 'tail') reads.push(step.source.sigma, step.source.theta);
          for (const tensor of reads) if (tensor !== undefined) expect(holds[slotOf[tensor]]).toBe(tensor);
          if (step.kind === 'products' || step.kind === 'gather') {
            for (const tensor of reads)
              if (tensor !== undefined) expect(slotOf[tensor]).not.toBe(slotOf[step.result]);
            holds[slotOf[step.result]] = step.result;
          }
          if (step.kind === 'tail') {
            for (const written of [step.result.sigma, step.result.theta!]) {
              for (const tensor of reads)
                if (tensor !== undefined) expect(slotOf[tensor]).not.toBe(slotOf[written]);
              holds[slotOf[written]] = written;
            }
          }
        }
        for (const { sigma, theta } of pass.outputs) {
          expect(holds[slotOf[sigma]]).toBe(sigma);
          expect(holds[slotOf[theta!]]).toBe(theta);
        }
      }
    }
  });
});

describe('exponents', () => {
  const chain = (depth: number, size: number, options = {}) => {
    const layers = Array.from({ length: depth }, () => [conv(3, options), relu()]).flat();
    const network = Network.from([...layers, flatten(), dense()]);
    return nodeExponents(buildGraph([network], { channels: 1, height: size, width: size }), 0);
  };

  test('a single pixel loses a factor of 9 per layer, at any depth', () => {
    expect(chain(10, 1).at(-1)).toBe(Math.round(-10 * Math.log2(9)));
    expect(chain(900, 1).at(-1)).toBe(Math.round(-900 * Math.log2(9)));
  });

  test('biases keep it up', () => {
    expect(Math.abs(chain(900, 1, { b: 1 }).at(-1)!)).toBeLessThan(2);
  });

  test('they follow the scale of the pixels', () => {
    const graph = buildGraph([presetNetwork('vgg11')], CIFAR);
    const [large, unit] = [10, 0].map((exponent) => nodeExponents(graph, exponent));
    expect(large.map((exponent, node) => exponent - unit[node])).toEqual(unit.map(() => 20));
  });
});
