// Reads the flag --listen of service processes, and flags of the same form.
import type { Problem } from '../core/errors.ts'
import type { ListenAddress, TcpAddress } from './draining-listener.ts'

const MAX_PORT = 65_535
/** Linux has 108 bytes for a socket's path, including a terminating zero: https://man7.org/linux/man-pages/man7/unix.7.html */
const MAX_PATH_BYTES = 107

/** Reads `host:port` or `unix:/path`. Adds what is wrong to `problems`. */
export function readListen(text: string, problems: Problem[], flag = '--listen'): ListenAddress {
  const path = text.startsWith('unix:') ? text.slice('unix:'.length) : undefined
  if (path !== undefined) {
    const bytes = Buffer.byteLength(path)
    if (bytes === 0 || bytes > MAX_PATH_BYTES) {
      const message = `the path of a Unix socket has 1 to ${MAX_PATH_BYTES} bytes, not ${bytes}`
      problems.push({ path: flag, message })
    }
    return { path }
  }
  const [, ipv6, name, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const host = ipv6 ?? name
  if (host === undefined || Number(port) > MAX_PORT) {
    const message = `"${text}" is not an address; give host:port, such as 127.0.0.1:0, or unix:/path`
    problems.push({ path: flag, message })
  }
  return { host: host ?? '', port: Number(port) }
}

/** Reads `host:port` for metrics. Adds what is wrong to `problems`. */
export function readTcp(text: string, problems: Problem[], flag: string): TcpAddress | undefined {
  const address = readListen(text, problems, flag)
  if ('host' in address) return address
  problems.push({ path: flag, message: 'Prometheus cannot call a Unix socket; give host:port' })
  return undefined
}
