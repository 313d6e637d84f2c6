// The dashboards with the values of their panels: `GET /v1/dashboards` and `GET /v1/dashboards/{dashboard}/panels/{panel}`.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'

const PanelSchema = Type.Object({
  id: Type.String({ description: 'In the address of its values. Unique in its dashboard.' }),
  row: Type.String({ description: 'The heading above it, with the panels beside it.' }),
  title: Type.String(),
  description: Type.String({ description: 'What one sees in it, and what to do about it.' }),
  kind: Type.Enum(['lines', 'heatmap', 'value'], {
    description:
      '`value` is one number of the whole time. The series of a `heatmap` are the buckets of a histogram: each counts what is at most its label `le`.',
  }),
  unit: Type.Enum(['calls a second', 'a second', 'count', 'share', 'seconds'], {
    description: 'The unit of its values. A share is from 0 to 1.',
  }),
})
export type DashboardPanel = DeepReadonly<Static<typeof PanelSchema>>

export const DashboardListSchema = Type.Object(
  {
    dashboards: Type.Array(
      Type.Object({
        id: Type.String(),
        title: Type.String(),
        description: Type.String(),
        panels: Type.Array(PanelSchema, { description: 'Row by row.' }),
      }),
    ),
  },
  { description: 'The dashboards, without values.' },
)
export type DashboardList = DeepReadonly<Static<typeof DashboardListSchema>>
export type Dashboard = DashboardList['dashboards'][number]

export const PanelValuesSchema = Type.Object(
  {
    from: Type.String({ format: 'date-time', description: 'The time of the first point.' }),
    to: Type.String({ format: 'date-time', description: 'The time of the last point.' }),
    stepSeconds: Type.Integer({ minimum: 1, description: 'From a point to the next.' }),
    series: Type.Array(
      Type.Object({
        legend: Type.String({ description: 'What the dashboard calls it, labels filled in.' }),
        labels: Type.Record(Type.String(), Type.String()),
        points: Type.Array(Type.Union([Type.Number(), Type.Null()]), {
          description: 'A value for each step; null where Prometheus has none.',
        }),
      }),
      { description: 'At most 50.' },
    ),
    leftOut: Type.Integer({
      minimum: 0,
      description: 'How many more series Prometheus has. Those with the largest values are in `series`.',
    }),
  },
  { description: 'The values of a panel.' },
)
export type PanelValues = DeepReadonly<Static<typeof PanelValuesSchema>>
