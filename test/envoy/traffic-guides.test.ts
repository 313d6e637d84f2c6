// The guides "survive a failing backend", "protect a slow service" and "roll out a canary", from their first command to their last.

import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { commandsOf } from '../house/doc-commands.ts'
import { openShell } from '../support/doc-shell.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

/** What `yard call` of a guide has to show. */
interface Shown {
  readonly answers: Readonly<Record<string, number>>
  readonly failed: number
}
type Check = (t: Test, shown: Shown) => void

const ALL = ['b1', 'b2', 'b3']

const by = (...backends: readonly string[]): Check => {
  return (t, { answers, failed }) => {
    t.same(Object.keys(answers), backends)
    t.equal(failed, 0)
  }
}
const someFail: Check = (t, { answers, failed }) => {
  t.ok(failed > 0)
  t.ok(Object.keys(answers).length > 0)
}
const noneAnswers: Check = (t, { answers, failed }) => {
  t.same(answers, {})
  t.ok(failed > 0)
}
/** Six standard deviations of a share of a number of calls, which one run in a billion leaves. */
function isShare(t: Test, count: number, calls: number, share: number): void {
  const bound = 6 * Math.sqrt(calls * share * (1 - share))
  t.ok(Math.abs(count - calls * share) <= bound, `${count} of ${calls}`)
}

/** By guide, a check for each `yard call` in its order. */
const GUIDES: Readonly<Record<string, readonly Check[]>> = {
  'survive-a-failing-backend': [
    someFail, // a backend that fails
    by(...ALL), // retries
    someFail, // the price of outlier detection
    by(...ALL), // it is ejected
    someFail, // a backend that is gone
    by(...ALL), // health checks
    by(...ALL, 'slow'),
    by(...ALL), // hedging
    by('b1', 'b2'), // by priority
    by('b3'), // failover
  ],
  'protect-a-slow-service': [
    by('slow'),
    noneAnswers, // timeout
    someFail, // circuit breaker
    someFail, // connection limit
    someFail, // rate limit
    someFail, // adaptive concurrency
    by(...ALL), // admission control of a healthy service
    by(...ALL), // retry budget without retries
  ],
  'roll-out-a-canary': [
    by(...ALL),
    by('v2'), // testers
    by(...ALL), // mirror
    (t, { answers }) => isShare(t, answers.v2 ?? 0, 1000, 0.1),
    (t, { answers }) => t.ok(Object.keys(answers).join() === 'v2' || answers.v2 === undefined, 'sticky'),
    (t, { failed }) => isShare(t, failed, 500, 0.2),
    by(...ALL), // rolled back
  ],
}

function shownIn(output: string): Shown {
  const rows = [...output.matchAll(/^ +(\w+) +(\d+) +[\d.]+%$/gm)]
  const [, failed = '0'] = /(\d+) of \d+ failed:/.exec(output) ?? []
  return {
    answers: Object.fromEntries(rows.map(([, backend = '', calls]) => [backend, Number(calls)])),
    failed: Number(failed),
  }
}

/** The ports of the guide may be taken here. */
async function withFreePorts(commands: readonly string[]): Promise<readonly string[]> {
  const ports = new Set(commands.flatMap((command) => command.match(/(?<=127\.0\.0\.1:)7\d+/g) ?? []))
  const free = new Map(await Promise.all([...ports].map(async (port) => [port, await freePort()] as const)))
  return commands.map((command) =>
    command.replaceAll(/(?<=127\.0\.0\.1:)7\d+/g, (port) => String(free.get(port))),
  )
}

for (const [name, checks] of Object.entries(GUIDES)) {
  t.test(`the guide ${name} works, word by word`, async (t) => {
    if (!requireTool(t, 'envoy')) return
    const guide = readFileSync(new URL(`../../docs/guides/${name}.md`, import.meta.url), 'utf8')
    const shell = openShell(t, testFolder(t))
    const open = [...checks]
    for (const command of await withFreePorts(commandsOf(guide))) {
      if (command === 'npx yard up') await shell.start(command, 'Running until Ctrl-C')
      else if (command.startsWith('npx yard backend ')) await shell.start(command, '"address"')
      else {
        let { code, output } = await shell.run(command)
        // A check that fails in each of the Envoys, and a report of load, come a moment after the ACK.
        while (
          command === 'npx yard status' &&
          name.startsWith('survive') &&
          !/on 0 of \d+ .*failed health check/.test(output)
        )
          ({ code, output } = await shell.run(command))
        while (command.startsWith('npx yard load ') && !output.includes('v2'))
          ({ code, output } = await shell.run(command))
        if (command.startsWith('npx yard call ')) open.shift()?.(t, shownIn(output))
        else t.equal(code, 0, command, { output })
        if (command === 'npx yard status' && name.startsWith('protect'))
          t.match(output, /slow: \d+ calls failed at a limit of its circuit breaker/)
      }
    }
    t.same(open, [], 'each check has its call')
  })
}
