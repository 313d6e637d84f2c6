// The names of a step's figures: written by its run, and read by the checks and the report.

import type { Measured } from '../../../harness/results.ts'
import { METHODS } from './callers.ts'

/** Calls that rules in shadow mode would have denied, as the Envoys count them. */
export const SHADOW_DENIED = 'denied in shadow (calls)'

/** From a REST call to its answer, which comes when every Envoy has ACKed. A step has one or more changes, from 0. */
export const ackedFigure = (change: number) => `change ${change + 1}, REST to ACK (ms)`

/** gRPC statuses are numbers: 0 is OK. */
export const callerFigure = (caller: string, method: string) => `${caller} at ${method} (gRPC status)`

const ATTACK = 'attack with '
export const attackFigure = (attack: string) => `${ATTACK}${attack} (gRPC status)`

/** In the order of METHODS. */
export function statusesOf({ figures }: Measured, caller: string): readonly (number | undefined)[] {
  return METHODS.map(({ name }) => figures[callerFigure(caller, name)])
}

export function attacksOf({
  figures,
}: Measured): readonly { readonly name: string; readonly status: number }[] {
  return Object.entries(figures)
    .filter(([name]) => name.startsWith(ATTACK))
    .map(([name, status]) => ({ name: name.slice(ATTACK.length).replace(/ \(gRPC status\)$/, ''), status }))
}

/** In the order of the changes, in milliseconds. */
export function ackedMsOf({ figures }: Measured): readonly number[] {
  return Object.entries(figures).flatMap(([name, ms]) => (/^change \d+, REST to ACK/.test(name) ? [ms] : []))
}
