// The audit log over restarts, torn lines, full disks, and files that somebody else changes.

import { appendFile, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { AUDIT_ENTRY as ENTRY } from '../../test/support/audit-entry.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { AuditLog } from './audit-log.ts'
import { verifyAudit } from './verify-audit.ts'

function start(t: Test) {
  const file = join(testFolder(t), 'audit.jsonl')
  const faults: string[] = []
  const onFault = (error: unknown) => faults.push(String(error))
  /** A control plane that writes some lines and ends. */
  const run = async (...revisions: readonly number[]) => {
    const log = await AuditLog.open(file, { onFault })
    for (const revision of revisions) await log.append({ ...ENTRY, revision })
    await log.close()
  }
  const lines = async () =>
    (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  return { file, faults, run, lines, verify: async () => await verifyAudit([file]) }
}

t.test('the chain goes on over restarts, for its owner only', async (t) => {
  const { file, faults, run, lines, verify } = start(t)
  await run(1, 2)
  await run()
  await run(3)
  t.match(await lines(), [{ number: 1 }, { number: 2 }, { number: 3, revision: 3 }])
  t.match(await verify(), { problems: [], notes: [] })
  for (const one of [file, `${file}.head`]) t.equal((await stat(one)).mode & 0o777, 0o600)
  t.same(faults, [])
})

t.test('lines that are written at the same time are one chain', async (t) => {
  const { file, lines, verify } = start(t)
  const log = await AuditLog.open(file)
  await Promise.all(Array.from({ length: 20 }, (_, revision) => log.append({ ...ENTRY, revision })))
  await log.close()
  t.same(
    (await lines()).map(({ number, revision }) => [number, revision]),
    Array.from({ length: 20 }, (_, index) => [index + 1, index]),
  )
  t.match(await verify(), { problems: [], lines: 20 })
})

t.test('a process that is killed between a line and its head leaves an unbroken log', async (t) => {
  const { file, faults, run, verify } = start(t)
  await run(1)
  const head = await readFile(`${file}.head`)
  await run(2)
  await writeFile(`${file}.head`, head)
  t.match(await verify(), { problems: [], lines: 2 }, 'before the next start')
  await run(3)
  t.match(await verify(), { problems: [], lines: 3 })
  t.same(faults, [])
})

t.test('what a killed process wrote of a line is kept in the next line', async (t) => {
  const { file, faults, run, lines, verify } = start(t)
  await run(1)
  const part = '{"number":2,"previous":"ab","time":"2030-'
  await appendFile(file, part)
  t.match(await verify(), { problems: [], notes: [/:2: is incomplete/] })
  await run(2)
  t.match(await lines(), [{ number: 1 }, { number: 2, incomplete: part }, { number: 3, revision: 2 }])
  t.match(await verify(), { problems: [], notes: [], lines: 3 })
  await appendFile(file, Buffer.from([0x7b, 0xff, 0xfe]))
  await run(3)
  t.match(await verify(), { problems: [], lines: 5 }, 'also if it is no text')
  t.same(faults, [])
})

t.test('a change while no control plane ran is reported by the start, and stays visible', async (t) => {
  for (const cut of [1, 2]) {
    const { file, faults, run, verify } = start(t)
    await run(1, 2, 3)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    await writeFile(file, `${lines.slice(0, -cut).join('\n')}\n`)
    await run(4)
    t.match(faults, [/somebody has changed .*audit\.jsonl while no control plane ran/])
    t.match((await verify()).problems, [{ message: /the lines between are missing/ }])
  }
  const { file, faults, run, verify } = start(t)
  await run(1, 2)
  await writeFile(file, (await readFile(file, 'utf8')).replace('"revision":2', '"revision":9'))
  await run(3)
  t.match(faults, [/somebody has changed/])
  t.match((await verify()).problems, [{ message: /does not have the digest/ }])
})

t.test('a change while it runs is reported, and stays visible', async (t) => {
  const { file, faults, run, verify } = start(t)
  await run(1, 2)
  const { size } = await stat(file)
  const log = await AuditLog.open(file, { onFault: (error) => faults.push(String(error)) })
  await log.append(ENTRY)
  await truncate(file, size - 10)
  await log.append(ENTRY)
  t.match(faults, [/audit\.jsonl has \d+ bytes and not \d+: somebody else has changed it/])
  await log.close()
  t.match((await verify()).problems, [{ message: /is not a line/ }, { message: /is line 4 after 1/ }])
})

t.test('a log that is moved away while no control plane runs goes on in a new file', async (t) => {
  const { file, faults, run, verify } = start(t)
  await run(1, 2)
  const old = join(t.testdirName, 'audit-old.jsonl')
  await rename(file, old)
  await run(3)
  t.match(faults, [/begins with line 3: keep the file/])
  t.match(await verifyAudit([old, file]), { problems: [], lines: 3 })
  t.match((await verify()).problems, [{ path: `${file}:1`, message: /the lines before it are missing/ }])
  t.not((await verifyAudit([file, old])).problems.length, 0, 'in the wrong order')
})

t.test('without its head file the chain goes on, and the start says what that means', async (t) => {
  const { file, faults, run, verify } = start(t)
  await run(1)
  await rm(`${file}.head`)
  await run(2)
  t.match(faults, [/head is missing or damaged/])
  t.match(await verify(), { problems: [], lines: 2 })
})

t.test('a log of a version without a chain is moved aside', async (t) => {
  const { file, faults, run, lines, verify } = start(t)
  await writeFile(file, `${JSON.stringify(ENTRY)}\n`)
  await run(1)
  t.match(await lines(), [{ number: 1 }])
  const [aside = ''] = (await readdir(t.testdirName)).filter((name) => name.includes('before-chain'))
  t.same(JSON.parse(await readFile(join(t.testdirName, aside), 'utf8')), ENTRY)
  t.match(faults, [/a new log begins/])
  t.match(await verify(), { problems: [] })
})

t.test('a folder instead of the file is an error', async (t) => {
  const folder = testFolder(t, { 'audit.jsonl': {} })
  await t.rejects(AuditLog.open(join(folder, 'audit.jsonl')), { code: 'state-unusable' })
})
