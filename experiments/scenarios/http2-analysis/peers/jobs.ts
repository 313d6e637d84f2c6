// What a client can be asked to do: the jobs by name.

import { download } from './jobs/download.ts'
import { load } from './jobs/load.ts'
import { many } from './jobs/many.ts'
import { ticks } from './jobs/ticks.ts'

export const JOBS = { download, load, many, ticks } as const

export type JobName = keyof typeof JOBS
export type JobOptions<N extends JobName> = Parameters<(typeof JOBS)[N]>[0]
export type JobResult<N extends JobName> = Awaited<ReturnType<(typeof JOBS)[N]>>

export interface Job<N extends JobName> {
  readonly job: N
  readonly options: JobOptions<N>
}
