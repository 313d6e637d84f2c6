// The two parts of an address, `HOST:PORT` or `[IPV6]:PORT`.

export interface HostAndPort {
  /** Without brackets. */
  readonly host: string
  readonly port: number
}

/** Undefined if the address is not of that form. Whether the host exists, and whether the port is in its range, is not checked. */
export function splitAddress(address: string): HostAndPort | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|(.+)):(\d{1,5})$/.exec(address) ?? []
  const host = bracketed ?? plain
  return host === undefined ? undefined : { host, port: Number(port) }
}

/** `HOST:PORT`, or `[IPV6]:PORT`. @param host without brackets */
export function joinAddress(host: string, port: number | string | undefined): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
