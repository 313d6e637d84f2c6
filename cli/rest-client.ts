// What the command asks of the control plane, over REST and in no other way.

import { SwitchyardError } from '../control-plane/errors.ts'

export interface LbSetting {
  readonly mode: 'l4' | 'l7'
  /** An omitted policy stays as it is. */
  readonly policy?: string
}

export interface LbAnswer extends LbSetting {
  readonly outcome: 'synced' | 'nacked' | 'pending' | 'unverified'
  /** What the server took, in milliseconds. */
  readonly elapsedMs: number
}

/** Turns the switch of a fleet, and answers once all of it has ACKed. @throws SwitchyardError where it has not. */
export async function putLb(adminUrl: string, fleet: string, setting: LbSetting): Promise<LbAnswer> {
  const response = await fetch(`${adminUrl}/v1/fleets/${fleet}/lb?wait=30s`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(setting),
  })
  const answer = (await response.json()) as LbAnswer & { readonly detail?: string }
  if (response.status === 200) return answer
  const reason = answer.detail ?? `no node of fleet "${fleet}" is connected`
  throw new SwitchyardError('process-failed', `the fleet did not take ${JSON.stringify(setting)}: ${reason}`)
}
