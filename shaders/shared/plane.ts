/** Float64 mirror of plane.wgsl. */

const { max, min } = Math;

/** 1 if rows y-1 and y of a plane displaced by d are neighbours, 0 at the borders and where q wraps; columns alike. */
export function link(y: number, d: number, size: number): number {
  return y === 0 || y >= size || y === size - d ? 0 : 1;
}

/** Number of window centres within `radius` of both p and q. */
export function windowOverlap(p: number, q: number, radius: number, size: number): number {
  const first = max(0, max(p, q) - radius);
  const last = min(size - 1, min(p, q) + radius);
  return max(0, last - first + 1);
}
