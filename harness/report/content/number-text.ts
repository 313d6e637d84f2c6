// Numbers as people read them: as many digits as say something, and a unit that fits.

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** With a fixed number of decimals, as a column of a table needs it. */
export function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return NOTHING
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

/** Three significant digits, and all digits of a whole number; from ten millions on, in millions. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return NOTHING
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 1e15) return value.toExponential(digits - 1).replace('e+', 'e')
  if (size >= 1e10) return `${significant(value / 1e9, digits)} G`
  if (size >= 1e7) return `${significant(value / 1e6, digits)} M`
  if (size >= 10 ** (digits - 1) || Number.isInteger(value)) return GROUPED.format(value)
  if (size < 1e-4) return value.toExponential(digits - 1)
  return value.toPrecision(digits)
}

/** Of a tick of an axis: no more digits than it has. */
export function tick(value: number): string {
  const rounded = Number(value.toPrecision(6))
  const size = Math.abs(rounded)
  if (size >= 1e15) return rounded.toExponential().replace('e+', 'e')
  if (size >= 1e9) return `${rounded / 1e9} G`
  if (size >= 1e6) return `${rounded / 1e6} M`
  if (size > 0 && size < 1e-4) return rounded.toExponential()
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 6 })
}

/** A latency, of microseconds: `312 µs`, `3.12 ms`, `1.24 s`. */
export function latency(micros: number): string {
  if (!Number.isFinite(micros)) return NOTHING
  if (micros < 1000) return `${significant(micros)} µs`
  if (micros < 1e6) return `${significant(micros / 1000)} ms`
  return `${significant(micros / 1e6)} s`
}

/** Of a tick: `0.5 ms`. */
export function latencyTick(micros: number): string {
  if (micros === 0) return '0'
  if (micros < 1000) return `${tick(micros)} µs`
  if (micros < 1e6) return `${tick(micros / 1000)} ms`
  return `${tick(micros / 1e6)} s`
}

export const percent = (part: number, digits = 3): string => `${significant(part * 100, digits)} %`

/** `1 run`, `2 runs`. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${GROUPED.format(amount)} ${amount === 1 ? one : many}`
}

/** `1 byte`, `16,384 bytes`: windows and frames are compared to the byte. */
export const bytesText = (amount: number): string => count(amount, 'byte')

/** For what there is no number of. */
export const NOTHING = '–'
