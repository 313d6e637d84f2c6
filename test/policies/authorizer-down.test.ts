// An authorizer is killed under load: calls are denied while it is down, and succeed again after its restart.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { authorizerAt, startAuthorizerProcess } from '../support/authorizer.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'
import { until } from '../support/until.ts'

const OK = 0
const PERMISSION_DENIED = 7

async function listenOn(kind: string, t: Test): Promise<string> {
  if (kind === 'TCP') return `127.0.0.1:${await freePort()}`
  return `unix:${join(tmpdir(), `authorizer-${process.pid}-${t.name.length}.sock`)}`
}

for (const kind of ['TCP', 'a Unix socket']) {
  t.test(
    `S31: killed under load on ${kind}, every call is denied, and calls succeed again after its restart`,
    async (t) => {
      const listen = await listenOn(kind, t)
      const first = await startAuthorizerProcess(t, listen)
      const edge = await startSecuredEdge(t, {
        security: {
          jwt: { enabled: true, anyOf: ['main'] },
          opa: { enabled: true, upstream: 'authorizer', timeout: '5s' },
        },
        upstreams: authorizerAt(first.address),
      })
      const headers = { authorization: `Bearer ${await edge.token({ roles: ['user'] })}` }
      const status = async () => (await edge.call({ headers })).status
      t.equal(await status(), OK)

      let isOver = false
      let isDown = false
      const whileDown = new Set<number>()
      const load = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          // A call that began before the authorizer died may be allowed.
          const startedWhileDown = isDown
          const one = await status()
          if (startedWhileDown && isDown) whileDown.add(one)
        }
      })
      await first.kill()
      isDown = true
      for (const one of await Promise.all(Array.from({ length: 200 }, status))) whileDown.add(one)
      isDown = false
      t.same([...whileDown], [PERMISSION_DENIED], 'while it is down')

      await startAuthorizerProcess(t, listen)
      const restartedAt = performance.now()
      await until(async () => (await status()) === OK)
      const recoveryMs = performance.now() - restartedAt
      t.comment(`the first call was allowed ${recoveryMs.toFixed(0)} ms after its restart`)
      isOver = true
      await Promise.all(load)
      t.same(new Set(await Promise.all(Array.from({ length: 50 }, status))), new Set([OK]))
    },
  )
}
