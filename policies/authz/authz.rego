# Who may call which method: roles and scopes of the caller against the rules in data.access.
package switchyard.authz

# METADATA
# description: |
#   {"allowed": bool, "reason": string, "headers": {name: value}}. A method without a rule leaves it undefined, which the
#   authorizer takes for a refusal.
# entrypoint: true
decision := {
	"allowed": count(refusals) == 0,
	"reason": concat("; ", sort(refusals)),
	"headers": headers,
} if {
	rule
}

# The rule of the method itself goes before the one of its service.
rule := data.access.methods[method]

rule := data.access.methods[service] if not data.access.methods[method]

method := concat("/", [input.service, input.method])

service := concat("/", [input.service, "*"])

is_public if rule.public == true

refusals contains "none of the caller's roles may call this method" if {
	not is_public
	count(allowed_roles & acting) == 0
}

allowed_roles := {role | some role in rule.roles}

refusals contains concat("", ["the scope ", scope, " is missing"]) if {
	some scope in rule.scopes
	not scope in scopes
}

refusals contains "x-acting-role is there more than once" if count(input.headers["x-acting-role"]) > 1

refusals contains "x-acting-role names a role that the caller does not hold" if {
	some role in input.headers["x-acting-role"]
	not role in held
}

# RFC 8725, 3.11: a token that was made for something else must not pass for an access token.
refusals contains concat("", ["the token of ", issuer, " is no access token"]) if {
	some issuer, header in input.tokenHeaders
	header.typ
	not lower(header.typ) in {"jwt", "at+jwt"}
}

refusals contains "the message is larger than the method takes" if input.body.bytes > rule.maxBytes

# An issuer may grant the roles that data names for it, and no others.
held contains role if {
	some issuer, claims in input.claims
	some role in claims.roles
	role in data.access.issuers[issuer].roles
}

held contains role if {
	some issuer, claims in input.claims
	some role in data.access.subjects[issuer][claims.sub].roles
}

held contains role if some role in data.access.services[input.source.principal].roles

# With x-acting-role a caller gives up all roles but that one.
acting := held if not input.headers["x-acting-role"]

acting := held & {role | some role in input.headers["x-acting-role"]} if input.headers["x-acting-role"]

scopes contains scope if {
	some claims in input.claims
	some scope in split(claims.scope, " ")
}

scopes contains scope if some scope in data.access.services[input.source.principal].scopes

# What the services are told of the caller.
headers["x-auth-subject"] := subject

headers["x-auth-roles"] := concat(",", sort(acting)) if count(acting) > 0

subject := claims.sub if {
	count(input.claims) == 1
	some claims in input.claims
}

subject := input.source.principal if {
	count(input.claims) == 0
	input.source.principal != ""
}
