// Axes that work for any values: none, one, only zeros, and huge ones.

import { scaleLinear, scaleLog } from 'd3-scale'
import { tick } from '../content/number-text.ts'

export type ScaleKind = 'linear' | 'log'

export interface Axis {
  readonly kind: ScaleKind
  readonly ticks: readonly { readonly value: number; readonly label: string; readonly at: number }[]
  /** The place of a value; a value outside of the axis lies at its end, and zero at the low end of a logarithmic one. */
  at(value: number): number
}

export interface AxisOptions {
  readonly kind: ScaleKind
  /** From where to where it goes, in units of the drawing. */
  readonly range: readonly [number, number]
  /** A linear axis begins at 0 unless this is true. */
  readonly free?: boolean
  /** Roughly how many ticks have room. */
  readonly room?: number
  readonly label?: (value: number) => string
  /** Where its ticks are, if there are only a few values that have a meaning. Default: at round values. */
  readonly ticksAt?: readonly number[]
  /** The axis ends at the least and the largest value, not at round ones. */
  readonly exact?: boolean
}

export function axisOver(values: readonly number[], options: AxisOptions): Axis {
  const usable = values.filter(Number.isFinite)
  return options.kind === 'log' ? logAxis(usable, options) : linearAxis(usable, options)
}

function linearAxis(
  values: readonly number[],
  { range, free, room = 5, label = tick, ticksAt, exact }: AxisOptions,
): Axis {
  const [low, high] = spanOf(free ? values : [...values, 0])
  const plain = scaleLinear([low, high], [...range]).clamp(true)
  const scale = exact ? plain : plain.nice(room).clamp(true).nice(room)
  const ticks = (ticksAt ?? scale.ticks(room)).map((value) => ({
    value,
    label: label(value),
    at: scale(value),
  }))
  return { kind: 'linear', ticks, at: (value) => scale(value) }
}

/** One value has no span, and gets one: from 0, or a unit around 0. */
function spanOf(values: readonly number[]): [number, number] {
  const low = smallest(values, 0)
  const high = largest(values, 0)
  if (high > low) return [low, high]
  return low === 0 ? [0, 1] : [Math.min(low, 0), Math.max(low, 0)]
}

function logAxis(
  values: readonly number[],
  { range, room = 5, label = tick, ticksAt, exact }: AxisOptions,
): Axis {
  const positive = values.filter((value) => value > 0)
  const low = smallest(positive, 1)
  const high = largest(positive, 1)
  const scale = scaleLog(high / low < 2 && !exact ? [low / 2, high * 2] : [low, high], [...range]).clamp(true)
  const [from = low, to = high] = scale.domain()
  const ticks = (ticksAt ?? logTicks(from, to, room)).map((value) => ({
    value,
    label: label(value),
    at: scale(value),
  }))
  return { kind: 'log', ticks, at: (value) => scale(Math.max(value, from)) }
}

/** Powers of ten; with 2 and 5 between them, or all digits, as long as there is room. */
function logTicks(from: number, to: number, room: number): number[] {
  const first = Math.floor(Math.log10(from))
  const last = Math.ceil(Math.log10(to))
  const decades = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  const within = (digits: readonly number[], every = 1) =>
    decades
      .filter((decade) => decade % every === 0)
      .flatMap((decade) => digits.map((digit) => Number(`${digit}e${decade}`)))
      .filter((value) => value >= from * (1 - 1e-9) && value <= to * (1 + 1e-9))
  const all = within([1, 2, 3, 4, 5, 6, 7, 8, 9])
  if (all.length <= room) return all
  const some = within([1, 2, 5])
  if (some.length <= room * 1.5) return some
  return within([1], Math.max(1, Math.ceil(within([1]).length / room)))
}

// Not Math.min(...values): a timeline may have more values than a call may have arguments.
const smallest = (values: readonly number[], none: number) =>
  values.length === 0 ? none : values.reduce((a, b) => Math.min(a, b))

const largest = (values: readonly number[], none: number) =>
  values.length === 0 ? none : values.reduce((a, b) => Math.max(a, b))

/** Logarithmic if the values spread over more than a factor of 20; none of them may be zero. */
export function kindFor(values: readonly number[]): ScaleKind {
  const usable = values.filter(Number.isFinite)
  const low = smallest(usable, 0)
  return low > 0 && largest(usable, 0) / low > 20 ? 'log' : 'linear'
}
