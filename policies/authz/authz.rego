# Who may call which method: compares roles and scopes of the caller with the rules in data.access.
package switchyard.authz

# METADATA
# description: |
#   {"allowed": bool, "reason": string, "headers": {name: value}}. For a method without a rule it is undefined, and the
#   authorizer denies the call.
# entrypoint: true
decision := {
	"allowed": count(denials) == 0,
	"reason": concat("; ", sort(denials)),
	"headers": headers,
} if {
	rule
}

# The rule of a method overrides the rule of its service.
rule := data.access.methods[method]

rule := data.access.methods[service] if not data.access.methods[method]

method := concat("/", [input.service, input.method])

service := concat("/", [input.service, "*"])

is_public if rule.public == true

denials contains "no role of the caller may call this method" if {
	not is_public
	count(allowed_roles & acting) == 0
}

allowed_roles := {role | some role in rule.roles}

denials contains concat("", ["the scope ", scope, " is missing"]) if {
	some scope in rule.scopes
	not scope in scopes
}

denials contains "x-acting-role occurs more than once" if count(input.headers["x-acting-role"]) > 1

denials contains "x-acting-role names a role that the caller does not have" if {
	some role in input.headers["x-acting-role"]
	not role in held
}

# RFC 8725, 3.11: a token that was issued for another purpose must not be accepted as an access token.
denials contains concat("", ["the token of ", issuer, " is not an access token"]) if {
	some issuer, header in input.tokenHeaders
	header.typ
	not lower(header.typ) in {"jwt", "at+jwt"}
}

denials contains "the message is larger than the method allows" if input.body.bytes > rule.maxBytes

# An issuer may grant only the roles that data.access.issuers lists for it. Rego would take the values of an object for its members.
held contains role if {
	some issuer, claims in input.claims
	is_array(claims.roles)
	some role in claims.roles
	role in data.access.issuers[issuer].roles
}

held contains role if {
	some issuer, claims in input.claims
	some role in data.access.subjects[issuer][claims.sub].roles
}

held contains role if some role in data.access.services[input.source.principal].roles

# With x-acting-role a caller gives up all other roles.
acting := held if not input.headers["x-acting-role"]

acting := held & {role | some role in input.headers["x-acting-role"]} if input.headers["x-acting-role"]

scopes contains scope if {
	some claims in input.claims
	some scope in split(claims.scope, " ")
}

scopes contains scope if some scope in data.access.services[input.source.principal].scopes

# The headers that services get about the caller.
headers["x-auth-subject"] := subject

headers["x-auth-roles"] := concat(",", sort(acting)) if count(acting) > 0

subject := claims.sub if {
	count(input.claims) == 1
	some claims in input.claims
	is_string(claims.sub)
}

subject := input.source.principal if {
	count(input.claims) == 0
	input.source.principal != ""
}
