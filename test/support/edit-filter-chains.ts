// Edits the HTTP connection managers of listeners before they are served: for twins that show why one part is needed.

import { isMessage, type Message } from '@bufbuild/protobuf'
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'

export function editFilterChains(edit: (manager: HttpConnectionManager) => void) {
  return (resources: readonly Message[]): void => {
    for (const resource of resources) {
      if (!isMessage(resource, ListenerSchema)) continue
      for (const { filters } of resource.filterChains) {
        for (const filter of filters) {
          if (filter.configType.case !== 'typedConfig') continue
          const manager = anyUnpack(filter.configType.value, HttpConnectionManagerSchema)
          if (manager === undefined) continue
          edit(manager)
          filter.configType.value = anyPack(HttpConnectionManagerSchema, manager)
        }
      }
    }
  }
}

/** @param name such as `jwt_authn` */
export const withoutFilter = (name: string) => (manager: HttpConnectionManager) => {
  manager.httpFilters = manager.httpFilters.filter((filter) => filter.name !== `envoy.filters.http.${name}`)
}

/** Puts a filter behind all others, before the router. @param name such as `cors` */
export function moveBehindOthers(name: string) {
  return editFilterChains((manager) => {
    const isMoved = (filter: { readonly name: string }) => filter.name === `envoy.filters.http.${name}`
    const others = manager.httpFilters.filter((filter) => !isMoved(filter))
    manager.httpFilters = others.toSpliced(-1, 0, ...manager.httpFilters.filter(isMoved))
  })
}
