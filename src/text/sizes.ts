const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** A number of bytes with three digits in the unit that suits it: `64.0 MiB`, `1.20 GiB`. */
export function formatSize(bytes: number): string {
  const fits = UNITS.findIndex((_, i) => bytes / 2 ** (10 * (i + 1)) < 999.5);
  const unit = fits < 0 ? UNITS.length - 1 : fits;
  return `${(bytes / 2 ** (10 * (unit + 1))).toPrecision(3)} ${UNITS[unit]}`;
}

/** A number of bytes as estimates give it, without digits that mean nothing: `12 KiB`, `640 MiB`, `7.5 GiB`. */
export function formatRoughSize(bytes: number): string {
  if (bytes < 2 ** 20) return `${Math.ceil(bytes / 2 ** 10)} KiB`;
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(0)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

/** A limit in whole MiB that it is not below: `2047 MiB` of a byte less than 2 GiB. */
export function formatLimit(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`;
}

/** Two sizes that differ, with as many digits as it takes to see it. */
export function unequalSizes(a: number, b: number): [string, string] {
  const isLarge = Math.min(a, b) >= 2 ** 30;
  for (let digits = isLarge ? 1 : 0; digits <= 3; digits++) {
    const pair = [a, b].map((bytes) =>
      isLarge ? `${(bytes / 2 ** 30).toFixed(digits)} GiB` : `${(bytes / 2 ** 20).toFixed(digits)} MiB`,
    ) as [string, string];
    if (pair[0] !== pair[1]) return pair;
  }
  return [a, b].map((bytes) => `${Math.ceil(bytes).toLocaleString('en-US')} bytes`) as [string, string];
}
