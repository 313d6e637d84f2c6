// A line of the audit log, without its place in the chain.

import type { AuditEntry } from '../../control-plane/access/audit-log.ts'

export const AUDIT_ENTRY: AuditEntry = {
  time: '2030-01-01T00:00:00.000Z',
  author: 'operator',
  role: 'operator',
  from: '127.0.0.1',
  method: 'PUT',
  path: '/v1/fleets/edge/lb',
  status: 202,
}
