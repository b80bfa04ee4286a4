/** Where a layer stands, as messages say it: "layer 3 (residual), branch 2, layer 1 (avgpool)". */
export function layerPlace(within: string, index: number, name?: string): string {
  const own = `layer ${index + 1}${name === undefined ? '' : ` (${name})`}`;
  return within === '' ? own : `${within}, ${own}`;
}

export function branchPlace(layer: string, branch: number): string {
  return `${layer}, branch ${branch + 1}`;
}

export function placed(place: string, message: string): string {
  return place === '' ? message : `${place}: ${message}`;
}
