// What the control plane sends, by its REST schemas. Types only: nothing of it is in the bundle.

export type { Dashboard, DashboardPanel, PanelValues } from '../../../../api/schemas/dashboards.ts'
export type { EndpointChange } from '../../../../api/schemas/endpoints.ts'
export type {
  ConnectionsEvent,
  EventData,
  EventName,
  LoadEvent,
  NodeEvent,
} from '../../../../api/schemas/events.ts'
export type { FlipLane, FlipProgress } from '../../../../api/schemas/flip.ts'
export type { Load } from '../../../../api/schemas/load.ts'
export type { NodeStatus, TypeStatus } from '../../../../api/schemas/node.ts'
export type { ProblemDocument } from '../../../../api/schemas/problem.ts'
export type { Revision } from '../../../../api/schemas/revision.ts'
export type { Caller } from '../../../../api/schemas/session.ts'
export type { Status } from '../../../../api/schemas/status.ts'
export type { TestbedLoad, TestbedLoadSetting } from '../../../../api/schemas/testbed.ts'
export type { Traffic, TrafficSample } from '../../../../api/schemas/traffic.ts'
export type { WriteAnswer, WriteProblem } from '../../../../api/schemas/write-answer.ts'
