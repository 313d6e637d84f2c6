// The demonstration: starts a testbed, measures all settings, and gives a verdict.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import { interruption } from '../../processes/interruption.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { describeNotice } from '../../testbed/notices.ts'
import { describeRestart } from '../../testbed/parts.ts'
import { publishTestbed } from '../../testbed/publish-testbed.ts'
import { claimStateFolder, removeStateFile, stateFolder } from '../../testbed/state-file.ts'
import { DRAIN_SECONDS, startTestbed, type Testbed, type TestbedNode } from '../../testbed/testbed.ts'
import { report } from '../output/print.ts'
import { measureSettings } from './measure.ts'
import { recordDemo } from './record.ts'
import { renderSummary, renderVerdict } from './render.ts'
import { findProblems } from './verdict.ts'

const FLEET = 'edge'
const ENVOYS = 3
const BACKENDS = 3
/** What goes on after the demonstration. */
const LOAD = { running: true, connections: 4, callsPerSecond: 50 }

export interface DemoOptions {
  readonly stay: boolean
  readonly calls: number
  /** Port of the Envoys; 0 takes a free one. */
  readonly port: number
  /** File for the measurements as JSON. */
  readonly json?: string
}

/** Resolves with the exit code: 0 if everything is as expected. Every process that it started has ended by then. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const state = stateFolder()
  // Other verbs need to find only a demonstration that stays.
  if (options.stay) await claimStateFolder(state)
  const group = new ProcessGroup()
  const interrupted = interruption()
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'))
  try {
    const shown = demonstrate(group, folder, options)
    if (options.stay) await Promise.race([shown.then(() => interrupted), interrupted])
    return await Promise.race([shown, interrupted])
  } finally {
    await group.stop()
    await rm(folder, { recursive: true, force: true })
    if (options.stay) await removeStateFile(state)
  }
}

async function demonstrate(group: ProcessGroup, folder: string, options: DemoOptions): Promise<number> {
  const begun = performance.now()
  const testbed = await startTestbed(group, {
    folder,
    fleets: new Map([[FLEET, ENVOYS]]),
    backends: BACKENDS,
    port: options.port,
    steadyLoad: options.stay,
    onRestart: (title, restart) => report(describeRestart(title, restart)),
    onNotice: (notice) => report(describeNotice(notice)),
  })
  const { rest, backends } = testbed
  const nodes = testbed.fleets.get(FLEET) ?? []
  print(renderParts(testbed, nodes, options.stay ? (await rest.createLoginLink()).url : undefined))
  const measurements = await measureSettings({ rest, fleet: FLEET, nodes, backends }, options.calls, print)
  if (options.json !== undefined) {
    const record = recordDemo(
      nodes.length,
      backends.map(({ id }) => id),
      measurements,
    )
    await writeFile(options.json, `${JSON.stringify(record, undefined, 2)}\n`)
  }
  const problems = findProblems(measurements)
  print(`${renderSummary(measurements)}\n`)
  print(`${renderVerdict(problems)}\n`)
  print(pc.dim(`  ${((performance.now() - begun) / 1000).toFixed(0)} s in total\n`))
  if (options.stay) {
    // The page shows something as soon as it is opened.
    testbed.load?.set(LOAD)
    await publishTestbed(stateFolder(), testbed, report)
    print(describeStay(nodes, (await rest.createLoginLink()).url))
  }
  return problems.length === 0 ? 0 : 1
}

/** @param page link to the live page, if it stays longer than the demonstration */
function renderParts(
  { adminUrl, backends }: Testbed,
  nodes: readonly TestbedNode[],
  page: string | undefined,
): string {
  const list = (names: readonly string[]) => names.join(pc.dim(' · '))
  return [
    pc.bold('Switchyard'),
    `  ${backends.length} backends     ${list(backends.map(({ id, address }) => `${id} ${pc.dim(address)}`))}`,
    `  ${nodes.length} Envoys       ${list(nodes.map(({ envoy, target }) => `${envoy.nodeId} ${pc.dim(target)}`))}`,
    `  control plane  ${adminUrl}`,
    ...(page === undefined ? [] : [`  live page      ${pc.cyan(page)}`]),
    pc.dim('  CV: coefficient of variation, 0 if all backends get the same. Floor: the CV of random picks.'),
    '',
  ].join('\n')
}

function describeStay(nodes: readonly TestbedNode[], page: string): string {
  return [
    `  Running until Ctrl-C. The echo service is on ${nodes.map(({ target }) => target).join(', ')}.`,
    `  Watch it: ${pc.cyan(page)}`,
    pc.dim('  (The link works once, and for five minutes. npx yard ui prints another one.)'),
    pc.dim(
      `  ${LOAD.callsPerSecond} calls a second go on over ${LOAD.connections} connections: the page stops and changes them.`,
    ),
    '  From another terminal:',
    `    npx yard lb ${FLEET} l7 least_request     npx yard call ${FLEET} --count 300     npx yard status`,
    `    npx yard kill control-plane          (no call fails: the Envoys serve, and it is restarted)`,
    pc.dim(
      '  (Once every Envoy has ACKed a switch to L7, the backends send GOAWAY, so that no call of the load fails.',
    ),
    pc.dim(
      `  While the load is stopped, other clients at L4 are not asked to leave: Envoy closes them after ${DRAIN_SECONDS} s.)`,
    ),
  ].join('\n')
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
