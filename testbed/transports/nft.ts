// Rules of nftables inside a host: applied in one transaction, and their named counters read back.
// https://wiki.nftables.org

import type { NetworkNamespace } from '../proxies/network-namespace.ts'

interface Listing {
  readonly nftables: readonly {
    readonly counter?: { readonly name: string; readonly packets: number }
  }[]
}

/** @throws SwitchyardError `process-failed` with what nft says */
export async function applyRules(host: NetworkNamespace, ...lines: readonly string[]): Promise<void> {
  await host.feed(`${lines.join('\n')}\n`, 'nft', '-f', '-')
}

/** Packets that each named counter of the host has seen: `node/nft dnat packets`. */
export async function ruleCounts(host: NetworkNamespace): Promise<Readonly<Record<string, number>>> {
  const { nftables }: Listing = JSON.parse(await host.run('nft', '-j', 'list', 'counters'))
  return Object.fromEntries(
    nftables.flatMap(({ counter }) =>
      counter === undefined ? [] : [[`${host.name}/nft ${counter.name} packets`, counter.packets] as const],
    ),
  )
}
