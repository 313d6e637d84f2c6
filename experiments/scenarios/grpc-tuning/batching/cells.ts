// Which ways are measured, with rows that are always ready, that come at a fixed rate, and over a link.

import type { Profile, ProfileName } from '../../../../harness/profile.ts'
import { WAY_NAMES, type WayName } from '../../../../testbed/data-peers/rows/ways.ts'

/** `most`: rows are always ready; `paced`: they come at a fixed rate; `far`: always ready, over a link. */
export type Demand = 'most' | 'paced' | 'far'

export interface RowCell {
  readonly demand: Demand
  readonly way: WayName
}

export const ROW_BYTES = 100
export const ROWS_PER_SECOND = 2_000
export const FAR_LINK = { rttMs: 20, mbitPerSecond: 100 }

const FAR_WAYS: Readonly<Record<ProfileName, readonly WayName[]>> = {
  quick: ['unary', 'batch-100'],
  standard: ['unary', 'unary-64', 'batch-100', 'batch-1000', 'client-stream', 'bidirectional'],
  full: WAY_NAMES,
}

/** The ways next to each other, so that what disturbs the machine disturbs all of them. */
export const rowCells = ({ name }: Pick<Profile, 'name'>): readonly RowCell[] => [
  ...(['most', 'paced'] as const).flatMap((demand) => WAY_NAMES.map((way) => ({ demand, way }))),
  ...FAR_WAYS[name].map((way) => ({ demand: 'far' as const, way })),
]

export const rowId = ({ demand, way }: RowCell): string => `batching.${demand}.${way}`

export function secondsOf({ name }: Pick<Profile, 'name'>): {
  readonly warmUpSeconds: number
  readonly seconds: number
} {
  if (name === 'quick') return { warmUpSeconds: 0.03, seconds: 0.15 }
  return name === 'standard' ? { warmUpSeconds: 0.15, seconds: 0.6 } : { warmUpSeconds: 2, seconds: 10 }
}
