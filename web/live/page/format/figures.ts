// Figures as a person reads them. A space that does not break keeps a figure with its unit.

const NBSP = '\u00a0'

/** Milliseconds as `12 ms`, `1.4 s`, `2 min 5 s`. */
export function formatMs(ms: number): string {
  if (ms < 1) return `<1${NBSP}ms`
  if (ms < 1_000) return `${Math.round(ms)}${NBSP}ms`
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)}${NBSP}s`
  if (ms < 60_000) return `${Math.round(ms / 1_000)}${NBSP}s`
  const minutes = Math.floor(ms / 60_000)
  const seconds = Math.round((ms % 60_000) / 1_000)
  return seconds === 0 ? `${minutes}${NBSP}min` : `${minutes}${NBSP}min ${seconds}${NBSP}s`
}

/** A share from 0 to 1 as a percentage. A small one keeps a digit, so that it does not look like none. */
export function formatShare(share: number): string {
  const percent = share * 100
  return percent > 0 && percent < 1 ? `${percent.toFixed(1)} %` : `${Math.round(percent)} %`
}

/** `1 call`, `3 calls`; thousands are set apart. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

/** How long ago, in words for which a second more or less does not matter. */
export function formatAgo(ms: number): string {
  if (ms < 10_000) return 'just now'
  if (ms < 60_000) return `${Math.floor(ms / 10_000) * 10} s ago`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ago`
  return `${Math.floor(ms / 86_400_000)} d ago`
}
