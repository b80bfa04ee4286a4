import { InputError } from '../../checks/input-error.js';
import { AdapterError } from '../../gpu/dawn/adapter-error.js';
import {
  MatrixTooLargeError,
  NotPositiveDefiniteError,
  RefinementStagnatedError,
} from '../../regression/errors.js';
import { FactorInUseError } from '../../regression/node/panel-files.js';

// Messages of the library say what to do in words that serve a program too; which option does it is said here.

/** The option that settles what an error speaks of, as ` (--ridge 1e-6)`, to be added to its message; empty if none does. */
export function optionHint(error: Error): string {
  const option = optionFor(error);
  return option === undefined ? '' : ` (--${option})`;
}

function optionFor(error: Error): string | undefined {
  if (error instanceof InputError) return error.option;
  if (error instanceof MatrixTooLargeError) return 'memory MIB';
  if (error instanceof FactorInUseError) return 'out FOLDER';
  if (error instanceof NotPositiveDefiniteError || error instanceof RefinementStagnatedError)
    return error.suggestedRidge === undefined ? undefined : `ridge ${error.suggestedRidge}`;
  if (error instanceof AdapterError && error.isChoice) return 'adapter NAME';
  return undefined;
}
