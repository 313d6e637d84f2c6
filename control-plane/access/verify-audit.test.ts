// The chain of an audit log: what is found of each kind of change, and that an untouched log is fine.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { AUDIT_ENTRY as ENTRY } from '../../test/support/audit-entry.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { AuditLog } from './audit-log.ts'
import { verifyAudit } from './verify-audit.ts'

/** A log with six lines, whose lines a test may edit. */
async function start(t: Test) {
  const file = join(testFolder(t), 'audit.jsonl')
  const log = await AuditLog.open(file)
  for (let revision = 1; revision <= 6; revision += 1) await log.append({ ...ENTRY, revision })
  await log.close()
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  const write = async (changed: readonly string[]) => await writeFile(file, `${changed.join('\n')}\n`)
  return { file, lines, write, verify: async () => await verifyAudit([file]) }
}

t.test('an untouched log is unbroken', async (t) => {
  const { file, lines, verify } = await start(t)
  const verdict = await verify()
  t.match(verdict, { problems: [], notes: [], lines: 6, head: { number: 6 } })
  t.match(JSON.parse(lines[0] ?? ''), { number: 1, previous: '0'.repeat(64), ...ENTRY, revision: 1 })
  t.same((await verifyAudit([file], [verdict.head])).problems, [], 'a line that was noted is there')
})

type Change = (lines: readonly string[]) => readonly string[]

const CHANGES: Readonly<Record<string, Change>> = {
  'a changed field': (lines) =>
    lines.map((one, at) => (at === 2 ? one.replace('operator', 'somebody') : one)),
  'a changed space': (lines) => lines.map((one, at) => (at === 2 ? one.replace(',', ', ') : one)),
  'the last line changed': (lines) => lines.map((one, at) => (at === 5 ? one.replace('202', '403') : one)),
  'a line cut out': (lines) => lines.toSpliced(2, 1),
  'the first lines cut off': (lines) => lines.slice(2),
  'the last line cut off': (lines) => lines.slice(0, -1),
  'the last three lines cut off': (lines) => lines.slice(0, -3),
  'all lines cut off but the first': (lines) => lines.slice(0, 1),
  'two lines swapped': (lines) => [0, 1, 3, 2, 4, 5].map((at) => lines[at] ?? ''),
  'a line twice': (lines) => lines.toSpliced(2, 0, lines[2] ?? ''),
  'a text that is no line': (lines) => lines.toSpliced(2, 0, 'hello'),
  'an empty line': (lines) => lines.toSpliced(2, 0, ''),
  'a line instead of another': (lines) =>
    lines.map((one, at) => (at === 2 ? (lines[3] ?? '').replace('"number":4', '"number":3') : one)),
  'a line added at the end': (lines) => [...lines, lines[5]?.replace('"number":6', '"number":7') ?? ''],
  'a negative number': (lines) =>
    lines.map((one, at) => (at === 2 ? one.replace('"number":3', '"number":-3') : one)),
}

for (const [what, change] of Object.entries(CHANGES)) {
  t.test(`it finds ${what}`, async (t) => {
    const { lines, write, verify } = await start(t)
    await write(change(lines))
    t.not((await verify()).problems.length, 0)
    await write(lines)
    t.same((await verify()).problems, [], 'twin: put back')
  })
}

t.test('a log that was written anew as a whole is found by a line that was noted elsewhere', async (t) => {
  const { file, verify } = await start(t)
  const { head } = await verify()
  const forged = join(t.testdirName, 'forged.jsonl')
  const log = await AuditLog.open(forged)
  for (let count = 0; count < 7; count += 1) await log.append({ ...ENTRY, author: 'somebody' })
  await log.close()
  t.same((await verifyAudit([forged])).problems, [], 'its own chain is fine')
  t.match((await verifyAudit([forged], [head])).problems, [{ path: `${forged}:6`, message: /was noted/ }])
  t.match((await verifyAudit([file], [{ ...head, number: 9 }])).problems, [{ message: /has no line 9/ }])
})

t.test('a problem has its file and line, and there are at most 100', async (t) => {
  const { file, lines, write, verify } = await start(t)
  await write(lines.with(2, 'hello'))
  t.match(await verify(), {
    problems: [
      { path: `${file}:3`, message: /is not a line of an audit log/ },
      { path: `${file}:4`, message: 'is line 4 after 2: the lines between are missing' },
    ],
  })
  await write(Array.from({ length: 5_000 }, () => '{}'))
  t.equal((await verify()).problems.length, 100)
  await writeFile(file, Buffer.alloc(3 * 1024 * 1024, 'x'))
  t.not((await verify()).problems.length, 0, 'a line of 3 MiB')
  await t.rejects(verifyAudit([join(t.testdirName, 'none.jsonl')]), { code: 'ENOENT' })
})

t.test('without its head file a log is verified as far as possible, and that is said', async (t) => {
  const { file } = await start(t)
  const moved = join(t.testdirName, 'copy.jsonl')
  await writeFile(moved, await readFile(file))
  t.match(await verifyAudit([moved]), { problems: [], notes: [/copy\.jsonl\.head is missing/] })
})
