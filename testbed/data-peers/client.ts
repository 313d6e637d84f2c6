// The client as a process: does a job for each line of JSON on stdin, and prints what came of it. It ends with its stdin.

import { createInterface } from 'node:readline'
import { JOBS, type Job, type JobName } from './jobs.ts'

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { job, options } = JSON.parse(line) as Job<JobName>
    // A job and its options belong together; the type cannot say so here.
    const work = JOBS[job] as (options: unknown) => Promise<unknown>
    work(options).then(
      (result) => print({ done: result }),
      (error: unknown) => print({ failed: error instanceof Error ? error.message : String(error) }),
    )
  })
  .on('close', () => process.exit(0))
print({ client: process.pid })

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
