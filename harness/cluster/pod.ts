// What all pods of the scenario have in common: no rights, no token, no writable root, and as much CPU as they ask for.

import type { Container, PodSpec } from 'kubernetes-types/core/v1.d.ts'

/** Of the image: its user, and the folder that it compiles into. */
export const USER = 1000

export interface ContainerOptions {
  readonly name: string
  readonly image: string
  /** Requested and at most: what is measured must not depend on what else runs on the node. */
  readonly resources: { readonly cpu: string; readonly memory: string }
}

/** A container that the Pod Security Standard "restricted" allows. Its `/tmp` is writable. */
export function restrictedContainer({ name, image, resources }: ContainerOptions): Container {
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    resources: { requests: { ...resources }, limits: { ...resources } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  }
}

/** A pod without rights in the cluster. */
export function restrictedPod(containers: Container[]): PodSpec {
  return {
    containers,
    automountServiceAccountToken: false,
    // Without variables for every Service of the namespace.
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '128Mi' } }],
  }
}

export const PART_OF = { 'app.kubernetes.io/part-of': 'switchyard' }

export function labelsOf(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name, ...PART_OF }
}

export function selectorOf(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name }
}
