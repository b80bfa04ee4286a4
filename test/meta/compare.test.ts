// What speeds are compared with computes the same kernel: scripts/compare/layer_by_layer.py, with its NumPy
// backend, agrees with the golden values; with another scale of K it does not.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const SCRIPT = 'scripts/compare/layer_by_layer.py';
const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
if (!hasNumpy) process.stderr.write(`no python3 with numpy here: ${SCRIPT} is not tested\n`);

function check(program: string): { values: number; largestRelativeError: number } {
  const { stdout, stderr } = spawnSync('python3', ['-', '--backend', 'numpy', '--check', 'test/golden'], {
    input: program,
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as ReturnType<typeof check>;
}

(hasNumpy ? describe : describe.skip)('layer by layer in Python', () => {
  const program = readFileSync(SCRIPT, 'utf8');

  test('agrees with the golden values', () => {
    const { values, largestRelativeError } = check(program);
    expect(values).toBeGreaterThan(100);
    expect(largestRelativeError).toBeLessThan(2e-6);
  });

  test('planted fault: another scale', () => {
    expect(check(program.replace('1 / (9 *', '1 / (8 *')).largestRelativeError).toBeGreaterThan(0.1);
  });
});
