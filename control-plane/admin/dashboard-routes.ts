// The dashboards: `GET /v1/dashboards`, and the values of one panel.

import type { FastifyInstance } from 'fastify'
import type { DashboardList, PanelValues } from '../../api/schemas/dashboards.ts'
import {
  type PanelParams,
  PanelParamsSchema,
  type PanelQuery,
  PanelQuerySchema,
} from '../../api/schemas/request.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { routeOf } from './operation.ts'
import type { RoutesOptions } from './routes-options.ts'

const DEFAULT_MINUTES = '15'

export async function dashboardRoutes(server: FastifyInstance, { dashboards }: RoutesOptions) {
  const requireDashboards = () => {
    if (dashboards !== undefined) return dashboards
    throw new SwitchyardError(
      'not-found',
      'this control plane knows no Prometheus, so its dashboards have no values: start it with "yard serve --prometheus URL", and have that Prometheus scrape its /metrics, the Envoys and the services',
    )
  }

  server.route({
    ...routeOf('listDashboards'),
    handler: async (): Promise<DashboardList> => requireDashboards().list(),
  })

  server.route<{ Params: PanelParams; Querystring: PanelQuery }>({
    ...routeOf('getPanel', { params: PanelParamsSchema, querystring: PanelQuerySchema }),
    handler: async ({ params, query: { minutes = DEFAULT_MINUTES } }): Promise<PanelValues> =>
      await requireDashboards().read(params.dashboard, params.panel, Number(minutes)),
  })
}
