// All 17 status codes, each for the reason that it is there for, and what becomes of them in an Envoy.

import { status } from '@grpc/grpc-js'
import type { Chapter } from '../../../../harness/chapter.ts'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { waysOf } from './cause.ts'
import { CAUSES } from './causes.ts'
import { askForeign } from './causes-of-protocol.ts'
import { checksOf } from './checks.ts'
import { askEnvoy, ENVOY_ANSWERS } from './envoy-answers.ts'
import { envoyRecordOf, HTTP_RUN, nameOf, recordOf, runIdOf } from './figures.ts'
import { HTTP_ANSWERS } from './http-answers.ts'
import { Parts } from './parts.ts'
import { sectionsOf } from './sections.ts'
import { WAYS } from './way.ts'

/** From OK to UNAUTHENTICATED. */
export const CODES: readonly status[] = Object.values(status).filter((code) => typeof code === 'number')

export const STATUSES: Chapter = {
  title: 'Status codes and their causes',
  runs: () => [...CODES.map(runOf), HTTP],
  checks: checksOf,
  sections: sectionsOf,
}

function runOf(code: status): Run {
  return {
    id: runIdOf(code),
    labels: { code: `${code} ${nameOf(code)}` },
    seconds: 1,
    rounds: 1,
    measure: (context) => provokeAll(code, context),
  }
}

async function provokeAll(code: status, context: RunContext): Promise<Measured> {
  const parts = await Parts.of(context)
  const records: Partial<Measured>[] = []
  for (const cause of CAUSES.filter((one) => one.code === code)) {
    for (const way of waysOf(cause)) {
      records.push(recordOf(cause.id, way, await cause.provoke({ parts, way, context })))
    }
  }
  return joined(records)
}

const HTTP: Run = {
  id: HTTP_RUN,
  labels: { answers: 'HTTP statuses of a server that speaks no gRPC' },
  seconds: 1,
  rounds: 1,
  async measure(context) {
    const parts = await Parts.of(context)
    const records: Partial<Measured>[] = []
    for (const { http } of HTTP_ANSWERS) {
      for (const way of WAYS) {
        const outcome = await askForeign(`http-${http}`)({ parts, way, context })
        records.push(recordOf(String(http), way, outcome))
      }
    }
    for (const { id } of ENVOY_ANSWERS) records.push(envoyRecordOf(id, await askEnvoy(parts, id)))
    return joined(records)
  },
}

function joined(records: readonly Partial<Measured>[]): Measured {
  return facts({
    calls: records.length,
    figures: Object.assign({}, ...records.map(({ figures }) => figures)),
    texts: Object.assign({}, ...records.map(({ texts }) => texts)),
  })
}
