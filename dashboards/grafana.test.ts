// The JSON that Grafana imports: its shape, its grid, its variables.

import { Ajv } from 'ajv'
import t from 'tap'
import { type TSchema, Type } from 'typebox'
import { ALL_BOARDS } from './boards/all.ts'
import { variablesOf } from './boards/board.ts'
import { toGrafana, toGrafanaJson } from './grafana.ts'

const exactly = (properties: Record<string, TSchema>) =>
  Type.Object(properties, { additionalProperties: false })
const Source = exactly({ type: Type.Literal('prometheus'), uid: Type.Literal('$datasource') })
const Grid = exactly({
  h: Type.Integer({ minimum: 1 }),
  w: Type.Integer({ minimum: 1, maximum: 24 }),
  x: Type.Integer({ minimum: 0, maximum: 23 }),
  y: Type.Integer({ minimum: 0 }),
})
const Target = exactly({
  expr: Type.String({ minLength: 1 }),
  refId: Type.String({ pattern: '^[A-Z]$' }),
  legendFormat: Type.String(),
  range: Type.Optional(Type.Boolean()),
  instant: Type.Optional(Type.Boolean()),
  exemplar: Type.Optional(Type.Boolean()),
  format: Type.Optional(Type.Enum(['time_series', 'heatmap'])),
})

/** What this project writes of Grafana's dashboards, and nothing else. The types of the SDK hold the rest at compile time. */
const DashboardSchema = Type.Object({
  uid: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
  title: Type.String({ minLength: 1 }),
  schemaVersion: Type.Integer({ minimum: 36 }),
  templating: exactly({
    list: Type.Array(
      Type.Object({
        type: Type.Enum(['datasource', 'query']),
        name: Type.Enum(['datasource', 'service', 'transport']),
      }),
      { minItems: 1 },
    ),
  }),
  panels: Type.Array(
    Type.Union([
      Type.Object({ type: Type.Literal('row'), title: Type.String(), id: Type.Integer(), gridPos: Grid }),
      Type.Object({
        type: Type.Enum(['timeseries', 'stat', 'heatmap']),
        id: Type.Integer(),
        title: Type.String({ minLength: 1 }),
        description: Type.String({ minLength: 1 }),
        datasource: Source,
        gridPos: Grid,
        targets: Type.Array(Target, { minItems: 1, maxItems: 26 }),
      }),
    ]),
    { minItems: 2 },
  ),
})

const isDashboard = new Ajv({ allErrors: true }).compile(DashboardSchema)

t.test('ids and titles of dashboards and panels are unique', async (t) => {
  t.equal(new Set(ALL_BOARDS.map(({ id }) => id)).size, ALL_BOARDS.length)
  for (const { rows } of ALL_BOARDS) {
    const titles = rows.flatMap(({ panels }) => panels.map(({ title }) => title))
    t.equal(new Set(titles).size, titles.length)
    for (const panel of rows.flatMap(({ panels }) => panels)) {
      const legends = panel.queries.map(({ legend }) => legend)
      t.equal(new Set(legends).size, legends.length, panel.title)
    }
  }
})

for (const board of ALL_BOARDS) {
  t.test(`${board.id} fits the schema, panels do not overlap, and each variable is used`, async (t) => {
    const dashboard = JSON.parse(toGrafanaJson(board))
    t.ok(
      isDashboard(dashboard),
      isDashboard.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`).join('\n') ?? '',
    )
    const panels: { id: number; gridPos: { x: number; y: number; w: number; h: number } }[] = dashboard.panels
    t.equal(new Set(panels.map(({ id }) => id)).size, panels.length, 'ids of panels are unique')
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      t.ok(x + w <= 24)
      return Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`)
    })
    t.equal(new Set(cells).size, cells.length, 'no two panels share a cell')
    const withoutLegend = dashboard.panels.filter(
      ({ type, options }: { type: string; options?: { legend: { showLegend: boolean } } }) =>
        type === 'timeseries' && options?.legend.showLegend !== true,
    )
    t.strictSame(withoutLegend, [], 'lines have names')
    const variables = (dashboard.templating.list as { name: string }[]).map(({ name }) => name)
    t.strictSame(variables, ['datasource', ...variablesOf(board)])
  })
}

t.test('the schema rejects a panel without a query and a misspelled field of a query', async (t) => {
  const [board] = ALL_BOARDS
  if (board === undefined) throw new Error('there are dashboards')
  const dashboard = JSON.parse(JSON.stringify(toGrafana(board)))
  const broken = (edit: (panel: { targets: unknown[] }) => void) => {
    const copy = structuredClone(dashboard)
    edit(copy.panels.find(({ type }: { type: string }) => type !== 'row'))
    return isDashboard(copy)
  }
  t.equal(
    broken((panel) => {
      panel.targets = []
    }),
    false,
  )
  t.equal(
    broken((panel) => {
      panel.targets = [{ expr: 'up', refId: 'A', legendFormat: '', expresion: 'up' }]
    }),
    false,
  )
  t.equal(
    broken(() => {}),
    true,
    'twin',
  )
})
