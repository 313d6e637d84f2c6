// The runs of the overload: what `b` hands on, and what `c` makes of it.

import type { HopBehavior } from '../../../../services/hop/behavior.ts'
import { CHAPTER } from './figures.ts'
import { OVERLOAD_NEEDS_MS } from './overload-settings.ts'

export interface Overload {
  readonly id: string
  readonly title: string
  readonly b?: Partial<HopBehavior>
  readonly c?: Partial<HopBehavior>
}

export const LOST: Overload = {
  id: `${CHAPTER}.overload.lost`,
  title: 'lost in b',
  b: { handsOnDeadline: false, handsOnCancellation: false },
}

export const HANDED_ON: Overload = { id: `${CHAPTER}.overload.propagated`, title: 'handed on' }

export const REFUSING: Overload = {
  id: `${CHAPTER}.overload.refusing`,
  title: 'handed on, late calls refused',
  c: { minLeftMs: OVERLOAD_NEEDS_MS },
}

export const OVERLOADS: readonly Overload[] = [LOST, HANDED_ON, REFUSING]
