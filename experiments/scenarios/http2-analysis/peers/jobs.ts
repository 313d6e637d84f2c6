// What a client can be asked to do: the jobs by name.

import type { JobOptions as OptionsOf, JobResult as ResultOf } from '../../../../testbed/job-client.ts'
import { download } from './jobs/download.ts'
import { load } from './jobs/load.ts'
import { many } from './jobs/many.ts'
import { ticks } from './jobs/ticks.ts'

export const JOBS = { download, load, many, ticks } as const

export type JobName = keyof typeof JOBS
export type JobOptions<N extends JobName> = OptionsOf<typeof JOBS, N>
export type JobResult<N extends JobName> = ResultOf<typeof JOBS, N>
