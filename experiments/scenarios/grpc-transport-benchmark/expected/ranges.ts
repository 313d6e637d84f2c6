// What the literature expects of a small call, by distance, and which transports here stand for it.

import type { ProfileName } from '../../../../harness/profile.ts'

export interface ExpectedRange {
  readonly title: string
  /** Microseconds. */
  readonly from: number
  readonly to: number
  /** Ids of transports. */
  readonly transports: readonly string[]
}

/** The ranges that the plan of this benchmark began with: rules of thumb for a round trip between two programs. */
export const EXPECTED: readonly ExpectedRange[] = [
  { title: 'Unix socket', from: 10, to: 50, transports: ['uds'] },
  { title: 'same node', from: 100, to: 300, transports: ['veth', 'bridge', 'nftables'] },
  { title: 'cross node', from: 200, to: 800, transports: ['vxlan', 'direct', 'wireguard'] },
  { title: 'LAN', from: 500, to: 2_000, transports: ['lan-1500'] },
  { title: 'Internet', from: 20_000, to: 200_000, transports: ['internet-20', 'internet-200'] },
]

/** One of each distance at least. */
export const MEASURED: Readonly<Record<ProfileName, readonly string[]>> = {
  quick: ['uds', 'veth'],
  standard: ['uds', 'veth', 'vxlan', 'wireguard', 'lan-1500', 'internet-20', 'internet-200'],
  full: EXPECTED.flatMap(({ transports }) => transports),
}

export const expectedOf = (transport: string): ExpectedRange | undefined =>
  EXPECTED.find(({ transports }) => transports.includes(transport))

/** Where an interval of microseconds is, seen from the range. */
export function placeOf(
  { from, to }: Pick<ExpectedRange, 'from' | 'to'>,
  low: number,
  high: number,
): 'below' | 'within' | 'above' | 'at the edge' {
  if (high < from) return 'below'
  if (low > to) return 'above'
  return low >= from && high <= to ? 'within' : 'at the edge'
}
