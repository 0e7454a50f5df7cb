// Owns the likeness of two questions as their vectors have it.

/** Both of unit length. */
export function cosine(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, index) => sum + value * other[index]!, 0);
}
