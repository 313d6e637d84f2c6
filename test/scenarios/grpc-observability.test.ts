// The quick profile of the scenario about metrics, traces and logs.

import t from 'tap'
import { runQuickly } from '../support/quick-scenario.ts'
import { requireTool } from '../support/requirements.ts'

/** With what each row needs beyond Envoy. */
const ROWS = [
  ['O5.1', 'prometheus', 'calls are counted by service, method and status'],
  ['O5.2', 'prometheus', 'latency is in histograms of client, proxy and servers, with exemplars'],
  ['O5.3', 'prometheus', 'messages of streams are counted in and out'],
  ['O5.4', 'prometheus', 'connections of pools are counted: open, active, pending, made, failed'],
  ['O5.5', 'envoy', "OpenTelemetry's instrumentation names service, method and status"],
  ['O5.6', 'envoy', 'a call over client, Envoy and services is one trace, and is kept as a whole'],
  ['O5.7', 'envoy', 'a call has a span on each side, and a message an event'],
  ['O5.8', 'envoy', 'client, Envoy and server log the same calls, with one trace'],
  ['O5.9', 'envoy', 'payloads are sampled alike on both sides, and no log has a sensitive value'],
  ['O5.13', 'envoy', 'what observing costs is compared in one run, with everything that is compared on'],
  ['O5.10', 'envoy', 'logs have the details of errors, and the server their cause'],
  [
    'O5.11',
    'prometheus',
    'the dashboards of rate, errors and duration, and of the control plane have no empty panel',
  ],
  ['O5.12', 'prometheus', 'the dashboard by method has no empty panel'],
] as const

t.test('O5: what client, proxy and server record of the same calls is in the report', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const results = await runQuickly(t, 'grpc-observability')
  const idsOf = (wanted: string) => results.runs.filter(({ state }) => state === wanted).map(({ id }) => id)
  t.strictSame(idsOf('failed'), [], 'no run has failed')
  if (process.env.CI === 'true') t.strictSame(idsOf('skipped'), [], 'no run was skipped')

  for (const [row, tool, title] of ROWS) {
    t.test(`${row}: ${title}`, async (t) => {
      if (!requireTool(t, tool)) return
      const checks = results.checks.filter((check) => check.row === row)
      t.not(checks.length, 0)
      t.strictSame(
        checks.filter(({ outcome }) => outcome !== 'holds'),
        [],
      )
    })
  }
})
