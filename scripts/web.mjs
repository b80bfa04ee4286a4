// Builds the page and serves it on the loopback address: npm run web -- --port 8080
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { buildWeb, WEB_FOLDER } from './build-web.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};
const HOST = '127.0.0.1';
const DEFAULT_PORT = 8137;

/** The page brings a policy of its own; this one holds for its worker, which compiles the decoder of JPEG files. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The port of `--port N` or `--port=N`; 0 stands for any that is free. */
function portOf(args) {
  const words = args.flatMap((word) => (word.startsWith('--port=') ? ['--port', word.slice(7)] : [word]));
  if (words.length === 0) return DEFAULT_PORT;
  const [option, value, ...rest] = words;
  if (option !== '--port' || rest.length > 0) fail(`only --port N is known, not ${args.join(' ')}`, 2);
  if (!/^\d{1,5}$/.test(value ?? '') || Number(value) > 65535)
    fail(`--port ${value ?? ''}: a number from 0 to 65535 is wanted; 0 takes any port that is free`, 2);
  return Number(value);
}

function fail(message, status) {
  console.error(`web: ${message}`);
  process.exit(status);
}

/** The files of the page, by their addresses: nothing else is ever served. */
function filesOf(folder) {
  const files = readdirSync(folder).map((name) => [`/${name}`, readFileSync(join(folder, name))]);
  return new Map([...files, ['/', readFileSync(join(folder, 'index.html'))]]);
}

const port = portOf(process.argv.slice(2));
await buildWeb();
const files = filesOf(WEB_FOLDER);

const server = createServer(({ method, url = '/' }, response) => {
  const path = url.replace(/[?#].*$/, '');
  const content = files.get(path);
  const headers = {
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-cache',
  };
  if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, headers).end();
  else if (content === undefined) response.writeHead(404, headers).end('there is no such file\n');
  else {
    const type = TYPES[extname(path) || '.html'] ?? 'application/octet-stream';
    response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': content.length });
    response.end(method === 'HEAD' ? undefined : content);
  }
});
server.on('error', (error) => {
  if (error.code === 'EADDRINUSE')
    fail(`port ${port} is taken; name another one: npm run web -- --port 0 takes any`, 1);
  if (error.code === 'EACCES')
    fail(`port ${port} is not allowed for this user; name one from 1024 on, or 0`, 1);
  fail(error.message, 1);
});
server.listen(port, HOST, () => {
  console.log(`http://${HOST}:${server.address().port}/`);
  console.error('web: open this address in a browser with WebGPU; Ctrl-C ends the server');
});
