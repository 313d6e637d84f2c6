// Which addresses only this host can reach.

import { isIP } from 'node:net'
import { splitAddress } from './host-and-port.ts'

/** The host of `HOST:PORT` or `[IPv6]:PORT`; undefined if the address is not of that form. */
export function hostIn(address: string): string | undefined {
  return splitAddress(address)?.host
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
