// Command packaging reads what is shipped for packaging as the programs do that it is for, and refuses what they would
// ignore or misread: unknown fields, wrong types, names that are not there.
//
//	packaging kubernetes FILE…    Kubernetes' own types and the Prometheus operator's; prints the objects as JSON, one a line
//	packaging compose FILE…       docker compose's loader; prints the project as JSON
//	packaging dockerfile FILE     BuildKit's parser and linter; prints the last stage as JSON
//	packaging yaml FILE           no program's in particular; prints it as JSON
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 3 {
		fail("usage: packaging kubernetes|compose|dockerfile|yaml FILE…")
	}
	var err error
	switch os.Args[1] {
	case "kubernetes":
		err = kubernetes(os.Stdout, os.Args[2:])
	case "compose":
		err = compose(os.Stdout, os.Args[2:])
	case "dockerfile":
		err = dockerfile(os.Stdout, os.Args[2])
	case "yaml":
		err = asWritten(os.Stdout, os.Args[2])
	default:
		err = fmt.Errorf("unknown: %s", os.Args[1])
	}
	if err != nil {
		fail(err.Error())
	}
}

func fail(line string) {
	fmt.Fprintln(os.Stderr, line)
	os.Exit(1)
}
