// Reads dashboards by the types that Grafana's foundation SDK makes from Grafana's schema, and rejects fields that are unknown or missing.
package main

import (
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	plugins.RegisterDefaultPlugins()
	failed := false
	for _, file := range os.Args[1:] {
		if problem := check(file); problem != "" {
			failed = true
			fmt.Printf("%s: %s\n", file, problem)
		}
	}
	if failed {
		os.Exit(1)
	}
}

// The text of the problem. The SDK returns errors that are not nil and have no text, where nothing is wrong.
func check(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	var read dashboard.Dashboard
	if err := read.UnmarshalJSONStrict(text); err != nil {
		return err.Error()
	}
	if err := read.Validate(); err != nil {
		return err.Error()
	}
	return ""
}
