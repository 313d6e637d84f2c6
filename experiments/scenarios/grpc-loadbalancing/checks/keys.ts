// Policies that hash: one key, one backend; many keys, all backends.

import { check } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { ALL_KEYS, ONE_KEY } from '../runs/key-figures.ts'

export function checkKeys({ runs }: Pick<Results, 'runs'>): readonly Check[] {
  const measured = runs.flatMap(({ labels, measured }) =>
    measured?.figures[ONE_KEY] === undefined ? [] : [{ way: labels.way ?? '', measured }],
  )
  return [
    check(
      'O4.2',
      'A policy that hashes sends all calls with one key to one backend',
      measured.map(({ way, measured: { figures } }) => ({
        fact: `${way}: ${figures[ONE_KEY]} backends for one key`,
        holds: figures[ONE_KEY] === 1,
      })),
    ),
    check(
      'O4.2',
      'Many keys reach every backend',
      measured.map(({ way, measured: { figures, shares = {} } }) => ({
        fact: `${way}: ${Object.values(shares).join(', ')} calls`,
        holds: figures[ALL_KEYS] === Object.keys(shares).length,
      })),
    ),
  ]
}
