import type { Bytes } from './bytes.js';
import type { Host } from './host.js';
import type { ParquetTable } from './parquet-table.js';

/** The table of a Parquet file. @throws InputError if it is damaged, or this host does not read it */
export async function openTableOf(host: Host, bytes: Bytes): Promise<ParquetTable> {
  if (host.heavy !== undefined) return await host.heavy.openParquet(bytes);
  throw bytes.error('is a Parquet file, which is not read here, but by the command line; pages read .npz');
}
