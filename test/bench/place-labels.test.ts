// A lone label stands to the right of its point, at the right edge of the figure to its left; labels of points that
// lie on each other stand apart.
import { placeLabels, type LabelledPoint } from '../../src/bench/place-labels.js';

const FIGURE = { left: 0, right: 800, top: 0, bottom: 500 };

test('a lone label: right of its point, or left of it where the figure ends', () => {
  expect(placeLabels([{ x: 100, y: 100, label: 'planes' }], FIGURE)).toEqual([
    { dx: 7, dy: 0, anchor: 'start' },
  ]);
  expect(placeLabels([{ x: 780, y: 100, label: 'planes' }], FIGURE)).toEqual([
    { dx: -7, dy: 0, anchor: 'end' },
  ]);
});

test('labels of points on each other do not overlap', () => {
  const points: LabelledPoint[] = Array.from({ length: 12 }, (_, i) => ({
    x: 400 + (i % 3),
    y: 250 + 4 * (i % 2),
    label: 'a_label_of_some_length',
  }));
  const boxes = placeLabels(points, FIGURE).map(({ dx, dy, anchor }, i) => {
    const edge = points[i].x + dx;
    const width = 6 * points[i].label.length;
    return { left: anchor === 'start' ? edge : edge - width, width, y: points[i].y + dy };
  });
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) {
      const apart = a.left + a.width <= b.left || b.left + b.width <= a.left || Math.abs(a.y - b.y) >= 11;
      expect(apart).toBe(true);
    }
  }
});
