// The NACK log is a file that stays readable after a crash at any moment.

import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { thrownBy } from '../../test/support/thrown.ts'
import { CLUSTER, LISTENER } from '../snapshot/resource-type.ts'
import { type NackedNames, openNackLog } from './nack-log.ts'
import { UnconfirmedResources } from './unconfirmed.ts'

function mark(node: string, names: readonly string[], typeUrl = CLUSTER): NackedNames {
  return { node, typeUrl, names }
}

function standing(path: string): NackedNames[] {
  return [...openNackLog(path).read()]
}

t.test('X6: NACKed names outlive a restart, and ACKed names are gone', async (t) => {
  const path = join(testFolder(t), 'nackedResponses')
  const log = openNackLog(path)
  t.same([...log.read()], [], 'a log that was not there is empty')
  await log.append(mark('n1', ['a', 'b']), false)
  await log.append(mark('n1', ['l'], LISTENER), false)
  await log.append(mark('n2', ['a']), false)
  await log.append(mark('n1', ['b', 'c']), false)
  await log.append(mark('n1', ['a', 'never']), true)
  await log.append(mark('n2', ['a']), true)
  t.same(standing(path), [mark('n1', ['b', 'c']), mark('n1', ['l'], LISTENER)])
  t.same(standing(path), [mark('n1', ['b', 'c']), mark('n1', ['l'], LISTENER)], 'and again')
})

t.test('X6: opening a log compacts it, so that it does not grow forever', async (t) => {
  const path = join(testFolder(t), 'nackedResponses')
  const log = openNackLog(path)
  for (let at = 0; at < 5; at++) {
    await log.append(mark('n1', ['a']), false)
    await log.append(mark('n1', ['a']), at < 4)
  }
  openNackLog(path)
  t.same(readFileSync(path, 'utf8').split('\n'), [
    JSON.stringify({ node: 'n1', typeUrl: CLUSTER, names: ['a'], settled: false }),
    '',
  ])
  t.notOk(existsSync(`${path}.new`))
})

t.test('X6: a last line that a crash cut short is dropped, wherever it was cut', async (t) => {
  const path = join(testFolder(t), 'nackedResponses')
  const log = openNackLog(path)
  await log.append(mark('n1', ['a']), false)
  const whole = readFileSync(path)
  await log.append(mark('n1', ['a']), true)
  const both = readFileSync(path)
  for (let length = whole.length; length < both.length; length++) {
    writeFileSync(path, both)
    truncateSync(path, length)
    t.same(standing(path), [mark('n1', ['a'])], `${both.length - length} bytes short`)
  }
  writeFileSync(path, both)
  t.same(standing(path), [])
})

t.test('X6: a NACK is durable when append resolves, even if the process is killed at once', async (t) => {
  const path = join(testFolder(t), 'nackedResponses')
  const source = new URL('./nack-log.ts', import.meta.url)
  const script = `
    import { openNackLog } from ${JSON.stringify(source)}
    await openNackLog(${JSON.stringify(path)}).append(${JSON.stringify(mark('n1', ['a']))}, false)
    process.kill(process.pid, 'SIGKILL')`
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script])
  t.equal(signal, 'SIGKILL')
  t.same(standing(path), [mark('n1', ['a'])])
})

t.test('X6: a crash between two files of a rewrite loses nothing', async (t) => {
  const path = join(testFolder(t), 'nackedResponses')
  await openNackLog(path).append(mark('n1', ['a']), false)
  // Killed while the new file was written, before it took the old one's name.
  writeFileSync(`${path}.new`, '{"node":"n9","typeUrl":"x","na')
  t.same(standing(path), [mark('n1', ['a'])])
  t.notOk(existsSync(`${path}.new`))
})

t.test('X6: an entry that follows a cut line is not lost', async (t) => {
  const path = join(testFolder(t), 'nackedResponses')
  await openNackLog(path).append(mark('n1', ['a']), false)
  appendFileSync(path, '{"node":')
  await openNackLog(path).append(mark('n1', ['b']), false)
  t.same(standing(path), [mark('n1', ['a', 'b'])])
})

t.test('a file that is not a NACK log is an error with its line, and is not changed', async (t) => {
  const path = join(testFolder(t, { notes: `${JSON.stringify(mark('n1', ['a']))}\nhello\n` }), 'notes')
  const before = readFileSync(path, 'utf8')
  const { code, message, cause } = thrownBy(() => openNackLog(path))
  t.equal(code, 'internal')
  t.equal(message, `${path}:2 is not a line of a NACK log: set another path, or move the file away`)
  t.ok(cause instanceof SyntaxError)
  t.equal(readFileSync(path, 'utf8'), before)
})

t.test('a file that cannot be read is an error, not an empty log', async (t) => {
  t.throws(() => openNackLog(testFolder(t)), { code: 'EISDIR', syscall: 'read' })
})

const name = fc.constantFrom('a', 'b', 'c')
const entries = fc.array(
  fc.record({
    node: fc.constantFrom('n1', 'n2'),
    typeUrl: fc.constantFrom(CLUSTER, LISTENER),
    names: fc.uniqueArray(name, { minLength: 1 }),
    settled: fc.boolean(),
    restart: fc.boolean(),
  }),
)

t.test('X6: restarts between writes do not change which resources are unconfirmed', async (t) => {
  const path = join(testFolder(t), 'nackedResponses')
  await fc.assert(
    fc.asyncProperty(entries, async (sequence) => {
      writeFileSync(path, '')
      const open = () => {
        const log = openNackLog(path)
        return { log, unconfirmed: new UnconfirmedResources(log) }
      }
      const steady = new UnconfirmedResources()
      let restarted = open()
      for (const { node, typeUrl, names, settled, restart } of sequence) {
        for (const unconfirmed of [steady, restarted.unconfirmed]) {
          const stream = unconfirmed.open(node)
          if (settled) stream.ack(typeUrl, () => new Set(names))
          else stream.nack(typeUrl, new Set(names))
          stream.leave([])
        }
        if (!restart) continue
        await restarted.log.close()
        restarted = open()
      }
      await restarted.log.close()
      return ['n1', 'n2'].every((node) => describe(steady, node) === describe(restarted.unconfirmed, node))
    }),
    { numRuns: 30 },
  )
})

t.test(
  'X6: appending does not wait for the disk, and what is appended meanwhile is written together',
  async (t) => {
    const path = join(testFolder(t), 'nackedResponses')
    const log = openNackLog(path)
    const marks = Array.from({ length: 100 }, (_, index) => mark('n1', [`name ${index}`]))
    const appended = marks.map((one) => log.append(one, false))
    t.equal(readFileSync(path, 'utf8'), '', 'nothing is written when append returns')
    await log.close()
    t.equal(readFileSync(path, 'utf8').split('\n').length, 101, 'close flushes')
    await Promise.all(appended)
    t.same(standing(path), [
      mark(
        'n1',
        marks.flatMap(({ names }) => names),
      ),
    ])
  },
)

t.test('X6: what a full disk cut short is cut off before the next entry', async (t) => {
  const path = join(testFolder(t), 'nackedResponses')
  const log = openNackLog(path)
  await log.append(mark('n1', ['a']), false)
  appendFileSync(path, '{"node":"n1","typeUrl":"half of a li')
  await log.append(mark('n1', ['b']), false)
  t.same(standing(path), [mark('n1', ['a', 'b'])])
})

t.test('X6: a file that somebody removed is made again', async (t) => {
  const path = join(testFolder(t), 'nackedResponses')
  const log = openNackLog(path)
  await log.append(mark('n1', ['a']), false)
  rmSync(path)
  await log.append(mark('n1', ['b']), false)
  appendFileSync(path, '{"node":"n1","typeUrl":"half of a li')
  await log.append(mark('n1', ['c']), false)
  t.same(standing(path), [mark('n1', ['b', 'c'])], 'and what is cut short in it is cut off too')
})

t.test('X6: a log that has nothing to write closes, whatever has become of its folder', async (t) => {
  const folder = testFolder(t, { state: {} })
  const log = openNackLog(join(folder, 'state', 'nackedResponses'))
  rmSync(join(folder, 'state'), { recursive: true })
  await t.resolves(log.close())
})

t.test('X6: what could not be written is written with the next entry', async (t) => {
  const folder = testFolder(t, { state: {} })
  const path = join(folder, 'state', 'nackedResponses')
  const log = openNackLog(path)
  await log.append(mark('n1', ['a']), false)
  renameSync(join(folder, 'state'), join(folder, 'away'))
  await t.rejects(log.append(mark('n1', ['b']), false), { code: 'ENOENT' })
  await t.rejects(log.close(), { code: 'ENOENT' })
  renameSync(join(folder, 'away'), join(folder, 'state'))
  await log.append(mark('n1', ['c']), false)
  t.same(standing(path), [mark('n1', ['a', 'b', 'c'])])
})

function describe(unconfirmed: UnconfirmedResources, node: string): string {
  const types = [...unconfirmed.open(node).names].map(([typeUrl, names]) => [typeUrl, [...names].sort()])
  return JSON.stringify(types.sort())
}
