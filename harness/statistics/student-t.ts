// Student's t: how far the mean of a few rounds may be from the mean behind them.

const BISECTIONS = 80

/** How likely a |T| of at most `t` is. https://personal.math.ubc.ca/~cbm/aands/page_948.htm (26.7.3 and 26.7.4) */
export function withinT(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees))
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  const isOdd = degrees % 2 === 1
  let term = isOdd ? cosine : 1
  let sum = degrees === 1 ? 0 : term
  for (let at = isOdd ? 3 : 2; at < degrees - 1; at += 2) {
    term *= (cosine ** 2 * (at - 1)) / at
    sum += term
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum
}

/** The `t` that |T| does not exceed with this probability. */
export function quantileOfT(confidence: number, degrees: number): number {
  let [low, high] = [0, 1]
  while (withinT(high, degrees) < confidence) high *= 2
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2
    if (withinT(middle, degrees) < confidence) low = middle
    else high = middle
  }
  return high
}

export interface MeanInterval {
  readonly mean: number
  /** NaN with fewer than two values. */
  readonly low: number
  readonly high: number
}

/**
 * The mean of a sample, and an interval that contains the mean of the distribution behind it with this confidence, exactly if
 * that is normal. For rounds of one run that is a fair assumption: each is made of many calls.
 */
export function meanInterval(values: readonly number[], confidence = 0.95): MeanInterval {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  if (count < 2) return { mean, low: Number.NaN, high: Number.NaN }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  const half = quantileOfT(confidence, count - 1) * Math.sqrt(variance / count)
  return { mean, low: mean - half, high: mean + half }
}
