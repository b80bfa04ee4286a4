import { link } from 'wesl/core';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../shaders/', import.meta.url));

/** Every .wgsl file of `shaders/` by its path there. */
export const SHADER_FILES: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(folder, { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.wgsl'))
    .sort()
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
);

/** The text of the shader `name` with what it imports from these files, and with the constants that it imports. */
export async function linkWgsl(
  name: string,
  files: Readonly<Record<string, string>>,
  constants: Readonly<Record<string, number>> = {},
): Promise<string> {
  const linked = await link({
    weslSrc: { ...files },
    rootModuleName: name,
    constants: { ...constants },
    sourceMap: false,
  });
  return linked.dest;
}
