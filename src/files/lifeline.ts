import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { PROCESS_TOKEN } from './process-token.js';

const NAME = /^\.alive\.[0-9a-f-]{1,80}\.tmp$/;
const PATIENCE_MS = 1000;
let made = 0;

/**
 * A socket beside the claims of a process: nobody speaks over it, but the system refuses a connection as soon as the
 * process is dead, and that is seen from every container of the machine, where its process id is not.
 */
export class Lifeline implements AsyncDisposable {
  private constructor(
    private readonly folder: string,
    readonly name: string,
    private readonly server: Server,
  ) {}

  /** Undefined where the system or the file system has no such sockets: then only the heartbeat tells. */
  static async open(folder: string): Promise<Lifeline | undefined> {
    // Elsewhere process ids count in the whole machine.
    if (process.platform !== 'linux') return undefined;
    const name = `.alive.${PROCESS_TOKEN}-${made++}.tmp`;
    const server = createServer((socket) => socket.destroy());
    try {
      await withShortPath(folder, name, async (path) => {
        await new Promise<void>((resolve, reject) => {
          server.once('error', reject);
          server.listen({ path, readableAll: true, writableAll: true }, resolve);
        });
      });
    } catch {
      server.close();
      return undefined;
    }
    server.on('error', () => undefined);
    server.unref();
    return new Lifeline(folder, name, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    await rm(join(this.folder, this.name), { force: true }).catch(() => undefined);
  }
}

/** Whether the process at the other end is dead; false also where that cannot be told. Asked on the same machine only. */
export async function isBroken(folder: string, name: string): Promise<boolean> {
  if (!NAME.test(name)) return false;
  try {
    return await withShortPath(folder, name, isRefused);
  } catch {
    return false;
  }
}

async function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const end = (refused: boolean) => {
      socket.destroy();
      resolve(refused);
    };
    socket.once('connect', () => end(false));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'));
    socket.setTimeout(PATIENCE_MS, () => end(false));
  });
}

/** The path of a socket has 107 bytes at the most: through the open folder it is short, wherever that is. */
async function withShortPath<T>(
  folder: string,
  name: string,
  action: (path: string) => Promise<T>,
): Promise<T> {
  const handle: FileHandle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return await action(`/proc/self/fd/${handle.fd}/${name}`);
  } finally {
    await handle.close();
  }
}
