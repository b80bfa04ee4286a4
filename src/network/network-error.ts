/** A network that cannot be, or not for these images; the message names the layer by its place and what disagrees. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}
