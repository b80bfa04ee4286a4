// layer_patch.wgsl = its float64 mirror, at sizes around a workgroup; every element is written, and none beyond; the
// comparison sees planted faults, among them the cuts where q wraps.
import type { ShaderContract } from '../../shaders/contract.js';
import { contract, mirror } from '../../shaders/layer_patch.js';
import { testGpu } from '../support/gpu.js';
import { plantedFault } from '../support/planted-fault.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';
import { layerCase, SHAPES } from './layer-case.js';

const GUARD = 8;
/** A sum of nine. */
const TOLERANCE = 9 * 2 ** -24;

async function compare(height: number, width: number, shader: ShaderContract): Promise<number> {
  const gpu = await testGpu();
  const { planes } = layerCase(height, width);
  const pixels = height * width;
  const [sigma, theta] = [1, 2].map((seed) => randomNumbers(planes.length * pixels, seed));
  const { sigma_out, theta_out } = await runShader(gpu, shader, {
    constants: { HEIGHT: height, WIDTH: width },
    buffers: {
      planes: Uint32Array.from(planes.flat()),
      sigma_in: sigma,
      theta_in: theta,
      sigma_out: poisoned(planes.length * pixels + GUARD),
      theta_out: poisoned(planes.length * pixels + GUARD),
    },
    params: { planes: planes.length },
    workgroups: [Math.ceil(pixels / 64), planes.length + 1],
  });
  const errors = [
    [sigma_out, sigma],
    [theta_out, theta],
  ].map(([computed, source]) => {
    expect(computed.subarray(-GUARD).every(Number.isNaN)).toBe(true);
    const expected = mirror(Float64Array.from(source), planes, height, width);
    // Nine terms of at most 0.5.
    return worstError(computed.subarray(0, -GUARD), expected, 4.5);
  });
  return Math.max(...errors);
}

test.each(SHAPES)('%i×%i: sums of both tensors', async (height, width) => {
  expect((await compare(height, width, contract)) <= TOLERANCE).toBe(true);
});

test('the mirror: a displaced plane has its cuts', () => {
  // dx = 1 on three columns: q wraps between columns 1 and 2.
  expect(Array.from(mirror(Float64Array.of(1, 2, 4), [[1, 0]], 1, 3))).toEqual([3, 3, 4]);
});

test.each([
  ['no_row_link', 'let above = row_link(y, d.y)', 'let above = 1.0'],
  ['no_column_link', '1.0, column.y)', '1.0, 1.0)'],
  ['theta_from_sigma', 'theta = vec3f(theta_in', 'theta = vec3f(sigma_in'],
  ['middle_twice', 'x - u32(column.x)', 'x'],
])('the planted fault %s is seen', async (fault, text, replacement) => {
  const faulty = plantedFault(contract, fault, text, replacement);
  expect((await compare(5, 6, faulty)) <= TOLERANCE).toBe(false);
});
