// Payloads in logs: a sample of the calls, by field masks, and never a sensitive value.

import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import type { LogLine } from '../../../../core/log-line.ts'
import { facts } from '../../../../harness/facts.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { logsBed, SAMPLED_PERCENT } from './logs-bed.ts'

/** Calls of the sample: enough that a share can be told. */
const CALLS: Readonly<Record<ProfileName, number>> = { quick: 200, standard: 1_000, full: 4_000 }
const AT_A_TIME = 10

export const SAMPLED_FIGURE = 'calls with payload'
export const ALIKE_FIGURE = 'calls with payload on one side only'
export const LEAKS_FIGURE = 'sensitive values in logs'
export const LINES_TEXT = 'lines of one call'

/** Puts many keys, and looks which of the calls have their messages in the logs. */
export async function measureSample(context: RunContext): Promise<Measured> {
  const bed = await logsBed(context)
  const count = CALLS[context.profile.name]
  const marks = Array.from({ length: count }, () => bed.mark())
  const client = bed.client(KeyValueService, 'sampled')
  const left = [...marks.entries()]
  const putInTurn = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [index, { metadata }] = next
      await client.put({ key: `k${index}`, value: Buffer.from('private') }, { metadata })
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, putInTurn))
  client.close()
  const lines = await bed.linesOf(marks, { client: count, proxy: count, server: count }, context.signal)
  const [ours, theirs] = [tracesWithPayload(lines.client), tracesWithPayload(lines.server)]
  const oneSided =
    [...ours].filter((id) => !theirs.has(id)).length + [...theirs].filter((id) => !ours.has(id)).length
  const [chosen] = theirs
  return facts({
    calls: count,
    codes: { OK: count },
    figures: { [SAMPLED_FIGURE]: theirs.size, [ALIKE_FIGURE]: oneSided },
    texts: { [LINES_TEXT]: JSON.stringify(lines.server.filter(({ traceId }) => traceId === chosen)) },
  })
}

function tracesWithPayload(lines: readonly LogLine[]): ReadonlySet<string> {
  return new Set(
    lines.flatMap(({ payload, traceId }) => (payload === undefined || !traceId ? [] : [traceId])),
  )
}

/**
 * By chance, a sample of this many calls has as many payloads: within six standard deviations of a binomial count. One run in a
 * thousand million is outside.
 */
export function isLikelySample(sampled: number, calls: number): boolean {
  const share = SAMPLED_PERCENT / 100
  return Math.abs(sampled - calls * share) <= 6 * Math.sqrt(calls * share * (1 - share))
}

/** Puts and gets a value that must not be logged, where all payloads are, and looks for it in all that was written. */
export async function measureSecret(context: RunContext): Promise<Measured> {
  const bed = await logsBed(context)
  const secret = `secret-${bed.mark().traceId}`
  const key = 'customer-7'
  const value = Buffer.from(secret)
  const marks = [bed.mark(), bed.mark(), bed.mark()] as const
  const client = bed.client(KeyValueService, 'sampled')
  await client.put({ key, value }, marks[0])
  await client.get({ key }, marks[1])
  await client.list({ prefix: key }, marks[2])
  client.close()
  const sides = { client: 3, proxy: 3, server: 3 }
  await bed.linesOf(marks, sides, context.signal)
  const plain = bed.client(KeyValueService, 'plain')
  const again = [bed.mark(), bed.mark(), bed.mark()] as const
  await plain.put({ key, value }, again[0])
  await plain.get({ key }, again[1])
  await plain.list({ prefix: key }, again[2])
  plain.close()
  const lines = await bed.linesOf(again, sides, context.signal)
  const text = await bed.text()
  const leaks = [secret, value.toString('base64'), value.toString('hex')].filter((form) =>
    text.includes(form),
  )
  const shown = [...lines.client, ...lines.server].filter(({ payload }) => payload !== undefined)
  return facts({
    calls: marks.length + again.length,
    codes: { OK: marks.length + again.length },
    figures: {
      [LEAKS_FIGURE]: leaks.length,
      'lines with a payload': shown.length,
      'lines that name a redacted field': shown.filter(({ redacted }) => redacted !== undefined).length,
      'lines with the key': shown.filter(({ payload }) => JSON.stringify(payload).includes(key)).length,
    },
  })
}
