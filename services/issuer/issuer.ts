// The issuer as its own process: serves its key set, signs and rotates on commands from stdin, and ends when stdin closes.

import { SwitchyardError } from '../../core/errors.ts'
import { EXIT_BAD_FLAGS, EXIT_FAILED, errorReporter, print, serveUntilStopped } from '../service-process.ts'
import { isAlgorithm, parseIssuerFlags } from './issuer-flags.ts'
import { type IssuerServer, serveKeySet, serveTokens } from './issuer-server.ts'
import { createSigningKey, SIGNING_ALGORITHMS, TokenIssuer } from './token-issuer.ts'
import { readTokenRequest } from './token-request.ts'

const reportError = errorReporter('issuer')

type Command = (argument: unknown) => Promise<object>

/** The commands by name. A line is `{"NAME":ARGUMENT}`, such as `{"token":{"subject":"alice","audience":"echo","lifetime":600}}`. */
function commandsOf(issuer: TokenIssuer): Readonly<Record<string, Command>> {
  return {
    token: async (request) => ({ token: await issuer.sign(readTokenRequest(request)) }),
    publish: async (algorithm) => {
      if (!isAlgorithm(algorithm))
        throw new RangeError(
          `"${algorithm}" is not a signing algorithm; use one of ${SIGNING_ALGORITHMS.join(', ')}`,
        )
      const key = await createSigningKey(algorithm)
      issuer.publish(key)
      return { published: key.kid }
    },
    signWith: async (kid) => {
      issuer.signWith(String(kid))
      return { signing: issuer.signingKey.kid }
    },
    retire: async (kid) => {
      issuer.retire(String(kid))
      return { retired: kid }
    },
  }
}

/** Runs one command at a time. Each line of input gets one line of output, in order. */
function runCommands(commands: Readonly<Record<string, Command>>, servers: readonly IssuerServer[]): void {
  const answer = async (line: string) => {
    try {
      const [[name, argument] = ['', undefined]] = Object.entries(JSON.parse(line) as object)
      const command = commands[name]
      if (command === undefined)
        throw new RangeError(`"${name}" is not a command; give one of ${Object.keys(commands).join(', ')}`)
      print(await command(argument))
    } catch (thrown) {
      reportError(thrown)
      print({ failed: (thrown as Error).message })
    }
  }
  let previous = Promise.resolve()
  serveUntilStopped(
    (line) => {
      previous = previous.then(() => answer(line))
    },
    () => Promise.all(servers.map((server) => server.close())),
  )
}

async function main(args: readonly string[]): Promise<void> {
  const { issuer: name, listen, algorithm, tokens, hosts } = parseIssuerFlags(args)
  const issuer = await TokenIssuer.create(name, algorithm)
  const server = await serveKeySet(issuer, listen, { ...(hosts && { hosts }) })
  const tokenServer = tokens && (await serveTokens(issuer, tokens))
  runCommands(commandsOf(issuer), tokenServer ? [server, tokenServer] : [server])
  const signing = issuer.signingKey.kid
  print({
    issuer: name,
    address: server.address,
    signing,
    ...(tokenServer && { tokens: tokenServer.address }),
  })
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  reportError(error)
  process.exit(error.problems.length > 0 ? EXIT_BAD_FLAGS : EXIT_FAILED)
})
