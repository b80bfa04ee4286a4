// The factor in float64 on the host solves, and gives the diagonal of the inverse, at every size around a block; it names the
// pivot at which it breaks down, and a signal ends it.
import { HostFactor } from '../../src/regression/host-factor.js';
import { memorySource } from '../../src/regression/matrix-source.js';
import { logSpaced, oracleSolve, randomTargets, relativeError, withSpectrum64 } from './matrices.js';

async function factorOf(kernel: Float64Array, shift = 0, scale = 1): Promise<HostFactor> {
  const factor = await HostFactor.of(memorySource(kernel, Math.sqrt(kernel.length)), { shift, scale });
  if (!(factor instanceof HostFactor)) throw new Error(`pivot ${factor.pivot} is ${factor.pivotValue}`);
  return factor;
}

describe('the factor in float64 on the host', () => {
  test.each([1, 2, 47, 48, 49, 97, 130])('n = %i: solution and diagonal of the inverse', async (n) => {
    const kernel = withSpectrum64(logSpaced(Math.max(2, n), 1e6)).slice(0, n * n);
    if (n === 1) kernel[0] = 3;
    const b = randomTargets(n, 4);
    const factor = await factorOf(kernel, 1e-3, 8);
    const expected = oracleSolve(kernel, b, 1e-3).map((value) => value / 8);
    expect(relativeError(await factor.solve(b), expected)).toBeLessThan(1e-12);
    const unit = Float64Array.from({ length: n * n }, (_, e) => (e % (n + 1) === 0 ? 1 : 0));
    const inverse = oracleSolve(kernel, unit, 1e-3);
    const diagonal = Array.from({ length: n }, (_, i) => inverse[i * (n + 1)] / 8);
    expect(relativeError(await factor.inverseDiagonal(), diagonal)).toBeLessThan(1e-12);
  });

  test.each([0, 47, 48, 60, 99])('breaks down at pivot %i', async (bad) => {
    const n = 100;
    const kernel = Float64Array.from({ length: n * n }, (_, e) => (e % (n + 1) === 0 ? 1 : 0));
    kernel[bad * (n + 1)] = -0.5;
    const outcome = await HostFactor.of(memorySource(kernel, n), { shift: 0, scale: 2 });
    expect(outcome).toEqual({ pivot: bad, pivotValue: -1 });
  });

  test('a signal ends it', async () => {
    const controller = new AbortController();
    controller.abort(new Error('stopped'));
    const running = HostFactor.of(memorySource(new Float64Array(4), 2), {
      shift: 1,
      scale: 1,
      signal: controller.signal,
    });
    await expect(running).rejects.toThrow('stopped');
  });
});
