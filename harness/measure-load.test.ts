// A load with the processes that take part in it, as it stands in the results.

import t, { type Test } from 'tap'
import { Check } from 'typebox/value'
import { ProcessGroup } from '../processes/process-group.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { startBackend } from '../testbed/backend.ts'
import { startLoader } from '../testbed/loader/start-loader.ts'
import { beginMeasuredLoad, type LoadMeasurement, measureLoad } from './measure-load.ts'
import { PROFILE } from './profile.ts'
import { MeasuredSchema } from './results.ts'

const CONTEXT = { profile: { ...PROFILE.quick, warmUpSeconds: 0.1, windowSeconds: 0.5 } }

async function measurement(t: Test): Promise<LoadMeasurement> {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const backend = await startBackend(group, testFolder(t), { id: 'b1', listen: '127.0.0.1:0' })
  return {
    loader: await startLoader(group),
    plan: {
      target: backend.address,
      connections: 1,
      loop: { kind: 'closed', concurrency: 2 },
      calls: { kind: 'unary' },
    },
    processes: [{ role: 'server', name: 'b1', pid: backend.pid ?? Number.NaN }],
    backends: ['b1', 'b2'],
    figures: { 'connections opened': 1 },
  }
}

t.test(
  'O4.9: a load is measured over the window of its profile, with the CPU time of client and server',
  async (t) => {
    const measured = await measureLoad(CONTEXT, await measurement(t))
    t.ok(Check(MeasuredSchema, measured))
    t.match(measured, {
      load: { tool: 'switchyard', loop: 'closed', connections: 1, concurrency: 2 },
      seconds: 0.5,
      codes: { OK: measured.calls },
      shares: { b1: measured.calls, b2: 0 },
      processes: [
        { role: 'client', name: 'loader' },
        { role: 'server', name: 'b1' },
      ],
      figures: { 'connections opened': 1 },
    })
    for (const { name, cpuMs, peakMiB } of measured.processes) t.ok(cpuMs > 0 && peakMiB > 10, name)
    t.ok('loader busy (%)' in measured.figures)
  },
)

t.test('O4.9: a load around a change has marks, and the window until its end', async (t) => {
  const load = await beginMeasuredLoad(CONTEXT, await measurement(t))
  load.mark('changed')
  const measured = await load.end()
  t.ok(Check(MeasuredSchema, measured))
  t.match(measured.marks, [{ label: 'changed' }])
  t.equal(measured.processes.length, 2)
})
