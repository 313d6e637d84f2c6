// Which process listens on a port, for errors about an address in use. Linux only: elsewhere it is unknown.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { type HostAndPort, splitAddress } from './host-and-port.ts'

/** The state LISTEN in /proc/net/tcp: https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html */
const LISTEN = '0A'
const LONGEST_COMMAND = 160

/**
 * Names the process that listens on an address, such as `process 4711 (node server.js)`. Without root, processes of other users
 * are not visible: those are "another process".
 * @param address `HOST:PORT` or `[IPV6]:PORT`
 * @param proc where the process file system is
 */
export function describeHolder(address: string, proc = '/proc'): string {
  const parts = splitAddress(address)
  const inodes = parts && listeningInodes(parts, proc)
  const pid = inodes && inodes.size > 0 ? pidWithSocket(inodes, proc) : undefined
  if (pid === undefined) return 'another process'
  const command = commandOf(pid, proc)
  return command === '' ? `process ${pid}` : `process ${pid} (${command})`
}

/** The sockets that keep others from the address: those on it, and those on all addresses. */
function listeningInodes({ host, port }: HostAndPort, proc: string): ReadonlySet<string> {
  const wanted = host === 'localhost' ? ['127.0.0.1', '::1'] : [host]
  const anyHost = wanted.some((one) => isWildcard(one))
  const inodes = new Set<string>()
  for (const table of ['tcp', 'tcp6']) {
    for (const line of linesOf(`${proc}/net/${table}`)) {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
      const [address = '', hexPort = ''] = local.split(':')
      if (state !== LISTEN || Number.parseInt(hexPort, 16) !== port || inode === undefined) continue
      const bound = toAddress(address)
      if (anyHost || isWildcard(bound) || wanted.some((one) => sameAddress(one, bound))) inodes.add(inode)
    }
  }
  return inodes
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || sameAddress(address, '::')
}

function sameAddress(one: string, other: string): boolean {
  return one === other || (isIPv6(one) && isIPv6(other) && canonical(one) === canonical(other))
}

function canonical(ipv6: string): string {
  return new URL(`http://[${ipv6}]`).hostname
}

/** The tables print addresses as 32-bit words in the byte order of the machine; all that run Node are little-endian. */
function toAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed())
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
  const ipv6 = (bytes.join('').match(/.{4}/g) ?? []).join(':')
  const [, mapped] = /^(?:0000:){5}ffff:(.{9})$/i.exec(ipv6) ?? []
  if (mapped === undefined) return ipv6
  const ipv4 = mapped.replace(':', '').match(/../g) ?? []
  return ipv4.map((byte) => Number.parseInt(byte, 16)).join('.')
}

function pidWithSocket(inodes: ReadonlySet<string>, proc: string): string | undefined {
  const links = new Set([...inodes].map((inode) => `socket:[${inode}]`))
  return entriesOf(proc).find((pid) => {
    if (!/^\d+$/.test(pid)) return false
    const folder = `${proc}/${pid}/fd`
    return entriesOf(folder).some((fd) => links.has(linkOf(`${folder}/${fd}`)))
  })
}

function commandOf(pid: string, proc: string): string {
  const command = linesOf(`${proc}/${pid}/cmdline`).join(' ').replaceAll('\0', ' ').trim()
  return command.length > LONGEST_COMMAND ? `${command.slice(0, LONGEST_COMMAND)}…` : command
}

// A process may end while it is looked at, and those of other users cannot be read.

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
