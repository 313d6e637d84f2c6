// How a namespace joins a mesh.

export const MESHES = ['none', 'istio', 'ambient', 'linkerd'] as const
export type Mesh = (typeof MESHES)[number]

interface MeshSettings {
  readonly title: string
  readonly namespaceLabels?: Readonly<Record<string, string>>
  readonly namespaceAnnotations?: Readonly<Record<string, string>>
  /** Of the pod of the Job: its proxy must end with it, or the Job would never complete. */
  readonly jobAnnotations?: Readonly<Record<string, string>>
}

/** The name of the waypoint that `istio.io/use-waypoint` refers to. */
export const WAYPOINT = 'waypoint'

export const MESH: Readonly<Record<Mesh, MeshSettings>> = {
  none: {
    title: 'no mesh',
  },
  istio: {
    title: 'Istio with sidecars',
    namespaceLabels: { 'istio-injection': 'enabled' },
    jobAnnotations: { 'sidecar.istio.io/nativeSidecar': 'true' },
  },
  ambient: {
    title: 'Istio ambient',
    namespaceLabels: { 'istio.io/dataplane-mode': 'ambient' },
  },
  linkerd: {
    title: 'Linkerd',
    namespaceAnnotations: { 'linkerd.io/inject': 'enabled' },
    // The annotation has lost its prefixes with time. Linkerd ignores the names that it does not know.
    jobAnnotations: Object.fromEntries(
      ['config', 'config.beta', 'config.alpha'].map((prefix) => [
        `${prefix}.linkerd.io/proxy-enable-native-sidecar`,
        'true',
      ]),
    ),
  },
}
