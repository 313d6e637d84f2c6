// The runs of the chapter that were measured, with what they are.

import type { Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { POOLS, type PoolKind, poolId } from './pools.ts'
import { WAYS, type Way, wayId } from './ways.ts'

type Rounds = readonly [Measured, ...Measured[]]

export interface MeasuredWay {
  readonly way: Way
  readonly rounds: Rounds
}

export function measuredWays(results: Results): readonly MeasuredWay[] {
  return WAYS.flatMap((way) => {
    const rounds = measured(results, wayId(way))
    return rounds ? [{ way, rounds }] : []
  })
}

export interface MeasuredPool {
  readonly title: string
  readonly kind: PoolKind
  readonly channels: number
  readonly id: string
  readonly rounds: Rounds
}

/** In the order of the channels. */
export function measuredPools(results: Results, ...kinds: readonly PoolKind[]): readonly MeasuredPool[] {
  const wanted = kinds.length > 0 ? kinds : (['limited', 'free'] as const)
  return wanted.flatMap((kind) =>
    POOLS.full[kind].flatMap((channels) => {
      const id = poolId(kind, channels)
      const rounds = measured(results, id)
      const title = `${channels} ${channels === 1 ? 'channel' : 'channels'}, ${kind === 'limited' ? 'with' : 'without'} a limit`
      return rounds ? [{ title, kind, channels, id, rounds }] : []
    }),
  )
}

function measured(results: Results, id: string): Rounds | undefined {
  const [first, ...others] = roundsOf(results, id)
  return first && [first, ...others]
}
