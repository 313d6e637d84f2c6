// The demonstration: a testbed of its own, the acts on it, and whether they were as promised.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import { interruption } from '../../processes/interruption.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import {
  claimStateFolder,
  describeTestbed,
  removeStateFile,
  stateFolder,
  writeStateFile,
} from '../../testbed/state-file.ts'
import { DRAIN_SECONDS, startTestbed, type Testbed, type TestbedNode } from '../../testbed/testbed.ts'
import { play, renderVerdict } from './play.ts'
import { recordDemo } from './record.ts'
import { renderSummary } from './render.ts'
import { findBroken } from './verdict.ts'

const FLEET = 'edge'
const ENVOYS = 3
const BACKENDS = 3

export interface DemoOptions {
  readonly stay: boolean
  readonly calls: number
  /** Port of the Envoys; 0 takes a free one. */
  readonly port: number
  /** File for the measurements as JSON. */
  readonly json?: string
}

/** Resolves with the exit code: 0 where it measured what it should. Every process that it started has then ended. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const state = stateFolder()
  // A demonstration that does not stay is over before another verb could find it.
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
  })
  const { rest, backends } = testbed
  const nodes = testbed.fleets.get(FLEET) ?? []
  print(renderCast(testbed, nodes))
  const stage = { rest, fleet: FLEET, nodes, backends }
  const acts = await play(stage, options.calls, print)
  if (options.json !== undefined) {
    const ids = backends.map(({ id }) => id)
    await writeFile(options.json, `${JSON.stringify(recordDemo(nodes.length, ids, acts), undefined, 2)}\n`)
  }
  const broken = findBroken(acts)
  print(`${renderSummary(acts)}\n`)
  print(`${renderVerdict(broken)}\n`)
  print(pc.dim(`  ${((performance.now() - begun) / 1000).toFixed(0)} s from the first process to here\n`))
  if (options.stay) {
    await writeStateFile(stateFolder(), describeTestbed(testbed))
    print(describeStay(nodes))
  }
  return broken.length === 0 ? 0 : 1
}

function renderCast({ adminUrl, backends }: Testbed, nodes: readonly TestbedNode[]): string {
  const list = (names: readonly string[]) => names.join(pc.dim(' · '))
  return [
    pc.bold('Switchyard'),
    `  ${backends.length} backends     ${list(backends.map(({ id, address }) => `${id} ${pc.dim(address)}`))}`,
    `  ${nodes.length} Envoys       ${list(nodes.map(({ envoy, target }) => `${envoy.nodeId} ${pc.dim(target)}`))}`,
    `  control plane  ${adminUrl}`,
    pc.dim('  CV: how uneven the calls are. Floor: how uneven chance alone would make as many calls.'),
    '',
  ].join('\n')
}

function describeStay(nodes: readonly TestbedNode[]): string {
  return [
    `  Up until Ctrl-C. The echo service is on ${nodes.map(({ target }) => target).join(', ')}.`,
    '  From another terminal:',
    `    npx yard lb ${FLEET} l7 least_request     npx yard call ${FLEET} --count 300     npx yard status`,
    pc.dim(
      `  (by hand no backend says GOAWAY: what an L4 listener leaves behind is cut ${DRAIN_SECONDS} s after a flip)`,
    ),
  ].join('\n')
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
