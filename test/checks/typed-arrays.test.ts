// Plan: every class of array, of this realm and another, is taken with its exact values or refused by name; copies are
// private; a matrix that changes while it is read is noticed.
import { runInNewContext } from 'node:vm';
import {
  ArrayError,
  ArrayGuard,
  copyOfFloat32,
  copyOfFloat64,
  floatArray,
  typedArrayName,
} from '../../src/checks/typed-arrays.js';

const whole = [0, 1, 2, 255];

const taken: readonly (readonly [string, unknown])[] = [
  ['Float32Array', Float32Array.from(whole)],
  ['Float64Array', Float64Array.from(whole)],
  ['Uint8Array', Uint8Array.from(whole)],
  ['Uint8ClampedArray', Uint8ClampedArray.from(whole)],
  ['Int16Array', Int16Array.from(whole)],
  ['Uint16Array', Uint16Array.from(whole)],
  ['Int32Array', Int32Array.from(whole)],
  ['Uint32Array', Uint32Array.from(whole)],
  ['BigInt64Array', BigInt64Array.from(whole.map(BigInt))],
  ['BigUint64Array', BigUint64Array.from(whole.map(BigInt))],
  ['Buffer', Buffer.from(whole)],
  ['number[]', whole],
  ['array-like', { length: 4, 0: 0, 1: 1, 2: 2, 3: 255 }],
  ['a view with an offset', new Float64Array([9, ...whole, 9]).subarray(1, 5)],
  ['shared memory', new Float32Array(new SharedArrayBuffer(16))],
  ['Float32Array of another realm', runInNewContext('Float32Array.from([0, 1, 2, 255])')],
  ['Float64Array of another realm', runInNewContext('Float64Array.from([0, 1, 2, 255])')],
  ['Uint8Array of another realm', runInNewContext('Uint8Array.from([0, 1, 2, 255])')],
  ['Array of another realm', runInNewContext('[0, 1, 2, 255]')],
];
(taken.find(([name]) => name === 'shared memory')![1] as Float32Array).set(whole);

test.each(taken)('%s is taken, with its values', (_, array) => {
  expect([...copyOfFloat32('pixels', array)]).toEqual(whole);
  expect([...copyOfFloat64('pixels', array)]).toEqual(whole);
  expect([...floatArray('pixels', array)]).toEqual(whole);
  expect(copyOfFloat32('pixels', array)).toBeInstanceOf(Float32Array);
  expect(floatArray('pixels', array).constructor).toBe(
    typedArrayName(array) === 'Float32Array' ? Float32Array : Float64Array,
  );
});

const detached = new Float32Array(4);
structuredClone(detached, { transfer: [detached.buffer] });

const refused: readonly (readonly [string, unknown, RegExp])[] = [
  ['undefined', undefined, /pixels is undefined; Float32Array is wanted/],
  ['null', null, /pixels is null/],
  ['a number', 3, /a number/],
  ['a text', '1234', /a string/],
  ['a function', () => 1, /a function/],
  ['a plain object', {}, /a plain object/],
  ['a promise', Promise.resolve(new Float32Array(4)), /a promise \(await it first\)/],
  ['an ArrayBuffer', new ArrayBuffer(16), /an ArrayBuffer.*new Float32Array\(pixels\)/],
  ['a SharedArrayBuffer', new SharedArrayBuffer(16), /a SharedArrayBuffer/],
  ['a DataView', new DataView(new ArrayBuffer(16)), /a DataView.*pixels\.byteOffset/],
  ['a set', new Set([1, 2]), /a Set.*Float32Array\.from\(pixels\)/],
  ['a detached array', detached, /detached/],
  ['rows in an array', [[0, 1], [2]], /element 0 is an Array.*flat/],
  ['rows of floats', [new Float32Array(2)], /element 0 is a Float32Array.*flat/],
  ['a length without elements', { length: 1e15 }, /element 0 is undefined/],
  ['texts', ['1', '2'], /element 0 is the text "1".*Float32Array\.from\(pixels, Number\)/],
  // eslint-disable-next-line no-sparse-arrays
  ['a hole', [1, , 3], /element 1 is undefined/],
];

test.each(refused)('%s is refused by name', (_, value, message) => {
  const error = ((): unknown => {
    try {
      return copyOfFloat32('pixels', value);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(ArrayError);
  expect(error).toBeInstanceOf(TypeError);
  expect((error as Error).message).toMatch(message);
  expect(() => copyOfFloat64('pixels', value)).toThrow(ArrayError);
  expect(() => floatArray('pixels', value)).toThrow(ArrayError);
});

test('a value that float32 cannot hold is refused with its place, one that it holds is not', () => {
  expect([...copyOfFloat32('pixels', [0.5, 2 ** 24, -(2 ** -149), -0])]).toEqual([
    0.5,
    2 ** 24,
    -(2 ** -149),
    -0,
  ]);
  expect(() => copyOfFloat32('pixels', Float64Array.of(0.5, 0.1))).toThrow(
    /a Float64Array whose element 1 is 0\.1.*Float32Array\.from\(pixels\)/,
  );
  expect(() => copyOfFloat32('pixels', Int32Array.of(2 ** 24 + 1))).toThrow(/element 0 is 16777217/);
  expect(() => copyOfFloat32('pixels', [1e300])).toThrow(/element 0 is 1e\+300/);
  expect(() => copyOfFloat32('pixels', [2 ** -150])).toThrow(ArrayError);
  expect(() => copyOfFloat64('labels', BigInt64Array.of(2n ** 53n + 1n))).toThrow(/9007199254740993n/);
  // What is no number is for the caller to name by its place in the image or matrix.
  expect([...copyOfFloat32('pixels', [NaN, Infinity, -Infinity])]).toEqual([NaN, Infinity, -Infinity]);
});

test('the hints work', () => {
  const pixels = Float64Array.of(0.1, 0.2);
  expect(copyOfFloat32('pixels', Float32Array.from(pixels))).toHaveLength(2);
  expect(copyOfFloat32('pixels', Float32Array.from(['1', '2'], Number))).toEqual(Float32Array.of(1, 2));
  const rows = [[1, 2], [3]];
  expect(copyOfFloat32('pixels', Float32Array.from(rows.flatMap((row) => [...row])))).toHaveLength(3);
});

test('copies are private; matrices are not copied, but a change is noticed', () => {
  const source = Float32Array.of(1, 2, 3, 4);
  const copy = copyOfFloat32('pixels', source);
  const matrix = floatArray('kernel', source);
  expect(matrix).toBe(source);
  const guard = new ArrayGuard('kernel', matrix);
  guard.assertUnchanged();
  source[2] = 3.0000002;
  expect([...copy]).toEqual([1, 2, 3, 4]);
  expect(() => {
    guard.assertUnchanged();
  }).toThrow(/kernel was changed while.*kernel\.slice\(\)/);
  const big = new Float64Array(9);
  const other = new ArrayGuard('kernel', big.subarray(1));
  big[0] = 5;
  other.assertUnchanged();
  big[8] = 5e-324;
  expect(() => {
    other.assertUnchanged();
  }).toThrow(ArrayError);
});
