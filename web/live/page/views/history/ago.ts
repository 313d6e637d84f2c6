// How long ago something was, in words.

const STEPS = [
  [60, 'second'],
  [60, 'minute'],
  [24, 'hour'],
  [Number.POSITIVE_INFINITY, 'day'],
] as const

/** Such as `just now`, `5 minutes ago` or `3 days ago`. @param now milliseconds since 1970 */
export function ago(time: string, now: number): string {
  let count = Math.max(0, (now - Date.parse(time)) / 1_000)
  if (count < 10) return 'just now'
  for (const [size, unit] of STEPS) {
    if (count < size) {
      const whole = Math.floor(count)
      return `${whole} ${unit}${whole === 1 ? '' : 's'} ago`
    }
    count /= size
  }
  return ''
}
