// Addresses as the document writes them.

import { at, numberAt, textAt } from './json.ts'

/** `127.0.0.1:7101`, `[::1]:7101`, `unix:/run/b1.sock`; `port 10000` for a listener to which each node adds its own address. */
export function addressOf(address: unknown): string {
  const path = textAt(address, 'pipe', 'path')
  if (path !== undefined) return `unix:${path}`
  const internal = textAt(address, 'envoyInternalAddress', 'serverListenerName')
  if (internal !== undefined) return `internal:${internal}`
  const socket = at(address, 'socketAddress')
  const host = textAt(socket, 'address') ?? ''
  const port = numberAt(socket, 'portValue') ?? 0
  if (host === '') return `port ${port}`
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
