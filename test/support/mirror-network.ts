import * as activation from '../../shaders/network_activation.js';
import * as gather from '../../shaders/network_gather.js';
import * as tail from '../../shaders/network_tail.js';
import * as products from '../../shaders/network_products.js';
import type { ImageStack } from '../../src/images/images.js';
import { axisElements, axisSize } from '../../src/network/axis.js';
import { buildGraph } from '../../src/network/graph.js';
import type { Network } from '../../src/network/network.js';
import type { NetworkKernels } from '../../src/network/reference.js';
import type { NetworkPass } from '../../src/network/pass.js';
import { compilePasses } from '../../src/network/steps.js';

type Pairs = readonly (readonly [number, number])[];

/**
 * The shaders' float64 mirrors in the order in which the executor runs the shaders: the kernels of several networks in
 * one walk, [Nx][Nz] each. Between the 4-D definition, which it must equal, and the device.
 */
export function mirrorNetworks(networks: readonly Network[], x: ImageStack, z: ImageStack): NetworkKernels[] {
  const graph = buildGraph(networks, x);
  const { variances, values, varianceShapes } = compilePasses(graph, 0, true);

  const walk = (
    pass: NetworkPass,
    pairs: Pairs,
    xs: ImageStack,
    zs: ImageStack,
    varX: Float64Array[],
    varZ: Float64Array[],
  ) => {
    const tensors: Float64Array[] = [];
    const elements = (id: number) => ({
      rows: axisElements(pass.tensors[id].rows),
      columns: axisElements(pass.tensors[id].columns),
    });
    for (const step of pass.steps) {
      if (step.kind === 'products') {
        const { channels, height, width } = xs;
        tensors[step.result] = products.mirror({
          ...{ x: xs.data, z: zs.data, pairs, channels, height, width },
          ...elements(step.result),
        });
      } else if (step.kind === 'gather') {
        const { rows, columns } = pass.tensors[step.source];
        const along = step.along === 'rows';
        const { table, gain, bias, keep } = step;
        tensors[step.result] = gather.mirror({
          ...table,
          source: tensors[step.source],
          added: step.added === undefined ? undefined : tensors[step.added],
          outer: along ? pairs.length : pairs.length * axisSize(rows),
          inputs: axisSize(along ? rows : columns),
          inner: along ? axisSize(columns) : 1,
          ...{ gain, bias, keep },
        });
      } else if (step.kind === 'tail') {
        const { layers, source, result, variance } = step;
        const ends = pairs.map(([i, j], pair) => {
          const [a, b] = variance === undefined ? [0, 0] : [varX[variance][i], varZ[variance][j]];
          const theta = source.theta === undefined ? 0 : tensors[source.theta][pair];
          const exact = layers.map((layer) => ({ ...layer, snap: 0 }));
          return tail.mirror(exact, tensors[source.sigma][pair], theta, a, b);
        });
        tensors[result.sigma] = Float64Array.from(ends, ({ sigma }) => sigma);
        if (result.theta !== undefined) tensors[result.theta] = Float64Array.from(ends, ({ theta }) => theta);
      } else if (step.kind === 'variance') {
        varX[step.variance] = tensors[step.sigma].slice();
      } else if (step.kind === 'activation') {
        const { operation, sigmaScale, kScale, thetaScale } = step;
        const { rows, columns } = pass.tensors[step.sigma];
        activation.mirror(
          {
            ...{
              kind: operation.activation,
              shape: operation.shape,
              sigmaScale,
              kScale,
              thetaScale,
              snap: 0,
            },
            ...{ xVariance: varX[step.variance], zVariance: varZ[step.variance], pairs },
            ...{ height: rows.positions, width: columns.positions },
            ...elements(step.sigma),
          },
          tensors[step.sigma],
          step.theta === undefined ? undefined : tensors[step.theta],
        );
      }
    }
    return tensors;
  };

  const variancesOf = (stack: ImageStack): Float64Array[] => {
    const found: Float64Array[] = [];
    const pairs = Array.from({ length: stack.count }, (_, i) => [i, i] as const);
    walk(variances, pairs, stack, stack, found, found);
    expect(found).toHaveLength(varianceShapes.length);
    return found;
  };
  const varX = variancesOf(x);
  const varZ = x === z ? varX : variancesOf(z);
  const pairs = Array.from(
    { length: x.count * z.count },
    (_, e) => [Math.floor(e / z.count), e % z.count] as const,
  );
  const tensors = walk(values, pairs, x, z, varX, varZ);
  return values.outputs.map(({ sigma, theta, exponent }) => ({
    ntk: tensors[theta!].map((value) => value * 2 ** exponent),
    nngp: tensors[sigma].map((value) => value * 2 ** exponent),
  }));
}
