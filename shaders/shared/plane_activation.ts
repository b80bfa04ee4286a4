/** Values of the constant KIND. */
export const PLANE_KINDS = { relu: 0, leaky: 1, gaussian: 2, erf: 3 } as const;
export type PlaneKind = keyof typeof PLANE_KINDS;
/** A convolution of stride 1, or none, and an activation, or none. */
export interface PlaneLayer {
  readonly gain: number;
  readonly bias: number;
  readonly trained: boolean;
  /** False: a window of one pixel. */
  readonly windowed: boolean;
  readonly active: boolean;
  /** Slope of relu, γ of gaussian. */
  readonly shape: number;
  readonly sigmaScale: number;
  readonly kScale: number;
  readonly thetaScale: number;
}
