// The servers under test, each a process that serves the same resources.

import { SwitchyardError } from '../../core/errors.ts'
import { freePort } from '../../processes/free-port.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { parseReady, sourceFile } from '../../testbed/part.ts'
import type { GoTools } from './go-tools.ts'

export const SERVERS = ['switchyard', 'peer', 'floor', 'http2'] as const
export type ServerName = (typeof SERVERS)[number]

export interface RunningServer {
  readonly name: string
  readonly pid: number
  /** Address of xDS. */
  readonly xds: string
  /** A POST changes the endpoints of one cluster. */
  readonly bumpUrl: string
  readonly stop: () => Promise<void>
}

/** Encoding fifty thousand resources takes long. */
const START_TIMEOUT_MS = 60_000

const SOURCES = {
  switchyard: 'bench/servers/push-server.ts',
  floor: 'bench/servers/floor-server.ts',
  http2: 'bench/servers/http2-floor-server.ts',
}

/** @param size the number of clusters, each with endpoints and a route */
export async function startServer(
  group: ProcessGroup,
  tools: GoTools,
  name: ServerName,
  size: number,
): Promise<RunningServer> {
  return name === 'peer'
    ? await startPeer(group, tools, size)
    : await startProgram(group, name, sourceFile(SOURCES[name]), size)
}

/** Starts a server of `size` targets for gRPC clients; every change is one of the first. */
export async function startTargetServer(
  group: ProcessGroup,
  tools: GoTools,
  name: 'switchyard' | 'peer',
  size: number,
): Promise<RunningServer> {
  return name === 'peer'
    ? await startPeer(group, tools, size, TARGETS)
    : await startProgram(group, name, sourceFile('bench/servers/target-server.ts'), size)
}

/** In its mode for ADS the peer answers only who asks for every name that it has. */
const TARGETS = ['-targets', '-ads=false']

/** Starts a server program with the interface of `bench/servers/control-socket.ts`. `file` is an absolute path. */
export async function startProgram(
  group: ProcessGroup,
  name: string,
  file: string,
  size: number,
  flags: readonly string[] = [],
): Promise<RunningServer> {
  const running = group.start({
    name,
    command: process.execPath,
    args: [file, '--n', String(size), ...flags],
    dieWithParent: true,
    timeoutMs: START_TIMEOUT_MS,
    ready: (line) => parseReady<{ readonly xds: string; readonly control: string }>(line, 'control'),
  })
  const { xds, control } = await running.ready
  return described(name, running, xds, control)
}

async function startPeer(
  group: ProcessGroup,
  { peer }: GoTools,
  size: number,
  flags: readonly string[] = [],
): Promise<RunningServer> {
  const xds = `127.0.0.1:${await freePort()}`
  const control = `127.0.0.1:${await freePort()}`
  const running = group.start({
    name: 'peer',
    command: peer,
    args: ['-n', String(size), '-listen', xds, '-http', control, ...flags],
    dieWithParent: true,
    timeoutMs: START_TIMEOUT_MS,
    ready: (line) => (line.includes(' pid ') ? true : undefined),
  })
  await running.ready
  return described('peer', running, xds, `http://${control}`)
}

function described(
  name: string,
  running: { readonly pid: number | undefined; readonly stop: () => Promise<unknown> },
  xds: string,
  control: string,
): RunningServer {
  const { pid } = running
  if (pid === undefined) throw new SwitchyardError('process-failed', `${name} has no process`)
  const bumpUrl = `${control}/bump?k=1&what=eds`
  return { name, pid, xds, bumpUrl, stop: async () => void (await running.stop()) }
}
