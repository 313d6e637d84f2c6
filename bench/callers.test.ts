// The chains of `npm run bench:callers`: each lacks what its row says, and the report compares them within their rounds.

import { isMessage } from '@bufbuild/protobuf'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import t from 'tap'
import { validateConfig } from '../control-plane/document/validate.ts'
import { translateFleet } from '../control-plane/translate/translate.ts'
import { TokenIssuer } from '../services/issuer/token-issuer.ts'
import { CELLS, type Cell, documentOf, ISSUER, takeOut } from './callers/cells.ts'
import { renderCallersReport } from './callers/report.ts'

t.test('each chain of bench:callers lacks what its row says', async (t) => {
  const { keySet } = await TokenIssuer.create(ISSUER, 'ES256')
  const partsOf = (cell: Cell, isWhole: boolean) => {
    const config = validateConfig(documentOf(cell, { echo: '127.0.0.1:1', keySet, port: 10_000 }))
    const resources = translateFleet(config, cell.fleet)
    if (!isWhole) takeOut(resources, cell)
    const [listener] = resources.filter((one) => isMessage(one, ListenerSchema))
    const { configType } = listener?.filterChains[0]?.filters[0] ?? {}
    const manager =
      configType?.case === 'typedConfig'
        ? anyUnpack(configType.value, HttpConnectionManagerSchema)
        : undefined
    const names = manager?.httpFilters.map(({ name }) => name.split('.').at(-1)) ?? []
    return [...(manager?.earlyHeaderMutationExtensions.length ? ['early'] : []), ...names]
  }
  for (const cell of CELLS) {
    const whole = partsOf(cell, true)
    const left = partsOf(cell, false)
    const lacks = whole.filter((part) => !left.includes(part))
    t.same(lacks.toSorted(), [...(cell.without ?? [])].toSorted(), cell.title)
  }
})

t.test('rounds are compared with the first chain in the same round', async (t) => {
  const sample = (title: string, cpu: number) => ({ title, cpu, p50: 2 * cpu, p99: 3 * cpu })
  const samples = [sample('bare', 100), sample('all', 110), sample('bare', 200), sample('all', 230)]
  const report = renderCallersReport(samples, 1_000)
  t.match(report, /\| bare +\| 150\.0 \| +\|/)
  t.match(report, /\| all +\| 170\.0 \| +20\.0 \| 10\.0 to 30\.0 \|/)
})
