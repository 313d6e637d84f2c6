// What must hold of error details.

import { status } from '@grpc/grpc-js'
import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { WAYS, type Way } from '../statuses/way.ts'
import { foundIn, RUNS } from './figures.ts'
import type { LostAnswer } from './lost-answer.ts'
import { QUOTA, WRITES } from './quota.ts'
import type { Retries } from './retry-by-details.ts'
import type { SizeLimit } from './size-limit.ts'
import { KINDS, type RichSeen } from './ten-details.ts'

const ROW = 'O1.9'

/** What every proxy and client lets through: https://google.aip.dev/193 asks for small errors. */
const SAFE_BYTES = 4096

const WAY_TEXT = { direct: 'directly', envoy: 'through Envoy' } as const satisfies Record<Way, string>

export function checksOf(results: Results): readonly Check[] {
  return [checkKinds(results), checkSize(results), checkRetries(results), checkLost(results)]
}

function ofWays<T>(
  results: Results,
  runOf: (way: Way) => string,
  finding: (found: T, way: string) => Finding,
): readonly Finding[] {
  return WAYS.flatMap((way) => {
    const found = foundIn<T>(results, runOf(way))
    return found === undefined ? [] : [finding(found, WAY_TEXT[way])]
  })
}

function checkKinds(results: Results): Check {
  const findings = ofWays<readonly RichSeen[]>(results, RUNS.sent, (seen, way) => {
    const types = new Set(seen.flatMap(({ details }) => details.map(({ type }) => type)))
    const missing = KINDS.filter(({ schema }) => !types.has(schema.typeName))
    const lacks = missing.length > 0 ? `, not ${missing.map(({ schema }) => schema.typeName).join(', ')}` : ''
    return { fact: `${way}: ${types.size} kinds read${lacks}`, holds: missing.length === 0 }
  })
  return check(ROW, 'A client reads each of the ten kinds of details that services have sent', findings)
}

function checkSize(results: Results): Check {
  const findings = ofWays<SizeLimit>(results, RUNS.size, ({ most, beyond }, way) => ({
    fact: `${way}: ${most} bytes arrive, one more is ${status[beyond.code]}`,
    holds: most >= SAFE_BYTES && beyond.bytes === 0 && beyond.code !== status.FAILED_PRECONDITION,
  }))
  return check(
    ROW,
    'Details have a limit of size, and beyond it the client loses the status with them',
    findings,
  )
}

/** A client that waits as told is refused once a window at most. */
function checkRetries(results: Results): Check {
  const [told, impatient] = [0, 1].map((client) => foundIn<Retries>(results, RUNS.retries(client)))
  const windows = Math.ceil(WRITES / QUOTA.writes)
  const findings = told
    ? [
        {
          fact: `${told.refused} of ${told.attempts} attempts refused by RetryInfo, ${impatient?.refused ?? '–'} without`,
          holds: told.refused <= windows && (impatient === undefined || told.refused < impatient.refused),
        },
      ]
    : []
  return check(ROW, 'A client that follows RetryInfo is refused once a window at most', findings)
}

function checkLost(results: Results): Check {
  const findings = [
    { isVersioned: false, second: status.OK, changes: 2 },
    { isVersioned: true, second: status.ABORTED, changes: 1 },
  ].flatMap(({ isVersioned, second, changes }) => {
    const found = foundIn<LostAnswer>(results, RUNS.lost(isVersioned))
    if (found === undefined) return []
    return [
      {
        fact: `${isVersioned ? 'with' : 'without'} a version: ${status[found.firstCode]}, then ${status[found.secondCode]}, ${found.changes} changes`,
        holds:
          found.firstCode === status.UNAVAILABLE && found.secondCode === second && found.changes === changes,
      },
    ]
  })
  return check(ROW, 'A repeated write is done twice, unless it says which version it replaces', findings)
}
