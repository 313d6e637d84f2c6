# A policy that takes hours for a call with the header x-loop, and allows all others.
package switchyard.authz

# METADATA
# entrypoint: true
decision := {"allowed": true, "headers": {}} if not input.headers["x-loop"]

decision := {"allowed": true, "headers": {}} if {
	input.headers["x-loop"]
	some a in numbers.range(1, 100000)
	some b in numbers.range(1, 100000)
	a + b == 0
}
