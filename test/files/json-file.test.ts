// What is read from a JSON file has every field checked, and an error names the field.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { JsonError, parseJson, readJson } from '../../src/files/json-file.js';

const schema = v.object({ rows: v.pipe(v.number(), v.integer(), v.minValue(1)), names: v.array(v.string()) });
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cntk-json-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('control: what fits comes back', async () => {
  const file = join(folder, 'good.json');
  await writeFile(file, '{"rows": 3, "names": ["a"]}');
  expect(await readJson(file, schema)).toEqual({ rows: 3, names: ['a'] });
});

test.each([
  ['{"rows": 0, "names": []}', /x\.json: rows: .*>=1.*0/],
  ['{"rows": 1.5, "names": []}', /rows: .*integer.*1\.5/],
  ['{"rows": null, "names": []}', /rows: .*number.*null/],
  ['{"rows": 1, "names": ["a", 7]}', /names\.1: .*string.*7/],
  ['{"rows": 1}', /names/],
  ['[]', /x\.json: /],
  ['{"rows": 1', /no JSON/],
])('%s is refused by its field', (text, message) => {
  expect(() => parseJson('x.json', text, schema)).toThrow(JsonError);
  expect(() => parseJson('x.json', text, schema)).toThrow(message);
});

test('a named pipe is refused without waiting for a writer', async () => {
  const pipe = join(folder, 'pipe.json');
  execFileSync('mkfifo', [pipe]);
  await expect(readJson(pipe, schema)).rejects.toThrow('no regular file');
});
