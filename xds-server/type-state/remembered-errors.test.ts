// What a client remembers of errors after each push, and which of them a push looks at.

import t from 'tap'
import { snapshotFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { typeStateOf } from '../../test/support/stream-states.ts'
import { NO_ERRORS, notFound } from '../snapshot/resource-error.ts'
import { errorsIn, typeIn } from '../snapshot/snapshot.ts'
import { NOTHING_SENT, planErrors, type SentErrors, withSent } from './resource-errors.ts'

const RDS = typeUrlFor('RDS')
const explain = (typeUrl: string, name: string) => notFound('fleet', typeUrl, name)

t.test('X73: without a removal and another error, a push looks at none and remembers the same', async (t) => {
  const latest = snapshotFor('RDS a!denied', 1)
  const given = errorsIn(latest, RDS)
  const client = { ...typeStateOf('RDS', { names: ['a', 'b'] }), sentErrors: { given, byName: given } }
  const outcome = { target: typeIn(latest, RDS), overrides: new Map(), removed: [] }
  const { errors, sentErrors } = planErrors(client, outcome, { latest, explain })
  t.strictSame(errors, [])
  t.ok(sentErrors === client.sentErrors)
  // The errors of the snapshot are as many as its author likes, so a removal does not go through them.
  const unlisted = Object.assign(new Map(given), {
    keys: () => {
      throw new Error('somebody went through all errors')
    },
  })
  const served = { ...latest, errors: new Map([[RDS, unlisted]]) }
  const sameGiven = { ...client, sentErrors: { given: unlisted, byName: given } }
  const removal = planErrors(sameGiven, { ...outcome, removed: ['b'] }, { latest: served, explain })
  t.strictSame(
    removal.errors.map(({ name }) => name),
    ['b'],
  )
})

t.test('X73: nothing is remembered that the snapshot does not give', async (t) => {
  const latest = snapshotFor('RDS', 1)
  const client = typeStateOf('RDS', { names: ['a'] })
  const outcome = { target: typeIn(latest, RDS), overrides: new Map(), removed: ['a'] }
  const { errors, sentErrors } = planErrors(client, outcome, { latest, explain })
  t.same(
    errors.map(({ name }) => name),
    ['a'],
  )
  t.ok(sentErrors.byName === NO_ERRORS)
  t.ok(withSent(sentErrors, errors) === sentErrors)
  t.ok(withSent(NOTHING_SENT) === NOTHING_SENT)
})

t.test('X73: errors that were too many for one response go with the next change', async (t) => {
  const names = Array.from({ length: 2_000 }, (_, at) => `${'n'.repeat(300)}${at}`)
  const givenWith = (message: string) =>
    new Map(names.map((name, at) => [name, { code: 7, message: at === 0 ? message : 'no' }]))
  const plan = (sentErrors: SentErrors, message: string) => {
    const latest = { ...snapshotFor('RDS', 1), errors: new Map([[RDS, givenWith(message)]]) }
    const outcome = { target: typeIn(latest, RDS), overrides: new Map(), removed: [] }
    return planErrors({ ...typeStateOf('RDS'), sentErrors }, outcome, { latest, explain })
  }
  const first = plan(NOTHING_SENT, 'denied')
  const second = plan(withSent(first.sentErrors, first.errors), 'gone')
  t.ok(first.errors.length < names.length)
  t.strictSame(
    second.errors.map(({ name }) => name).slice(0, 2),
    [names[0], names[first.errors.length]],
    'the one that changed, and those that did not fit',
  )
})
