import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

/** A folder on a static host, below a path of its own, as a page of a larger site is. */
export interface StaticServer {
  /** The folder's address, with a slash at its end. */
  readonly url: string;
  /** Paths below the folder that were asked for, and not there. */
  readonly missing: readonly string[];
  close(): Promise<void>;
}

const started = new Set<StaticServer>();

/** Serves the files of a folder on a free port of the loopback address; closed after the tests of the file. */
export async function serveFolder(folder: string, below = '/some/where/'): Promise<StaticServer> {
  const missing: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = decodeURIComponent(pathname);
    const inside = path.startsWith(below) ? normalize(path.slice(below.length)) : '..';
    const file = join(folder, path.endsWith('/') ? join(inside, 'index.html') : inside);
    void (async () => {
      const found = !inside.startsWith('..') && (await stat(file).catch(() => undefined));
      if (!found || !found.isFile()) {
        missing.push(path);
        response.writeHead(404).end('not found');
        return;
      }
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, 'content-length': found.size });
      createReadStream(file).pipe(response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const opened: StaticServer = {
    url: `http://127.0.0.1:${port}${below}`,
    missing,
    close: () => closeServer(server),
  };
  started.add(opened);
  return opened;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Browsers keep connections open.
    server.closeAllConnections();
  });
}

afterAll(async () => {
  for (const server of started) await server.close();
  started.clear();
});
