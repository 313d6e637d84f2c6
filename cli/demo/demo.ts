// The demonstration: where calls go at L4, the flip, where they go at L7, and whether that is what was promised.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import { ProcessGroup } from '../../processes/process-group.ts'
import { putLb } from '../rest-client.ts'
import { type Distribution, measureDistribution } from './distribution.ts'
import { type Flip, flipToL7 } from './flip.ts'
import { renderDistribution, renderFlip } from './render.ts'
import { DRAIN_SECONDS, FLEET, startTestbed, type Testbed } from './testbed.ts'

const CONNECTIONS = [1, 4, 16]

/** What a shell reports of a program that Ctrl-C ended. */
const INTERRUPTED = 130

export interface DemoOptions {
  readonly stay: boolean
  readonly calls: number
  /** Port of the Envoy; 0 takes a free one. */
  readonly port: number
}

/** Resolves with the exit code: 0 where it measured what it should. Every process that it started has then ended. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const group = new ProcessGroup()
  const interrupted = interruption()
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'))
  try {
    const exitCode = await Promise.race([demonstrate(group, folder, options), interrupted])
    if (options.stay && exitCode !== INTERRUPTED) await interrupted
    return exitCode
  } finally {
    await group.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function demonstrate(group: ProcessGroup, folder: string, options: DemoOptions): Promise<number> {
  const testbed = await startTestbed(group, folder, options.port)
  const broken = await show(testbed, options)
  if (options.stay) print(describeStay(testbed))
  return broken.length === 0 ? 0 : 1
}

/** Resolves at the first Ctrl-C, or at SIGTERM, with the exit code of a demonstration that was cut short. */
function interruption(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(INTERRUPTED))
  })
}

/** Answers what was not as promised; nothing where all was. */
async function show(testbed: Testbed, { calls }: DemoOptions): Promise<readonly string[]> {
  const { adminUrl, backends, envoy, address } = testbed
  print(
    `${pc.bold('Switchyard')}  ${backends.length} backends, one Envoy (${envoy.nodeId}) on ${address}, REST on ${adminUrl}\n`,
  )
  await putLb(adminUrl, FLEET, { mode: 'l4' })
  const l4 = await showDistributions(testbed, 'L4: tcp_proxy picks a backend for each connection', calls)
  const flip = await flipToL7(testbed, 'round_robin')
  print(renderFlip(flip))
  const l7 = await showDistributions(testbed, 'L7: round_robin picks a backend for each call', calls)
  const broken = findBroken(l4, flip, l7)
  for (const promise of broken) print(pc.red(`  not as promised: ${promise}`))
  if (broken.length === 0)
    print(
      pc.green(
        '  As promised: L4 pins a connection to one backend, L7 spreads its calls, and the flip cost no call.\n',
      ),
    )
  return broken
}

async function showDistributions(
  testbed: Testbed,
  title: string,
  calls: number,
): Promise<readonly Distribution[]> {
  print(pc.bold(`  ${title}\n`))
  const measured: Distribution[] = []
  const backends = testbed.backends.map(({ id }) => id)
  for (const connections of CONNECTIONS) {
    const distribution = await measureDistribution(testbed.address, backends, { connections, calls })
    print(renderDistribution(distribution))
    measured.push(distribution)
  }
  return measured
}

/** What the measurements should show and do not. */
export function findBroken(
  l4: readonly Distribution[],
  flip: Flip,
  l7: readonly Distribution[],
): readonly string[] {
  const broken: string[] = []
  const expect = (holds: boolean, promise: string) => {
    if (!holds) broken.push(promise)
  }
  const pinned = l4.find(({ connections }) => connections === 1)
  const served = [...(pinned?.byBackend.values() ?? [])].filter((count) => count > 0).length
  expect(served === 1, `at L4 one connection is served by one backend, but ${served} served it`)
  for (const { connections, variation, noiseFloor } of l7) {
    const figures = `CV ${variation.toFixed(3)} over the noise floor ${noiseFloor.toFixed(3)}`
    expect(
      variation <= noiseFloor,
      `at L7 the calls of ${connections} connection(s) are spread evenly, but ${figures}`,
    )
  }
  const failures = [...l4, ...l7].flatMap((distribution) => distribution.failures).concat(flip.load.failures)
  expect(failures.length === 0, `no call fails, but ${failures.length} did, the first with: ${failures[0]}`)
  return broken
}

function describeStay({ adminUrl, address }: Testbed): string {
  return [
    `  Up until Ctrl-C. The echo service is on ${address}. To switch by hand:`,
    `    curl -X PUT '${adminUrl}/v1/fleets/${FLEET}/lb?wait=30s' -H 'content-type: application/json' -d '{"mode":"l4"}'`,
    `    curl ${adminUrl}/v1/status`,
    pc.dim(
      `  (by hand no backend says GOAWAY: what an L4 listener leaves behind is cut ${DRAIN_SECONDS} s after a flip)`,
    ),
  ].join('\n')
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
