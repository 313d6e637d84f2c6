// The runs of the chapter.

import { facts } from '../../../../harness/facts.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { NEEDS_CHROMIUM, webBedOf } from '../bed/web-bed.ts'
import { callAs, sendSimply } from './cases.ts'
import { CASE_NAMES, CASES, FOUND, idOf, SIMPLE } from './findings.ts'

const COMMON = { needs: [NEEDS_CHROMIUM], rounds: 1, seconds: 1 }

export const SECURITY_RUNS: readonly Run[] = [
  ...CASE_NAMES.map((name) => ({
    id: idOf(name),
    labels: { page: CASES[name] },
    ...COMMON,
    measure: async (context: RunContext) =>
      facts({ texts: { [FOUND]: JSON.stringify(await callAs(await webBedOf(context), name)) } }),
  })),
  {
    id: SIMPLE,
    labels: { page: 'of another origin, with a request that needs no preflight' },
    ...COMMON,
    measure: async (context) =>
      facts({ texts: { [FOUND]: JSON.stringify(await sendSimply(await webBedOf(context))) } }),
  },
]
