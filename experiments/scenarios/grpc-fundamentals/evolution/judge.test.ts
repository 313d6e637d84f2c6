// What buf says of a step and of mistakes.

import t from 'tap'
import { testFolder } from '../../../../test/support/test-folder.ts'
import { writeChange } from './call-changes.ts'
import { applyChange, CHANGES, type Change } from './changes.ts'
import { judge, readRules } from './judge.ts'
import { folderOf } from './versions.ts'

const rules = readRules()

function changeOf(id: string): Change {
  const change = CHANGES.find((one) => one.id === id)
  if (change === undefined) throw new Error(id)
  return change
}

async function judgeChange(folder: string, id: string) {
  const change = changeOf(id)
  return judge(id, await writeChange(change, folder), folderOf(change.of), rules)
}

t.test(
  'O1.1: a removed field with its number and name reserved is accepted, and without them refused',
  async (t) => {
    const kept = judge('v4', folderOf('v4'), folderOf('v3'), rules)
    t.match(kept, {
      accepted: true,
      violations: [{ rule: 'FIELD_NO_DELETE', categories: ['FILE', 'PACKAGE'] }],
    })
    const dropped = await judgeChange(testFolder(t), 'removed-unreserved')
    t.match(dropped, {
      accepted: false,
      refusedFor: [/^FIELD_NO_DELETE_UNLESS_NAME_RESERVED: /, /NUMBER_RESERVED/],
    })
  },
)

t.test('O1.1: a new name is accepted only with the old name in JSON', async (t) => {
  const renamed = judge('v3', folderOf('v3'), folderOf('v2'), rules)
  t.match(renamed, { accepted: true, violations: [{ rule: 'FIELD_SAME_NAME' }] })
  t.match(await judgeChange(testFolder(t), 'renamed-in-json'), { refusedFor: [/^FIELD_SAME_JSON_NAME: /] })
})

t.test('O1.1: what does not compile is refused with the words of the compiler', async (t) => {
  t.match(await judgeChange(testFolder(t), 'reserved-used'), {
    accepted: false,
    refusedFor: ['use of reserved field number `4`'],
  })
})

t.test('O1.1: an edit of a text that the file does not have is an error', async (t) => {
  t.throws(() => applyChange(changeOf('reserved-removed'), 'nothing of it'), { message: /reserved-removed/ })
})
