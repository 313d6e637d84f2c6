// `yard explain` and `yard schema`: what they say about the document.

import t, { type Test } from 'tap'
import { publishedSchema } from '../../control-plane/document/published-schema.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { runYard } from '../../test/support/yard-process.ts'

const explain = (t: Test, ...args: string[]) => runYard(t, testFolder(t), 'explain', ...args)

t.test('a field has type, default, range, example and the field of Envoy; any name will do', async (t) => {
  const { code, stdout } = await explain(t, 'fleets.edge.lb.tableSize')
  t.equal(code, 0)
  t.match(stdout, /^ {2}fleets\.\*\.lb\.tableSize: a size of the table, /)
  for (const line of [
    /^ {4}type +integer$/m,
    /^ {4}only with +policy: maglev$/m,
    /^ {4}range +2 to 5000011$/m,
    /^ {4}default +65537$/m,
    /^ {4}example +251$/m,
    /^ {4}in Envoy +Maglev\.table_size$/m,
  ]) {
    t.match(stdout, line)
  }
  t.equal((await explain(t, 'fleets.*.lb.tableSize')).stdout, stdout)
  t.equal((await explain(t, 'fleets["a.b"].lb.tableSize')).stdout, stdout)
})

t.test('a map, a list and a choice show what is in them; without a path, the document does', async (t) => {
  t.match((await explain(t)).stdout, /^ {2}field +type .*\n.*\n? +version +integer, required/)
  t.match((await explain(t, 'fleets.edge.lb.policy')).stdout, /^ {4}maglev +Calls with an equal header/m)
  t.match((await explain(t, 'routes.public.hosts')).stdout, /routes\.\*\.hosts\[\] +string/)
  for (const item of ['routes.public.hosts[0]', 'routes.*.hosts[]']) {
    t.match((await explain(t, item)).stdout, /^ {2}routes\.\*\.hosts\[\]: a host /)
  }
  const { stdout } = await explain(t, 'routes.public', '-o', 'json')
  t.match(JSON.parse(stdout), {
    fields: [{ path: 'routes.*', type: 'object' }],
    inside: [{ required: true }],
  })
})

t.test('with --recursive, the fields at all depths are listed', async (t) => {
  const flat = await explain(t, 'upstreams.echo.outlierDetection')
  const deep = await explain(t, 'upstreams.echo.outlierDetection', '--recursive')
  const inner = /^ +upstreams\.\*\.outlierDetection\.consecutive5xx\.count +integer/m
  t.notMatch(flat.stdout, inner)
  t.match(deep.stdout, inner)
  t.match((await explain(t, '--recursive')).stdout, inner)
})

t.test('a switch that nobody wrote is off', async (t) => {
  t.match((await explain(t, 'upstreams.echo.healthCheck')).stdout, /^ {4}default +off$/m)
  t.match((await explain(t, 'fleets.edge')).stdout, /^ +fleets\.\*\.hedging +object +off /m)
  t.match((await explain(t, 'fleets.edge')).stdout, /^ +fleets\.\*\.retry +object +\{"enabled":true\} /m)
})

t.test('the lb of a fleet lists its policies with the clients that have them', async (t) => {
  const { stdout } = await explain(t, 'fleets.edge.lb')
  t.match(stdout, /^ +least_request +envoy, proxyless \(Go and Java\) +Of a few/m)
  t.match(stdout, /^ +maglev +envoy +Calls/m)
})

t.test('an unknown field is an error that lists the fields there', async (t) => {
  t.match(await explain(t, 'fleets.edge.lb.polcy'), {
    code: 2,
    output: /no field "polcy" in fleets\.\*\.lb\. Did you mean policy\? Use one of: .*mode.*policy/,
  })
  t.match(await explain(t, 'fleet'), {
    code: 2,
    output: /no field "fleet" in the document\. Did you mean fleets\? Use one of: version/,
  })
  t.match(await explain(t, 'upstreams.echo.hedging'), {
    code: 2,
    output:
      /hedging is a field of rules or fleets: write routes\.\*\.rules\.\*\.hedging or fleets\.\*\.hedging/,
  })
  t.match(await explain(t, 'version.x'), { code: 2, output: /version \(integer\) has no fields/ })
  t.match(await explain(t, 'a..b'), { code: 2, output: /is not a path/ })
})

t.test('yard schema prints the published schema', async (t) => {
  t.match(await runYard(t, testFolder(t), 'schema'), { code: 0, stdout: publishedSchema() })
})
