import type { Figure } from '../../figures/figure-types.js';

/** What a figure shows, in words: below it, and for those who cannot see it. */
export function describeFigure(figure: Figure): string {
  if (figure.kind === 'heatmap') {
    const { label, size, groups } = figure;
    const names = groups.map(({ name }) => name).join(', ');
    return `${label}, ${size} × ${size}${groups.length > 0 ? `; groups of rows and columns: ${names}` : ''}.`;
  }
  if (figure.kind === 'intervals') {
    const { x, names, series } = figure;
    return `${x.label} of ${names.join(', ')}: ${series.map(({ name }) => name).join(', ')}.`;
  }
  const { x, y, series } = figure;
  const named = (reference: boolean) =>
    series.filter((one) => (one.reference ?? false) === reference).map(({ name }) => name);
  const [measured, references] = [named(false), named(true)];
  return [
    `${y.label} against ${x.label}${logarithmic(figure)}: ${measured.join(', ')}`,
    ...(references.length > 0 ? [`dashed: ${references.join(', ')}`] : []),
  ]
    .join('; ')
    .concat('.');
}

function logarithmic({ x, y }: { x: { scale: string }; y: { scale: string } }): string {
  if (x.scale === 'log' && y.scale === 'log') return ', on logarithmic axes';
  if (x.scale === 'log') return ' on a logarithmic axis';
  return y.scale === 'log' ? ', the former on a logarithmic axis' : '';
}
