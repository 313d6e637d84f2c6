// What the shares of backends say: how uneven they are, and whether chance alone explains it.

import { percent, significant } from './number-text.ts'

export interface BackendShare {
  readonly name: string
  readonly calls: number
  /** Of all calls, from 0 to 1; and what it would be if they were spread evenly. */
  readonly share: number
  readonly even: number
}

export interface ShareReading {
  readonly total: number
  /** In the order of their names. */
  readonly backends: readonly BackendShare[]
  /** Coefficient of variation of the ratios, weighted by what even would be. */
  readonly variation: number
  /** The coefficient of variation that picking at random would give on average. */
  readonly chance: number
  readonly verdict:
    | 'no calls'
    | 'one backend'
    | 'more even than chance'
    | 'as even as chance allows'
    | 'unsure'
    | 'uneven'
  /** The verdict in a few words, with the backends that stand out. */
  readonly words: string
}

/**
 * Pearson's χ² against even: with n calls and k backends it is n·CV², and has k−1 degrees of freedom if each call picks at random.
 * Uneven is what lies six standard deviations above their mean, and even what lies within two; between them, more calls would tell.
 * @param even what even would be, by backend, in calls or as weights; the same for all if it is left out
 */
export function readShares(
  shares: Readonly<Record<string, number>>,
  even?: Readonly<Record<string, number>>,
): ShareReading {
  const names = [...new Set([...Object.keys(shares), ...Object.keys(even ?? {})])].sort(byName)
  const callsOf = (name: string) => shares[name] ?? 0
  const weightOf = (name: string) => (even === undefined ? 1 : (even[name] ?? 0))
  const total = names.reduce((sum, name) => sum + callsOf(name), 0)
  const weights = names.reduce((sum, name) => sum + weightOf(name), 0)
  const backends = names.map((name) => ({
    name,
    calls: callsOf(name),
    share: part(callsOf(name), total),
    even: part(weightOf(name), weights),
  }))
  const expected = backends.filter((one) => one.even > 0)
  const square = expected.reduce((sum, one) => sum + (one.share - one.even) ** 2 / one.even, 0)
  const variation = Math.sqrt(square)
  const freedom = Math.max(expected.length - 1, 0)
  const chance = Math.sqrt(part(freedom, total))
  const answered = backends.filter(({ calls }) => calls > 0)
  const strays = answered.some((one) => one.even === 0)
  const verdict = ((): ShareReading['verdict'] => {
    if (total === 0) return 'no calls'
    if (backends.length > 1 && answered.length === 1) return 'one backend'
    const deviations = (square * total - freedom) / Math.sqrt(2 * Math.max(freedom, 1))
    if (strays || deviations > 6) return 'uneven'
    if (deviations > 2) return 'unsure'
    return variation < chance / 3 ? 'more even than chance' : 'as even as chance allows'
  })()
  return { total, backends, variation, chance, verdict, words: wordsOf(backends, verdict) }
}

function wordsOf(backends: readonly BackendShare[], verdict: ShareReading['verdict']): string {
  const answered = backends.filter(({ calls }) => calls > 0)
  if (verdict === 'one backend') return `all calls on ${answered[0]?.name}`
  if (verdict === 'unsure') return 'perhaps uneven: too few calls'
  if (verdict !== 'uneven') return verdict
  const stray = answered.find(({ even }) => even === 0)
  if (stray !== undefined) return `${stray.name} should have none`
  const idle = backends.filter(({ calls, even }) => calls === 0 && even > 0)
  if (idle.length === 1) return `${idle[0]?.name} got none`
  if (idle.length > 1) return `${idle.length} of ${backends.length} got none`
  const ratios = answered.map(({ share, even }) => share / even)
  return `uneven: ${significant(Math.min(...ratios), 2)}× to ${significant(Math.max(...ratios), 2)}× of even`
}

/** `CV 0.31 %, by chance 1.6 %`. */
export function variationText({ variation, chance, total }: ShareReading): string {
  return total === 0 ? 'no calls' : `CV ${percent(variation, 2)}, by chance ${percent(chance, 2)}`
}

/** b2 before b10. */
export function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

const part = (value: number, total: number) => (total > 0 ? value / total : 0)
