// What must hold of the versions and of the mistakes.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import type { ChangedCalls } from './call-changes.ts'
import type { Pair } from './call-pairs.ts'
import { foundIn } from './found.ts'

const ROW = 'O1.1'

/** A change that looks bold and is safe. */
export const HARMLESS = 'presence-added'
/** The bytes are still read well, today: what they reserve or rename is for tomorrow. */
const HARM_LATER = ['removed-unreserved', 'reserved-removed', 'enum-value-removed', 'reserved-used']

export function evolutionChecks(results: Results): readonly Check[] {
  const { verdicts = [], pairs = [], careless, changes = [], presence = [] } = foundIn(results)
  const isStep = ({ id }: { readonly id: string }) => /^v\d$/.test(id)
  return [
    check(
      ROW,
      'buf accepts each of the five versions after the one before',
      verdicts.filter(isStep).map(({ id, accepted }) => ({ fact: `${id} is accepted`, holds: accepted })),
    ),
    check(
      ROW,
      'buf refuses every mistake, and accepts the change that only looks like one',
      verdicts
        .filter((one) => !isStep(one))
        .map(({ id, accepted }) => ({
          fact: `${id} is ${accepted ? 'accepted' : 'refused'}`,
          holds: accepted === (id === HARMLESS),
        })),
    ),
    check(
      ROW,
      'Every client calls every server, and what it sends comes back whole, also through a server that does not know all of it',
      pairs.map(({ client, server, status, back }) => ({
        fact: `${client} to ${server}: ${status}${back.length > 0 ? `, ${back.join(', ')}` : ''}`,
        holds: status === 'OK' && back.length === 0,
      })),
    ),
    check(
      ROW,
      'A server sees each field that both versions have; the others are unknown and kept',
      pairs.map(({ client, server, sees }) => ({
        fact: `${client} to ${server}: ${sees.length === 0 ? 'all seen' : sees.join(', ')}`,
        holds: sees.every((one) => /: unknown, kept$|, a number without a name$/.test(one)),
      })),
    ),
    check(ROW, 'A server that drops unknown fields loses what newer clients send', lossOf(careless)),
    check(
      ROW,
      'Mistakes that buf refuses change or lose data, or end calls, when programs of both versions meet',
      changes.filter(({ id }) => !HARM_LATER.includes(id)).map(harmOf),
    ),
    check(
      ROW,
      'A field without presence has no bytes for its default; one with presence has',
      presence.map(({ set, hex }) => ({
        fact: `${set}: ${hex === '' ? 'no bytes' : hex}`,
        holds: (hex !== '') === /quantity = 2|discount|oneof/.test(set),
      })),
    ),
  ]
}

function lossOf(careless: Pair | undefined): readonly Finding[] {
  if (careless === undefined) return []
  return [{ fact: careless.back.join(', '), holds: careless.back.length === 3 }]
}

/** In any of the ways in which programs of both versions talk. */
function harmOf({ id, oldToNew, newToOld }: ChangedCalls): Finding {
  const harms = [oldToNew, newToOld].flatMap((pair) => (pair === undefined ? [] : harmsOf(pair)))
  return {
    fact: `${id}: ${harms[0] ?? 'no harm'}`,
    holds: harms.length > 0 === (id !== HARMLESS),
  }
}

export function harmsOf({ status, sees, json }: Pair): readonly string[] {
  return [
    ...(status === 'OK' ? [] : [status]),
    ...sees.filter((one) => !one.endsWith(': unknown, kept')),
    ...json.map((one) => `JSON: ${one}`),
  ]
}
