// Placeholder.

export function LoadView() {
  return null
}
