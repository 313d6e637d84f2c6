// The budgets that are measured: transport and payload, by profile.

import type { ProfileName } from '../../../../harness/profile.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import { payloadText } from '../matrix/cells.ts'

export interface Budget {
  readonly transport: Transport
  readonly payload: number
}

const CHOSEN: Readonly<Record<ProfileName, Readonly<Record<number, readonly string[]>>>> = {
  quick: { 64: ['uds', 'veth'] },
  standard: { 64: ['uds', 'loopback', 'veth', 'vxlan', 'wireguard', 'lan-1500'], 65536: ['uds', 'veth'] },
  full: {
    64: ['uds', 'loopback', 'veth', 'vxlan', 'wireguard', 'lan-1500', 'internet-20'],
    65536: ['uds', 'loopback', 'veth', 'vxlan', 'wireguard', 'lan-1500'],
  },
}

export interface BudgetTurns {
  readonly turns: number
  readonly seconds: number
  readonly warmUpSeconds: number
}

/** With four comparisons a sign test needs nine turns at least to tell anything. */
export const BUDGET_TURNS: Readonly<Record<ProfileName, BudgetTurns>> = {
  quick: { turns: 4, seconds: 0.05, warmUpSeconds: 0.05 },
  standard: { turns: 14, seconds: 0.1, warmUpSeconds: 0.3 },
  full: { turns: 40, seconds: 1, warmUpSeconds: 3 },
}

export function budgetsOf(profile: ProfileName): readonly Budget[] {
  return Object.entries(CHOSEN[profile]).flatMap(([payload, ids]) =>
    TRANSPORTS.filter(({ id }) => ids.includes(id)).map((transport) => ({
      transport,
      payload: Number(payload),
    })),
  )
}

export const budgetId = ({ transport, payload }: Budget): string =>
  `budget.${transport.id}.${payloadText(payload).replace(' ', '')}`
