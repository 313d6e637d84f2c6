// T31: ten changes of endpoints a second under load, with a real Envoy: no call fails, and no revision is written. The minute:
//
//   SWITCHYARD_CHURN_SECONDS=60 npm test -- test/features/endpoint-churn.test.ts

import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { CLUSTER, LISTENER, ROUTE } from '../../xds-server/index.ts'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { tallyOf } from '../support/edge.ts'
import { startEndpoints } from '../support/proxyless.ts'
import { requireTool } from '../support/requirements.ts'
import { startSourced } from '../support/sourced-edge.ts'
import { untilAnsweredBy } from '../support/until-answered.ts'

const SECONDS = Number(process.env.SWITCHYARD_CHURN_SECONDS ?? 10)
const CHANGES_PER_SECOND = 10
const COMING_AND_GOING = ['b2', 'b3', 'b4'] as const

t.test(
  `T31: ${CHANGES_PER_SECOND} changes a second for ${SECONDS} s fail no call and write no revision`,
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const endpoints = await startEndpoints(t, 'b1', ...COMING_AND_GOING)
    const { rest, client } = await startSourced(t, { endpointsFrom: { registration: { lease: '1h' } } })
    await rest.putEndpoint('echo', 'b1', endpoints.b1)
    await untilAnsweredBy(client, ['b1'])
    const versions = async () => {
      const snapshot = await rest.getSnapshot('fleet')
      return [CLUSTER, LISTENER, ROUTE].map((type) => snapshot[type]?.version)
    }
    const before = await versions()

    const begin = performance.now()
    const end = begin + SECONDS * 1_000
    const answers: string[] = []
    const call = async () => {
      while (performance.now() < end) answers.push(...(await callEcho(client, { count: 20, concurrency: 4 })))
    }
    let changes = 0
    const change = async () => {
      const there = new Set<string>()
      while (performance.now() < end) {
        const pause = begin + (changes * 1_000) / CHANGES_PER_SECOND - performance.now()
        if (pause > 0) await setTimeout(pause)
        const id = COMING_AND_GOING[changes % COMING_AND_GOING.length] ?? 'b2'
        if (there.has(id)) await rest.deleteEndpoint('echo', id)
        else await rest.putEndpoint('echo', id, endpoints[id])
        if (!there.delete(id)) there.add(id)
        changes += 1
      }
    }
    await Promise.all([call(), change()])

    const tally = tallyOf(answers)
    t.comment(`${changes} changes, ${answers.length} calls: ${JSON.stringify(tally)}`)
    t.notOk(tally[FAILED], 'no call has failed')
    t.same(Object.keys(tally).toSorted(), ['b1', ...COMING_AND_GOING], 'each endpoint was called')
    t.same(await versions(), before, 'clusters, listeners and routes are as before')
    const { revision, endpoints: sources, nacks } = await rest.getStatus()
    t.equal(revision.revision, 1)
    t.same(nacks, [])
    t.equal(sources.echo?.changes, changes + 1, 'each change was served')

    // Twin: a change is followed.
    await rest.deleteEndpoint('echo', 'b1')
    await rest.putEndpoint('echo', 'b4', endpoints.b4)
    for (const id of ['b2', 'b3']) await rest.deleteEndpoint('echo', id).catch(() => {})
    await untilAnsweredBy(client, ['b4'])
  },
)
