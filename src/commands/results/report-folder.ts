import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * The folder of reports, as it was named. Looked at before anything is computed, so that no long run ends at a place that
 * takes no files; made only when there is something to write.
 *
 * @throws Error if it, or what is there of the path to it, is no folder or cannot be written.
 */
export function parseReportFolder(path: string): string {
  let existing = resolve(path);
  while (!existsSync(existing)) existing = dirname(existing);
  if (!statSync(existing).isDirectory()) throw new Error(`"${existing}" is a file; name a folder`);
  try {
    accessSync(existing, constants.W_OK);
  } catch {
    throw new Error(`"${existing}" cannot be written; name another folder`);
  }
  return path;
}
