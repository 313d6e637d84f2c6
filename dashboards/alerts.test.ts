// Each alert is raised by what it is about, and not by its twin: Prometheus' own tests of rules.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { requireTool } from '../test/support/requirements.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { ALERT_CASES, type AlertCase } from './alert-cases.ts'
import { ALERTS, type Alert, toRulesFile } from './alerts.ts'

function promtool(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

/** Writes rules and tests of them into a folder. @returns the path of the tests */
function writeTests(folder: string, alerts: readonly Alert[], cases: readonly AlertCase[]): string {
  writeFileSync(join(folder, 'alerts.yaml'), toRulesFile(alerts))
  const tests = cases.map(({ alert, title, series, after, raises }) => {
    const { severity, todo } = ALERTS.find(({ name }) => name === alert) ?? {}
    return {
      name: `${alert}: ${title}`,
      interval: '1m',
      input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
      alert_rule_test: [
        {
          eval_time: `${after}m`,
          alertname: alert,
          exp_alerts: raises
            ? [
                {
                  exp_labels: { ...raises.labels, severity },
                  exp_annotations: { summary: raises.summary, todo },
                },
              ]
            : [],
        },
      ],
    }
  })
  const file = join(folder, 'tests.yaml')
  writeFileSync(
    file,
    stringify({ rule_files: ['alerts.yaml'], evaluation_interval: '1m', tests }, { lineWidth: 0 }),
  )
  return file
}

t.test('each alert has a case that raises it, and one that does not', async (t) => {
  for (const { name } of ALERTS) {
    const own = ALERT_CASES.filter(({ alert }) => alert === name)
    t.ok(
      own.some(({ raises }) => raises !== undefined),
      `${name} is raised`,
    )
    t.ok(
      own.some(({ raises }) => raises === undefined),
      `${name} has a twin`,
    )
  }
})

t.test('Prometheus accepts the rules, and raises what each case says', async (t) => {
  if (!requireTool(t, 'prometheus')) return
  const folder = testFolder(t)
  const file = writeTests(folder, ALERTS, ALERT_CASES)
  t.match(promtool('check', 'rules', join(folder, 'alerts.yaml')), {
    status: 0,
    output: `SUCCESS: ${ALERTS.length} rules found`,
  })
  const { status, output } = promtool('test', 'rules', file)
  t.equal(status, 0, output)
})

t.test('a rule that is missing, and a rule that is always true, fail their tests', async (t) => {
  if (!requireTool(t, 'prometheus')) return
  const cases = ALERT_CASES.filter(({ alert }) => ['TargetDown', 'SwitchyardNack'].includes(alert))
  const broken = ALERTS.filter(({ name }) => name !== 'TargetDown').map((alert) =>
    alert.name === 'SwitchyardNack' ? { ...alert, when: 'switchyard_xds_nacks_total > 0' } : alert,
  )
  const { status, output } = promtool('test', 'rules', writeTests(testFolder(t), broken, cases))
  t.equal(status, 1)
  t.match(output, /TargetDown/)
  t.match(output, /SwitchyardNack/)
})
