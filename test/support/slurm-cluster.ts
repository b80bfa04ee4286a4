import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Why no cluster can be started here; undefined if one can. */
export function slurmLacks(): string | undefined {
  const missing = ['slurmctld', 'slurmd', 'sbatch', 'munged'].filter(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
  );
  if (missing.length > 0) return `no ${missing.join(', ')} here: scripts/install-slurm.sh installs them`;
  return process.getuid?.() === 0 ? undefined : 'Slurm daemons start as root only';
}

/** A Slurm cluster of one node on this host, with its own configuration, ports and folders. */
export class SlurmCluster {
  private readonly folder = mkdtempSync(join(tmpdir(), 'cntk-slurm-'));

  private constructor() {
    chmodSync(this.folder, 0o755);
  }

  /** Ready when the node takes jobs. */
  static async start(): Promise<SlurmCluster> {
    const cluster = new SlurmCluster();
    const { folder } = cluster;
    const at = (name: string) => join(folder, name);
    for (const name of ['state', 'spool']) mkdirSync(at(name));
    writeFileSync(at('key'), randomBytes(128), { mode: 0o400 });
    const munge = ['key-file', 'socket', 'pid-file', 'log-file', 'seed-file'];
    const files = ['key', 'munge', 'munged.pid', 'munge.log', 'seed'];
    const host = hostname().split('.')[0];
    const lines = {
      ClusterName: 'cntk',
      SlurmctldHost: `${host}(127.0.0.1)`,
      SlurmctldPort: await freePort(),
      SlurmdPort: await freePort(),
      SlurmUser: 'root',
      SlurmdUser: 'root',
      AuthType: 'auth/munge',
      AuthInfo: `socket=${at('munge')}`,
      StateSaveLocation: at('state'),
      SlurmdSpoolDir: at('spool'),
      SlurmctldPidFile: at('slurmctld.pid'),
      SlurmdPidFile: at('slurmd.pid'),
      SlurmctldLogFile: at('slurmctld.log'),
      SlurmdLogFile: at('slurmd.log'),
      ProctrackType: 'proctrack/linuxproc',
      TaskPlugin: 'task/none',
      MpiDefault: 'none',
      SelectType: 'select/cons_tres',
      SelectTypeParameters: 'CR_Core',
      ReturnToService: 2,
      SchedulerParameters: 'batch_sched_delay=0,sched_interval=1,sched_min_interval=0',
      // More processors than there are: all shards begin at once.
      SlurmdParameters: 'config_overrides',
      PartitionName: 'test Nodes=ALL Default=YES State=UP',
      NodeName: `${host} NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN`,
    };
    const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(at('slurm.conf'), text.sort().join(''));
    execFileSync('munged', ['--force', ...munge.map((name, index) => `--${name}=${at(files[index])}`)]);
    for (const daemon of ['slurmctld', 'slurmd']) execFileSync(daemon, { env: cluster.env });
    for (
      let tries = 0;
      !(await cluster.run('sinfo', '-h', '-o', '%T').catch(() => '')).includes('idle');
      tries++
    ) {
      if (tries === 100) throw new Error(`the node does not become idle:\n${cluster.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return cluster;
  }

  /** For commands that speak to this cluster. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, SLURM_CONF: join(this.folder, 'slurm.conf') };
  }

  /** What a Slurm command prints. */
  async run(command: string, ...args: string[]): Promise<string> {
    return (await promisify(execFile)(command, args, { env: this.env })).stdout;
  }

  log(): string {
    return readFileSync(join(this.folder, 'slurmctld.log'), 'utf8').slice(-2000);
  }

  /** Ends the jobs and the daemons. */
  async stop(): Promise<void> {
    await this.run('scancel', '--user=root').catch(() => undefined);
    for (const daemon of ['slurmd', 'slurmctld', 'munged']) {
      try {
        process.kill(Number(readFileSync(join(this.folder, `${daemon}.pid`), 'utf8')), 'SIGTERM');
      } catch {
        // It did not start.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
