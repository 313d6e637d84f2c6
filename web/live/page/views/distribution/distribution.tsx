// Placeholder.

export function Distribution() {
  return null
}
