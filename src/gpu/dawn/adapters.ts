import { ArgumentError, assertKeys } from '../../checks/arguments.js';
import { className } from '../../checks/class-name.js';
import { USED_LIMITS } from '../device-request.js';
import { noAdapterError, unknownAdapterError } from './adapter-error.js';
import { dawnInstance } from './instances.js';
import { withQuietStderr } from './quiet.js';
import { addSoftwareDriver, softwareFolder, useSoftwareDriverAlone } from './software.js';

/** A graphics adapter of this machine. */
export interface AdapterDescription {
  /** What `--adapter` matches. */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** Driver and version, as the driver words it. */
  readonly description: string;
  readonly backend: string;
  /** A CPU implementation: lavapipe, SwiftShader, WARP. */
  readonly software: boolean;
  /** Sizes in bytes and counts, by WebGPU's names. */
  readonly limits: Readonly<Record<(typeof USED_LIMITS)[number], number>>;
  readonly features: readonly string[];
  /** Lanes; 0 if the adapter has no subgroups. */
  readonly subgroupMinSize: number;
  readonly subgroupMaxSize: number;
  /** The adapter that `openGpu` takes when it is asked for the same. */
  readonly wouldBeUsed: boolean;
}

/** What Dawn tells of an adapter without opening it. */
export interface AdapterName {
  readonly backend: string;
  readonly name: string;
}

/** An adapter with the Dawn instance it lives in: losing the instance while the adapter is in use ends the process. */
export interface LiveAdapter {
  readonly instance: GPU;
  readonly adapter: GPUAdapter;
  readonly found: AdapterName;
}

export interface AdapterOptions {
  /** Part of the adapter's name, in any case; by default the environment variable CNTK_ADAPTER, else the best one. */
  readonly adapter?: string;
  /** Leave the warnings that Dawn prints when it starts on stderr. */
  readonly verbose?: boolean;
}

const ADAPTER_OPTIONS = ['adapter', 'verbose'] as const satisfies readonly (keyof AdapterOptions)[];

/** Types are gone when JavaScript runs: a misspelt option would open another adapter without a word. @throws ArgumentError */
export function assertAdapterOptions(where: string, options: AdapterOptions): void {
  assertKeys(where, options, ADAPTER_OPTIONS);
  const { adapter, verbose } = options as Readonly<Record<keyof AdapterOptions, unknown>>;
  if (adapter !== undefined && typeof adapter !== 'string') {
    throw new ArgumentError(
      `${where}: adapter is ${className(adapter)}; a part of an adapter's name is wanted`,
    );
  }
  if (verbose !== undefined && typeof verbose !== 'boolean') {
    throw new ArgumentError(`${where}: verbose is ${className(verbose)}; true or false is wanted`);
  }
}

/**
 * Every adapter of this machine, best first; the software adapter of the set-up is among them.
 *
 * @throws AdapterError if there is none; ArgumentError for an option that it does not have.
 */
export async function listAdapters(options: AdapterOptions = {}): Promise<AdapterDescription[]> {
  assertAdapterOptions('listAdapters', options);
  const names = await namesWithSoftware(false, options);
  if (names.length === 0) throw noAdapterError();
  const used = matching(names, requestedName(options)).at(0);
  const descriptions: AdapterDescription[] = [];
  for (const found of names) {
    const live = await requestAdapter(found, options);
    if (live !== undefined) descriptions.push(describe(live, found === used));
  }
  return descriptions;
}

/**
 * The adapter that a run takes: hardware before lavapipe before SwiftShader, among those whose name contains the
 * requested one. The software adapter of the set-up is looked at only if the machine offers nothing that fits.
 *
 * @throws AdapterError if there is none, or none of that name.
 */
export async function findAdapter(options: AdapterOptions = {}): Promise<LiveAdapter> {
  const requested = requestedName(options);
  let names = await namesOfAdapters(options);
  if (matching(names, requested).length === 0) names = await namesWithSoftware(names.length === 0, options);
  if (names.length === 0) throw noAdapterError();
  for (const found of matching(names, requested)) {
    const live = await requestAdapter(found, options);
    if (live !== undefined) return live;
  }
  throw unknownAdapterError(
    requested,
    names.map(({ name }) => name),
  );
}

export function describe({ adapter, found }: LiveAdapter, wouldBeUsed: boolean): AdapterDescription {
  const { info, features, limits } = adapter;
  return {
    ...found,
    vendor: info.vendor,
    architecture: info.architecture,
    device: info.device,
    description: info.description,
    software: info.isFallbackAdapter || softwareRank(found) > 0,
    limits: Object.fromEntries(
      USED_LIMITS.map((name) => [name, limits[name]]),
    ) as AdapterDescription['limits'],
    features: [...features].sort(),
    subgroupMinSize: info.subgroupMinSize ?? 0,
    subgroupMaxSize: info.subgroupMaxSize ?? 0,
    wouldBeUsed,
  };
}

function requestedName({ adapter = process.env.CNTK_ADAPTER ?? '' }: AdapterOptions): string {
  return adapter;
}

function matching(names: readonly AdapterName[], requested: string): AdapterName[] {
  return names.filter(({ name }) => name.toLowerCase().includes(requested.toLowerCase()));
}

/** The backends that compute; Dawn also offers OpenGL and D3D11, which lack features, and one that does nothing. */
const BACKENDS = ['metal', 'd3d12', 'vulkan'];

/** 0 hardware, 1 a software adapter, 2 SwiftShader, the slowest of them. */
function softwareRank({ name }: AdapterName): number {
  if (/swiftshader/i.test(name)) return 2;
  return /llvmpipe|basic render/i.test(name) ? 1 : 0;
}

/**
 * Adapters from best to worst. Dawn has no list of adapters, but its error for an unknown name holds one, discrete
 * GPUs first. `[name]: backend: 'vulkan', name: 'llvmpipe (LLVM 15.0.6, 256 bits)'`.
 */
async function namesOfAdapters(options: AdapterOptions): Promise<AdapterName[]> {
  const instance = dawnInstance(['adapter=(no adapter has this name)']);
  let message = '';
  try {
    await quietly(options, () => instance.requestAdapter({ powerPreference: 'high-performance' }));
  } catch (error) {
    message = (error as Error).message;
  }
  const names = parseAdapterList(message).filter(({ backend }) => BACKENDS.includes(backend));
  return names
    .filter(
      ({ backend, name }, index) =>
        index === names.findIndex((n) => n.name === name && n.backend === backend),
    )
    .sort(
      (a, b) =>
        softwareRank(a) - softwareRank(b) || BACKENDS.indexOf(a.backend) - BACKENDS.indexOf(b.backend),
    );
}

/** The machine's adapters and the software adapter of the set-up; that one alone where the machine has none. */
async function namesWithSoftware(machineHasNone: boolean, options: AdapterOptions): Promise<AdapterName[]> {
  const folder = softwareFolder();
  if (folder !== undefined && !machineHasNone) addSoftwareDriver(folder);
  const names = machineHasNone ? [] : await namesOfAdapters(options);
  if (names.length > 0 || folder === undefined) return names;
  useSoftwareDriverAlone(folder);
  return namesOfAdapters(options);
}

/** The lines ` * backend: 'B', name: 'N'` of Dawn's message. */
export function parseAdapterList(message: string): AdapterName[] {
  return [...message.matchAll(/^ \* backend: '([^']*)', name: '(.*)'$/gm)].map(([, backend, name]) => ({
    backend,
    name,
  }));
}

async function requestAdapter(found: AdapterName, options: AdapterOptions): Promise<LiveAdapter | undefined> {
  const instance = dawnInstance([`backend=${found.backend}`, `adapter=${found.name}`]);
  const adapter = await quietly(options, () =>
    instance.requestAdapter({ powerPreference: 'high-performance' }),
  );
  return adapter ? { instance, adapter, found } : undefined;
}

/** Starts a request and hides what Dawn prints about it: all of that it prints before the promise is returned. */
export function quietly<T>({ verbose = false }: AdapterOptions, request: () => Promise<T>): Promise<T> {
  return verbose ? request() : withQuietStderr(request);
}
