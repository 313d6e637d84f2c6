// What a check makes of its findings.

import t from 'tap'
import { check, type Finding } from './check.ts'

const finding = (holds: Finding['holds']): Finding => ({ fact: `found ${holds}`, holds })
const checked = (...findings: readonly Finding[]) => check('O4.9', 'Shares are even', findings)

t.test('O4.9: a check holds if a finding does and none fails, and tells what it found', async (t) => {
  t.match(checked(finding(true), finding(undefined)), { outcome: 'holds', detail: 'found true' })
  t.match(checked(finding(true), finding(false)), { outcome: 'fails', detail: 'found false' })
})

t.test('O4.9: too few calls are no measurement', async (t) => {
  t.match(checked(), { outcome: 'not measured', detail: '' })
  t.match(checked(finding(undefined)), {
    outcome: 'not measured',
    detail: 'found undefined, which are too few calls to tell',
  })
})

t.test('a detail is one line, whatever was found', async (t) => {
  const found = { fact: 'status 5:\n  not there', holds: true }
  t.match(check('O3.3', 'The page says it', [found]), { detail: 'status 5: not there' })
})
