import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { LogFile } from './log-file.ts'

const bytes = (text: string) => Buffer.from(text)

t.test('output is appended', async (t) => {
  const path = join(testFolder(t, { log: 'before\n' }), 'log')
  const log = new LogFile(path, t.fail)
  log.append(bytes('one\n'))
  log.append(bytes('two\n'))
  log.close()
  t.equal(readFileSync(path, 'utf8'), 'before\none\ntwo\n')
})

t.test('a full disk loses output, is reported once, and the gap is noted in the log', async (t) => {
  // Every write to this device fails with ENOSPC: https://man7.org/linux/man-pages/man4/full.4.html
  if (!existsSync('/dev/full')) return t.plan(0, 'this system has no /dev/full')
  const path = join(testFolder(t), 'log')
  symlinkSync('/dev/full', path)
  const reported: string[] = []
  const log = new LogFile(path, (line) => reported.push(line))
  for (const text of ['lost\n', 'lost too\n']) log.append(bytes(text))
  t.match(reported, [/^the log .*log cannot be written, so output is lost: ENOSPC/])
  t.equal(reported.length, 1)

  // The next disk has room.
  rmSync(path)
  log.close()
  log.append(bytes('kept\n'))
  log.append(bytes('kept too\n'))
  log.close()
  t.equal(readFileSync(path, 'utf8'), '[14 bytes of output are lost]\nkept\nkept too\n')
  t.equal(reported.length, 1)
})

t.test('a log whose folder is missing is reported too', async (t) => {
  const reported: string[] = []
  new LogFile(join(testFolder(t), 'missing', 'log'), (line) => reported.push(line)).append(bytes('x'))
  t.match(reported, [/ENOENT/])
})
