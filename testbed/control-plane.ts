// Starts the control plane as a process.

import { dirname, join } from 'node:path'
import { SwitchyardError } from '../core/errors.ts'
import type { ProcessGroup } from '../processes/process-group.ts'
import { SECRETS } from './certificates/folder.ts'
import { parseReady, partOf, sourceFile } from './part.ts'
import { keepPart, type PartContext, type PartProcess } from './parts.ts'

export interface ControlPlaneOptions {
  /** The first revision. Not needed if the state folder has one. */
  readonly configFile?: string
  /** The folder of secrets. Default: `secrets` beside the configuration file, else in the state folder. */
  readonly secrets?: string
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
  /** Where the testbed's load is controlled (`startLoadControl`). Default: not at all. */
  readonly testbed?: string
  /** Files for mutual TLS on xDS. Default: plaintext. */
  readonly xdsTls?: { readonly certificate: string; readonly key: string; readonly ca: string }
}

export interface RunningControlPlane {
  readonly adminUrl: string
  /** The file with the REST tokens. */
  readonly tokensFile: string
  readonly xdsAddress: string
}

const CONTROL_PLANE = { id: 'control-plane', title: 'control plane' }

/** Its exit code for invalid flags or an invalid document. */
const BAD_INPUT = 2

/** An Envoy starts to drain a little after its ACK, and its workers need a moment to close the connections. */
const DRAIN_MARGIN_SECONDS = 1

/** A person who looks at the load of a testbed does not want to wait. */
const LOAD_INTERVAL_SECONDS = 2

interface ReadyLine {
  readonly admin: string
  readonly xds: string
  readonly tokens: string
}

/** @throws SwitchyardError if it does not start: `invalid-config` with its own message for invalid input, else `process-failed` */
export async function startControlPlane(
  group: ProcessGroup,
  folder: string,
  options: ControlPlaneOptions,
): Promise<RunningControlPlane & PartProcess> {
  const { configFile, secrets, admin, xds, insecure = false, drainSeconds, state, testbed, xdsTls } = options
  const started = group.start({
    name: CONTROL_PLANE.title,
    command: process.execPath,
    args: [
      sourceFile('control-plane/main.ts'),
      ...['--admin', admin, '--xds', xds, '--access', folder, '--die-with-parent'],
      ...['--load-interval', String(LOAD_INTERVAL_SECONDS)],
      ...(configFile === undefined ? [] : ['--config', configFile]),
      ...(secrets === undefined ? [] : ['--secrets', secrets]),
      ...(insecure ? ['--insecure'] : []),
      ...(drainSeconds === undefined ? [] : ['--drain-time', String(drainSeconds + DRAIN_MARGIN_SECONDS)]),
      ...(state === undefined ? [] : ['--state', state]),
      ...(testbed === undefined ? [] : ['--testbed', testbed]),
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
    if (code === BAD_INPUT) {
      throw new SwitchyardError('invalid-config', started.lastErrors.join('\n'), { cause: error })
    }
    throw error
  })
  const { admin: adminUrl, tokens: tokensFile, xds: xdsAddress } = ready
  return partOf(started, { adminUrl, tokensFile, xdsAddress })
}

/**
 * Starts a control plane, and restarts it on its addresses whenever it ends. A restart goes on with the revisions in the state folder.
 * It does not read the configuration file again: somebody may be editing it.
 */
export async function keepControlPlane(
  context: PartContext,
  { configFile, ...options }: ControlPlaneOptions & { readonly configFile: string; readonly state: string },
): Promise<RunningControlPlane> {
  const start = (before?: RunningControlPlane & PartProcess) =>
    startControlPlane(context.group, context.folder, {
      ...options,
      secrets: join(dirname(configFile), SECRETS),
      ...(before ? addressesOf(before) : { configFile }),
    })
  const kept = await keepPart(context, CONTROL_PLANE, start)
  return kept.current
}

function addressesOf({ adminUrl, xdsAddress }: RunningControlPlane) {
  return { admin: new URL(adminUrl).host, xds: xdsAddress }
}
