// Fields of Envoy's API that the package with its protos does not have yet: only names and numbers. Plain JavaScript, like generate.js.

const POLICIES = 'envoy/extensions/load_balancing_policies'
const MUTATION_RULES = 'envoy/config/common/mutation_rules/v3/mutation_rules.proto'
const DISCOVERY = 'envoy/service/discovery/v3/discovery.proto'
const RESOURCE_STATUS = 'envoy/admin/v3/config_dump_shared.proto'

/** `has` is in the text once the package has the fields. `added` goes behind the last field that it has; `imports` are what they need. */
const NEWER_FIELDS = [
  {
    file: DISCOVERY,
    has: 'message ResourceError',
    behind: 'option (udpa.annotations.file_status).package_version_status = ACTIVE;',
    added: [
      '// Why the server cannot send a resource that the client subscribes to.',
      'message ResourceError {',
      '  // The name of the resource.',
      '  ResourceName resource_name = 1;',
      '  // Its status: `NOT_FOUND` stands for a resource that does not exist.',
      '  google.rpc.Status error_detail = 2;',
      '}',
    ],
    imports: [],
  },
  {
    file: DISCOVERY,
    has: 'resource_errors = 7',
    behind: 'config.core.v3.ControlPlane control_plane = 6;',
    added: [
      '// Why resources are missing. A client remembers an error until it gets another one, or the resource.',
      'repeated ResourceError resource_errors = 7;',
    ],
    imports: [],
  },
  {
    file: DISCOVERY,
    has: 'resource_errors = 9',
    behind: 'config.core.v3.ControlPlane control_plane = 7;',
    added: [
      '// Why resources are missing. `NOT_FOUND` means the same as a name in `removed_resources`.',
      'repeated ResourceError resource_errors = 9;',
    ],
    imports: [],
  },
  {
    file: RESOURCE_STATUS,
    has: 'RECEIVED_ERROR',
    behind: 'NACKED = 4;',
    added: [
      '// The client received an error of the control plane. The config is what it accepted before.',
      'RECEIVED_ERROR = 5;',
      '// The client has waited for the resource in vain.',
      'TIMEOUT = 6;',
    ],
    imports: [],
  },
  {
    file: 'envoy/extensions/filters/http/header_mutation/v3/header_mutation.proto',
    has: 'query_parameter_mutations',
    behind: 'HeaderMutation response_mutations = 2;',
    added: ['repeated config.core.v3.KeyValueMutation query_parameter_mutations = 3;'],
    imports: ['envoy/config/core/v3/base.proto'],
  },
  {
    file: 'envoy/extensions/filters/http/header_mutation/v3/header_mutation.proto',
    has: 'request_trailers_mutations',
    behind: 'HeaderMutation response_mutations = 2;',
    added: [
      'repeated config.common.mutation_rules.v3.HeaderMutation response_trailers_mutations = 4;',
      'repeated config.common.mutation_rules.v3.HeaderMutation request_trailers_mutations = 5;',
    ],
    imports: [],
  },
  {
    file: MUTATION_RULES,
    has: 'message RemoveOnMatch',
    behind: 'message HeaderMutation {',
    added: ['message RemoveOnMatch { type.matcher.v3.StringMatcher key_matcher = 1; }'],
    imports: ['envoy/type/matcher/v3/string.proto'],
  },
  {
    file: MUTATION_RULES,
    has: 'remove_on_match',
    behind: 'core.v3.HeaderValueOption append = 2;',
    added: ['RemoveOnMatch remove_on_match = 3;'],
    imports: [],
  },
  {
    file: 'envoy/extensions/matching/common_inputs/network/v3/network_inputs.proto',
    has: 'message DynamicMetadataInput',
    behind: 'option (udpa.annotations.file_status).package_version_status = ACTIVE;',
    added: [
      'message DynamicMetadataInput {',
      '  message PathSegment { oneof segment { string key = 1; } }',
      '  string filter = 1;',
      '  repeated PathSegment path = 2;',
      '}',
    ],
    imports: [],
  },
  {
    file: `${POLICIES}/client_side_weighted_round_robin/v3/client_side_weighted_round_robin.proto`,
    has: 'slow_start_config',
    behind: 'google.protobuf.FloatValue error_utilization_penalty = 6 [(validate.rules).float = {gte: 0.0}];',
    added: [
      'repeated string metric_names_for_computing_utilization = 7;',
      'common.v3.SlowStartConfig slow_start_config = 8;',
    ],
    imports: [`${POLICIES}/common/v3/common.proto`],
  },
  {
    file: `${POLICIES}/common/v3/common.proto`,
    has: 'force_local_zone',
    behind: 'bool fail_traffic_on_panic = 3;',
    added: [
      'message ForceLocalZone { google.protobuf.UInt32Value min_size = 1; }',
      'ForceLocalZone force_local_zone = 5;',
    ],
    imports: [],
  },
]

/** @param files texts by import path, which get the fields that they lack */
export function addNewerFields(files) {
  for (const { file, has, behind, added, imports } of NEWER_FIELDS) {
    const text = files.get(file)
    if (text.includes(has)) continue
    if (text.split(behind).length !== 2) throw new Error(`${file} lacks one "${behind}"`)
    const lines = imports.map((path) => `import "${path}";\n`).join('')
    files.set(
      file,
      text.replace(/^import /m, `${lines}import `).replace(behind, [behind, ...added].join('\n  ')),
    )
  }
}
