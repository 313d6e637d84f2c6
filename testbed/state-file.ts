// What a running testbed writes down, so that the other verbs find it.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SwitchyardError } from '../core/errors.ts'
import { sourceFile } from './part.ts'
import type { SecurityParts } from './security.ts'
import type { Testbed } from './testbed.ts'

/** A testbed in its own words: the line that `yard up --json` prints. */
export interface TestbedDescription {
  /** URL of the REST admin. */
  readonly admin: string
  /** The file with the tokens that it asks for. */
  readonly tokens: string
  readonly xds: string
  readonly fleets: Readonly<Record<string, readonly NodeDescription[]>>
  readonly backends: readonly { readonly id: string; readonly address: string }[]
  /** Where issuer and authorizer are, with `--security` only. */
  readonly security?: SecurityParts
}

export interface NodeDescription {
  readonly node: string
  /** Where its clients call. */
  readonly address: string
  /** URL of Envoy's own admin. */
  readonly admin: string
}

/** Where state is kept: `YARD_STATE`, or else `.state` in the project. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.YARD_STATE || sourceFile('.state')
}

export function describeTestbed({
  adminUrl,
  tokensFile,
  xdsAddress,
  fleets,
  backends,
  security,
}: Testbed): TestbedDescription {
  const nodes = [...fleets].map(([name, members]) => [
    name,
    members.map(({ envoy, target }) => ({ node: envoy.nodeId, address: target, admin: envoy.adminUrl })),
  ])
  return {
    admin: adminUrl,
    tokens: tokensFile,
    xds: xdsAddress,
    fleets: Object.fromEntries(nodes),
    backends: backends.map(({ id, address }) => ({ id, address })),
    ...(security && { security }),
  }
}

/** The testbed that runs on this folder; undefined where none does, or the one that wrote the file is gone. */
export async function readStateFile(folder: string): Promise<TestbedDescription | undefined> {
  const { pid, ...description } = (await readJson(fileIn(folder))) ?? { pid: 0 }
  return isRunning(pid) ? (description as TestbedDescription) : undefined
}

/**
 * Claims the folder for the testbed of this process, before its parts are started.
 * @throws SwitchyardError `address-in-use` where another one runs on it
 */
export async function claimStateFolder(folder: string): Promise<void> {
  const { pid = 0 } = (await readJson(fileIn(folder))) ?? {}
  if (pid !== process.pid && isRunning(pid)) {
    throw new SwitchyardError(
      'address-in-use',
      `a testbed runs already (process ${pid}): end it, or give this one a folder of its own by YARD_STATE`,
    )
  }
  await write(folder, { pid: process.pid })
}

export async function writeStateFile(folder: string, testbed: TestbedDescription): Promise<void> {
  await write(folder, { pid: process.pid, ...testbed })
}

/** Gives the folder back. */
export async function removeStateFile(folder: string): Promise<void> {
  await rm(fileIn(folder), { force: true })
}

interface StateFile extends Partial<TestbedDescription> {
  readonly pid: number
}

function fileIn(folder: string): string {
  return join(folder, 'yard.json')
}

async function write(folder: string, state: StateFile): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(fileIn(folder), `${JSON.stringify(state, undefined, 2)}\n`)
}

async function readJson(file: string): Promise<StateFile | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as StateFile
  } catch {
    return undefined
  }
}

/** Signal 0 is sent to nobody, and tells whether it could be. */
function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}
