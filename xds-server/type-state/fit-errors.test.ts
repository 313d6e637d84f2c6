// One response has a bounded amount of errors: messages are cut, and names keep their codes.

import t from 'tap'
import { fitErrors, type NamedError } from './resource-errors.ts'

const MAX_BYTES = 512 * 1024

const errorsOf = (count: number, message: string, nameLength = 6): NamedError[] =>
  Array.from({ length: count }, (_, at) => ({ name: String(at).padStart(nameLength, '0'), code: 5, message }))

const bytesOf = (errors: readonly NamedError[]) =>
  errors.reduce((sum, { name, message }) => sum + Buffer.byteLength(name) + Buffer.byteLength(message), 0)

t.test('X72: errors that fit are sent as they are', async (t) => {
  const errors = errorsOf(100, 'm'.repeat(1_024))
  t.equal(fitErrors(errors), errors)
})

for (const letter of ['m', '€']) {
  t.test(
    `X72: beyond the limit, messages of "${letter}" are cut, and each name keeps its code`,
    async (t) => {
      const errors = [...errorsOf(2_000, letter.repeat(1_024)), { name: 'short', code: 7, message: 'no' }]
      const fitting = fitErrors(errors)
      t.strictSame(
        fitting.map(({ name, code }) => [name, code]),
        errors.map(({ name, code }) => [name, code]),
      )
      t.ok(bytesOf(fitting) <= MAX_BYTES)
      t.ok(fitting.every(({ message }) => message.length > 0))
      t.equal(fitting.at(-1)?.message, 'no', 'short ones are whole')
    },
  )
}

t.test('X72: errors are counted in bytes', async (t) => {
  const errors = errorsOf(5_000, 'message', 60)
  t.equal(fitErrors(errors), errors)
})

t.test('X72: names that alone are beyond the limit are left out from there on', async (t) => {
  const errors = errorsOf(2_000, 'message', 300)
  const fitting = fitErrors(errors)
  t.ok(fitting.length > 0 && fitting.length < errors.length)
  t.ok(bytesOf(fitting) <= MAX_BYTES)
  t.equal(fitting[0]?.message, '')
})

t.test('X72: errors and names of just as many bytes as the limit fit', async (t) => {
  const whole = [{ name: 'a', code: 5, message: 'm'.repeat(MAX_BYTES - 1) }]
  t.equal(fitErrors(whole), whole)
  const names = errorsOf(512, 'm', 1_024)
  t.strictSame(
    fitErrors(names).map(({ name }) => name),
    names.map(({ name }) => name),
  )
})
