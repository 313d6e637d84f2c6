import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { SnapshotCache } from '../xds-server/index.ts'
import { runCommand } from './conformance/model/commands.ts'
import { Fleet } from './conformance/model/fleet.ts'
import { MemoryLink } from './conformance/model/memory-link.ts'

const only = process.argv[3]
const cache = new SnapshotCache({ consistency: 'enforce' })
const short = (url: string) => url.split('.').at(-1)
class Logged extends MemoryLink {
  constructor(cache: any, id: string, client: any) {
    super(cache, id, client)
    ;(this as any).id = id
  }
  override send(request: any) {
    const id = (this as any).id
    const n = this.inbox.length
    if (id === only)
      console.log(
        '  >',
        short(request.typeUrl),
        'nonce',
        request.responseNonce,
        request.errorDetail?.message ?? '',
        'names',
        request.resourceNames,
        '+',
        request.subscribe,
        '-',
        request.unsubscribe,
        'v',
        request.versionInfo,
        [...request.initialResourceVersions],
      )
    super.send(request)
    this.log(n)
  }
  log(n: number) {
    if ((this as any).id === only)
      for (const r of this.inbox.slice(n))
        console.log(
          '  <',
          short(r.typeUrl),
          'nonce',
          r.nonce,
          r.resources.map((x: any) => `${x.name}=${x.version.slice(0, 4)}`).join(' '),
          '-',
          r.removed.join(' '),
        )
  }
}
const links: Logged[] = []
const fleet = new Fleet(cache, (id, client) => {
  const l = new Logged(cache, id, client)
  links.push(l)
  return l
})
const commands = (0, eval)(
  `[${readFileSync(process.argv[2]!, 'utf8')
    .trim()
    .split(/\n| {3}(?=\{)/)
    .filter((l: string) => l.trim().startsWith('{'))
    .join(',')}]`,
)
for (const c of commands) {
  console.log(inspect(c, { breakLength: Infinity, depth: 5 }))
  const before = links.map((l) => l.inbox.length)
  try {
    await runCommand(fleet, c)
  } finally {
    if (c.do === 'change' || c.do === 'unblock') links.forEach((l, i) => l.log(before[i] ?? 0))
  }
}
console.log('heal')
await fleet.heal()
console.log('ok')
