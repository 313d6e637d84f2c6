// Seconds as people say them.

/** Such as `42 s`, `12 min`, `2 h` or `9 h 36 min`. */
export function describeSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  const rest = minutes % 60
  const hours = `${(minutes - rest) / 60} h`
  return rest === 0 ? hours : `${hours} ${rest} min`
}
