import { sourceClasses, type Axis } from './axis.js';
import type { NetworkGraph } from './graph.js';
import { axisWindow } from './window.js';

/** The planes of a node that somebody reads: all combinations of a class of rows and one of columns. */
export interface NodeAxes {
  readonly rows: Axis;
  readonly columns: Axis;
}

/**
 * Which planes of which node are needed, from the ends backwards: plane 0 where a network ends, and so before a flatten;
 * all of them before a gap; every s-th before a stride; neighbours before a pooling.
 *
 * `values` is the pass of the pairs. `variances` is that of an image with itself, which exists for the activations: each
 * needs plane 0 of its input, and what lies behind the last activation nobody needs.
 *
 * @returns [nodes]; undefined for a node that nobody reads
 */
export function neededAxes(
  { nodes, ends }: NetworkGraph,
  pass: 'values' | 'variances',
): (NodeAxes | undefined)[] {
  const rows = nodes.map(() => new Set<number>());
  const columns = nodes.map(() => new Set<number>());
  const axis = (positions: number, classes: Set<number>): Axis => ({
    positions,
    classes: [...classes].sort((a, b) => a - b),
  });
  if (pass === 'values') for (const end of ends) [rows[end], columns[end]].forEach((set) => set.add(0));
  for (let index = nodes.length - 1; index >= 0; index--) {
    const { operation, inputs, height, width } = nodes[index];
    if (operation.kind === 'activation' && pass === 'variances') {
      for (const set of [rows[inputs[0]], columns[inputs[0]]]) set.add(0);
    }
    if (rows[index].size === 0) continue;
    const needed = [axis(height, rows[index]), axis(width, columns[index])];
    for (const input of inputs) {
      const window = operation.kind === 'linear' ? operation.window : undefined;
      const sizes = [nodes[input].height, nodes[input].width];
      for (const [a, sets] of [rows, columns].entries()) {
        const classes = window ? sourceClasses(axisWindow(window, sizes[a]), needed[a]) : needed[a].classes;
        for (const d of classes) sets[input].add(d);
      }
    }
  }
  return nodes.map(({ height, width }, index) =>
    rows[index].size === 0
      ? undefined
      : { rows: axis(height, rows[index]), columns: axis(width, columns[index]) },
  );
}
