import { commandGroup } from './command-group.js';
import { lazyCommand } from './options/lazy-command.js';

export const archCommand = commandGroup(
  'arch',
  'Networks of --arch: which there are by name, and what one of them is and takes',
  'what to do',
  [
    lazyCommand(
      'list',
      'The networks that have a name, what each is exactly, and its source',
      async () => (await import('./arch/list.js')).archListCommand,
    ),
    lazyCommand(
      'describe <arch>',
      'Layers and shapes of a network, its planes, its work per pair of images, its memory, and what computes it',
      async () => (await import('./arch/describe.js')).archDescribeCommand,
    ),
  ],
);
