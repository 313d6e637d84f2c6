// The lines of JSON between a loader's process and the one that started it.

import type { LoadPlan } from './load-plan.ts'
import type { BackgroundResult, LoadCounts } from './load-result.ts'

export type LoaderCommand = { readonly load: number } & (
  | { readonly do: 'begin'; readonly plan: LoadPlan }
  | { readonly do: 'mark'; readonly label: string }
  | { readonly do: 'count'; readonly withLatency?: boolean }
  | { readonly do: 'end' }
)

export type LoaderEvent = { readonly load: number } & (
  | { readonly event: 'begun' }
  | { readonly event: 'closed' }
  | { readonly event: 'counted'; readonly counts: LoadCounts }
  | { readonly event: 'ended'; readonly result: BackgroundResult }
  | { readonly event: 'failed'; readonly message: string }
)
