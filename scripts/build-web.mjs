// Builds the page of src/web into a folder of static files with relative addresses: dist-web/ unless told otherwise.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const web = join(root, 'src/web');

export const WEB_FOLDER = join(root, 'dist-web');

/** Everything that the page loads lies in the folder afterwards, and nothing else. */
export async function buildWeb(folder = WEB_FOLDER) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: {
      main: join(web, 'main.ts'),
      worker: join(web, 'worker.ts'),
      style: join(web, 'static/style.css'),
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    tsconfig: join(web, 'tsconfig.json'),
    logLevel: 'warning',
  });
  for (const name of ['index.html', 'icon.svg']) cpSync(join(web, 'static', name), join(folder, name));
  // The decoder of JPEG files, which is fetched when there are some.
  cpSync(
    join(root, 'node_modules/@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'),
    join(folder, 'mozjpeg_dec.wasm'),
  );
  // Under a name that no server takes for a file that the browser is to unpack.
  cpSync(join(root, 'src/data/digits/digits.csv.gz'), join(folder, 'digits.data'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildWeb();
  console.error(`web:build: the page lies in ${WEB_FOLDER}; any static host serves it`);
}
