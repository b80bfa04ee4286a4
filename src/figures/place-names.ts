/** A name beside an edge: at `place`, for what has its middle at `middle`; pixels along the edge. */
export interface PlacedName {
  readonly name: string;
  readonly middle: number;
  readonly place: number;
}

/**
 * Places for names along an edge, in their order, at least a line apart and as near to their groups as that allows. Of
 * more names than have room every second, third, … one.
 *
 * @param middles Of the groups along the edge, rising; undefined: a group that is not shown.
 */
export function placeNames(
  groups: readonly { readonly name: string }[],
  middles: readonly (number | undefined)[],
  { extent, line }: { readonly extent: number; readonly line: number },
): PlacedName[] {
  const shown = groups.flatMap(({ name }, i) => {
    const middle = middles[i];
    return middle === undefined ? [] : [{ name, middle }];
  });
  const stride = Math.ceil((shown.length * line) / extent);
  const named = shown.filter((_, i) => i % Math.max(1, stride) === 0);
  const places = named.map(({ middle }) => middle);
  // Down where one is too near to the one above, then back up from the end of the edge.
  for (let i = 0; i < places.length; i++) {
    places[i] = Math.max(places[i], i === 0 ? line / 2 : places[i - 1] + line);
  }
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i], i === places.length - 1 ? extent - line / 2 : places[i + 1] - line);
  }
  return named.map((one, i) => ({ ...one, place: places[i] }));
}
