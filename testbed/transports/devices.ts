// What the devices of a way are and have counted, read from the kernel by ip(8) and ethtool(8).

import { findProgram } from '../../processes/find-program.ts'
import type { NetworkNamespace } from '../proxies/network-namespace.ts'

export interface Device {
  readonly host: NetworkNamespace
  readonly device: string
}

/** The part of the output of `ip -json -stats link` that is read. */
interface Link {
  readonly ifname: string
  readonly mtu: number
  readonly stats64: Readonly<Record<'rx' | 'tx', { readonly bytes: number; readonly packets: number }>>
}

/** Features by ethtool's long names, with those that settings show. */
const OFFLOADS = {
  'tcp-segmentation-offload': 'tso',
  'generic-segmentation-offload': 'gso',
  'generic-receive-offload': 'gro',
  'tx-checksumming': 'tx-checksum',
} as const

/** Such as `node/cni0`. */
export function nameOf({ host, device }: Device): string {
  return `${host.name}/${device}`
}

/** Bytes and packets that each device has received or sent. */
export async function countsOf(devices: readonly Device[]): Promise<Readonly<Record<string, number>>> {
  const counted = await Promise.all(
    devices.map(async (one) => {
      const { rx, tx } = (await linkOf(one)).stats64
      return [
        [`${nameOf(one)} bytes`, rx.bytes + tx.bytes],
        [`${nameOf(one)} packets`, rx.packets + tx.packets],
      ] as const
    }),
  )
  return Object.fromEntries(counted.flat())
}

/** MTU and offloads of each device: `mtu 1450, tso on, gso on, gro off, tx-checksum on`. */
export async function deviceSettings(devices: readonly Device[]): Promise<Readonly<Record<string, string>>> {
  const read = await Promise.all(
    devices.map(async (one) => {
      const { mtu } = await linkOf(one)
      return [nameOf(one), [`mtu ${mtu}`, ...(await offloadsOf(one))].join(', ')] as const
    }),
  )
  return Object.fromEntries(read)
}

/** Switches segmentation and receive offloads of devices on or off, as `ethtool -K` does. */
export async function setOffloads(value: 'on' | 'off', devices: readonly Device[]): Promise<void> {
  for (const { host, device } of devices) {
    await host.run('ethtool', '-K', device, ...['tso', 'gso', 'gro'].flatMap((one) => [one, value]))
  }
}

async function linkOf({ host, device }: Device): Promise<Link> {
  const links: readonly Link[] = JSON.parse(
    await host.run('ip', '-json', '-stats', 'link', 'show', 'dev', device),
  )
  // A device that does not exist is an error of ip.
  return links[0] as Link
}

async function offloadsOf({ host, device }: Device): Promise<readonly string[]> {
  if (findProgram('ethtool') === undefined) return ['offloads unknown (ethtool is missing)']
  const features = await host.run('ethtool', '--show-features', device)
  return Object.entries(OFFLOADS).flatMap(([feature, short]) => {
    const value = new RegExp(`^${feature}: (on|off)`, 'm').exec(features)?.[1]
    return value === undefined ? [] : [`${short} ${value}`]
  })
}
