import { create } from 'webgpu';

/** What the Vulkan loader reads when an instance is made: with other drivers it is another instance. */
const DRIVER_VARIABLES = ['VK_ADD_DRIVER_FILES', 'VK_DRIVER_FILES', 'VK_ICD_FILENAMES'] as const;

const instances = new Map<string, WeakRef<GPU>>();

/**
 * The Dawn instance with these flags. Each holds threads and descriptors of its drivers until it is garbage-collected,
 * which may be never: so there is one of a kind, shared by all devices that are opened in turn or at a time.
 *
 * It is held weakly here, since Node does not exit while Dawn is at work for an instance. Who uses a device of it holds
 * it: losing the instance while one is in use ends the process.
 */
export function dawnInstance(flags: readonly string[]): GPU {
  const key = JSON.stringify([flags, DRIVER_VARIABLES.map((name) => process.env[name])]);
  const known = instances.get(key)?.deref();
  if (known !== undefined) return known;
  const instance = create([...flags]);
  instances.set(key, new WeakRef(instance));
  return instance;
}
