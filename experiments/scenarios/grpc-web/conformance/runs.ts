// The suite against our servers: directly, and through the Envoy of the scenario.

import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Need, Run, RunContext } from '../../../../harness/scenario.ts'
import { freePort } from '../../../../processes/free-port.ts'
import type { FailedCase, SuiteResult } from '../../../../testbed/conformance/read-output.ts'
import { runSuite, type SuiteOptions } from '../../../../testbed/conformance/run-suite.ts'
import { hasSuite, INSTALL_SUITE } from '../../../../testbed/conformance/suite.ts'
import { sendTo, webEdge } from '../web-edge.ts'
import { explain } from './known.ts'

const NEEDS_SUITE: Need = { name: 'Go', install: INSTALL_SUITE, isThere: () => hasSuite() }

/** The names of figures and texts of a run. */
export const [CASES, PASSED, UNEXPLAINED] = ['cases', 'passed', 'failed without an explanation']
export const explainedBy = (id: string) => `explained by ${id}`

export interface Subject {
  readonly id: string
  readonly title: string
  /** O3.1 through Envoy, O3.2 without. */
  readonly row: 'O3.1' | 'O3.2'
  readonly suite: Pick<SuiteOptions, 'protocol' | 'httpVersions' | 'server'>
  readonly throughEnvoy: boolean
  /** In the quick profile too. */
  readonly isShort?: true
}

export const SUBJECTS: readonly Subject[] = [
  {
    ...{ id: 'grpc', title: 'gRPC: our server', row: 'O3.2', throughEnvoy: false, isShort: true },
    suite: { protocol: 'grpc', httpVersions: [2] },
  },
  {
    ...{ id: 'grpc-envoy', title: 'gRPC: our server through Envoy', row: 'O3.1', throughEnvoy: true },
    suite: { protocol: 'grpc', httpVersions: [2] },
  },
  {
    ...{
      id: 'web-envoy',
      title: 'gRPC-Web: our server through Envoy',
      row: 'O3.1',
      throughEnvoy: true,
      isShort: true,
    },
    suite: { protocol: 'grpc-web', httpVersions: [1, 2] },
  },
  {
    ...{ id: 'web-connect', title: 'gRPC-Web: our handlers by connect', row: 'O3.2', throughEnvoy: false },
    suite: { protocol: 'grpc-web', httpVersions: [1], server: 'connect' },
  },
]

export const idOf = ({ id }: Pick<Subject, 'id'>) => `conformance.${id}`

export function toRun(subject: Subject): Run {
  return {
    id: idOf(subject),
    labels: { way: subject.title },
    needs: [NEEDS_SUITE],
    rounds: 1,
    seconds: 4,
    measure: async (context) => toMeasured(await measure(subject, context)),
  }
}

async function measure({ suite, throughEnvoy }: Subject, context: RunContext): Promise<SuiteResult> {
  if (!throughEnvoy) return await runSuite(context.group, context.folder, suite)
  const edge = await webEdge(context)
  const listen = `127.0.0.1:${await freePort()}`
  const restore = await sendTo(edge, listen)
  try {
    const through = { listen, address: edge.node.target }
    return await runSuite(context.group, context.folder, { ...suite, through })
  } finally {
    await restore()
  }
}

export function toMeasured({ cases, failed }: SuiteResult): Measured {
  const figures: Record<string, number> = { [CASES]: cases, [PASSED]: cases - failed.length }
  for (const { name, reasons } of failed) {
    const ids = new Set(reasons.map((reason) => explain(name, reason)?.id).filter((id) => id !== undefined))
    for (const id of ids) figures[explainedBy(id)] = (figures[explainedBy(id)] ?? 0) + 1
  }
  const unexplained = failed.filter((one) => !isExplained(one))
  figures[UNEXPLAINED] = unexplained.length
  const texts = unexplained.map(({ name, reasons }) => [name, reasons.join('; ')] as const)
  return facts({ figures, texts: Object.fromEntries(texts) })
}

/** A case that failed without a reason is not. */
function isExplained({ name, reasons }: FailedCase): boolean {
  return reasons.length > 0 && reasons.every((reason) => explain(name, reason) !== undefined)
}
