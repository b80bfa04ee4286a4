// The command line adds the option that settles what an error of the library speaks of, with the value that it suggests;
// to other errors it adds nothing.
import { InputError } from '../../src/checks/input-error.js';
import { messageOf } from '../../src/commands/process/errors.js';
import { AdapterError } from '../../src/gpu/dawn/adapter-error.js';
import { MatrixTooLargeError, RefinementStagnatedError } from '../../src/regression/errors.js';
import { FactorInUseError } from '../../src/regression/node/panel-files.js';

test.each([
  ['a file', new InputError('x.npy', 'which?', { option: 'layout nchw|nhwc' }), '--layout nchw|nhwc'],
  ['a matrix', new MatrixTooLargeError(9, 2, 1), '--memory MIB'],
  ['a factor', new FactorInUseError('fit.factor'), '--out FOLDER'],
  ['a ridge', new RefinementStagnatedError(1, 1e-10, 9, 1e9, 50, 1e-6), '--ridge 0.000001'],
  ['an adapter', new AdapterError('does not open', true), '--adapter NAME'],
])('of %s', (_, error, option) => {
  expect(error.message).not.toContain('--');
  expect(messageOf(error)).toBe(`${error.message} (${option})`);
});

test.each([
  ['a damaged file', new InputError('x.npy', 'is damaged')],
  ['a kernel that no ridge helps', new RefinementStagnatedError(1, 1e-10, 9, 1e9, 50, undefined)],
  ['a machine without adapter', new AdapterError('there is none')],
])('%s has none', (_, error) => {
  expect(messageOf(error)).toBe(error.message);
});
