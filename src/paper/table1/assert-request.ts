import {
  assertArray,
  assertCount,
  assertFlag,
  assertKeys,
  assertMade,
  assertOneOf,
  assertText,
} from '../../checks/arguments.js';
import { assertPrepareOptions } from '../../planning/assert-prepare.js';
import type { StoreUse } from './stores.js';
import type { Table1Request } from './compute-table.js';
import type { DrawOptions } from './task.js';

// What a program asks of Table 1, checked before anything is drawn or computed.

const DRAW: readonly (keyof DrawOptions)[] = ['trainCount', 'subset', 'seeds', 'pool'];
const REQUEST: readonly (keyof Table1Request)[] = [
  'draws',
  'classes',
  'flip',
  'columns',
  'lapWidths',
  'depths',
  'regression',
];
const USE: readonly (keyof StoreUse)[] = ['out', 'tune', 'cache', 'memoryBytes', 'reporter', 'signal'];

/** @throws ArgumentError */
export function assertDrawOptions(train: unknown, test: unknown, options: DrawOptions): void {
  for (const [name, set] of Object.entries({ train, test }))
    assertMade(`drawImages: ${name}`, set, 'loadImages', ['images', 'files', 'sources']);
  assertKeys('drawImages', options, DRAW);
  assertCount('drawImages: trainCount', options.trainCount);
  assertOneOf('drawImages: subset', options.subset, ['balanced', 'random', 'first']);
  assertCounts('drawImages: seeds', options.seeds, 0);
  if (options.seeds.length === 0) assertCount('drawImages: the first of the seeds', undefined, 0);
  if (options.pool !== undefined) assertCount('drawImages: pool', options.pool);
}

/** @throws ArgumentError */
export function assertTable1(request: Table1Request, use: StoreUse): void {
  assertPrepareOptions('computeTable1', use, USE);
  assertText('computeTable1: out', use.out);
  assertKeys('computeTable1', request, REQUEST);
  const { draws, classes, flip, columns, lapWidths = [], depths, regression = {} } = request;
  assertArray('computeTable1: draws', draws, 'what drawImages gives');
  for (const draw of draws.length === 0 ? [undefined] : draws)
    assertMade('computeTable1: a draw', draw, 'drawImages', ['train', 'test', 'seed']);
  assertCount('computeTable1: classes', classes);
  if (flip !== undefined) assertFlag('computeTable1: flip', flip);
  if (columns !== undefined) {
    assertArray('computeTable1: columns', columns, 'V, GAP');
    for (const column of columns) assertOneOf('computeTable1: a column', column, ['V', 'GAP']);
  }
  assertCounts('computeTable1: lapWidths', lapWidths, 0);
  assertCounts('computeTable1: depths', depths, 2);
  assertKeys('computeTable1: regression', regression, ['targets', 'ridge']);
}

function assertCounts(name: string, values: readonly number[], least: number): void {
  assertArray(name, values, 'whole numbers');
  for (const value of values) assertCount(`one of ${name}`, value, least);
}
