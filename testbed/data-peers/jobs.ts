// What a client can be asked to do: the jobs by name.

import type { JobOptions as OptionsOf, JobResult as ResultOf } from '../job-client.ts'
import { sendCompressible } from './compressible/job.ts'
import { sendPayloads } from './copies/job.ts'
import { hold } from './jobs/hold.ts'
import { transfer } from './jobs/transfer.ts'
import { sendRows } from './rows/job.ts'

export const JOBS = { transfer, hold, sendCompressible, sendRows, sendPayloads } as const

export type JobName = keyof typeof JOBS
export type JobOptions<N extends JobName> = OptionsOf<typeof JOBS, N>
export type JobResult<N extends JobName> = ResultOf<typeof JOBS, N>
