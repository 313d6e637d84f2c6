// Dashboards as Grafana imports them. The SDK's types come from Grafana's own schemas.

import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import {
  PanelBuilder as HeatmapBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import {
  type Board,
  type Panel,
  type Query,
  UNITS,
  VARIABLES,
  type Variable,
  variablesOf,
} from './boards/board.ts'

/** Of Grafana's grid, which has 24 columns. */
const COLUMNS = 24
const HEIGHT = 8

const SOURCE = { type: 'prometheus', uid: '$datasource' } as const

export function toGrafana(board: Board): Dashboard {
  const dashboard = new DashboardBuilder(board.title)
    .uid(board.id)
    .description(board.description)
    .tags(['switchyard', 'grpc'])
    .tooltip(DashboardCursorSync.Crosshair)
    .refresh('10s')
    .time({ from: 'now-30m', to: 'now' })
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
  for (const name of variablesOf(board)) dashboard.withVariable(variable(name))
  let id = 0
  for (const { title, panels } of board.rows) {
    id += 1
    dashboard.withRow(new RowBuilder(title).id(id))
    const span = COLUMNS / Math.min(panels.length, 3)
    for (const panel of panels) {
      id += 1
      dashboard.withPanel(panelOf(panel).id(id).span(span))
    }
  }
  return dashboard.build()
}

/** The text of the file that Grafana imports. */
export function toGrafanaJson(board: Board): string {
  return `${JSON.stringify(toGrafana(board), null, 2)}\n`
}

function variable(name: Variable): QueryVariableBuilder {
  const { label, values } = VARIABLES[name]
  return new QueryVariableBuilder(name)
    .label(label)
    .query(values)
    .datasource(SOURCE)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all', selected: true })
}

function panelOf(panel: Panel) {
  const { title, says, unit, queries, repeat } = panel
  const built = builderOf(panel)
    .title(title)
    .description(says)
    .datasource(SOURCE)
    .unit(UNITS[unit])
    .height(HEIGHT)
  if (repeat !== undefined) built.repeat(repeat).repeatDirection('h').maxPerRow(3)
  queries.forEach((query, index) => {
    built.withTarget(targetOf(panel, query, index))
  })
  return built
}

function builderOf(panel: Panel) {
  switch (panel.kind) {
    case 'lines':
      return withThresholds(linesBuilder(), panel)
    case 'value':
      return withThresholds(
        new StatBuilder().reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull'])),
        panel,
      )
    case 'heatmap':
      return new HeatmapBuilder()
        .calculate(false)
        .color(
          new HeatmapColorOptionsBuilder()
            .mode(HeatmapColorMode.Scheme)
            .scheme('Oranges')
            .steps(64)
            .exponent(0.5)
            .fill('dark-orange'),
        )
        .yAxis(new YAxisConfigBuilder().unit(UNITS[panel.unit]))
  }
}

function linesBuilder(): TimeseriesBuilder {
  return new TimeseriesBuilder()
    .fillOpacity(8)
    .spanNulls(false)
    .min(0)
    .legend(legend())
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
}

/** By default the SDK writes that there is no legend. */
function legend(): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs(['lastNotNull', 'max'])
}

function withThresholds<B extends TimeseriesBuilder | StatBuilder>(builder: B, { thresholds }: Panel): B {
  if (thresholds === undefined) return builder
  const steps = thresholds.map(({ from, color }, index) => ({ value: index === 0 ? null : from, color }))
  builder.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps))
  if (builder instanceof TimeseriesBuilder) {
    builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
  }
  return builder
}

function targetOf({ kind, exemplars = false }: Panel, { expr, legend }: Query, index: number) {
  const target = new DataqueryBuilder()
    .refId(String.fromCharCode(65 + index))
    .expr(expr)
    .legendFormat(legend)
  if (kind === 'value') return target.instant()
  if (kind === 'heatmap') return target.range().format(PromQueryFormat.Heatmap)
  return target.range().exemplar(exemplars)
}
