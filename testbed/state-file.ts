// The file through which other verbs find a running testbed.

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { SwitchyardError } from '../core/errors.ts'
import type { NodeNotice } from './notices.ts'
import { sourceFile } from './part.ts'
import type { PartState } from './parts.ts'
import type { SecurityParts } from './security.ts'
import type { ProxylessNode, Testbed } from './testbed.ts'

/** The addresses of a testbed, as `yard up --json` prints them. */
export interface TestbedDescription {
  /** URL of the REST admin. */
  readonly admin: string
  /** The file with the REST tokens. */
  readonly tokens: string
  readonly xds: string
  /** The folder of the files that the document's secrets name. */
  readonly secrets: string
  readonly fleets: Readonly<Record<string, readonly NodeDescription[]>>
  /** The gRPC clients by fleet, if there are any. */
  readonly clients?: Readonly<Record<string, readonly ClientDescription[]>>
  readonly backends: readonly { readonly id: string; readonly address: string }[]
  /** The folder of certificates for mutual TLS on xDS, with `--mtls` only. */
  readonly xdsIdentities?: string
  /** Addresses of issuer and authorizer, with `--security` only. */
  readonly security?: SecurityParts
  /** The processes, and which of them are being restarted. */
  readonly parts: readonly PartState[]
  /** What the Envoys warn about. */
  readonly notices: readonly NodeNotice[]
}

/** What the file says of a testbed: also the process that owns it. */
export interface RunningTestbed extends TestbedDescription {
  readonly pid: number
}

export interface NodeDescription {
  readonly node: string
  /** The address that clients call. */
  readonly address: string
  /** URL of Envoy's own admin. */
  readonly admin: string
}

export interface ClientDescription {
  readonly node: string
  /** Of its program, such as `python`. */
  readonly language: string
  /** What it calls, such as `xds:///echo`. */
  readonly target: string
  /** Address of its control port. */
  readonly control: string
  /** Address of its CSDS over gRPC. */
  readonly admin?: string
}

/** The state folder: `YARD_STATE`, else `.state` in the project. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.YARD_STATE || sourceFile('.state')
}

export function describeTestbed({
  adminUrl,
  tokensFile,
  xdsAddress,
  secretsFolder,
  fleets,
  clients,
  backends,
  security,
  xdsIdentities,
  parts,
  notices,
}: Testbed): TestbedDescription {
  const nodes = [...fleets].map(([name, members]) => [
    name,
    members.map(({ envoy, target }) => ({ node: envoy.nodeId, address: target, admin: envoy.adminUrl })),
  ])
  return {
    admin: adminUrl,
    tokens: tokensFile,
    xds: xdsAddress,
    secrets: resolve(secretsFolder),
    fleets: Object.fromEntries(nodes),
    ...(clients.size > 0 && { clients: Object.fromEntries([...clients].map(describeClients)) }),
    backends: backends.map(({ id, address }) => ({ id, address })),
    ...(security && { security }),
    ...(xdsIdentities && { xdsIdentities: resolve(xdsIdentities) }),
    parts: parts.states(),
    notices: notices.list(),
  }
}

function describeClients([fleet, nodes]: readonly [string, readonly ProxylessNode[]]) {
  const described = nodes.map(({ nodeId, language, target, control, admin }) => ({
    node: nodeId,
    language,
    target,
    control,
    ...(admin === undefined ? {} : { admin }),
  }))
  return [fleet, described]
}

/** The testbed that runs on this folder; undefined without one, or if its process has ended. */
export async function readStateFile(folder: string): Promise<RunningTestbed | undefined> {
  const state = (await readJson(fileIn(folder))) ?? { pid: 0 }
  return isRunning(state.pid) ? (state as RunningTestbed) : undefined
}

/**
 * Claims the folder for the testbed of this process, before it starts.
 * @throws SwitchyardError `address-in-use` if another testbed runs on it
 */
export async function claimStateFolder(folder: string): Promise<void> {
  const { pid = 0 } = (await readJson(fileIn(folder))) ?? {}
  if (pid !== process.pid && isRunning(pid)) {
    throw new SwitchyardError(
      'address-in-use',
      `a testbed is running already (process ${pid}): stop it, or set YARD_STATE to another folder`,
    )
  }
  await write(folder, { pid: process.pid })
}

export async function writeStateFile(folder: string, testbed: TestbedDescription): Promise<void> {
  await write(folder, { pid: process.pid, ...testbed })
}

/** Releases the folder. */
export async function removeStateFile(folder: string): Promise<void> {
  await rm(fileIn(folder), { force: true })
}

interface State extends Partial<TestbedDescription> {
  readonly pid: number
}

function fileIn(folder: string): string {
  return join(folder, 'yard.json')
}

async function write(folder: string, state: State): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = fileIn(folder)
  // Other verbs read the file at any time, so it is replaced whole.
  await writeFile(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`)
  await rename(`${file}.new`, file)
}

async function readJson(file: string): Promise<State | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as State
  } catch {
    return undefined
  }
}

/** Signal 0 only checks whether the process exists. */
function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}
