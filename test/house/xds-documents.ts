// The documents that rows of docs/xds-rows.md are from, by the short names in test/house/xds-rows.ts.

/** The names of documents in `sources`. */
export const DOCUMENTS: Readonly<Record<string, readonly [title: string, url: string]>> = {
  P: ['xDS protocol', 'https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol'],
  MGMT: [
    'xDS management servers',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/overview/mgmt_server',
  ],
  ODCDS: [
    'on-demand filter',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/on_demand_updates_filter',
  ],
  VHDS: [
    'virtual host discovery service',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/vhds',
  ],
  LRS: [
    'load reporting service',
    'https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_reporting_service',
  ],
  TP1: ['xRFC TP1', 'https://github.com/cncf/xds/blob/main/proposals/TP1-xds-transport-next.md'],
  A40: ['gRFC A40', 'https://github.com/grpc/proposal/blob/master/A40-csds-support.md'],
  A47: ['gRFC A47', 'https://github.com/grpc/proposal/blob/master/A47-xds-federation.md'],
  GOAWAY: ['RFC 9113, GOAWAY', 'https://www.rfc-editor.org/rfc/rfc9113#section-6.8'],
  A9: ['gRFC A9', 'https://github.com/grpc/proposal/blob/master/A9-server-side-conn-mgt.md'],
  A46: ['gRFC A46', 'https://github.com/grpc/proposal/blob/master/A46-xds-nack-semantics-improvement.md'],
  A88: ['gRFC A88', 'https://github.com/grpc/proposal/blob/master/A88-xds-data-error-handling.md'],
  TP3: ['xRFC TP3', 'https://github.com/cncf/xds/blob/main/proposals/TP3-xds-error-propagation.md'],
  A53: ['gRFC A53', 'https://github.com/grpc/proposal/blob/master/A53-xds-ignore-resource-deletion.md'],
  A57: ['gRFC A57', 'https://github.com/grpc/proposal/blob/master/A57-xds-client-failure-mode-behavior.md'],
}
