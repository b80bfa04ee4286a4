export const FORMAT = 'cntk-webgpu kernel store';
/**
 * Since version 2 the name of a tile binds it to its place; of version 1 stores are read, and gone on with. Version 3 is
 * that of stores whose kernels are of networks that are written out as lists of layers.
 */
export const FORMAT_VERSIONS = [1, 2, 3] as const;
