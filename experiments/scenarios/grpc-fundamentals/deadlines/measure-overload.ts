// Measures an overload: calls come twice as fast as the last hop can answer them, and each has a deadline.

import { setTimeout } from 'node:timers/promises'
import { facts } from '../../../../harness/facts.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { RpcStatusError } from '../../../../services/rpc/index.ts'
import { Chain } from './chain.ts'
import { FIGURES } from './figures.ts'
import { OFFERED, OVERLOAD_DEADLINE_MS, OVERLOAD_UNIT, OVERLOAD_UNITS } from './overload-settings.ts'
import type { Overload } from './overloads.ts'

const SECONDS: Readonly<Record<ProfileName, number>> = { quick: 1.5, standard: 5, full: 20 }
const BUCKET_MS = 250

export async function measureOverload({ b = {}, c = {} }: Overload, context: RunContext): Promise<Measured> {
  const chain = await Chain.of(context)
  await chain.behave('direct', { a: {}, b, c: { unit: OVERLOAD_UNIT, slots: 1, ...c } })
  const seconds = SECONDS[context.profile.name]
  const count = Math.round(seconds * OFFERED)
  const begin = Date.now()
  const calls = await chain.with('direct', (client) =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const dueMs = (1000 * index) / OFFERED
        await setTimeout(dueMs)
        const leftAt = Date.now() + OVERLOAD_DEADLINE_MS
        const isAnswered = await client
          .work({ callId: String(index), units: OVERLOAD_UNITS }, { deadline: leftAt })
          .then(() => true, isNoMistake)
        return { callId: String(index), dueMs, leftAt, isAnswered }
      }),
    ),
  )
  const records = await untilIdle(chain)
  const leftAt = new Map(calls.map((call) => [call.callId, call.leftAt]))
  const units = records.flatMap(({ callId, unitsAt }) => unitsAt.map((at) => at > (leftAt.get(callId) ?? 0)))
  return facts({
    seconds: (Date.now() - begin) / 1000,
    calls: count,
    figures: {
      [FIGURES.made]: count,
      [FIGURES.answered]: calls.filter(({ isAnswered }) => isAnswered).length,
      [FIGURES.unitsForNobody]: units.filter(Boolean).length,
      [FIGURES.unitsInTime]: units.filter((isWasted) => !isWasted).length,
      'c is idle again after the last call (ms)': Date.now() - begin - 1000 * seconds,
    },
    series: [
      {
        name: 'answered in time',
        unit: '%',
        points: Array.from({ length: Math.ceil((1000 * seconds) / BUCKET_MS) }, (_, index) => {
          const due = calls.filter(({ dueMs }) => Math.floor(dueMs / BUCKET_MS) === index)
          const answered = due.filter(({ isAnswered }) => isAnswered)
          return [(index + 1) * BUCKET_MS, (100 * answered.length) / due.length]
        }),
      },
    ],
  })
}

function isNoMistake(error: unknown): false {
  if (error instanceof RpcStatusError) return false
  throw error
}

async function untilIdle(chain: Chain) {
  for (;;) {
    const records = await chain.records('c')
    if (records.every(({ endedAt }) => endedAt !== undefined)) return records
    await setTimeout(20)
  }
}
