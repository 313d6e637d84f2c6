// The smallest benchmark of the ways to a backend: each way answers every call, and the report has a row for each.

import t from 'tap'
import { measureWays, type Plan } from '../../bench/proxyless/measure.ts'
import { renderProxylessReport } from '../../bench/proxyless/report.ts'
import { startWays, WAYS } from '../../bench/proxyless/ways.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const PLAN: Plan = { languages: ['node', 'go'], rounds: 2, calls: 200, rate: 400 }

t.test('every way is measured in every round, and only Envoys cost CPU of a proxy', async (t) => {
  if (!requireTool(t, 'go') || !requireTool(t, 'envoy')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const setup = await startWays(group, testFolder(t))
  t.teardown(() => setup.close())
  const measured = await measureWays(group, t.testdirName, setup, PLAN)
  t.equal(measured.samples.length, PLAN.languages.length * PLAN.rounds * WAYS.length)
  for (const { language, way, failures, proxyCpu, largestShare } of measured.samples) {
    const title = `${language} over ${way}`
    t.equal(failures, 0, title)
    t.equal(Number.isNaN(proxyCpu), way === 'dns' || way === 'xds', title)
    // At L4 a backend has all calls of a connection; all other ways take turns.
    t.equal(largestShare > 0.5, way === 'l4', title)
  }
  const clientCpu = measured.samples.reduce((sum, one) => sum + one.clientCpu, 0)
  t.ok(clientCpu > 0, 'calls cost CPU, which is counted in hundredths of a second')
  const report = renderProxylessReport(measured, PLAN)
  t.match(report, /\| xDS without a proxy +\|( +\d+\.\d\d \|){2}/)
  t.equal(report.match(/^\| Envoy at L4/gm)?.length, 2 * PLAN.languages.length)
})
