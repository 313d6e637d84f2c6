package switchyard.authz_test

import data.switchyard.authz

access := {
	"methods": {
		"health/Check": {"public": true},
		"echo/*": {"roles": ["user", "admin"]},
		"echo/Reset": {"roles": ["admin"]},
		"kv/Put": {"roles": ["user", "service"], "scopes": ["kv:write"], "maxBytes": 100},
		"kv/Nothing": {},
	},
	"issuers": {"main": {"roles": ["user", "admin"]}, "partner": {"roles": ["user"]}},
	"subjects": {"main": {"root": {"roles": ["admin"]}}},
	"services": {"spiffe://a": {"roles": ["service"], "scopes": ["kv:write"]}},
}

anonymous := {
	"claims": {},
	"tokenHeaders": {},
	"headers": {},
	"source": {"address": "127.0.0.1", "principal": ""},
}

with_token(issuer, claims) := object.union(anonymous, {"claims": {issuer: claims}})

user := with_token("main", {"sub": "alice", "roles": ["user"]})

admin := with_token("main", {"sub": "bob", "roles": ["user", "admin"]})

partner := with_token("partner", {"sub": "eve", "roles": ["user", "admin"]})

root := with_token("main", {"sub": "root"})

service := object.union(anonymous, {"source": {"address": "", "principal": "spiffe://a"}})

call(caller, service_name, method) := object.union(caller, {"service": service_name, "method": method})

is_allowed(request) if {
	decision := authz.decision with input as request with data.access as access
	decision.allowed
	decision.reason == ""
}

is_denied(request, reason) if {
	decision := authz.decision with input as request with data.access as access
	not decision.allowed
	contains(decision.reason, reason)
}

headers_of(request) := decision.headers if {
	decision := authz.decision with input as request with data.access as access
}

test_everybody_may_call_a_public_method if {
	is_allowed(call(anonymous, "health", "Check"))
	is_allowed(call(user, "health", "Check"))
}

test_roles_of_another_type_are_no_roles if {
	every roles in [{"x": "admin"}, {"admin": true}, "admin", {"x": ["admin"]}, [["admin"]], 1, null] {
		is_denied(call(with_token("main", {"sub": "eve", "roles": roles}), "echo", "Reset"), "no role")
	}
}

test_method_without_a_rule_is_undefined if {
	not authz.decision with input as call(admin, "health", "Watch") with data.access as access
}

test_rule_without_roles_denies_everybody if is_denied(call(admin, "kv", "Nothing"), "no role")

test_roles_decide if {
	is_allowed(call(user, "echo", "Unary"))
	is_denied(call(anonymous, "echo", "Unary"), "no role")
	is_denied(call(service, "echo", "Unary"), "no role")
}

test_rule_of_a_method_overrides_that_of_its_service if {
	is_denied(call(user, "echo", "Reset"), "no role")
	is_allowed(call(admin, "echo", "Reset"))
}

test_issuer_grants_no_more_than_its_roles if {
	is_allowed(call(partner, "echo", "Unary"))
	is_denied(call(partner, "echo", "Reset"), "no role")
}

test_data_grants_roles_to_a_subject_of_one_issuer if {
	is_allowed(call(root, "echo", "Reset"))
	is_denied(call(with_token("partner", {"sub": "root"}), "echo", "Reset"), "no role")
}

test_scope_is_needed if {
	is_denied(call(user, "kv", "Put"), "the scope kv:write is missing")
	scoped := with_token("main", {"sub": "alice", "roles": ["user"], "scope": "kv:read kv:write"})
	is_allowed(call(scoped, "kv", "Put"))
}

test_scope_must_match_exactly if {
	similar := with_token("main", {"sub": "alice", "roles": ["user"], "scope": "kv:writes"})
	is_denied(call(similar, "kv", "Put"), "scope")
}

test_certificate_gives_roles_and_scopes if is_allowed(call(service, "kv", "Put"))

test_role_header_narrows if {
	narrowed := object.union(admin, {"headers": {"x-acting-role": ["user"]}})
	is_allowed(call(narrowed, "echo", "Unary"))
	is_denied(call(narrowed, "echo", "Reset"), "no role")
}

test_role_header_cannot_widen if {
	widened := object.union(user, {"headers": {"x-acting-role": ["admin"]}})
	is_denied(call(widened, "echo", "Reset"), "does not have")
}

test_role_header_twice_is_denied if {
	twice := object.union(admin, {"headers": {"x-acting-role": ["user", "admin"]}})
	is_denied(call(twice, "echo", "Unary"), "more than once")
}

test_token_of_another_kind_is_denied if {
	refresh := object.union(user, {"tokenHeaders": {"main": {"typ": "refresh+jwt"}}})
	is_denied(call(refresh, "echo", "Unary"), "not an access token")
	access_token := object.union(user, {"tokenHeaders": {"main": {"typ": "at+JWT"}}})
	is_allowed(call(access_token, "echo", "Unary"))
	untyped := object.union(user, {"tokenHeaders": {"main": {"alg": "ES256"}}})
	is_allowed(call(untyped, "echo", "Unary"))
}

test_message_over_the_limit_is_denied if {
	is_allowed(call(object.union(service, {"body": {"bytes": 100}}), "kv", "Put"))
	is_denied(call(object.union(service, {"body": {"bytes": 101}}), "kv", "Put"), "larger")
}

test_services_get_the_identity_of_the_caller if {
	headers_of(call(admin, "echo", "Unary")) == {"x-auth-subject": "bob", "x-auth-roles": "admin,user"}
	headers_of(call(service, "kv", "Put")) == {"x-auth-subject": "spiffe://a", "x-auth-roles": "service"}
	headers_of(call(anonymous, "health", "Check")) == {}
}
