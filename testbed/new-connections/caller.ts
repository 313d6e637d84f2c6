// The client as a process: does a job for each line of JSON on stdin, and prints what came of it. It ends with its stdin.

import { createInterface } from 'node:readline'
import { makeBatch } from './batches.ts'
import { callByGrpc } from './echo-call.ts'
import { callOverNew, openClient } from './first-calls.ts'
import type { BatchJob, FirstCalls, HandshakeJob, JobName, PeerJob } from './jobs.ts'

const JOBS: Readonly<Record<JobName, (job: never) => Promise<unknown>>> = {
  handshakes: ({ cases, repeat, lanes, ...place }: HandshakeJob) =>
    inLanes(cases, lanes, async (one) => {
      const calls: FirstCalls[] = []
      while (calls.length < repeat) calls.push(await callOverNew(one, place))
      return calls
    }),
  batches: ({ batches, ...place }: BatchJob) =>
    inLanes(batches, batches.length, (batch) => makeBatch(batch, place)),
  peers: ({ calls, ...place }: PeerJob) =>
    inLanes(Array.from({ length: calls }), calls, async () => {
      const client = openClient('plaintext', place)
      return await callByGrpc(client).finally(() => client.close())
    }),
}

/** @param lanes how many items are worked on at a time @returns what came of each, in the order of the items */
async function inLanes<T, R>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const left = [...items.entries()]
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift())
      results[next[0]] = await work(next[1])
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return results
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { name, job } = JSON.parse(line) as { readonly name: JobName; readonly job: never }
    JOBS[name](job).then(
      (result) => print({ done: result }),
      (error: unknown) => print({ failed: error instanceof Error ? error.message : String(error) }),
    )
  })
  .on('close', () => process.exit(0))
print({ caller: process.pid })

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
