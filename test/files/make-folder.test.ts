import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../src/files/make-folder.js';

// Plan: folders are made with those above them, and the uppermost is told; what is in the way is an error, and so is a
// place where none can be made, at once.

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cntk-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('makes what is missing, and tells the uppermost', async () => {
  expect(await makeFolder(join(folder, 'a/b/c'))).toBe(join(folder, 'a'));
  expect(await makeFolder(join(folder, 'a/b/c'))).toBeUndefined();
  expect(await makeFolder(join(folder, 'a/b/d'))).toBe(join(folder, 'a/b/d'));
  await symlink(join(folder, 'a'), join(folder, 'link'));
  await makeFolder(join(folder, 'link/e'));
  expect((await readdir(join(folder, 'a'))).sort()).toEqual(['b', 'e']);
});

test('of two that make one folder both succeed', async () => {
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(join(folder, 'x/y/z'))));
  expect(await readdir(join(folder, 'x/y'))).toEqual(['z']);
});

test('a file, or a link to nowhere, in the way', async () => {
  await writeFile(join(folder, 'file'), '');
  await symlink('nowhere', join(folder, 'link'));
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeFolder(join(folder, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeFolder(join(folder, 'link/below'))).rejects.toMatchObject({ code: 'EEXIST' });
});

(process.platform === 'linux' ? test : test.skip)('where none can be made it ends', async () => {
  await expect(makeFolder('/proc/nope/below')).rejects.toMatchObject({ code: 'ENOENT' });
});
