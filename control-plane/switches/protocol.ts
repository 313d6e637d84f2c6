// What the endpoints of an upstream speak.

import { Type } from 'typebox'
import { upstreamSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/** `protocol` of an upstream: the HTTP version of `HttpProtocolOptions.explicit_http_config`. */
export const protocol = upstreamSwitch({
  field: 'protocol',
  schema: Type.Enum(['http2', 'http1'], {
    default: 'http2',
    description: 'http2, which gRPC needs, or http1 for a server of key sets',
    ...facts({ envoy: 'HttpProtocolOptions.explicit_http_config' }),
  }),
  appliesTo: ['envoy'],
  toHttpProtocolOptions: (version) => ({
    upstreamProtocolOptions: {
      case: 'explicitHttpConfig',
      value: {
        protocolConfig: {
          case: version === 'http2' ? 'http2ProtocolOptions' : 'httpProtocolOptions',
          value: {},
        },
      },
    },
  }),
})
