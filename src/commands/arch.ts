import { archDescribeCommand } from './arch/describe.js';
import { archListCommand } from './arch/list.js';
import { commandGroup } from './command-group.js';

export const archCommand = commandGroup(
  'arch',
  'Networks of --arch: which there are by name, and what one of them is and takes',
  'what to do',
  [archListCommand, archDescribeCommand],
);
