// Posts JSON to a URL and prints the answer, as a program: for the control port of a client in a network namespace.

const [url = '', body = '{}'] = process.argv.slice(2)
const response = await fetch(url, { method: 'POST', body })
process.stdout.write(await response.text())
