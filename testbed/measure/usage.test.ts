// CPU time and memory of processes, where Linux' /proc has them.

import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { startProcess } from '../../processes/running-process.ts'
import { cpuMsOf, peakMemoryMiBOf, processesBelow, threadCpuMsOf, totalCpuMsOf } from './usage.ts'

const WITHOUT_PROC = existsSync('/proc/self/schedstat') ? false : 'only Linux has /proc'
/** The kernel gives no process a number this large. */
const NOBODY = 2 ** 30

t.test('a process that works has used more CPU time than before', { skip: WITHOUT_PROC }, async (t) => {
  for (const read of [cpuMsOf, totalCpuMsOf]) {
    const before = read(process.pid)
    while (read(process.pid) < before + 50);
    t.ok(before > 0, read.name)
  }
  t.ok(peakMemoryMiBOf(process.pid) > 10)
})

t.test('threads have their names and times', { skip: WITHOUT_PROC }, async (t) => {
  const name = readFileSync(`/proc/${process.pid}/comm`, 'utf8').trim()
  const read = () => threadCpuMsOf(process.pid).get(name) ?? Number.NaN
  const before = read()
  while (read() < before + 50);
  t.ok(before > 0, 'the main thread has the name of the process')
  t.ok(threadCpuMsOf(process.pid).size > 1, 'Node has threads of its own')
})

t.test('nothing is known of a process that does not exist', async (t) => {
  for (const read of [cpuMsOf, totalCpuMsOf, peakMemoryMiBOf]) t.ok(Number.isNaN(read(NOBODY)), read.name)
  t.same(processesBelow(NOBODY), [])
  t.same(threadCpuMsOf(NOBODY), new Map())
})

t.test('the processes below another are found, however deep', { skip: WITHOUT_PROC }, async (t) => {
  const script = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'process.stdin.resume()'])
    child.once('spawn', () => console.log(child.pid))
    process.stdin.resume().on('end', () => process.exit())`
  const running = startProcess({
    name: 'parent',
    command: process.execPath,
    args: ['-e', script],
    ready: (line) => Number(line) || undefined,
  })
  t.teardown(() => running.stop())
  const child = await running.ready
  t.same(processesBelow(running.pid ?? NOBODY), [child])
  const below = processesBelow(process.pid)
  t.ok(below.includes(running.pid ?? NOBODY) && below.includes(child))
})
