// Placeholder.

export function Time() {
  return null
}
