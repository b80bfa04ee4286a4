/** A panel is no longer what was written; the store knows it, and the factor is continued from there. */
export class DamagedPanelError extends Error {
  override readonly name = 'DamagedPanelError';
}

/** Where the panels of a factor are kept that the device cannot hold. */
export interface PanelStore {
  /** Panels 0 … done − 1 are here already, from a run that was ended; with the pivots of their columns. */
  readonly done: number;
  /** Panel j [rows − j·width][its width], row-major, and the squares of its diagonal. Panels come in order. */
  write(j: number, panel: Float32Array, pivots: Float32Array): Promise<void>;
  /** @throws DamagedPanelError if it is not what was written. */
  read(j: number): Promise<Float32Array>;
  pivots(j: number): Promise<Float32Array>;
}

/** What a stored factor is bound to: another matrix, shift or width is another factor. */
export interface FactorIdentity {
  /** The fingerprint of all elements of the matrix. */
  readonly fingerprint: string;
  readonly n: number;
  readonly shift: number;
  readonly width: number;
}

/** Opens the store of a factor; panels of the same identity that are there already are kept. */
export type OpenPanelStore = (identity: FactorIdentity) => Promise<PanelStore>;

/** Keeps panels in host memory. */
export const openMemoryStore: OpenPanelStore = () => {
  const kept: { panel: Float32Array; pivots: Float32Array }[] = [];
  return Promise.resolve({
    done: 0,
    write(j: number, panel: Float32Array, pivots: Float32Array) {
      kept[j] = { panel, pivots };
      return Promise.resolve();
    },
    read: (j: number) => Promise.resolve(kept[j].panel),
    pivots: (j: number) => Promise.resolve(kept[j].pivots),
  });
};
