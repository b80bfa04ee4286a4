import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseReportFolder } from '../../src/commands/results/report-folder.js';

// Plan: a folder that exists or can be made is taken and not made yet; a file, or a path through one, is refused.

const folder = mkdtempSync(join(tmpdir(), 'cntk-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('takes a folder, and one that is not there yet', () => {
  for (const path of [folder, join(folder, 'new', 'newer')]) expect(parseReportFolder(path)).toBe(path);
  expect(parseReportFolder('cntk-paper')).toBe('cntk-paper');
});

test('refuses a file, and what would lie in it', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'below')]) {
    expect(() => parseReportFolder(path)).toThrow(`"${file}" is a file; name a folder`);
  }
});
