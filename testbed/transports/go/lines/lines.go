// Package lines answers commands that come as lines on stdin, and ends the program with it.
package lines

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// Print writes a value as a line of JSON.
func Print(value any) {
	line, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}

// Stdin returns a reader of lines, which may be as long as a configuration.
func Stdin() *bufio.Scanner {
	return bufio.NewScanner(os.Stdin)
}
