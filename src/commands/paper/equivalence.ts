import type { Argv, InferredOptionTypes } from 'yargs';
import { runEquivalences } from '../../paper/equivalence/run.js';
import { equivalenceReport } from '../../paper/equivalence/report.js';
import { paperOut, reportOptions } from '../options/common-options.js';
import { withInterruption } from '../process/interruption.js';
import { defineOptions, integer, list, parsed, parseInteger, withDefault } from '../options/options.js';
import { Progress } from '../process/progress.js';
import { publish } from '../results/publish.js';
import { packageVersion } from '../../files/package-version.js';
import { rising } from './rising.js';
import type { CommandBody } from '../options/lazy-command.js';

const NETWORKS = 'Networks:';
const TRAINING = 'Training:';

const options = {
  widths: withDefault(
    parsed(
      NETWORKS,
      'Widths of the hidden layers, rising',
      rising((value) => parseInteger(value, 1)),
    ),
    '64,128,256,512,1024,2048,4096,8192',
  ),
  'hidden-layers': withDefault(
    integer(NETWORKS, 'Hidden layers; from two on, the time grows with the square of the width', 1),
    '1',
  ),
  networks: withDefault(integer(NETWORKS, 'Networks of each width and κ', 2), '20'),
  kappa: withDefault(parsed(NETWORKS, 'Multipliers κ of the output', list(parsePositive)), '1,0.3,0.1'),
  'train-count': withDefault(integer(TRAINING, 'Training points on the unit sphere', 2), '20'),
  'test-count': withDefault(integer(TRAINING, 'Test points on the unit sphere', 1), '50'),
  dimension: withDefault(integer(TRAINING, 'Dimension of the points', 3), '10'),
  step: withDefault(parsed(TRAINING, 'Step size, times 1 / (κ² λ_max)', parsePositive), '0.3'),
  loss: withDefault(parsed(TRAINING, 'Loss ½ Σ (κf − y)² at which training ends', parsePositive), '1e-6'),
  'max-steps': withDefault(integer(TRAINING, 'Steps after which training ends all the same', 1), '20000'),
  seed: withDefault(integer(NETWORKS, 'Of the points and of all networks', 0), '1'),
  out: paperOut,
  ...reportOptions,
};

type EquivalenceArguments = InferredOptionTypes<typeof options>;

export const equivalenceCommand: CommandBody<EquivalenceArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 paper equivalence', 'about three minutes on two free cores')
      .example('$0 paper equivalence --widths 64,256,1024 --networks 4', 'a few seconds')
      .example(
        '$0 paper equivalence --hidden-layers 2 --widths 64,128,256,512 --networks 6',
        'deeper, and narrower: about two minutes',
      ),
  handler: (args) => withInterruption((signal) => equivalence(args, signal)),
};

async function equivalence(args: EquivalenceArguments, signal: AbortSignal): Promise<void> {
  using progress = new Progress(args.quiet ?? false);
  const run = {
    widths: args.widths,
    hiddenLayers: args['hidden-layers'],
    kappas: args.kappa,
    networks: args.networks,
    trainCount: args['train-count'],
    testCount: args['test-count'],
    dimension: args.dimension,
    step: args.step,
    loss: args.loss,
    maxSteps: args['max-steps'],
    seed: args.seed,
  };
  const result = await runEquivalences({ ...run, reporter: progress, signal });
  const report = {
    ...equivalenceReport(result, run),
    command: commandLine(args),
    version: packageVersion(),
    finished: new Date().toISOString(),
  };
  await publish(report, { out: args.out, json: args.json, progress, signal });
}

function commandLine(args: EquivalenceArguments): string {
  const names = Object.keys(options) as (keyof typeof options)[];
  const shown = names.filter((name) => !['out', 'json', 'quiet'].includes(name));
  return ['cntk paper equivalence', ...shown.map((name) => `--${name} ${String(args[name])}`)].join(' ');
}

function parsePositive(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && number > 0 && number < Infinity) return number;
  throw new Error(`"${value}" is not a number above 0`);
}
