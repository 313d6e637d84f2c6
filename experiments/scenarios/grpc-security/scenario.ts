// The scenario: starts a testbed and runs one step after the other, while authorized calls must never fail.

import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { SwitchyardError } from '../../../core/errors.ts'
import type { ProcessGroup } from '../../../processes/process-group.ts'
import { startTestbed, type Testbed, type TestbedNode } from '../../../testbed/testbed.ts'
import { METHODS, statusOf } from './callers.ts'
import { AuthorizedLoad, type LoadCount } from './load.ts'
import { createPeople, type People } from './people.ts'
import { STEPS, type Step } from './steps.ts'

const FLEET = 'edge'
/** Seconds after which Envoy closes connections of a replaced listener. */
const DRAIN_SECONDS = 2
const POLL_MS = 50

export interface ScenarioOptions {
  /** How many Envoys. */
  readonly envoys: number
  /** Authorized calls before and after each change, on top of those during it. */
  readonly callsAround: number
  readonly onStep?: (report: StepReport) => void
}

export interface StepReport {
  readonly title: string
  /** From each REST call to its answer, which comes when every Envoy has ACKed, in milliseconds. */
  readonly ackedMs: readonly number[]
  readonly callers: readonly CallerReport[]
  readonly attacks: readonly { readonly name: string; readonly status: number; readonly isProblem: boolean }[]
  /** Authorized calls during the step. */
  readonly load: LoadCount
  /** Calls that rules in shadow mode would have denied, as the Envoys count them. */
  readonly shadowDenied: number
}

export interface CallerReport {
  readonly caller: string
  /** In the order of METHODS. */
  readonly statuses: readonly number[]
  readonly expected: readonly number[]
}

interface RunContext {
  readonly testbed: Testbed
  readonly nodes: readonly TestbedNode[]
  readonly people: People
  readonly load: AuthorizedLoad
  readonly callsAround: number
}

/** Runs all steps; starts its processes in `group`. @throws SwitchyardError if the fleet does not ACK a change */
export async function runScenario(
  group: ProcessGroup,
  folder: string,
  { envoys, callsAround, onStep = () => {} }: ScenarioOptions,
): Promise<readonly StepReport[]> {
  // The control plane sends secrets only over mutual TLS or a Unix socket.
  const fleets = new Map([[FLEET, envoys]])
  const testbed = await startTestbed(group, {
    ...{ folder, fleets, backends: 2, security: true, mtls: true },
    drainSeconds: DRAIN_SECONDS,
  })
  const { security } = testbed
  if (security === undefined) throw new SwitchyardError('internal', 'the testbed has no issuer')
  const people = await createPeople(folder, join(folder, 'strangers'), security.issuer.tokens)
  const nodes = testbed.fleets.get(FLEET) ?? []
  const load = new AuthorizedLoad(
    nodes.map(({ target }) => target),
    people.authorized.token,
  )
  await load.moveTo()
  const reports: StepReport[] = []
  try {
    for (const step of STEPS) {
      const report = await runStep({ testbed, nodes, people, load, callsAround }, step)
      onStep(report)
      reports.push(report)
    }
    return reports
  } finally {
    await load.stop()
  }
}

async function runStep(context: RunContext, step: Step): Promise<StepReport> {
  const { testbed, nodes, people, load, callsAround } = context
  const counted = load.count()
  await load.further(callsAround)
  const ackedMs: number[] = []
  for (const { patch, loadMovesTo } of step.changes) {
    ackedMs.push(await apply(testbed, nodes, patch))
    if (loadMovesTo !== undefined)
      await load.moveTo(loadMovesTo === 'tls' ? people.authorized.identity : undefined)
  }
  // Counts from here on: the stats of a replaced filter chain are gone.
  const before = await countShadowDenied(nodes)
  const callers = await callersOf(context, step)
  const shadowDenied = (await countShadowDenied(nodes)) - before
  const attacks = await attacksOf(context, step)
  await load.further(callsAround)
  return {
    title: step.title,
    ackedMs,
    callers,
    attacks,
    load: since(counted, load.count()),
    shadowDenied,
  }
}

async function apply({ rest }: Testbed, nodes: readonly TestbedNode[], patch: object): Promise<number> {
  const begun = performance.now()
  const { outcome } = await rest.patchConfig({ fleets: { [FLEET]: patch } })
  const ackedMs = performance.now() - begun
  if (outcome !== 'synced')
    throw new SwitchyardError(
      'process-failed',
      `no Envoy of fleet "${FLEET}" is connected: the outcome is ${outcome}`,
    )
  await Promise.all(nodes.map(untilReplaced))
  return ackedMs
}

/**
 * An ACK does not mean that a listener is in effect: it may wait for keys or certificates, its workers adopt it later, and
 * then open connections stay with the old filter chain until the drain time ends.
 */
async function untilReplaced({ envoy }: TestbedNode): Promise<void> {
  while ((await envoy.admin.draining()) === 0) await setTimeout(POLL_MS)
  while ((await envoy.admin.draining()) > 0) await setTimeout(POLL_MS)
}

/** Each caller calls each method at each Envoy. If Envoys differ, the report has the unexpected status. */
async function callersOf({ nodes, people }: RunContext, step: Step): Promise<readonly CallerReport[]> {
  return Promise.all(
    people.callers.map(async (caller) => {
      const expected: readonly number[] = step.expected[caller.name] ?? []
      const statuses = await Promise.all(
        METHODS.map(async (method, index) => {
          const all = await Promise.all(nodes.map(({ target }) => statusOf(target, caller, method, step.tls)))
          return all.find((status) => status !== expected[index]) ?? all[0] ?? -1
        }),
      )
      return { caller: caller.name, statuses, expected }
    }),
  )
}

async function attacksOf({ nodes, people }: RunContext, step: Step): Promise<StepReport['attacks']> {
  const [method] = METHODS
  const target = nodes[0]?.target ?? ''
  const attackers = people.attackers.map((attacker) => ({
    ...attacker,
    ...(!step.attackersHaveCertificate && { identity: people.noCertificate }),
  }))
  const attacks = attackers.map(async (attacker) => ({
    name: attacker.name,
    status: await statusOf(target, attacker, method, step.tls),
  }))
  if (step.tls && !step.open) {
    const caller = { ...people.authorized, name: 'plaintext' }
    const status = statusOf(target, caller, method, false)
    attacks.push(status.then((status) => ({ name: 'a valid token in plaintext', status })))
  }
  return (await Promise.all(attacks)).map((attack) => ({
    ...attack,
    isProblem: (attack.status === 0) !== step.open,
  }))
}

async function countShadowDenied(nodes: readonly TestbedNode[]): Promise<number> {
  const counts = await Promise.all(nodes.map(({ envoy }) => envoy.admin.stats('rbac.*shadow_denied$')))
  return counts.flatMap((count) => [...count.values()]).reduce((sum, count) => sum + count, 0)
}

function since(before: LoadCount, after: LoadCount): LoadCount {
  return { calls: after.calls - before.calls, failed: after.failed.slice(before.failed.length) }
}

/** What is not as expected, in sentences. */
export function findProblems(reports: readonly StepReport[]): readonly string[] {
  return reports.flatMap(({ title, callers, attacks, load }) => [
    ...callers.flatMap(({ caller, statuses, expected }) =>
      statuses.flatMap((status, index) =>
        status === expected[index]
          ? []
          : [
              `${title}: ${caller} gets status ${status} from ${METHODS[index]?.name}, not ${expected[index]}`,
            ],
      ),
    ),
    ...attacks
      .filter(({ isProblem }) => isProblem)
      .map(({ name, status }) => `${title}: the attack "${name}" gets status ${status}`),
    ...(load.failed.length > 0 ? [`${title}: ${load.failed.length} authorized calls failed`] : []),
  ])
}
