// What the runs of windows found, as numbers.

import type { Measured, Results } from '../../../../harness/results.ts'
import { roundsOf, type Spread, spreadOver } from '../../../../harness/statistics/rounds.ts'
import { type WindowCell, windowCells, windowId } from './cells.ts'
import { HELD, HELD_WINDOWS, heldId, UNREAD, UNREAD_KIB } from './held-memory.ts'
import { type EnvoyCell, envoyCells, envoyId } from './measure-envoy.ts'
import { FIGURES } from './measure-window.ts'
import { TUNING_NAMES, type TuningName, tuningId } from './self-tuning.ts'

type Runs = Pick<Results, 'runs' | 'profile'>

export interface MeasuredTransfer {
  readonly rounds: readonly Measured[]
  /** In Mbit/s. */
  readonly rate: Spread
}

export const figureOf = ({ figures }: Pick<Measured, 'figures'>, name: string): number =>
  figures[name] ?? Number.NaN

function transferOf(results: Runs, id: string): readonly MeasuredTransfer[] {
  const rounds = roundsOf(results, id)
  if (rounds.length === 0) return []
  return [{ rounds, rate: spreadOver(rounds, (round) => figureOf(round, FIGURES.rate)) }]
}

export function measuredWindows(results: Runs): readonly (WindowCell & MeasuredTransfer)[] {
  return windowCells(results.profile).flatMap((cell) =>
    transferOf(results, windowId(cell)).map((one) => ({ ...cell, ...one })),
  )
}

export function measuredEnvoys(results: Runs): readonly (EnvoyCell & MeasuredTransfer)[] {
  return envoyCells(results.profile).flatMap((cell) =>
    transferOf(results, envoyId(cell)).map((one) => ({ ...cell, ...one })),
  )
}

export interface MeasuredTuning {
  readonly name: TuningName
  readonly rounds: readonly Measured[]
}

export function measuredTunings(results: Runs): readonly MeasuredTuning[] {
  return TUNING_NAMES[results.profile.name].flatMap((name) => {
    const rounds = roundsOf(results, tuningId(name))
    return rounds.length === 0 ? [] : [{ name, rounds }]
  })
}

export interface MeasuredHeld {
  readonly kib: number
  readonly arrivedBytes: number
  readonly residentBytes: number
  readonly asked: number
  readonly messages: number
}

export const measuredHeld = (results: Runs): readonly MeasuredHeld[] =>
  HELD_WINDOWS[results.profile.name].flatMap((kib) => heldOf(results, heldId(kib), kib))

/** By clients that have not begun to read. */
export const measuredUnread = (results: Runs): MeasuredHeld | undefined =>
  heldOf(results, UNREAD, UNREAD_KIB)[0]

function heldOf(results: Runs, id: string, kib: number): readonly MeasuredHeld[] {
  const round = roundsOf(results, id).at(-1)
  if (round === undefined) return []
  return [
    {
      kib,
      ...{ arrivedBytes: figureOf(round, HELD.arrived), residentBytes: figureOf(round, HELD.resident) },
      ...{ asked: figureOf(round, HELD.asked), messages: figureOf(round, HELD.messages) },
    },
  ]
}
