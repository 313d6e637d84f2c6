// What must hold of copies on any machine: who copies a payload, and how often.

import { check } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import type { Copy } from '../../../../testbed/data-peers/copies/watch-copies.ts'
import { COPY_WAYS } from '../../../../testbed/data-peers/copies/ways.ts'
import {
  COPY_CELLS,
  copyId,
  FIGURES,
  LEDGER_BYTES,
  LEDGER_NAMES,
  LEDGERS,
  type LedgerName,
  ledgerId,
} from './measure-copies.ts'

/** What a message costs by its size is part of the choice between messages, batches and streams. */
const ROW = 'O7.6'

export interface Ledger {
  readonly name: LedgerName
  readonly copies: readonly Copy[]
}

export function measuredLedgers(results: Pick<Results, 'runs'>): readonly Ledger[] {
  return LEDGER_NAMES.flatMap((name) => {
    const text = roundsOf(results, ledgerId(name)).at(-1)?.texts?.copies
    return text === undefined ? [] : [{ name, copies: JSON.parse(text) as Copy[] }]
  })
}

/** How often the payload is copied, in payloads. */
export const timesCopied = ({ copies }: Ledger): number =>
  copies.reduce((sum, { bytes }) => sum + bytes, 0) / LEDGER_BYTES

/** Heads of messages are a few bytes, and a payload has many. */
const WHOLE = 0.01

export function checksOf(results: Results): readonly Check[] {
  const ledgers = measuredLedgers(results)
  const times = (name: LedgerName) =>
    ledgers.filter((one) => one.name === name).map((one) => timesCopied(one))
  const [plain, view, copy] = (['grpc', 'protobuf', 'protobuf-copy'] as const).map(times)
  return [
    check(
      ROW,
      'All bytes of payload arrive, by every way',
      COPY_CELLS.flatMap((cell) =>
        roundsOf(results, copyId(cell)).map(({ figures }) => {
          const [sent = 0, arrived = 0] = [figures[FIGURES.sent], figures[FIGURES.arrived]]
          return {
            fact: `${COPY_WAYS[cell.way].title}: ${arrived} bytes for ${sent}`,
            holds: sent > 0 && arrived >= sent,
          }
        }),
      ),
    ),
    check(
      ROW,
      'grpc-js copies a payload once to frame it and once to join what arrived, whatever the serializer',
      ledgers.map((ledger) => {
        const own = ledger.copies.filter(({ caller }) => caller.includes('@grpc/grpc-js'))
        return {
          fact: `${LEDGERS[ledger.name]}: ${own.map(({ by, caller }) => `${by} by ${caller}`).join(', ')}`,
          holds: Math.abs(timesCopied({ ...ledger, copies: own }) - 2) < WHOLE,
        }
      }),
    ),
    check(
      ROW,
      'protobuf-es adds copies to those of grpc-js, and Buffer.from(bytes) adds one more than a view',
      [...(plain ?? [])].flatMap((least) =>
        (view ?? []).flatMap((some) =>
          (copy ?? []).map((most) => ({
            fact: `${least.toFixed(2)} copies without, ${some.toFixed(2)} with a view, ${most.toFixed(2)} with Buffer.from(bytes)`,
            holds: some >= least + 1 - WHOLE && Math.abs(most - some - 1) < WHOLE,
          })),
        ),
      ),
    ),
  ]
}
