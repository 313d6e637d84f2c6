// What a client can be asked to do: the jobs by name.

import { sendCompressible } from './compressible/job.ts'
import { sendPayloads } from './copies/job.ts'
import { hold } from './jobs/hold.ts'
import { transfer } from './jobs/transfer.ts'
import { sendRows } from './rows/job.ts'

export const JOBS = { transfer, hold, sendCompressible, sendRows, sendPayloads } as const

export type JobName = keyof typeof JOBS
export type JobOptions<N extends JobName> = Parameters<(typeof JOBS)[N]>[0]
export type JobResult<N extends JobName> = Awaited<ReturnType<(typeof JOBS)[N]>>

export interface Job<N extends JobName> {
  readonly job: N
  readonly options: JobOptions<N>
}
