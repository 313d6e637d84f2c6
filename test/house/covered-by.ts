// Which test covers a source file without a test beside it. A folder covers all of its files without their own test.

export type Cover =
  | {
      /** The test file that would fail if the source were wrong. */
      readonly test: string
      /** The test starts the source as a process, so it does not import it. */
      readonly spawned?: true
    }
  /** No test runs it, and why that is acceptable. Each of these is a debt. */
  | { readonly untested: string }

const by = (test: string): Cover => ({ test })
/** The source is a program, or a part of one, that the test runs as a process. */
const spawnedBy = (test: string): Cover => ({ test, spawned: true })
const FOR_MEASURING = {
  untested: 'a program for measurements by hand; a person reads its report',
}

/** By path from the root. If several match, the longest counts. */
export const COVERED_BY: Readonly<Record<string, Cover>> = {
  'api/': by('api/client.test.ts'),
  'api/lb-name.ts': by('test/envoy/fleet.test.ts'),
  'api/node-state.ts': by('control-plane/admin/api-docs.test.ts'),
  'api/outcome.ts': by('control-plane/admin/api-docs.test.ts'),
  'api/revision-status.ts': by('control-plane/admin/api-docs.test.ts'),
  'api/schemas/': by('control-plane/admin/api-docs.test.ts'),
  'bench/': FOR_MEASURING,
  'bench/harness/': by('bench/push.test.ts'),
  'bench/harness/environment.ts': FOR_MEASURING,
  'bench/harness/publish.ts': FOR_MEASURING,
  'bench/harness/resource-file.ts': by('bench/rollout.test.ts'),
  'bench/push/': by('bench/push.test.ts'),
  'bench/push/comparison-report.ts': by('bench/push/compare-commits.test.ts'),
  'bench/rollout/': by('bench/rollout.test.ts'),
  'bench/servers/': spawnedBy('bench/servers/servers.test.ts'),
  'bench/servers/update-server.ts': spawnedBy('bench/rollout.test.ts'),
  'cli/demo/': spawnedBy('test/envoy/demo.test.ts'),
  'cli/exit-code.ts': by('cli/yard.test.ts'),
  'cli/output/': spawnedBy('test/envoy/demo.test.ts'),
  'cli/output/print.ts': spawnedBy('test/envoy/yard-up.test.ts'),
  'cli/prepare/': spawnedBy('cli/launch.test.ts'),
  'cli/verbs/': spawnedBy('test/envoy/yard-up.test.ts'),
  'cli/verbs/bundle.ts': spawnedBy('cli/yard.test.ts'),
  'cli/verbs/certs.ts': spawnedBy('testbed/certificates/folder.test.ts'),
  'cli/verbs/demo.ts': spawnedBy('test/envoy/demo.test.ts'),
  'cli/verbs/issue.ts': spawnedBy('test/envoy/yard-security.test.ts'),
  'cli/verbs/token.ts': spawnedBy('cli/yard.test.ts'),
  'control-plane/access/audit-log.ts': by('test/policies/rest-access.test.ts'),
  'control-plane/admin/': by('control-plane/admin/admin.test.ts'),
  'control-plane/admin/access.ts': by('test/policies/rest-access.test.ts'),
  'control-plane/admin/body.ts': by('control-plane/admin/bad-requests.test.ts'),
  'control-plane/admin/preconditions.ts': by('control-plane/admin/config-routes.test.ts'),
  'control-plane/admin/wait.ts': by('control-plane/admin/config-routes.test.ts'),
  'control-plane/document/': by('control-plane/document/validate.test.ts'),
  'control-plane/document/yaml-document.ts': by('control-plane/document/file.test.ts'),
  'control-plane/document/validators/security.ts': by('test/policies/invalid-security.test.ts'),
  'control-plane/rollout/': by('control-plane/rollout/revisions.test.ts'),
  'control-plane/sources/secrets/check-certificate.ts': by(
    'control-plane/sources/secrets/read-secret.test.ts',
  ),
  'control-plane/sources/secrets/secret-files.ts': by('test/policies/withheld-secrets.test.ts'),
  'control-plane/switches/': by('test/golden/goldens.test.ts'),
  'control-plane/switches/http-filters.ts': by('test/policies/chain-order.test.ts'),
  'control-plane/switches/http-filters/': by('test/policies/truth-table.test.ts'),
  'control-plane/switches/lb-policies/': by('control-plane/switches/lb-policies.test.ts'),
  'control-plane/translate/': by('control-plane/translate/translate.test.ts'),
  'control-plane/translate/secret.ts': by('test/golden/goldens.test.ts'),
  'core/errors.ts': by('test/house/errors.test.ts'),
  'core/spiffe-ids.ts': by('test/policies/control-plane-identity.test.ts'),
  'envoy-bootstrap/envoy-admin.ts': by('test/envoy/admin.test.ts'),
  'envoy-bootstrap/envoy-fleet.ts': by('test/envoy/fleet.test.ts'),
  'envoy-bootstrap/overload.ts': by('envoy-bootstrap/bootstrap.test.ts'),
  'envoy-bootstrap/run-envoy.ts': by('test/envoy/run.test.ts'),
  'envoy-bootstrap/xds-tls.ts': by('envoy-bootstrap/bootstrap.test.ts'),
  'experiments/scenarios/grpc-security/': by('test/scenarios/grpc-security.test.ts'),
  'experiments/scenarios/grpc-security/main.ts': FOR_MEASURING,
  'experiments/scenarios/grpc-security/report.ts': FOR_MEASURING,
  'examples/first-control-plane/': spawnedBy('examples/first-control-plane/first-control-plane.test.ts'),
  'processes/clock.ts': by('processes/keep-running.test.ts'),
  'processes/interruption.ts': spawnedBy('test/envoy/demo.test.ts'),
  'proto/generate.js': spawnedBy('cli/launch.test.ts'),
  'services/': by('services/backend-server.test.ts'),
  'services/auth/': by('services/auth/identity.test.ts'),
  'services/authorizer/': by('services/authorizer/authorizer.test.ts'),
  'services/authorizer/active-policy.ts': by('test/policies/bundles.test.ts'),
  'services/authorizer/bundle/': by('test/policies/bundles.test.ts'),
  'services/flags.ts': by('services/backend-flags.test.ts'),
  'services/issuer/': by('services/issuer/issuer.test.ts'),
  'services/rpc/': by('services/rpc/kinds-of-calls.test.ts'),
  'services/rpc/status-error.ts': by('services/rpc/statuses.test.ts'),
  'services/service-process.ts': spawnedBy('services/backend.test.ts'),
  'testbed/': by('test/envoy/fleet.test.ts'),
  'testbed/authorizer.ts': by('test/policies/fuzz-chain.test.ts'),
  'testbed/flips/': by('test/envoy/flip.test.ts'),
  'testbed/issuer.ts': by('test/scenarios/grpc-security.test.ts'),
  'testbed/load/background-load.ts': by('test/envoy/flip.test.ts'),
  'testbed/measure/distribution.ts': spawnedBy('test/envoy/demo.test.ts'),
  'testbed/security.ts': by('test/scenarios/grpc-security.test.ts'),
  'testbed/xds-certificates.ts': by('test/envoy/mutual-tls.test.ts'),
  'xds-server/cache/option.ts': by('test/conformance/faults.test.ts'),
  'xds-server/cache/serving.ts': by('xds-server/cache/watch.test.ts'),
  'xds-server/snapshot/prepare-snapshot.ts': by('xds-server/cache/snapshot-cache.test.ts'),
  'xds-server/services/': by('test/conformance/transport.test.ts'),
  'xds-server/nodes/unconfirmed-names.ts': by('xds-server/nodes/unconfirmed.test.ts'),
  'xds-server/services/answer-clock.ts': by('test/conformance/unanswered.test.ts'),
  'xds-server/services/check-request.ts': by('test/conformance/errors.test.ts'),
  'xds-server/services/discovery-services.ts': by('test/conformance/streams.test.ts'),
  'xds-server/services/unacked.ts': by('test/conformance/unanswered.test.ts'),
  'xds-server/snapshot/references.ts': by('xds-server/snapshot/consistency.test.ts'),
  'xds-server/streams/': by('xds-server/streams/delta-stream.test.ts'),
  'xds-server/streams/protocol.ts': by('test/conformance/streams.test.ts'),
  'xds-server/type-state/responses.ts': by('xds-server/type-state/ledger.test.ts'),
}
