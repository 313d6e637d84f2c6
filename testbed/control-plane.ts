// Starts the control plane as a process.

import { join } from 'node:path'
import { SwitchyardError } from '../core/errors.ts'
import type { ProcessGroup } from '../processes/process-group.ts'
import type { Exit } from '../processes/running-process.ts'
import { parseReady, START_TIMEOUT_MS, sourceFile } from './part.ts'

export interface ControlPlaneOptions {
  readonly configFile: string
  /** Address of REST, `HOST:PORT`. */
  readonly admin: string
  /** Address of xDS, `HOST:PORT` or `unix:/PATH`. */
  readonly xds: string
  /** Drain time of the Envoys, in seconds. Default: the default of the control plane, which is Envoy's. */
  readonly drainSeconds?: number
  /** Folder for its state. Default: in memory only. */
  readonly state?: string
  /** Serve xDS in plaintext also off loopback. */
  readonly insecure?: boolean
  /** Files for mutual TLS on xDS. Default: plaintext. */
  readonly xdsTls?: { readonly certificate: string; readonly key: string; readonly ca: string }
}

export interface RunningControlPlane {
  readonly adminUrl: string
  /** The file with the REST tokens. */
  readonly tokensFile: string
  readonly xdsAddress: string
  readonly pid: number | undefined
  readonly exited: Promise<Exit>
}

/** Its exit code for invalid flags or an invalid document. */
const BAD_INPUT = 2

/** An Envoy starts to drain a little after its ACK, and its workers need a moment to close the connections. */
const DRAIN_MARGIN_SECONDS = 1

interface ReadyLine {
  readonly admin: string
  readonly xds: string
  readonly tokens: string
}

/** @throws SwitchyardError if it does not start: `invalid-config` with its own message for invalid input, else `process-failed` */
export async function startControlPlane(
  group: ProcessGroup,
  folder: string,
  { configFile, admin, xds, insecure = false, drainSeconds, state, xdsTls }: ControlPlaneOptions,
): Promise<RunningControlPlane> {
  const started = group.start({
    name: 'control plane',
    command: process.execPath,
    args: [
      sourceFile('control-plane/main.ts'),
      ...['--config', configFile, '--admin', admin, '--xds', xds, '--access', folder, '--die-with-parent'],
      ...(insecure ? ['--insecure'] : []),
      ...(drainSeconds === undefined ? [] : ['--drain-time', String(drainSeconds + DRAIN_MARGIN_SECONDS)]),
      ...(state === undefined ? [] : ['--state', state]),
      ...(xdsTls === undefined
        ? []
        : [
            ...['--xds-certificate', xdsTls.certificate],
            ...['--xds-key', xdsTls.key],
            ...['--xds-client-ca', xdsTls.ca],
          ]),
    ],
    logFile: join(folder, 'control-plane.log'),
    ready: (line) => parseReady<ReadyLine>(line, 'xds'),
    timeoutMs: START_TIMEOUT_MS,
  })
  const ready = await started.ready.catch(async (error: Error) => {
    const { code } = await started.exited
    if (code === BAD_INPUT) {
      throw new SwitchyardError('invalid-config', started.lastErrors.join('\n'), { cause: error })
    }
    throw error
  })
  return {
    adminUrl: ready.admin,
    tokensFile: ready.tokens,
    xdsAddress: ready.xds,
    pid: started.pid,
    exited: started.exited,
  }
}
