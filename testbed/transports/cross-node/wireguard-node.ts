// One node's end of WireGuard: the kernel's, or WireGuard's own implementation in Go where the kernel has none.
// https://www.wireguard.com

import { generateKeyPairSync } from 'node:crypto'
import { findProgram } from '../../../processes/find-program.ts'
import type { ProcessStarter } from '../../../processes/process-group.ts'
import { parseReady } from '../../part.ts'
import type { NetworkNamespace } from '../../proxies/network-namespace.ts'
import { findGoProgram } from '../go-programs.ts'
import { ip } from '../network.ts'

/** Ethernet's 1500, less 80 for the outer IPv6 (or IPv4), UDP and WireGuard headers. */
export const WIREGUARD_MTU = 1_420

const PORT = 51_820
export const WIREGUARD_DEVICE = 'wg0'

/** In hexadecimal, as WireGuard's cross-platform interface has them. */
export interface WireguardKeys {
  readonly privateKey: string
  readonly publicKey: string
}

export interface WireguardPeer {
  readonly publicKey: string
  /** The address of the other node. */
  readonly ip: string
  /** Such as `10.244.2.0/24`. */
  readonly pods: string
}

export interface WireguardEnd {
  /** Where packets are encrypted: `in the kernel`, or in which program. */
  readonly where: string
  /** The process that carries packets; undefined for the kernel. */
  readonly pid: number | undefined
  /** Bytes with the protocol's own, sent and received. */
  readonly bytes: () => Promise<number>
}

export function createWireguardKeys(): WireguardKeys {
  const { privateKey } = generateKeyPairSync('x25519')
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' })
  return { privateKey: inHex(d, 'base64url'), publicKey: inHex(x, 'base64url') }
}

/**
 * Adds the kernel's device to the node, if there is one and wg(8) to set it up.
 * @returns why not; undefined if it was added
 */
export async function addKernelDevice(
  node: NetworkNamespace,
  hasTool = findProgram('wg') !== undefined,
): Promise<string | undefined> {
  if (!hasTool) return 'wg(8) is missing: sudo apt-get install -y wireguard-tools'
  try {
    await ip(node, `link add ${WIREGUARD_DEVICE} mtu ${WIREGUARD_MTU} type wireguard`)
    return undefined
  } catch {
    // Of all reasons, this is the usual one: "Unknown device type".
    return 'the kernel has no WireGuard'
  }
}

/** The device `wg0`, which is up, with a route to the pods of the peer. */
export async function addWireguard(
  node: NetworkNamespace,
  starter: ProcessStarter,
  keys: WireguardKeys,
  peer: WireguardPeer,
): Promise<WireguardEnd> {
  const lacks = await addKernelDevice(node)
  const end =
    lacks === undefined ? await setUpKernel(node, keys, peer) : await startProgram(starter, keys, peer, lacks)
  await ip(node, `link set ${WIREGUARD_DEVICE} up`, `route add ${peer.pods} dev ${WIREGUARD_DEVICE}`)
  return end
}

async function setUpKernel(
  node: NetworkNamespace,
  keys: WireguardKeys,
  peer: WireguardPeer,
): Promise<WireguardEnd> {
  const settings = [
    '[Interface]',
    `PrivateKey = ${inBase64(keys.privateKey)}`,
    `ListenPort = ${PORT}`,
    '[Peer]',
    `PublicKey = ${inBase64(peer.publicKey)}`,
    `Endpoint = ${peer.ip}:${PORT}`,
    `AllowedIPs = ${peer.pods}`,
  ]
  await node.feed(`${settings.join('\n')}\n`, 'wg', 'setconf', WIREGUARD_DEVICE, '/dev/stdin')
  return {
    where: 'in the kernel',
    pid: undefined,
    async bytes() {
      const transfer = await node.run('wg', 'show', WIREGUARD_DEVICE, 'transfer')
      const [, received = 0, sent = 0] = transfer.trim().split('\t').map(Number)
      return received + sent
    },
  }
}

async function startProgram(
  starter: ProcessStarter,
  keys: WireguardKeys,
  peer: WireguardPeer,
  reason: string,
): Promise<WireguardEnd> {
  const program = starter.start({
    name: 'wireguard',
    command: findGoProgram('wireguard'),
    args: [WIREGUARD_DEVICE, String(WIREGUARD_MTU)],
    ready: (line) => parseReady<{ readonly carries: true }>(line, 'carries'),
  })
  const settings = [
    `private_key=${keys.privateKey}`,
    `listen_port=${PORT}`,
    `public_key=${peer.publicKey}`,
    `endpoint=${peer.ip}:${PORT}`,
    `allowed_ip=${peer.pods}`,
  ]
  program.send(JSON.stringify(`${settings.join('\n')}\n`))
  await program.ready
  return {
    where: `in user space, by golang.zx2c4.com/wireguard (${reason})`,
    pid: program.pid,
    async bytes() {
      const { sent, received } = await program.ask(
        'count',
        (line) =>
          parseReady<{ readonly counts: { readonly sent: number; readonly received: number } }>(
            line,
            'counts',
          )?.counts,
      )
      return sent + received
    },
  }
}

function inHex(text: string, encoding: BufferEncoding): string {
  return Buffer.from(text, encoding).toString('hex')
}

function inBase64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}
