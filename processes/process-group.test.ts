// A group ends the processes that it started, later ones first.
import t from 'tap'
import { ProcessGroup } from './process-group.ts'
import type { ProcessOptions } from './running-process.ts'

function staying(name: string): ProcessOptions<true> {
  return {
    name,
    command: process.execPath,
    args: ['-e', `console.log('up'); process.stdin.resume().on('end', () => process.exit())`],
    ready: (line) => line === 'up' || undefined,
  }
}

t.test('all processes end in reverse order, one after the other', async (t) => {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const ended: string[] = []
  const names = ['first', 'second', 'third']
  for (const name of names) {
    const child = group.start(staying(name))
    void child.exited.then(() => ended.push(name))
    await child.ready
  }
  await Promise.all([group.stop(), group.stop()])
  t.same(ended, names.toReversed())
  await group.stop()
})

t.test('a process that is still starting ends too', async (t) => {
  const group = new ProcessGroup()
  const child = group.start({ ...staying('late'), ready: () => undefined })
  const failed = t.rejects(child.ready, { message: /^late ended by SIGTERM before it was ready/ })
  await group.stop()
  await failed
})

t.test('a group that is stopping starts nothing', async (t) => {
  const group = new ProcessGroup()
  const stopped = group.stop()
  t.throws(() => group.start(staying('more')), {
    code: 'process-failed',
    message: 'more was not started, because its process group is stopping',
  })
  await stopped
})

t.test('a group that no longer stops on signals leaves no listener behind', (t) => {
  const before = process.listenerCount('SIGTERM')
  const takeBack = new ProcessGroup().stopOnSignals()
  t.equal(process.listenerCount('SIGTERM'), before + 1)
  takeBack()
  t.equal(process.listenerCount('SIGTERM'), before)
  t.end()
})

t.test('a restarting watcher learns that the group is ending', async (t) => {
  const group = new ProcessGroup()
  t.equal(group.ending.aborted, false)
  const stopped = group.stop()
  t.equal(group.ending.aborted, true)
  await stopped
})
