// One set-up at a time per checkout: two commands started together must not install or build over each other.
import { createHash, randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `action` while this process holds the checkout's lock; a lock whose process has died is taken over. */
export async function withLock(root, action) {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const lock = join(tmpdir(), `cntk-webgpu-${name}.lock`);
  await acquire(lock);
  try {
    return await action();
  } finally {
    rmSync(lock, { force: true });
  }
}

async function acquire(lock) {
  // A link appears with its content, or not at all.
  const mine = `${lock}.${randomUUID()}`;
  writeFileSync(mine, String(process.pid));
  try {
    for (let announced = false; ; await sleep(100)) {
      try {
        linkSync(mine, lock);
        return;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      const holder = holderOf(lock);
      if (holder === undefined) continue;
      if (!isAlive(holder)) rmSync(lock, { force: true });
      else if (!announced) {
        console.error(
          `set-up: waiting for another one to end (process ${holder}; if that is none, delete ${lock})`,
        );
        announced = true;
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function holderOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
