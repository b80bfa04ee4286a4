import { formatSize } from '../../text/sizes.js';
import type { AdapterFacts } from '../protocol.js';
import { byId, element } from './dom.js';
import { grouped } from './grouped.js';

/** The adapter that computes, with its limits. */
export function showAdapterFacts(facts: AdapterFacts): void {
  byId('adapter', HTMLElement).classList.add('ready');
  const { name, vendor, architecture, software, subgroupSize, limits } = facts;
  byId('adapter-name', HTMLElement).textContent = software ? `${name} (software)` : name;
  const rows = [
    ['vendor', [vendor, architecture].filter(Boolean).join(', ')],
    ['subgroups', subgroupSize > 0 ? `${subgroupSize} lanes` : 'none'],
    ...limits.map(([limit, value]) => [limit, limit.includes('Size') ? formatSize(value) : grouped(value)]),
  ];
  byId('adapter-facts', HTMLElement).replaceChildren(
    ...rows.flatMap(([term, value]) => [element('dt', {}, term), element('dd', {}, value)]),
  );
}
