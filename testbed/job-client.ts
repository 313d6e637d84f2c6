// A client as a process of its own, which does a job for each line of JSON on its stdin, and its two ends: the process, and who asks it.

import { createInterface } from 'node:readline'
import { SwitchyardError } from '../core/errors.ts'
import type { ProcessStarter } from '../processes/process-group.ts'
import { parseReady } from './part.ts'

/** What a client can be asked to do, by name. */
export type Jobs = Readonly<Record<string, (options: never) => Promise<unknown>>>
export type JobOptions<J extends Jobs, N extends keyof J> = Parameters<J[N]>[0]
export type JobResult<J extends Jobs, N extends keyof J> = Awaited<ReturnType<J[N]>>

/** Of a job: how long a run may take is for the harness to say. */
const JOB_TIMEOUT_MS = 3_600_000

/** In the client's process: does what it is asked, prints what came of it, and ends with its stdin. */
export function serveJobs(jobs: Jobs): void {
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const { job, options } = JSON.parse(line) as { readonly job: string; readonly options: unknown }
      // A job and its options belong together; the type cannot say so here.
      const work = jobs[job] as (options: unknown) => Promise<unknown>
      work(options).then(
        (result) => print({ done: result }),
        (error: unknown) => print({ failed: error instanceof Error ? error.message : String(error) }),
      )
    })
    .on('close', () => process.exit(0))
  print({ client: process.pid })
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

/** The pid that the process prints when it is ready. */
export function readClient(line: string): number | undefined {
  return parseReady<{ readonly client: number }>(line, 'client')?.client
}

/** One job at a time. @throws SwitchyardError `process-failed` with what the client says */
export async function runJob<J extends Jobs, N extends keyof J & string>(
  client: Pick<ReturnType<ProcessStarter['start']>, 'ask'>,
  job: N,
  options: JobOptions<J, N>,
): Promise<JobResult<J, N>> {
  type Answer = { readonly done?: JobResult<J, N>; readonly failed?: string }
  const answered = (line: string) => parseReady<Answer>(line, 'done') ?? parseReady<Answer>(line, 'failed')
  const { done, failed } = await client.ask(JSON.stringify({ job, options }), answered, JOB_TIMEOUT_MS)
  if (done === undefined) throw new SwitchyardError('process-failed', `the job ${job} failed: ${failed}`)
  return done
}
