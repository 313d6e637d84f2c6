// Where Envoy's admin listens: on a Unix socket that only its user may open, unless somebody asks for a port of loopback.

import { createHash, randomInt } from 'node:crypto'
import { lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import { SwitchyardError } from '../core/errors.ts'
import { isLoopback } from '../core/loopback.ts'
import {
  parseSocketAddress,
  parseSocketPath,
  pipeAddress,
  SOCKET_PATH_BYTES,
  socketAddress,
} from './socket-address.ts'

/**
 * The admin has no authentication, and it can stop the process. A web page can make a browser send it a POST (S62), and every user
 * of the host can connect to a port. Envoy sets the mode before it listens, whatever its umask is.
 */
const MODE = 0o600
const SUFFIX = '.admin.sock'
const NAME_LENGTH = 40
/** The one that TMPDIR names may have a long path. */
const TEMPORARY = [tmpdir(), '/tmp']

export const ADMIN_ADDRESS_FORMS = `write unix: and a path of up to ${SOCKET_PATH_BYTES} bytes, or IP:PORT with a loopback address`

/** In the folder in which Envoy starts, named after the node. */
export function adminSocketOf(nodeId: string): string {
  return `unix:${fileNameOf(nodeId)}${SUFFIX}`
}

/** Undefined if it is neither a socket nor a port of loopback. */
export function parseAdminAddress(text: string): Address | undefined {
  const path = parseSocketPath(text)
  if (path !== undefined) return pipeAddress(path, MODE)
  const { host, port } = parseSocketAddress(text) ?? {}
  return host !== undefined && port !== undefined && isLoopback(host) ? socketAddress(host, port) : undefined
}

/**
 * A path for the admin's socket of an Envoy that we run, in a folder of this user below the one for temporary files. Folders of
 * testbeds and tests have paths that are too long for sockets.
 *
 * @throws SwitchyardError `process-failed` if others can write to that folder, or if its path is too long as well
 */
export function newAdminSocket(nodeId: string): Promise<string> {
  return newPrivateSocket(`${fileNameOf(nodeId)}-${randomInt(1_000_000_000)}${SUFFIX}`)
}

/** The same for a socket of another program. @param name short, and used by no other program */
export async function newPrivateSocket(name: string): Promise<string> {
  const [path, folder] =
    TEMPORARY.map((above) => join(above, `switchyard-${process.getuid?.() ?? 0}`))
      .map((above) => [join(above, name), above] as const)
      .find(([path]) => Buffer.byteLength(path) <= SOCKET_PATH_BYTES) ?? []
  if (path === undefined || folder === undefined) {
    throw new SwitchyardError(
      'process-failed',
      `the path of a socket may have ${SOCKET_PATH_BYTES} bytes, and TMPDIR is too long for that: set it to a shorter path`,
    )
  }
  await makePrivate(folder)
  return path
}

async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  // Everybody may write to the folder of temporary files, so this one may be somebody else's.
  const { mode, uid } = await lstat(folder)
  if ((mode & 0o170_077) === 0o040_000 && uid === (process.getuid?.() ?? uid)) return
  throw new SwitchyardError(
    'process-failed',
    `${folder} must be a folder of mode 0700 of this user, because sockets of Envoys' admins are in it; remove it, or set TMPDIR`,
  )
}

/** The node's id, or its digest if it is long. */
function fileNameOf(nodeId: string): string {
  const name = encodeURIComponent(nodeId)
  return name.length <= NAME_LENGTH ? name : createHash('sha256').update(nodeId).digest('hex').slice(0, 16)
}
