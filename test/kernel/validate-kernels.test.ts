// Lists of channels that make sense are accepted, the others refused with the property that is wrong, on both sides of
// each boundary.
import type { KernelSpec, Readout } from '../../src/kernel/kernel-spec.js';
import {
  KernelSpecError,
  kernelName,
  defaultTrained,
  parseReadout,
  readoutRadius,
  validateKernels,
} from '../../src/kernel/validate-kernels.js';
import { loadGolden } from '../support/golden.js';

const shape = { height: 5, width: 7 };
const ntk: KernelSpec = { kernel: 'ntk', depth: 3, readout: 'gap', trained: 'hidden' };
const nngp: KernelSpec = { kernel: 'nngp', depth: 2, readout: 'vanilla' };

/** What validation says of these channels: its message, or undefined when it accepts them. */
function complaint(...channels: unknown[]): string | undefined {
  try {
    validateKernels(channels as KernelSpec[], shape);
    return undefined;
  } catch (error) {
    if (!(error instanceof KernelSpecError)) throw error;
    expect(error.name).toBe('KernelSpecError');
    return error.message;
  }
}

describe('validateKernels', () => {
  test('accepts every channel of the golden cases but those that are refused', () => {
    for (const { spec, refused } of loadGolden()) {
      if (refused) expect(complaint(spec)).toContain('identically zero at depth 2');
      else expect(complaint(spec)).toBeUndefined();
    }
  });

  test('accepts channels that differ in one property only', () => {
    const channels = [
      ntk,
      { ...ntk, trained: 'all' },
      { ...ntk, depth: 4 },
      { ...ntk, readout: 'vanilla' },
      { ...ntk, readout: 'lap:0' },
      { ...ntk, readout: 'lap:100' },
      { kernel: 'nngp', depth: 3, readout: 'gap' },
    ];
    expect(complaint(...channels)).toBeUndefined();
  });

  test('refuses an empty list', () => {
    expect(complaint()).toContain('the list of kernels is empty');
  });

  test.each([1, 201, 0, -3, 2.5, NaN, Infinity, '3', undefined])('refuses depth %p', (depth) => {
    expect(complaint(nngp, { ...ntk, depth })).toBe(
      `kernel 2 of 2: depth ${typeof depth === 'string' ? `"${depth}"` : String(depth)}: an integer from 2 to 200 is needed (convolution layers + 1)`,
    );
  });

  test.each([2, 64, 200])('accepts depth %i', (depth) => {
    expect(complaint({ ...ntk, depth, trained: 'all' })).toBeUndefined();
  });

  test('refuses the hidden layers of depth 2 and says what to do; depth 3 and trained all pass', () => {
    const message = complaint({ ...ntk, depth: 2 });
    expect(message).toContain('kernel 1 of 1 (ntk-gap-d2-hidden)');
    expect(message).toContain('identically zero');
    expect(message).toContain('use depth 3 or more, or trained all');
    expect(complaint(ntk, { ...ntk, depth: 2, trained: 'all' })).toBeUndefined();
  });

  test.each([
    [{ ...ntk, kernel: 'rbf' }, 'kernel 1 of 1: unknown kernel "rbf": use ntk or nngp'],
    [{ ...ntk, trained: 'last' }, 'kernel 1 of 1: unknown trained "last": use all or hidden'],
    [{ kernel: 'ntk', depth: 3, readout: 'gap' }, 'unknown trained undefined'],
    [{ ...nngp, readout: 'max' }, 'kernel 1 of 1: unknown read-out "max": use vanilla, gap, or lap:c'],
    [{ ...ntk, readout: 'lap:-1' }, 'unknown read-out "lap:-1"'],
    [{ ...ntk, readout: 'lap:1.5' }, 'unknown read-out "lap:1.5"'],
  ])('refuses %j', (channel, message) => {
    expect(complaint(channel)).toContain(message);
  });

  test('refuses a repeated kernel and names both places', () => {
    expect(complaint(ntk, nngp, { ...ntk })).toBe(
      'kernel 3 of 3 repeats kernel 1 (ntk-gap-d3-hidden): name every kernel once',
    );
    expect(complaint({ ...ntk, readout: 'lap:1' }, { ...ntk, readout: 'lap:01' })).toContain(
      'repeats kernel 1',
    );
  });

  test.each([
    [{ height: 0, width: 7 }, 'image height 0'],
    [{ height: 5, width: 1.5 }, 'image width 1.5'],
  ])('refuses images of shape %j', (badShape, message) => {
    expect(() => validateKernels([ntk], badShape)).toThrow(message);
    expect(() => validateKernels([ntk], { height: 1, width: 1 })).not.toThrow();
  });
});

describe('read-outs', () => {
  test.each(['vanilla', 'gap', 'lap:0', 'lap:4', 'lap:12'])('%s is read as it stands', (text) => {
    expect(parseReadout(text)).toBe(text);
  });

  test('lap:04 is lap:4', () => {
    expect(parseReadout('lap:04')).toBe('lap:4');
  });

  test.each([
    '',
    'GAP',
    'lap',
    'lap:',
    'lap:x',
    'lap:-1',
    'lap:1.5',
    'lap:1e1',
    'lap: 4',
    'lap:99999999999999999999',
  ])('"%s" is refused', (text) => {
    expect(() => parseReadout(text)).toThrow(KernelSpecError);
    expect(() => parseReadout(text)).toThrow(`unknown read-out "${text}"`);
  });

  test.each<[Readout, number]>([
    ['vanilla', 0],
    ['lap:0', 0],
    ['lap:3', 3],
    ['lap:12', 12],
    ['gap', 7],
  ])('radius of %s in 5×7 images: %i', (readout, radius) => {
    expect(readoutRadius(readout, 5, 7)).toBe(radius);
    expect(readoutRadius(readout, 7, 5)).toBe(radius);
  });

  test('radius of an unknown read-out is refused', () => {
    expect(() => readoutRadius('max' as Readout, 5, 7)).toThrow(KernelSpecError);
  });

  test("the paper's setting: vanilla trains all layers, gap and lap the hidden ones", () => {
    expect((['vanilla', 'gap', 'lap:4'] as const).map(defaultTrained)).toEqual(['all', 'hidden', 'hidden']);
  });
});

test('names of channels', () => {
  expect(kernelName({ ...ntk, depth: 11 })).toBe('ntk-gap-d11-hidden');
  expect(kernelName({ ...nngp, depth: 3 })).toBe('nngp-vanilla-d3');
  expect(kernelName({ ...ntk, depth: 11, readout: 'lap:4', trained: 'all' })).toBe('ntk-lap4-d11-all');
});
