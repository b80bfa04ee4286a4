import Table from 'cli-table3';
import type { Argv, InferredOptionTypes } from 'yargs';
import type { AdapterDescription } from '../gpu/dawn/adapters.js';
import { deviceOptions, reportOptions } from './options/common-options.js';
import { PLAIN } from './printing/evaluation-table.js';
import { defineOptions } from './options/options.js';
import { printData, printJson } from './process/streams.js';
import { formatLimit } from '../text/sizes.js';
import type { CommandBody } from './options/lazy-command.js';

const options = {
  adapter: deviceOptions.adapter,
  verbose: deviceOptions.verbose,
  json: reportOptions.json,
};

type DevicesArguments = InferredOptionTypes<typeof options>;

export const devicesCommand: CommandBody<DevicesArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 devices', '')
      .example('$0 devices --adapter llvmpipe --json', ''),
  handler: devices,
};

async function devices({ adapter, verbose, json }: DevicesArguments): Promise<void> {
  const { listAdapters } = await import('../gpu/dawn/adapters.js');
  const adapters = await listAdapters({ adapter, verbose });
  if (json) printJson({ adapters });
  else printData(formatAdapters(adapters));
  if (!adapters.some(({ wouldBeUsed }) => wouldBeUsed)) {
    process.stderr.write('a run would take none of them: no name contains the one asked for\n');
  }
}

/** One table per adapter: descriptions are long, and machines have few adapters. */
export function formatAdapters(adapters: readonly AdapterDescription[]): string {
  return adapters.map(formatAdapter).join('\n\n');
}

function formatAdapter(adapter: AdapterDescription): string {
  const { name, vendor, architecture, description, backend, software, limits, features } = adapter;
  const table = new Table({ style: PLAIN, wordWrap: true, colWidths: [32, 74] });
  const subgroups = features.includes('subgroups')
    ? `${adapter.subgroupMinSize} … ${adapter.subgroupMaxSize} lanes`
    : 'none';
  table.push(
    ['name', name],
    ['a run would take it', adapter.wouldBeUsed ? 'yes' : 'no'],
    ['kind', software ? 'software (runs on the CPU)' : 'hardware'],
    ['backend', backend],
    ['vendor, architecture', [vendor, architecture].filter((part) => part !== '').join(', ') || '–'],
    ['driver', description || '–'],
    ['largest buffer', formatLimit(limits.maxBufferSize)],
    ['largest storage binding', formatLimit(limits.maxStorageBufferBindingSize)],
    ['storage buffers per stage', limits.maxStorageBuffersPerShaderStage],
    ['workgroup storage', `${limits.maxComputeWorkgroupStorageSize / 1024} KiB`],
    ['invocations per workgroup', limits.maxComputeInvocationsPerWorkgroup],
    ['workgroups per dimension', limits.maxComputeWorkgroupsPerDimension],
    ['subgroups', subgroups],
    ['features', features.join(', ') || '–'],
  );
  return table.toString();
}
