import type { PlanDevice } from '../gpu/plan-device.js';
import type { Network } from './network.js';
import { planNetworks, type NetworkPlan, type NetworkPlanOptions } from './plan.js';
import type { ImageSize } from './shapes.js';

/** A process computes tiles of one plan, or of a few in turn. */
const KEPT = 4;

const ofDevices = new WeakMap<PlanDevice, Map<string, NetworkPlan>>();
const withoutDevice = new Map<string, NetworkPlan>();

/** `planNetworks`, once for all tiles of a computation: its tables take a tenth of a second for a large network. */
export function keptPlan(
  networks: readonly Network[],
  image: ImageSize,
  options: NetworkPlanOptions,
): NetworkPlan {
  const { device, pixelExponent, theta } = options;
  let plans = device === undefined ? withoutDevice : ofDevices.get(device);
  if (plans === undefined) ofDevices.set(device!, (plans = new Map<string, NetworkPlan>()));
  const { channels, height, width } = image;
  const layers = networks.map((network) => network.layers);
  const key = JSON.stringify([layers, channels, height, width, pixelExponent, theta]);
  const plan = plans.get(key) ?? planNetworks(networks, image, options);
  // In the order of use: the first is the one whose use lies furthest back.
  plans.delete(key);
  plans.set(key, plan);
  if (plans.size > KEPT) plans.delete(plans.keys().next().value!);
  return plan;
}
