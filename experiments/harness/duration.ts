// Seconds as people say them.

/** Such as `42 s`, `12 min` or `3.5 h`. */
export function describeSeconds(seconds: number): string {
  if (seconds < 99.5) return `${Math.round(seconds)} s`
  if (seconds < 99.5 * 60) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}
