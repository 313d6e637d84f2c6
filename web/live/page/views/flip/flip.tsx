// Placeholder.

export function Flip() {
  return null
}
