// The peer of the benchmark: Envoy's ext_authz over OPA's own Go library, deciding by the same policy and data.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	auth "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
)

const (
	jwtMetadata = "envoy.filters.http.jwt_authn"
	tokenHeader = "/header"
)

type server struct {
	auth.UnimplementedAuthorizationServer
	query rego.PreparedEvalQuery
}

func (s *server) Check(ctx context.Context, request *auth.CheckRequest) (*auth.CheckResponse, error) {
	input, err := toInput(request.GetAttributes())
	if err != nil {
		return denied(err.Error()), nil
	}
	results, err := s.query.Eval(ctx, rego.EvalParsedInput(input))
	if err != nil || len(results) == 0 {
		return denied("the policy has no decision"), nil
	}
	decision, _ := results[0].Expressions[0].Value.(map[string]any)
	if allowed, _ := decision["allowed"].(bool); !allowed {
		reason, _ := decision["reason"].(string)
		return denied(reason), nil
	}
	headers, _ := decision["headers"].(map[string]any)
	return allowed(headers), nil
}

// toInput converts a check in the same way as services/authorizer/policy-input.ts.
func toInput(attributes *auth.AttributeContext) (ast.Value, error) {
	http := attributes.GetRequest().GetHttp()
	steps := strings.Split(http.GetPath(), "/")
	if len(steps) != 3 {
		return nil, fmt.Errorf("the path is not a gRPC method")
	}
	headers := map[string]any{}
	for _, header := range http.GetHeaderMap().GetHeaders() {
		values, _ := headers[header.GetKey()].([]any)
		headers[header.GetKey()] = append(values, string(header.GetRawValue()))
	}
	claims, tokenHeaders := map[string]any{}, map[string]any{}
	metadata := attributes.GetMetadataContext().GetFilterMetadata()[jwtMetadata]
	for name, value := range metadata.AsMap() {
		if issuer, found := strings.CutSuffix(name, tokenHeader); found {
			tokenHeaders[issuer] = value
		} else {
			claims[name] = value
		}
	}
	source := attributes.GetSource()
	return ast.InterfaceToValue(map[string]any{
		"service":      steps[1],
		"method":       steps[2],
		"claims":       claims,
		"tokenHeaders": tokenHeaders,
		"headers":      headers,
		"source": map[string]any{
			"address":   source.GetAddress().GetSocketAddress().GetAddress(),
			"principal": source.GetPrincipal(),
		},
	})
}

func allowed(headers map[string]any) *auth.CheckResponse {
	options := make([]*core.HeaderValueOption, 0, len(headers))
	for name, value := range headers {
		options = append(options, &core.HeaderValueOption{
			Header:       &core.HeaderValue{Key: name, Value: fmt.Sprint(value)},
			AppendAction: core.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD,
		})
	}
	return &auth.CheckResponse{
		Status:       &status.Status{Code: int32(codes.OK)},
		HttpResponse: &auth.CheckResponse_OkResponse{OkResponse: &auth.OkHttpResponse{Headers: options}},
	}
}

func denied(reason string) *auth.CheckResponse {
	return &auth.CheckResponse{
		Status: &status.Status{Code: int32(codes.PermissionDenied), Message: reason},
		HttpResponse: &auth.CheckResponse_DeniedResponse{DeniedResponse: &auth.DeniedHttpResponse{
			Status: &typev3.HttpStatus{Code: typev3.StatusCode_Forbidden},
			Body:   reason,
		}},
	}
}

func prepare(folder string) (rego.PreparedEvalQuery, error) {
	policy, err := os.ReadFile(filepath.Join(folder, "authz.rego"))
	if err != nil {
		return rego.PreparedEvalQuery{}, err
	}
	text, err := os.ReadFile(filepath.Join(folder, "data.json"))
	if err != nil {
		return rego.PreparedEvalQuery{}, err
	}
	var data map[string]any
	if err := json.Unmarshal(text, &data); err != nil {
		return rego.PreparedEvalQuery{}, err
	}
	return rego.New(
		rego.Query("data.switchyard.authz.decision"),
		rego.Module("authz.rego", string(policy)),
		rego.Store(inmem.NewFromObject(data)),
	).PrepareForEval(context.Background())
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "HOST:PORT, or unix:PATH")
	folder := flag.String("policy", "", "the folder of authz.rego and data.json")
	flag.Parse()
	query, err := prepare(*folder)
	if err != nil {
		log.Fatal(err)
	}
	network, address := "tcp", *listen
	if path, found := strings.CutPrefix(*listen, "unix:"); found {
		network, address = "unix", path
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		log.Fatal(err)
	}
	shown := listener.Addr().String()
	if network == "unix" {
		shown = *listen
	}
	fmt.Printf("{\"address\":%q}\n", shown)
	grpcServer := grpc.NewServer()
	auth.RegisterAuthorizationServer(grpcServer, &server{query: query})
	log.Fatal(grpcServer.Serve(listener))
}
