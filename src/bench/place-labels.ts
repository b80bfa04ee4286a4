/** A point of a figure and its label, in pixels. */
export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

/** Where the middle of a label's left or right edge stands, relative to its point. */
export interface Placement {
  readonly dx: number;
  readonly dy: number;
  readonly anchor: 'start' | 'end';
}

/** About the width of a character and the height of a line of sans-serif text of 11 pixels. */
const [CHARACTER, LINE] = [6.3, 13];
const GAP = 7;
const RADIUS = 4;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Places for labels beside their points, in the order of the points: the nearest place that is inside the figure and
 * covers no point and no label placed before.
 */
export function placeLabels(
  points: readonly LabelledPoint[],
  figure: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
): Placement[] {
  const taken: Box[] = points.map(({ x, y }) => box(x - RADIUS, x + RADIUS, y, 2 * RADIUS));
  return points.map(({ x, y, label }) => {
    const candidates = Array.from({ length: 60 }, (_, i): Placement => {
      const step = Math.ceil(Math.floor(i / 2) / 2) * (Math.floor(i / 2) % 2 === 0 ? 1 : -1);
      const right = i % 2 === 0;
      return { dx: right ? GAP : -GAP, dy: (step * LINE) / 2, anchor: right ? 'start' : 'end' };
    });
    const boxOf = ({ dx, dy, anchor }: Placement): Box => {
      const length = CHARACTER * label.length;
      const edge = x + dx;
      return anchor === 'start'
        ? box(edge, edge + length, y + dy, LINE)
        : box(edge - length, edge, y + dy, LINE);
    };
    const free = candidates.find((candidate) => {
      const one = boxOf(candidate);
      const inside =
        one.left >= figure.left &&
        one.right <= figure.right &&
        one.top >= figure.top &&
        one.bottom <= figure.bottom;
      return inside && !taken.some((other) => overlap(one, other));
    });
    const chosen = free ?? candidates[0];
    taken.push(boxOf(chosen));
    return chosen;
  });
}

function box(left: number, right: number, middle: number, height: number): Box {
  return { left, right, top: middle - height / 2, bottom: middle + height / 2 };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
