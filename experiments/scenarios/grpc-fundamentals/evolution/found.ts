// What the runs of the chapter have found, as their texts keep it; undefined where a run was not measured.

import type { BytesMessage } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import type { ChangedCalls } from './call-changes.ts'
import type { Pair } from './call-pairs.ts'
import type { Verdict } from './judge.ts'
import type { Presence } from './presence.ts'

export interface Found {
  readonly verdicts?: readonly Verdict[]
  readonly pairs?: readonly Pair[]
  readonly careless?: Pair
  readonly changes?: readonly ChangedCalls[]
  readonly presence?: readonly Presence[]
  readonly read?: readonly BytesMessage[]
}

const RUNS = ['evolution.breaking', 'evolution.calls', 'evolution.changes', 'evolution.presence']

export function foundIn({ runs }: Results): Found {
  const texts = runs
    .filter(({ id }) => RUNS.includes(id))
    .map(({ measured }) =>
      Object.entries(measured?.texts ?? {}).map(([name, text]) => [name, JSON.parse(text)]),
    )
  return Object.fromEntries(texts.flat()) as Found
}
