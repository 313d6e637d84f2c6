// Addresses in a document: `127.0.0.1:7101`, `[::1]:7101`, `unix:/run/b3.sock`.

import { BlockList, isIP } from 'node:net'

export type EndpointAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

// What fits into sockaddr_un on Linux, with the zero at its end.
const MAX_UNIX_PATH = 107

/** Addresses of no single host: unspecified, multicast, broadcast. */
const OF_NO_HOST = new BlockList()
OF_NO_HOST.addSubnet('0.0.0.0', 8)
OF_NO_HOST.addSubnet('224.0.0.0', 4)
OF_NO_HOST.addAddress('255.255.255.255')
OF_NO_HOST.addAddress('::', 'ipv6')
OF_NO_HOST.addSubnet('ff00::', 8, 'ipv6')

/** The address, or a sentence on what is wrong with it and how to fix it. */
export function parseAddress(text: string): EndpointAddress | string {
  return text.startsWith('unix:') ? parseUnix(text.slice('unix:'.length)) : parseTcp(text)
}

function parseUnix(path: string): EndpointAddress | string {
  if (!path.startsWith('/')) return `needs an absolute path after "unix:", such as unix:/run/echo.sock`
  if (Buffer.byteLength(path) > MAX_UNIX_PATH) {
    return `is longer than the ${MAX_UNIX_PATH} bytes that a Unix socket's path may have: put the socket in a folder with a shorter name`
  }
  return { kind: 'unix', path }
}

function parseTcp(text: string): EndpointAddress | string {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):([1-9]\d{0,4})$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host === undefined || port > 65_535) {
    return 'must be IP:PORT with a port from 1 to 65535, such as 127.0.0.1:7101, [::1]:7101 or unix:/run/echo.sock'
  }
  if (isIP(host) !== (bracketed === undefined ? 4 : 6)) {
    return `"${host}" is not an IP address. Endpoints are IP:PORT or unix:/PATH: write 127.0.0.1:${port} or [::1]:${port}, or give the upstream dns: { host: NAME, port: ${port} } instead of endpoints`
  }
  if (OF_NO_HOST.check(host, bracketed === undefined ? 'ipv4' : 'ipv6')) {
    return `"${host}" is not the address of one host, so Envoy cannot connect to it: write the one where the service is, such as 127.0.0.1:${port} or [::1]:${port}`
  }
  return { kind: 'tcp', host, port }
}
