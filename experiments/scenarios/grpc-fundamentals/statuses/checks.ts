// What must hold: every cause ends with its code on each way, and every code has a cause.

import { status } from '@grpc/grpc-js'
import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { type Cause, expectedOf, waysOf } from './cause.ts'
import { CAUSES } from './causes.ts'
import { ENVOY_ANSWERS } from './envoy-answers.ts'
import { envoyAnswersIn, HTTP_RUN, nameOf, outcomeIn, runIdOf } from './figures.ts'
import { HTTP_ANSWERS } from './http-answers.ts'
import { WAYS, type Way } from './way.ts'

const ROW = 'O1.8'
/** OK and 16 errors. */
const CODES = 17

const WAY_TEXT = { direct: 'directly', envoy: 'through Envoy' } as const satisfies Record<Way, string>

/** A check for each code, one for HTTP answers, and one that all codes were seen. */
export function checksOf(results: Results): readonly Check[] {
  const codes = [...new Set(CAUSES.map(({ code }) => code))]
  return [
    ...codes.map((code) => checkCode(results, code)),
    checkAll(results),
    checkHttp(results),
    checkEnvoy(results),
  ]
}

function checkCode(results: Results, code: status): Check {
  const causes = CAUSES.filter((cause) => cause.code === code)
  const title = `${nameOf(code)}: each of its causes ends as expected, directly and through Envoy`
  return check(
    ROW,
    title,
    causes.flatMap((cause) => findingsOf(results, cause)),
  )
}

function findingsOf(results: Results, cause: Cause): readonly Finding[] {
  return waysOf(cause).flatMap((way) => {
    const outcome = outcomeIn(results, runIdOf(cause.code), cause.id, way)
    if (outcome === undefined) return []
    const expected = expectedOf(cause, way)
    const holds = outcome.code === expected
    const instead = holds ? '' : `, not ${nameOf(expected)}`
    return { fact: `${cause.what}, ${WAY_TEXT[way]}: ${nameOf(outcome.code)}${instead}`, holds }
  })
}

/** Seen directly, where no proxy can have made it. */
function checkAll(results: Results): Check {
  const seen = new Set(
    CAUSES.flatMap(({ id, code }) => {
      const outcome = outcomeIn(results, runIdOf(code), id, 'direct')
      return outcome?.code === code ? [code] : []
    }),
  )
  const measuredRuns = results.runs.filter(({ id, measured }) => id.startsWith('statuses.') && measured)
  const missing = Object.values(status).filter((code) => typeof code === 'number' && !seen.has(code))
  const fact = `${seen.size} of ${CODES} codes${missing.length > 0 ? `; not ${missing.map((code) => nameOf(Number(code))).join(', ')}` : ''}`
  const findings = measuredRuns.length > CODES ? [{ fact, holds: seen.size === CODES }] : []
  return check(ROW, 'Each of the 17 codes was provoked by a cause of its own, without a proxy', findings)
}

function checkHttp(results: Results): Check {
  const findings = HTTP_ANSWERS.flatMap(({ http, code }) =>
    WAYS.flatMap((way) => {
      const outcome = outcomeIn(results, HTTP_RUN, String(http), way)
      if (outcome === undefined) return []
      const holds = outcome.code === code
      return { fact: `HTTP ${http}, ${WAY_TEXT[way]}: ${nameOf(outcome.code)}`, holds }
    }),
  )
  return check(ROW, "HTTP answers become what gRPC's table of HTTP statuses says", findings)
}

function checkEnvoy(results: Results): Check {
  const findings = ENVOY_ANSWERS.flatMap(({ id, what, http, grpc }) => {
    const answers = envoyAnswersIn(results, id)
    if (answers === undefined) return []
    const { httpStatus, grpcStatus } = answers.grpc
    return {
      fact: `${what}: HTTP ${httpStatus} with grpc-status ${grpcStatus} for gRPC, HTTP ${answers.json.httpStatus} for others`,
      holds: httpStatus === 200 && grpcStatus === grpc && answers.json.httpStatus === http,
    }
  })
  return check(
    ROW,
    'Envoy answers gRPC clients with HTTP 200 and a grpc-status, others with an HTTP error',
    findings,
  )
}
