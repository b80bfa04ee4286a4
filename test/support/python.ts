import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** A Python that has NumPy, if this machine has one. */
export const python = [process.env.PYTHON, '/usr/bin/python3', 'python3', 'python'].find(
  (candidate) => candidate !== undefined && imports(candidate, 'numpy'),
);

function imports(candidate: string, modules: string): boolean {
  try {
    execFileSync(candidate, ['-c', `import ${modules}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** True if that Python has these modules, as `numpy, h5py`. */
export function hasModules(modules: string): boolean {
  return python !== undefined && imports(python, modules);
}

/** Runs statements of that Python in a folder. */
export async function runPython(script: string, folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)(python!, ['-c', script], { cwd: folder });
  return stdout;
}

/** The command line at the end of a message. */
export function hintOf(message: string): string {
  const hint = /(?:python3 -c|gunzip -k|tar xf|xz -dk|bzip2 -dk|python3 -m zipfile|7z x) [^]*$/.exec(
    message,
  )?.[0];
  if (hint === undefined) throw new Error(`no command line in: ${message}`);
  return hint;
}

/** Types the command line at the end of a message into a shell, where it must succeed. */
export async function followHint(message: string, folder: string): Promise<void> {
  const line = hintOf(message).replace(/^python3/, python ?? 'python3');
  await promisify(execFile)('/bin/sh', ['-c', line], { cwd: folder });
}
