/** Values of the constant SINK. */
export const SINKS = { whole: 0, parts: 1, sums: 2 } as const;
export type Sink = keyof typeof SINKS;
