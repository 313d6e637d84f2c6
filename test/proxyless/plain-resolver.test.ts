// The custom resolver of the example client in Node: a file of addresses that changes under load.

import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startClient } from '../support/grpc-client.ts'
import { ROUND_ROBIN, startPlainServers } from '../support/plain-servers.ts'

t.test('node: backends are added to and removed from a file, and no call fails', async (t) => {
  const { port, ips } = await startPlainServers(t, 2)
  const [one = '', two = ''] = ips.map((ip) => `${ip}:${port}\n`)
  const file = join(t.testdirName, 'backends.txt')
  const write = async (text: string) => {
    await writeFile(`${file}.new`, text)
    await rename(`${file}.new`, file)
  }
  const target = `file://${file}`
  const client = await startClient(t, { language: 'node', target, serviceConfig: ROUND_ROBIN })
  t.match(await client.calls(1), { codes: { UNAVAILABLE: 1 } }, 'the file is missing')
  const untilAnsweredBy = async (...wanted: readonly string[]) => {
    let seen: readonly string[] = []
    while (seen.join() !== wanted.join()) {
      seen = Object.keys((await client.calls(4, { waitForReady: true, deadlineMs: 60_000 })).backends).sort()
    }
  }
  await write(one)
  await untilAnsweredBy('s1')
  const load = await client.load({ callsPerSecond: 200 })
  await write(one + two)
  await untilAnsweredBy('s1', 's2')
  await write(two)
  await untilAnsweredBy('s2')
  await write('nonsense\n')
  t.same(Object.keys((await client.calls(100, { callsPerSecond: 100 })).backends), ['s2'])
  const { calls, codes } = await load.end()
  t.same(codes, { OK: calls })
})
