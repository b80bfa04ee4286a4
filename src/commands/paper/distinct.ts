/** Networks of which no two have the same name. */
export function distinct<T extends { readonly name: string }>(networks: readonly T[]): readonly T[] {
  const names = networks.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new Error(`${twice} is named twice`);
  return networks;
}
