// Listens at a port or a Unix socket, to whose file only the user of this process has access.

import type { ListenOptions, Server } from 'node:net'

/** Mode 0600, whatever the umask of the process is: only its user can connect. */
const UMASK_OF_SOCKETS = 0o177

/** Listens. The socket is created before this returns, so nobody else can connect to it before its mode is set. */
export function listenPrivately(server: Pick<Server, 'listen'>, address: ListenOptions): void {
  const umask = address.path === undefined ? undefined : process.umask(UMASK_OF_SOCKETS)
  try {
    server.listen(address)
  } finally {
    if (umask !== undefined) process.umask(umask)
  }
}
