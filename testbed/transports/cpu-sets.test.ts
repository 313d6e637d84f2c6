// The two sides have different CPUs, what is started there stays on them, and where that is not possible the settings say why.

import t from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { allowedCpus, cpuSets, cpuSettings, parseCpuList, pinnedTo } from './cpu-sets.ts'

t.test('O8: the client has one half of the CPUs, the server the other', async (t) => {
  t.strictSame(cpuSets([0, 1], true), { client: '0', server: '1' })
  t.strictSame(cpuSets([2, 3, 5, 7, 8], true), { client: '2,3', server: '5,7,8' })
})

t.test('O8: with one CPU, or without taskset, both use any, and the settings say why', async (t) => {
  t.match(cpuSets([0], true), { client: undefined, server: undefined, shared: /one CPU only/ })
  t.match(cpuSets([0, 1], false), { client: undefined, server: undefined, shared: /taskset is missing/ })
  t.match(cpuSettings(cpuSets([0], true)), { 'CPUs of the client': /^any: .*one CPU only/ })
  t.match(cpuSettings({ client: '0', server: '1' }), {
    'CPUs of the client': '0',
    'CPUs of the server': '1',
    'CPU governor': /./,
  })
})

t.test('lists of CPUs are read as the kernel writes them', async (t) => {
  t.strictSame(parseCpuList('0-3,8\n'), [0, 1, 2, 3, 8])
  t.strictSame(parseCpuList('5'), [5])
  t.strictSame(parseCpuList(''), [])
})

t.test('O8: a process of a side runs on its CPUs only, under its own pid', async (t) => {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const { client, server, shared } = cpuSets()
  if (shared !== undefined) return void t.plan(0, shared)
  for (const cpus of [client, server]) {
    const started = pinnedTo(cpus, group).start({
      name: 'pinned',
      command: '/bin/sh',
      args: ['-c', 'echo ready; exec cat'],
      ready: (line) => line === 'ready' || undefined,
    })
    await started.ready
    t.strictSame(allowedCpus(started.pid), parseCpuList(cpus ?? ''))
  }
})
