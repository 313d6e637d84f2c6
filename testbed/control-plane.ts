// The control plane of the testbed, as a process of its own.

import { join } from 'node:path'
import { SwitchyardError } from '../core/errors.ts'
import type { ProcessGroup } from '../processes/process-group.ts'
import type { Exit } from '../processes/running-process.ts'
import { parseReady, sourceFile } from './part.ts'

export interface ControlPlanePlace {
  readonly configFile: string
  /** Where REST is served, `HOST:PORT`. */
  readonly admin: string
  /** Where xDS is served, `HOST:PORT` or `unix:/PATH`. */
  readonly xds: string
  /** What outlives it; memory only where there is none. */
  readonly state?: string
  /** Serves xDS over mutual TLS, with these files. */
  readonly xdsTls?: { readonly certificate: string; readonly key: string; readonly ca: string }
}

export interface RunningControlPlane {
  readonly adminUrl: string
  /** The file with the tokens that REST asks for. */
  readonly tokensFile: string
  readonly xdsAddress: string
  readonly exited: Promise<Exit>
}

/** The exit code by which it says that what it was given is wrong. */
const BAD_INPUT = 2

interface ReadyLine {
  readonly admin: string
  readonly xds: string
  readonly tokens: string
}

/** @throws SwitchyardError `invalid-config` or `process-failed` with what it says is wrong, where it does not come up */
export async function startControlPlane(
  group: ProcessGroup,
  folder: string,
  { configFile, admin, xds, state, xdsTls }: ControlPlanePlace,
): Promise<RunningControlPlane> {
  const started = group.start({
    name: 'control plane',
    command: process.execPath,
    args: [
      sourceFile('control-plane/main.ts'),
      ...['--config', configFile, '--admin', admin, '--xds', xds, '--access', folder, '--die-with-parent'],
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
  })
  const ready = await started.ready.catch(async (error: Error) => {
    const { code } = await started.exited
    if (code === BAD_INPUT) throw new SwitchyardError('invalid-config', error.message, { cause: error })
    throw error
  })
  return {
    adminUrl: ready.admin,
    tokensFile: ready.tokens,
    xdsAddress: ready.xds,
    exited: started.exited,
  }
}
