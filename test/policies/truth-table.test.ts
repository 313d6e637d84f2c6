// The truth table, policy by policy on one Envoy: every cell, and every row with its accepted twin.

import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { openForge } from '../support/forged-token.ts'
import { requireTool } from '../support/requirements.ts'
import { AUDIENCE, startSecuredEdge } from '../support/secured-edge.ts'
import {
  type Cell,
  describeCells,
  isAsExpected,
  readTruthTable,
  TableRunner,
} from '../support/truth-table.ts'

const ARTEFACT = fileURLToPath(new URL('../../reports/truth-table.txt', import.meta.url))

t.test('the truth table', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const table = readTruthTable()
  let strangerAsked = 0
  const stranger = createServer((_, response) => {
    strangerAsked += 1
    response.end('{"keys":[]}')
  }).listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  t.teardown(() => stranger.close())
  const strangerUrl = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`

  const edge = await startSecuredEdge(t)
  const runner = new TableRunner(edge, await openForge(edge.issuers, AUDIENCE, strangerUrl), table)
  const cells: Cell[] = []
  const findings: string[] = []

  for (const [policy, security] of Object.entries(table.policies)) {
    await edge.serve({ security })
    await t.test(`policy ${policy}`, async (t) => {
      const ofPolicy = await runner.cellsOf(policy)
      for (const { method, caller, expected, got } of ofPolicy)
        t.equal(got, expected, `${caller} calls ${method}`)
      cells.push(...ofPolicy)
    })
    for (const { row, title, sent, expect, twin, reaches = {}, finding } of table.rows.filter(
      (one) => one.policy === policy,
    )) {
      await t.test(`${row}: ${title}`, async (t) => {
        const got = await runner.statusOf(sent)
        t.ok(isAsExpected(expect, got), `it gives ${got}`)
        for (const [name, value] of Object.entries(reaches)) {
          t.equal(edge.seen.at(-1)?.metadata.get(name)[0] ?? null, value, `${name} at the service`)
        }
        t.equal(await runner.statusOf(twin), 0, 'the accepted twin goes through')
      })
      if (finding !== undefined) findings.push(`${row}: ${finding}`)
    }
  }

  t.equal(strangerAsked, 0, 'S10: the server that a token named saw no fetch')
  const report = `${describeCells(cells)}\n${findings.map((finding) => `Finding, ${finding}\n`).join('')}`
  mkdirSync(new URL('.', `file://${ARTEFACT}`), { recursive: true })
  writeFileSync(ARTEFACT, report)
  t.comment(report)
})
