// What a row that fails says about the process that it ran in.

import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import type { Row } from './row.ts'
import { runRow } from './run-row.ts'

const STANDSTILL_MS = 1_200

function failingRow(standstillMs: number): Row {
  return {
    row: 'P1',
    title: 'fails',
    async run() {
      // The delay is that between two turns of the event loop, so there must be turns before and after.
      await setTimeout(100)
      const end = performance.now() + standstillMs
      while (performance.now() < end);
      await setTimeout(100)
      throw new Error('a call was late')
    },
  }
}

t.test('P1: a failure tells if the process stood still, because its backends did too', async (t) => {
  t.match(await runRow(failingRow(STANDSTILL_MS), 'node'), {
    kind: 'fail',
    cause: /^a call was late \(meanwhile this process stood still for \d+\.\d s\)/,
  })
  const { cause } = { cause: '', ...(await runRow(failingRow(0), 'node')) }
  t.match(cause, /^a call was late/)
})
