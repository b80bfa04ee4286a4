import { className } from '../checks/class-name.js';
import { assertKeys, shown } from '../checks/arguments.js';
import type { Channel, Readout, Trained } from './channels.js';

/** Up to here sums stay within float32 at every image size, a factor of up to √2 per layer. */
export const MAX_DEPTH = 200;

/** A list of result channels that no run can compute; the message names the channel, the value and the remedy. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
}

/**
 * Checks a run's list of result channels before anything is planned.
 *
 * @param shape height and width of the images, in pixels
 * @throws ChannelError if the list is empty, a channel is repeated, a depth, kernel, read-out or `trained` is unknown
 *   or out of range, the NTK of hidden layers is asked of a network without hidden layers (depth 2, where it is
 *   identically zero: paper, section H), or the shape holds no pixel
 */
export function validateChannels(
  channels: readonly Channel[],
  shape: { readonly height: number; readonly width: number },
): void {
  for (const [name, value] of Object.entries({ height: shape.height, width: shape.width })) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new ChannelError(`image ${name} ${value}: an integer of at least 1 is needed`);
    }
  }
  if (!Array.isArray(channels)) {
    throw new ChannelError(`channels are ${className(channels)}; an array of channels is wanted`);
  }
  if (channels.length === 0) {
    throw new ChannelError(
      'the list of channels is empty: name at least one (kernel, depth, read-out, trained)',
    );
  }
  const positions = new Map<string, number>();
  for (const [position, channel] of (channels as readonly Channel[]).entries()) {
    const where = `channel ${position + 1} of ${channels.length}`;
    validateChannel(channel, where);
    const name = channelName(channel);
    const first = positions.get(name);
    if (first !== undefined) {
      throw new ChannelError(`${where} repeats channel ${first + 1} (${name}): name every channel once`);
    }
    positions.set(name, position);
  }
}

/** The channels of a run, checked, in a copy of its own. @throws ChannelError as `validateChannels` */
export function takeChannels(
  channels: readonly Channel[],
  shape: { readonly height: number; readonly width: number },
): readonly Channel[] {
  validateChannels(channels, shape);
  return channels.map((channel) => ({ ...channel }));
}

/**
 * Reads a read-out as the command line spells it: `vanilla`, `gap` or `lap:c` with c an integer ≥ 0.
 *
 * @throws ChannelError for anything else
 */
export function parseReadout(text: string): Readout {
  if (text === 'vanilla' || text === 'gap') return text;
  const digits = typeof text === 'string' ? /^lap:(\d{1,9})$/.exec(text)?.[1] : undefined;
  if (digits === undefined) {
    throw new ChannelError(
      `unknown read-out ${shown(text)}: use vanilla, gap, or lap:c with an integer c ≥ 0, for example lap:4`,
    );
  }
  return `lap:${Number(digits)}`;
}

/**
 * Half-width c, in pixels, of the window that a read-out averages over: displacements q − p up to 2c count.
 * vanilla 0; lap:c c; gap max(height, width), from where on local average pooling is gap up to a constant (Li et al.
 * 2019, arXiv 1911.00809).
 *
 * @throws ChannelError if the read-out is unknown
 */
export function readoutRadius(readout: Readout, height: number, width: number): number {
  const parsed = parseReadout(readout);
  if (parsed === 'vanilla') return 0;
  if (parsed === 'gap') return Math.max(height, width);
  return Number(parsed.slice('lap:'.length));
}

/**
 * Name of a channel for files and tables, such as `ntk-gap-d11-hidden`, `ntk-lap4-d11-all`, `nngp-vanilla-d3`.
 * Different channels have different names.
 *
 * @throws ChannelError if the read-out is unknown
 */
export function channelName(channel: Channel): string {
  if (typeof channel !== 'object' || (channel as unknown) === null) {
    throw new ChannelError(
      `a channel is ${className(channel)}; { kernel, depth, readout, trained } is wanted`,
    );
  }
  const stem = `${channel.kernel}-${parseReadout(channel.readout).replace(':', '')}-d${channel.depth}`;
  return channel.kernel === 'ntk' ? `${stem}-${channel.trained}` : stem;
}

/** The paper's setting: CNTK-V trains all layers, CNTK-GAP freezes the first and the last (sections 4 and H); LAP as GAP. */
export function defaultTrained(readout: Readout): Trained {
  return parseReadout(readout) === 'vanilla' ? 'all' : 'hidden';
}

function validateChannel(channel: Channel, where: string): void {
  // A caller without types, or a parsed file, can hold anything here.
  try {
    assertKeys(where, channel, ['kernel', 'depth', 'readout', 'trained']);
  } catch (error) {
    throw new ChannelError((error as Error).message);
  }
  const { kernel, depth, readout, trained } = channel as Readonly<Record<keyof Channel | 'trained', unknown>>;
  if (kernel !== 'ntk' && kernel !== 'nngp') {
    throw new ChannelError(`${where}: unknown kernel ${shown(kernel)}: use ntk or nngp`);
  }
  if (!(typeof depth === 'number' && Number.isSafeInteger(depth) && depth >= 2 && depth <= MAX_DEPTH)) {
    throw new ChannelError(
      `${where}: depth ${shown(depth)}: an integer from 2 to ${MAX_DEPTH} is needed (convolution layers + 1)`,
    );
  }
  try {
    parseReadout(readout as string);
  } catch (error) {
    throw new ChannelError(`${where}: ${(error as Error).message}`);
  }
  if (kernel === 'nngp') return;
  if (trained !== 'all' && trained !== 'hidden') {
    throw new ChannelError(`${where}: unknown trained ${shown(trained)}: use all or hidden`);
  }
  if (trained === 'hidden' && depth === 2) {
    throw new ChannelError(
      `${where} (${channelName(channel)}): the NTK of the hidden layers is identically zero at depth 2, where the ` +
        'first layer and the last are the only ones: use depth 3 or more, or trained all',
    );
  }
}
